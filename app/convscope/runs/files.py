"""Runs as files that leave and come: made beside the run, and taken in under a new id."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from secrets import token_hex
from typing import IO

from convscope import __version__
from convscope.errors import ConvscopeError
from convscope.journal.exporting import export_to
from convscope.journal.foreign import Bounds
from convscope.journal.importing import import_to
from convscope.journal.library import Library
from convscope.runs.present import now
from convscope.runs.registry import Registry
from convscope.runs.run import Run
from convscope.settings import Settings

PIECE_BYTES = 2**18


@dataclass(frozen=True)
class Leaving:
    """An exported file that has no name any more: it is gone once it is closed."""

    file: IO[bytes]
    size: int

    async def pieces(self) -> AsyncIterator[bytes]:
        """All of it, once."""
        with self.file:
            while piece := await asyncio.to_thread(self.file.read, PIECE_BYTES):
                yield piece


async def export_run(run: Run, library: Library, *, uploads: bool) -> Leaving:
    """A run as one file, with all that was acknowledged up to now."""
    await run.file.durable()
    return await asyncio.to_thread(_export, run, library, uploads)


def _export(run: Run, library: Library, uploads: bool) -> Leaving:
    path = library.part(f"{run.id}-{token_hex(4)}")
    noted = {"run": run.id, "at": now(), "convscope": __version__}
    export_to(run.file.path, path, noted, uploads=uploads)
    file = path.open("rb")
    path.unlink()  # so that nothing stays, however the sending ends
    return Leaving(file, _size(file))


async def import_run(registry: Registry, settings: Settings, given: IO[bytes]) -> Run:
    """A new run from a stranger's file; UnreadableRunError, TooLargeError or RecipeError for one
    that is not to be trusted, UnavailableError where there is no room."""
    library = registry.library
    library.must_have_room(_size(given))
    new_id = registry.new_id()
    await asyncio.to_thread(_import, library, new_id, settings, given)
    try:
        return await registry.adopt(new_id)
    except (ConvscopeError, ValueError):
        library.forget(new_id)
        raise


def _import(library: Library, new_id: str, settings: Settings, given: IO[bytes]) -> None:
    """Under a name that no run has, until all of it is checked."""
    came = library.part(f"{new_id}-came")
    bounds = Bounds(
        settings.max_import_bytes, settings.max_batch_size, settings.max_uploads_per_run
    )
    try:
        with came.open("wb") as file:
            given.seek(0)
            shutil.copyfileobj(given, file, PIECE_BYTES)
        import_to(came, library.part(new_id), bounds, {"imported_from": {"at": now()}})
    finally:
        came.unlink(missing_ok=True)
    library.finish(new_id)


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size
