"""What a path in an archive or folder says: the class, the half, or that it is nobody's picture."""

import posixpath
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from convscope.own_data.bounds import CLASS_LENGTH, NAME_LENGTH

Half = Literal["train", "test"]

PASSED_OVER = (
    "__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".ipynb_checkpoints",
    "batches.meta.txt", "readme.html",  # CIFAR-10's names of classes, and a link to its page
)  # fmt: skip
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".heic", ".heif")
_TEST = ["test", "testing", "val", "valid", "validation", "held-out", "held_out", "heldout", "eval"]
HALVES: dict[str, Half] = {
    **dict.fromkeys(("train", "training", "trainset"), "train"),
    **dict.fromkeys(_TEST, "test"),
}
_DRIVE = re.compile(r"[A-Za-z]:/")
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Place:
    """Where a picture stands: its class and half, as far as its path says."""

    name: str | None  # of the class; None for a picture in no folder
    half: Half | None


def parts_of(path: str) -> list[str]:
    """The names along a path, with either slash, in one spelling; `..` takes a step back."""
    whole = unicodedata.normalize("NFC", path.replace("\\", "/"))
    return [part for part in posixpath.normpath(whole).split("/") if part not in ("", ".", "..")]


def leads_outside(path: str) -> bool:
    """Whether a member of an archive would lie outside the folder that it is unpacked in."""
    plain = posixpath.normpath(path.replace("\\", "/"))
    return plain.startswith("/") or plain.split("/")[0] == ".." or bool(_DRIVE.match(plain))


def passed_over(parts: list[str]) -> str | None:
    """Which name of `PASSED_OVER`, or `hidden file`, a path has; None for a picture's."""
    for part in parts:
        if part in PASSED_OVER:
            return part
        if part.startswith("._"):
            return "._* (of macOS)"
        if part.startswith("."):
            return "hidden files"
    return None


def class_level(paths: list[list[str]]) -> int:
    """How many folders are around those that are classes, halves included.

    As torchvision's ImageFolder has it, the outermost folders are the classes; where there is only
    one, or they are halves with folders in them, those below.
    """
    folders = [parts[:-1] for parts in paths]
    in_halves = False
    for level in range(max(map(len, folders), default=0)):
        found = {names[level] for names in folders if len(names) > level}
        deeper = any(len(names) > level + 1 for names in folders)
        if deeper and not in_halves and {name.lower() for name in found} <= set(HALVES):
            in_halves = True
        elif len(found) > 1:
            return level
    return max(0, min(map(len, folders), default=0) - 1)


def place_of(parts: list[str], level: int) -> Place:
    """The class is the folder with `level` folders around it, one of which may be a half."""
    folders = parts[:-1]
    around = (HALVES.get(name.lower()) for name in folders[:level])
    name = clean(folders[level], CLASS_LENGTH) if len(folders) > level else None
    return Place(name, next(filter(None, around), None))


def level_says(paths: list[list[str]], level: int) -> str | None:
    """Which folders are the classes, where folders lie inside these."""
    deep = next((parts for parts in paths if len(parts) > level + 2), None)
    if deep is None:
        return None
    name = clean(deep[level], CLASS_LENGTH)
    return (
        "Folders lie inside the classes' folders: the outer one is the class, as in PyTorch's "
        f"ImageFolder. {clean('/'.join(deep[level:-1]))}, for one, is taken with {name}."
    )


def clean(text: str, most: int = NAME_LENGTH) -> str:
    """A name as it can be shown: no control characters, not too long, never empty."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text).strip()
    return (shown if len(shown) <= most else f"{shown[: most - 1]}…") or "unnamed"


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A key that sorts `class 9` before `class 10`."""
    pieces = _NUMBERS.split(text.casefold())
    return tuple((0, int(p)) if p.isdecimal() and len(p) < 19 else (1, p) for p in pieces)
