"""Runs as files: exported beside the run, and imported under a new id."""

import asyncio
import shutil
from secrets import token_hex
from typing import IO

from convscope import __version__
from convscope.runs.run import Run
from convscope.runs.status import now
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from convscope.storage.exported_file import ExportedFile
from convscope.storage.exporter import export_to
from convscope.storage.importing.importer import import_to
from convscope.storage.importing.untrusted import Bounds

COPIED_BYTES = 2**18  # at once
IMPORT_TIMES = 2  # as much as the file itself: as it came, and what is made of it


async def export_run(run: Run, directory: RunDirectory, *, uploads: bool) -> ExportedFile:
    """A run as one file, with all that was acknowledged up to now."""
    await run.file.durable()
    return await asyncio.to_thread(_export, run, directory, uploads)


def _export(run: Run, directory: RunDirectory, uploads: bool) -> ExportedFile:
    path = directory.part(f"{run.id}-{token_hex(4)}")
    noted = {"run": run.id, "at": now(), "convscope": __version__}
    export_to(run.file.path, path, noted, uploads=uploads)
    return ExportedFile.of(path)


async def import_file(
    given: IO[bytes], directory: RunDirectory, new_id: str, settings: Settings
) -> None:
    """Make a run's file from an untrusted one; UnreadableRunError, TooLargeError or RecipeError for
    one that is not to be trusted, UnavailableError where there is no room."""
    with directory.reserved(IMPORT_TIMES * _size(given)):
        await asyncio.to_thread(_import, directory, new_id, settings, given)


def _import(directory: RunDirectory, new_id: str, settings: Settings, given: IO[bytes]) -> None:
    """Under a name that no run has, until all of it is checked."""
    received = directory.part(f"{new_id}-received")
    bounds = Bounds(
        settings.max_import_bytes, settings.max_batch_size, settings.max_uploads_per_run
    )
    try:
        with received.open("wb") as file:
            given.seek(0)
            shutil.copyfileobj(given, file, COPIED_BYTES)
        import_to(received, directory.part(new_id), bounds, {"imported_from": {"at": now()}})
    finally:
        received.unlink(missing_ok=True)
    directory.finish(new_id)


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size
