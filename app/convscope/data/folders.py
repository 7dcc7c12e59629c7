"""Where a published data set may lie in a data directory, as other programs put it there."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_DEPTH = 12  # folders below a data directory: torchvision's root/MNIST/raw, and some around it
_MOST_FOLDERS = 2000  # that are looked at, so that a whole disk is not
_OTHER = re.compile(r"[^a-z0-9]+")


def spelled(name: str) -> str:
    """A name without case, spaces, hyphens and the like: `FashionMNIST` is `fashion-mnist`."""
    return _OTHER.sub("", name.lower())


class DataFiles:
    """What lies in some data directories, as of when this was made."""

    def __init__(self, data_dirs: Sequence[Path]) -> None:
        self._folders = [
            (folder, _names(directory, folder))
            for directory in data_dirs
            for folder in _walk(directory)
        ]

    def places(self, name: str) -> list[Path]:
        """Folders that are called so, however spelled, and those in them, the nearest first."""
        wanted = spelled(name)
        return [folder for folder, names in self._folders if wanted in names]

    def called(self, name: str, end: str) -> list[Path]:
        """Files of this name and end, however spelled."""
        wanted = spelled(name)
        return [
            path
            for folder, _ in self._folders
            for path in sorted(folder.glob(f"*{end}"))
            if spelled(path.name.removesuffix(end)) == wanted
        ]


def _names(directory: Path, folder: Path) -> frozenset[str]:
    """Of a folder and of those around it, up to the data directory."""
    return frozenset(map(spelled, (directory.name, *folder.relative_to(directory).parts)))


def _walk(directory: Path) -> Iterator[Path]:
    """The directory, if it is one, and the folders below it, the nearest first."""
    level, seen = [directory] if directory.is_dir() else [], 0
    for _ in range(_DEPTH + 1):
        below: list[Path] = []
        for folder in level:
            yield folder
            seen += 1
            if seen >= _MOST_FOLDERS:
                return
            below += _below(folder)
        level = below


def _below(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            inside = [entry.name for entry in entries if entry.is_dir(follow_symlinks=True)]
    except OSError:
        return []
    return [folder / name for name in sorted(inside) if not name.startswith(".")]
