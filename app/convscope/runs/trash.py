"""The runs that were deleted within the last day, and can be restored."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from convscope.errors import UnreadableRunError
from convscope.storage.directory import RunDirectory
from convscope.storage.reader import read_stored_run
from convscope.types import JsonObject


def deleted_runs(directory: RunDirectory) -> list[JsonObject]:
    """`{id, name, steps, deleted_at}` of each, the latest first; reads files, call it in a thread.

    A file that cannot be read is left out.
    """
    found = []
    for path in list(directory.deleted()):
        with directory.unmoved():
            if path.exists() and (entry := _entry(path)) is not None:
                found.append(entry)
    return sorted(found, key=lambda entry: str(entry["deleted_at"]), reverse=True)


def _entry(path: Path) -> JsonObject | None:
    try:
        kept, at = read_stored_run(path), path.stat().st_mtime
    except (UnreadableRunError, OSError, sqlite3.Error, ValueError):
        return None
    when = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    name = kept.about.get("name")
    return {"id": path.stem, "name": name, "steps": kept.steps, "deleted_at": when}
