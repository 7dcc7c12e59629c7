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
    "batches.meta.txt",  # CIFAR-10's names of classes
)  # fmt: skip
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


@dataclass(frozen=True)
class Layout:
    """Which of the folders that many pictures stand in are classes."""

    wrap: int  # folders around all of them
    halves: bool  # whether those below are halves
    inside: int  # folders between a class and its pictures, of one name in every class


def parts_of(path: str) -> list[str]:
    """The names along a path, with either slash, in one spelling; steps to nowhere go."""
    whole = unicodedata.normalize("NFC", path.replace("\\", "/"))
    return [part for part in whole.split("/") if part not in ("", ".", "..")]


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


def layout_of(paths: list[list[str]], wrap: int | None = None, inside: int | None = None) -> Layout:
    """Which folders of these paths are classes; what is given is known of more paths than these."""
    if wrap is None:
        wrap = common_wrap(paths)
    halves = _have_halves(paths, wrap)
    folders = [_folders(parts, wrap, halves=halves) for parts in paths]
    return Layout(wrap, halves, common_inside(folders) if inside is None else inside)


def common_inside(folders: list[list[str]]) -> int:
    """How many folders between a class and its pictures all have the name of the others': 1 for
    `maple/images` and `oak/images`. 0 where no folders differ."""
    for inside in range(max(map(len, folders), default=0)):
        if len({names[-1 - inside] for names in folders if len(names) > inside}) > 1:
            return inside
    return 0


def place_of(parts: list[str], layout: Layout) -> Place:
    """The class is the folder that holds the picture, or the one around what is inside of all."""
    half = None
    if layout.halves and len(parts) > layout.wrap + 1:
        half = HALVES.get(parts[layout.wrap].lower())
    folders = _folders(parts, layout.wrap, halves=layout.halves)
    if not folders:
        return Place(None, half)
    return Place(clean(folders[max(0, len(folders) - 1 - layout.inside)], CLASS_LENGTH), half)


def level_says(paths: list[list[str]], layout: Layout) -> str | None:
    """Which folders are the classes, where folders lie inside folders."""
    nested = [_folders(parts, layout.wrap, halves=layout.halves) for parts in paths]
    deep = next((names for names in nested if len(names) > 1), None)
    if deep is None:
        return None
    if not layout.inside:
        return (
            "Folders lie inside folders: the folder that holds a picture itself is its class, and "
            "folders of one name are one class."
        )
    common = clean("/".join(deep[-layout.inside :]))
    return f"Folders lie inside folders: the folder around {common} is a picture's class."


def _folders(parts: list[str], wrap: int, *, halves: bool) -> list[str]:
    """Those of a path that can be classes: no wrapping ones, and no half above or below others."""
    folders = parts[wrap:-1]
    if halves and folders and folders[0].lower() in HALVES:
        folders = folders[1:]
    while len(folders) > 1 and folders[-1].lower() in HALVES:
        folders = folders[:-1]
    return folders


def _have_halves(paths: list[list[str]], wrap: int) -> bool:
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
