"""Writing files that other processes may be reading or writing at the same moment."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path


def write_atomically(path: Path, chunks: Sequence[bytes | memoryview]) -> None:
    """Write a file so that others see it whole or not at all; raises OSError, leaving nothing.

    Several processes may write the same path at once: the last to finish wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, not only what is behind them; raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
