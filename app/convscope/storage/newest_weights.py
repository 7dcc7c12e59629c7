"""The newest weights that a run's file holds, read while it is written, without torch."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from convscope.errors import UnreadableRunError
from convscope.storage.reader import reading

NEWEST = "FROM checkpoint ORDER BY segment DESC, step DESC LIMIT 1"


def newest_mark(path: Path) -> str | None:
    """A word that changes when there is a newer checkpoint; None while there is none."""
    row = _row(path, f"SELECT segment, step {NEWEST}")
    return f"{row[0]}-{row[1]}" if row else None


def newest_tensor(path: Path, name: str) -> NDArray[np.float32] | None:
    """One parameter of the newest checkpoint by torch's name; None while there is none.

    UnreadableRunError where the checkpoint is damaged or has no such parameter.
    """
    row = _row(path, f"SELECT tensors {NEWEST}")
    if row is None:
        return None
    try:
        found: NDArray[np.float32] = load(row[0])[f"network/{name}"]
    except Exception as error:  # safetensors' own has no public base
        raise UnreadableRunError(f"The last checkpoint in {path.name} is damaged.") from error
    return found


def _row(path: Path, query: str) -> tuple[Any, ...] | None:
    with reading(path) as connection:
        row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    return row
