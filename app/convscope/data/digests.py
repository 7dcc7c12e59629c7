"""SHA-256 of files, remembered by their path, size and time of change.

A remembered digest costs one `stat` a file.  What is remembered lies in the cache directory as
JSON; it is only a saving of time, so a copy that is missing, broken or not writable is no error.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from convscope.data.atomic_write import write_atomically

Stamp = tuple[str, int, int]  # path, size in bytes, time of change in ns

_MEMORY = "digests.json"


def sha256_of(paths: Sequence[Path], cache_dir: Path) -> str:
    """The SHA-256, in hex, of the files' bytes one after another: `cat PATHS | sha256sum`.

    Raises OSError where one cannot be read.
    """
    return _remembered(tuple(_stamp(path) for path in paths), cache_dir)


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return str(path.resolve()), status.st_size, status.st_mtime_ns


@lru_cache(maxsize=256)
def _remembered(stamps: tuple[Stamp, ...], cache_dir: Path) -> str:
    key = "\n".join(f"{path}:{size}:{time_ns}" for path, size, time_ns in stamps)
    digest = _recall(cache_dir).get(key)
    if not isinstance(digest, str):
        digest = _hash([Path(path) for path, _, _ in stamps])
        _remember(cache_dir, key, digest)
    return digest


def _hash(paths: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(2**20):
                total.update(chunk)
    return total.hexdigest()


def _recall(cache_dir: Path) -> dict[str, Any]:
    try:
        known = json.loads((cache_dir / _MEMORY).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(cache_dir: Path, key: str, digest: str) -> None:
    known = _recall(cache_dir) | {key: digest}
    newest = dict(list(known.items())[-256:])
    try:
        write_atomically(cache_dir / _MEMORY, [json.dumps(newest, indent=0).encode()])
    except OSError:
        return  # the next process computes it again
