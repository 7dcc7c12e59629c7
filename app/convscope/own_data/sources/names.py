"""What a path in an archive or folder says: the class, the half, or that it is nobody's picture."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from convscope.own_data.bounds import CLASS_LENGTH, NAME_LENGTH

Half = Literal["train", "test"]

PASSED_OVER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".ipynb_checkpoints")
_TEST = ["test", "testing", "val", "valid", "validation", "held-out", "held_out", "heldout", "eval"]
HALVES: dict[str, Half] = {
    **dict.fromkeys(("train", "training", "trainset"), "train"),
    **dict.fromkeys(_TEST, "test"),
}
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Place:
    """Where a picture stands: its class and half, as far as its path says."""

    name: str | None  # of the class; None for a picture in no folder
    half: Half | None


def parts_of(path: str) -> list[str]:
    """The names along a path, with either slash, in one spelling; steps to nowhere go."""
    whole = unicodedata.normalize("NFC", path.replace("\\", "/"))
    return [part for part in whole.split("/") if part not in ("", ".", "..")]


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


def common_wrap(paths: list[list[str]]) -> int:
    """How many folders all pictures have in common that are neither a half nor the only class.

    A lone folder with several folders in it is no class, though pictures lie beside these.
    """
    wrap = 0
    while True:
        folders = {parts[wrap] for parts in paths if len(parts) > wrap + 1}
        inside = {parts[wrap + 1] for parts in paths if len(parts) > wrap + 2}
        beside = any(len(parts) == wrap + 2 for parts in paths)
        goes_on = len(inside) > 1 or (inside and not beside)
        if len(folders) != 1 or not goes_on or next(iter(folders)).lower() in HALVES:
            return wrap
        wrap += 1


def place_of(parts: list[str], wrap: int, *, halves: bool) -> Place:
    """Of a path less its wrapping folders; `halves`: whether the first folders are halves."""
    folders = parts[wrap:-1]
    half = HALVES.get(folders[0].lower()) if folders and halves else None
    rest = folders[1:] if half else folders
    return Place(clean(rest[0], CLASS_LENGTH) if rest else None, half)


def have_halves(paths: list[list[str]], wrap: int) -> bool:
    """Whether the first folders are halves, with folders of classes in them."""
    folders = {parts[wrap].lower() for parts in paths if len(parts) > wrap + 1}
    deep = any(len(parts) > wrap + 2 for parts in paths)
    return bool(folders) and folders <= set(HALVES) and deep


def clean(text: str, most: int = NAME_LENGTH) -> str:
    """A name as it can be shown: no control characters, not too long, never empty."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text).strip()
    return (shown if len(shown) <= most else f"{shown[: most - 1]}…") or "unnamed"


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A key that sorts `class 9` before `class 10`."""
    pieces = _NUMBERS.split(text.casefold())
    return tuple((0, int(p)) if p.isdecimal() and len(p) < 19 else (1, p) for p in pieces)
