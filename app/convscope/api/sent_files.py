"""Many files in one multipart body, put on the disk as they come."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from convscope.api.deps import TheDirectory, TheSettings
from convscope.api.security.limits import announced_bytes
from convscope.errors import InvalidError, UploadError
from convscope.own_data.preview.preview import Sent
from convscope.types import JsonObject
from convscope.validation_errors import reason

MOST_FILES = 256  # of one body; more come in several
SPOOLED_BYTES = 2**16  # of each file, until it is put on the disk
_MOST_FIELDS = 20
M = TypeVar("M", bound=BaseModel)


class _Parser(MultiPartParser):
    spool_max_size = SPOOLED_BYTES


@dataclass(frozen=True)
class SentFiles:
    """A body's files, and its short fields."""

    files: list[Sent]
    fields: dict[str, str]

    def must_have_files(self) -> None:
        """UploadError where there is none."""
        if not self.files:
            raise UploadError("Expected one file or more, as `file`, got none.")

    def only(self, *names: str) -> None:
        """InvalidError for a field of another name."""
        for name in self.fields:
            if name not in names:
                raise InvalidError(f"Expected the fields file, {', '.join(names)}, got {name!r}.")

    def json(self, name: str, kind: type[M]) -> M:
        """A field that holds JSON; InvalidError for one that does not fit."""
        try:
            return kind.model_validate_json(self.fields.get(name) or "{}")
        except ValidationError as error:
            raise InvalidError(f"{name}: {reason(error)}.") from error

    def flag(self, name: str) -> bool:
        """A field that is true or false; false where it is missing."""
        value = self.fields.get(name, "false")
        if value not in ("true", "false"):
            raise InvalidError(f"{name}: expected true or false, got {value!r}.")
        return value == "true"


async def _sent(
    request: Request, settings: TheSettings, directory: TheDirectory
) -> AsyncIterator[SentFiles]:
    """Room on the disk is reserved before a byte is read."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidError("Expected a multipart/form-data body, with one `file` or more.")
    size = announced_bytes(request.headers) or settings.max_dataset_bytes
    with directory.reserved(size):
        parser = _Parser(
            request.headers, request.stream(), max_files=MOST_FILES, max_fields=_MOST_FIELDS
        )
        try:
            form = await parser.parse()
        except (MultiPartException, KeyError) as error:
            why = error.message if isinstance(error, MultiPartException) else "no boundary"
            raise UploadError(f"Expected a whole multipart body ({why}).") from error
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(form.close)
            files: list[Sent] = []
            fields: dict[str, str] = {}
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files.append((value.filename or "file", value.file))
                else:
                    fields[name] = value
            yield SentFiles(files, fields)


TheFiles = Annotated[SentFiles, Depends(_sent)]


def takes_files(**fields: JsonObject) -> JsonObject:
    """`openapi_extra` of a route that has `TheFiles`: these fields beside the files."""
    file: JsonObject = {"type": "array", "items": {"type": "string", "format": "binary"}}
    schema = {"type": "object", "properties": {"file": file} | fields, "required": ["file"]}
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
