"""A run's file together with the own data set that it was trained on, as one zip.

`run.convscope` is the run's file, `datasets/ID.zip` the set as its export writes it.
"""

import asyncio
import contextlib
import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import IO

from convscope.data import own_sets
from convscope.data.catalog import Dataset, DatasetInfo, open_dataset
from convscope.errors import ConvscopeError, UploadError
from convscope.own_data.kept.export import export_zip
from convscope.own_data.preview.previews import Previews
from convscope.own_data.sources.entries import Member, opened_archive
from convscope.settings import Settings
from convscope.storage.exported_file import ExportedFile

RUN = "run.convscope"
_SET = re.compile(r"datasets/([a-z0-9-]{1,64})\.zip")
_COPIED_BYTES = 2**20  # at once
_ZIP = b"PK\x03\x04"


def pack(run: ExportedFile, info: DatasetInfo, settings: Settings) -> ExportedFile:
    """Both in one file; slow, call it in a thread. Raises OSError, leaving nothing."""
    place = _place(settings)
    try:
        data: Dataset = open_dataset(info.id, settings)
        export_zip(data, info, place / "data.zip")
        with (
            run.file as content,
            zipfile.ZipFile(place / "whole.zip", "w", zipfile.ZIP_STORED) as whole,
        ):
            with whole.open(RUN, "w", force_zip64=True) as member:
                shutil.copyfileobj(content, member, _COPIED_BYTES)
            whole.write(place / "data.zip", f"datasets/{info.id}.zip")
        return ExportedFile.of(place / "whole.zip")
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.asynccontextmanager
async def unpacked(
    given: IO[bytes], previews: Previews, settings: Settings
) -> AsyncIterator[IO[bytes]]:
    """The run's file in what was given; a data set that comes with it is kept first.

    It gets the id that it had; where a set of that id is here already, that is left as it is.  One
    that was made for a run that then cannot be imported goes again.  UploadError for a zip that is
    not of this form.
    """
    given.seek(0)
    is_zip = given.read(len(_ZIP)) == _ZIP
    given.seek(0)
    if not is_zip:
        yield given
        return
    place = await asyncio.to_thread(_place, settings)
    made: str | None = None
    try:
        dataset_id = await asyncio.to_thread(_take_apart, given, place)
        if dataset_id and not (settings.own_data_dir / dataset_id).exists():
            made = await _keep(place / "data.zip", dataset_id, previews)
        with (place / RUN).open("rb") as file:
            try:
                yield file
            except ConvscopeError:
                if made:
                    own_sets.remove_own_set(settings.own_data_dir, made)
                raise
    finally:
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)


async def _keep(path: Path, dataset_id: str, previews: Previews) -> str:
    preview = previews.new()
    try:
        with path.open("rb") as file:
            await preview.bring([(path.name, file)], None, burst=False)
        await preview.settled()
        preview.must_have_been_read()
        return (await previews.keep(preview, dataset_id)).id
    finally:
        with contextlib.suppress(ConvscopeError):
            await previews.discard(preview)


def _take_apart(given: IO[bytes], place: Path) -> str | None:
    """Put the parts of the zip under names of ours; the data set's id, if there is one."""
    with (place / "given").open("wb") as file:
        shutil.copyfileobj(given, file, _COPIED_BYTES)
    dataset_id: str | None = None
    with opened_archive(place / "given") as members:
        found = {member.path: member for member in members}
        if RUN not in found:
            raise UploadError(f"Expected a run's file, or a zip with {RUN} in it.")
        _copy(found[RUN], place / RUN)
        for name, member in found.items():
            if match := _SET.fullmatch(name):
                dataset_id = match[1]
                _copy(member, place / "data.zip")
    return dataset_id


def _copy(member: Member, path: Path) -> None:
    with member.open() as stream, path.open("wb") as file:
        shutil.copyfileobj(stream, file, _COPIED_BYTES)


def _place(settings: Settings) -> Path:
    place = settings.own_data_dir / f"{own_sets.UNFINISHED}{token_hex(8)}"
    place.mkdir(parents=True, mode=0o700)
    return place
