import os
import random
from pathlib import Path

import pytest

from convscope.own_data.sources.names import (
    class_level,
    clean,
    level_says,
    natural,
    parts_of,
    passed_over,
    place_of,
)


def places(*paths: str) -> list[tuple[str | None, str | None]]:
    """Class and half of each path among all of them."""
    parts = [parts_of(path) for path in paths]
    level = class_level(parts)
    found = [place_of(each, level) for each in parts]
    return [(place.name, place.half) for place in found]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["oak/1.jpg", "maple/2.jpg"], [("oak", None), ("maple", None)]),
        (["leaves/oak/1.jpg", "leaves/maple/2.jpg"], [("oak", None), ("maple", None)]),
        (["a/b/oak/1.jpg", "a/b/maple/2.jpg"], [("oak", None), ("maple", None)]),
        (["a/oak/old/1.jpg", "a/maple/new/2.jpg"], [("oak", None), ("maple", None)]),
        (["a/oak/pics/1.jpg", "a/elm/pics/2.jpg"], [("oak", None), ("elm", None)]),
        (["oak/x/pics/1.jpg", "elm/x/pics/2.jpg"], [("oak", None), ("elm", None)]),
        (["oak/pics/1.jpg", "oak/pics/2.jpg"], [("pics", None), ("pics", None)]),
        (["oak/train/1.jpg", "elm/test/2.jpg"], [("oak", None), ("elm", None)]),
        (["train/oak/i/1.jpg", "test/elm/i/2.jpg"], [("oak", "train"), ("elm", "test")]),
        (
            ["wrap/a/1.jpg", "wrap/b/2.jpg", "x/3.jpg"],
            [("wrap", None), ("wrap", None), ("x", None)],
        ),
        (
            ["p/day1/oak/1.jpg", "p/day1/elm/2.jpg", "p/day2/oak/3.jpg"],
            [("day1", None), ("day1", None), ("day2", None)],
        ),
        (
            ["a/cover.jpg", "a/oak/1.jpg", "a/elm/2.jpg"],
            [(None, None), ("oak", None), ("elm", None)],
        ),
        (["oak/1.jpg", "elm/x/y/2.jpg", "3.jpg"], [("oak", None), ("elm", None), (None, None)]),
        (["oak/1.jpg", "oak/old/2.jpg"], [("oak", None), ("oak", None)]),
        (["train/i/oak/1.jpg", "test/i/elm/2.jpg"], [("oak", "train"), ("elm", "test")]),
        (["train/train/1.jpg", "test/test/2.jpg"], [("train", "train"), ("test", "test")]),
        (["oak/1.jpg", "oak/2.jpg"], [("oak", None), ("oak", None)]),
        (["trees/oak/1.jpg", "trees/oak/2.jpg"], [("oak", None), ("oak", None)]),
        (["1.jpg", "2.jpg"], [(None, None), (None, None)]),
        (["train/oak/1.jpg", "test/oak/2.jpg"], [("oak", "train"), ("oak", "test")]),
        (["x/Train/oak/1.jpg", "x/VAL/oak/2.jpg"], [("oak", "train"), ("oak", "test")]),
        (["train/oak/1.jpg", "train/elm/2.jpg"], [("oak", "train"), ("elm", "train")]),
        (
            ["test/1.jpg", "test/2.jpg", "best/3.jpg"],
            [("test", None), ("test", None), ("best", None)],
        ),
        (["leaves\\oak\\1.jpg", "leaves\\elm\\2.jpg"], [("oak", None), ("elm", None)]),
    ],
)
def test_a_pictures_folders_say_its_class_and_its_half(
    paths: list[str], expected: list[tuple[str | None, str | None]]
) -> None:
    assert places(*paths) == expected


def image_folder(root: Path) -> dict[str, str]:
    """Class of each picture, as torchvision's `find_classes` and `make_dataset` walk a folder."""
    found: dict[str, str] = {}
    for name in (entry.name for entry in os.scandir(root) if entry.is_dir()):
        for parent, _, files in os.walk(root / name, followlinks=True):
            found |= {Path(parent, file).relative_to(root).as_posix(): name for file in files}
    return found


@pytest.mark.parametrize("seed", range(40))
def test_classes_are_those_of_torchvisions_image_folder(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    names = ["oak", "elm", "fir", "ash", "train", "test"]
    tops = {"oak", *draw.sample(names[1:], draw.randint(1, 3))}  # two classes, and not only halves
    paths = [f"{top}/{number}.jpg" for number, top in enumerate(sorted(tops))]
    for number in range(draw.randint(0, 12)):
        inner = draw.choices(names, k=draw.randint(0, 3))
        paths.append("/".join([draw.choice(sorted(tops)), *inner, f"x{number}.jpg"]))
    for path in [*paths, "beside.jpg"]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    expected = image_folder(tmp_path)
    assert places(*paths) == [(expected[path], None) for path in paths]
    assert places("beside.jpg", *paths)[1:] == places(*paths)


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        (["leaves/oak/1.jpg", "leaves/elm/2.jpg"], None),
        (["train/oak/1.jpg", "test/elm/2.jpg"], None),
        (["leaves/oak/1.jpg", "leaves/elm/old/2.jpg"], "elm/old, for one, is taken with elm."),
        (["train/oak/a/b/1.jpg", "test/elm/2.jpg"], "oak/a/b, for one, is taken with oak."),
    ],
)
def test_folders_in_folders_are_told_with_the_level_of_the_classes(
    paths: list[str], says: str | None
) -> None:
    parts = [parts_of(path) for path in paths]
    told = level_says(parts, class_level(parts))
    assert (told is None) == (says is None)
    assert (says or "") in (told or "")


def test_a_letter_with_its_accent_apart_is_the_same_letter() -> None:
    assert places("A\u0308pfel/1.jpg", "\u00c4pfel/2.jpg") == [("\u00c4pfel", None)] * 2


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("__MACOSX/oak/._1.jpg", "__MACOSX"),
        ("oak/.DS_Store", ".DS_Store"),
        ("oak/Thumbs.db", "Thumbs.db"),
        ("oak/._1.jpg", "._* (of macOS)"),
        (".trash/1.jpg", "hidden files"),
        ("oak/1.jpg", None),
    ],
)
def test_what_systems_leave_behind_is_passed_over(path: str, what: str | None) -> None:
    assert passed_over(parts_of(path)) == what


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["class 10", "Class 9", "b", "a", "class 9b"]
    assert sorted(names, key=natural) == ["a", "b", "Class 9", "class 9b", "class 10"]


def test_a_name_is_shown_without_what_a_terminal_obeys() -> None:
    assert clean("oak\x1b[31m\n") == "oak�[31m�"
    assert clean("   ") == "unnamed"
    assert len(clean("x" * 500)) == 200
