"""The images that people gave a run: as uploaded, and as the network sees them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from convscope.errors import ConflictError, NotFoundError
from convscope.images import DecodedImage, Prepared, decode, decode_stored, png, preprocess
from convscope.ipc.commands import Command, DropImage, PutImage
from convscope.runs.run_file import RunFile
from convscope.storage.reader import read_uploads
from convscope.types import JsonObject, Shape


@dataclass(frozen=True)
class Upload:
    """One image; `decoded` is what was uploaded, made no larger than is shown."""

    id: str
    name: str
    decoded: DecodedImage
    prepared: Prepared

    def describe(self) -> JsonObject:
        """As `GET /runs/{id}/images/{image}` answers."""
        return {
            "id": self.id,
            "source": "upload",
            "label": None,
            "class": None,
            "name": self.name,
            "width": self.decoded.width,
            "height": self.decoded.height,
            "format": self.decoded.format,
            "inverted": self.prepared.inverted,
            "preprocessing": list(self.prepared.sentences),
        }

    def original_png(self) -> bytes:
        """The image as uploaded, re-encoded."""
        return png(self.decoded.image)


@dataclass(frozen=True)
class UploadLimits:
    """What a run takes."""

    most: int  # images
    max_bytes: int  # of one, as it comes
    max_pixels: int


class Uploads:
    """A run's uploads, all prepared for one input shape; kept by the workers and in the file."""

    def __init__(
        self,
        shape: Shape,
        *,
        dark_background: bool,
        limits: UploadLimits,
        file: RunFile,
        needed: Callable[[], AbstractContextManager[None]],
        send: Callable[[Command[Any]], Awaitable[Any]],
    ) -> None:
        """`needed` keeps the run from being suspended; `send` gives a command to its workers: it
        raises where the run has failed, or cannot be changed."""
        self._shape = shape
        self._dark_background = dark_background
        self._limits = limits
        self._file = file
        self._needed = needed
        self._send = send
        self._all: dict[str, Upload] = {}
        self._numbers: dict[str, int] = {}  # in which order they came, those that are gone too
        self._coming = 0  # places that are taken by what is being prepared

    def __iter__(self) -> Iterator[Upload]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def get(self, image: str) -> Upload:
        """NotFoundError for an unknown one."""
        try:
            return self._all[image]
        except KeyError:
            raise NotFoundError(f"There is no image {image!r} among this run's uploads.") from None

    def page(self, cursor: str | None, limit: int) -> tuple[list[Upload], str | None]:
        """Up to `limit` of them after the one `cursor` names, oldest first, and the next cursor.

        It may have been deleted meanwhile; NotFoundError for one that never was.
        """
        if cursor is not None and cursor not in self._numbers:
            self.get(cursor)
        after = 0 if cursor is None else self._numbers[cursor]
        later = [upload for upload in self if self._numbers[upload.id] > after]
        chosen = later[:limit]
        return chosen, chosen[-1].id if len(later) > limit else None

    def _take(self, upload: Upload) -> None:
        self._all[upload.id] = upload
        self._numbers.setdefault(upload.id, len(self._numbers) + 1)

    def commands(self) -> list[PutImage]:
        """All of them as a worker is told of them."""
        return [_put(upload) for upload in self._all.values()]

    # --- changing them ----------------------------------------------------------------------------

    async def add(self, data: bytes, name: str, invert: bool | None) -> Upload:
        """A new image; `invert` None: where the data's background asks for it.

        UploadError for what cannot be read, ConflictError where there are as many as a run may
        have, UnavailableError where the disk fails.
        """
        if len(self._all) + self._coming >= self._limits.most:
            raise ConflictError(
                f"This run has {self._limits.most} uploads, which is as many as it may have: "
                "delete one."
            )
        self._coming += 1
        try:
            with self._needed():
                made = await asyncio.to_thread(self._decoded, data, name, invert, "")
                return await self._keep(made, new=True)
        finally:
            self._coming -= 1

    async def replace(self, image: str, data: bytes, name: str, invert: bool | None) -> Upload:
        """Another image under the same id; NotFoundError for an unknown one."""
        self.get(image)
        with self._needed():
            made = await asyncio.to_thread(self._decoded, data, name, invert, image)
            return await self._keep(made)

    async def prepare_again(self, image: str, invert: bool) -> Upload:
        """The same image prepared another way; NotFoundError for an unknown one."""
        upload = self.get(image)
        with self._needed():
            made = await asyncio.to_thread(self._again, upload, invert)
            return await self._keep(made)

    async def remove(self, image: str) -> None:
        """Forget one, also one that is being replaced; NotFoundError for an unknown one."""
        self.get(image)
        with self._needed():
            await self._send(DropImage(image=image))
            self.get(image)
            del self._all[image]
            self._file.writer.drop_upload(image)
            await self._file.durable()

    async def load(self) -> None:
        """Those that the run's file holds, prepared as they were."""

        def work() -> list[Upload]:
            return [self._restored(*row) for row in read_uploads(self._file.path)]

        found = await asyncio.to_thread(work)
        self._all = {}
        for upload in found:
            self._take(upload)

    # --- making one -------------------------------------------------------------------------------

    async def _keep(self, made: Upload, *, new: bool = False) -> Upload:
        """In the workers first, then here, then on the disk. NotFoundError where the one that it
        replaces was deleted meanwhile."""
        row = await asyncio.to_thread(upload_row, made)
        if not new:
            self.get(made.id)
        await self._send(_put(made))
        if not new and made.id not in self._all:
            await self._send(DropImage(image=made.id))
            self.get(made.id)
        self._take(made)
        self._file.writer.upload(*row)
        await self._file.durable()
        return made

    def _decoded(self, data: bytes, name: str, invert: bool | None, image: str) -> Upload:
        """Slow (a large image takes a fraction of a second): call it in a thread."""
        limits = self._limits
        decoded = decode(data, max_bytes=limits.max_bytes, max_pixels=limits.max_pixels)
        return self._made(decoded, name, invert, image)

    def _made(self, decoded: DecodedImage, name: str, invert: bool | None, image: str) -> Upload:
        """Prepared, under a new id unless one is given."""
        prepared = preprocess(
            decoded, self._shape, dark_background=self._dark_background, invert=invert
        )
        return Upload(image or f"up-{token_hex(4)}", name[:200], decoded, prepared)

    def _again(self, upload: Upload, invert: bool) -> Upload:
        return self._made(upload.decoded, upload.name, invert, upload.id)

    def _restored(self, image: str, about: JsonObject, content: bytes) -> Upload:
        decoded = decode_stored(content)
        size = about["width"], about["height"]
        sentences = tuple(about["sentences"])
        as_it_was = DecodedImage(decoded.image, *size, about["format"], sentences)
        upload = self._made(as_it_was, about["name"], None, image)
        if upload.prepared.inverted == about["inverted"]:
            return upload  # its sentences say why, where nobody had to ask for it
        return self._again(upload, about["inverted"])


def _put(upload: Upload) -> PutImage:
    return PutImage(image=upload.id, payload=upload.prepared.pixels.tobytes())


def upload_row(upload: Upload) -> tuple[str, JsonObject, bytes]:
    """(id, about, PNG) as the file keeps it; slow, call it in a thread."""
    decoded = upload.decoded
    about = {
        "name": upload.name,
        "width": decoded.width,
        "height": decoded.height,
        "format": decoded.format,
        "sentences": list(decoded.sentences),
        "inverted": upload.prepared.inverted,
    }
    return upload.id, about, png(decoded)
