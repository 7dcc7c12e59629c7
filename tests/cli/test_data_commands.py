"""`convscope data` in a process of its own, with and without a server."""

from pathlib import Path

import pytest

from tests.cli.test_commands import Machine
from tests.support.labelled import png_of, stripes, stripes_zip
from tests.support.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def folder_of(place: Path, count: int = 30) -> Path:
    """Stripes as PNGs, a folder a class, with what systems leave behind."""
    for number, (label, pixels) in enumerate(stripes(count)):
        path = place / label / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_of(pixels))
    (place / ".DS_Store").write_bytes(b"x")
    (place / "lying" / "notes.txt").write_text("these lie")
    return place


def test_a_folder_is_added_trained_on_exported_and_deleted(machine: Machine) -> None:
    folder = folder_of(machine.folder / "Lines")
    out, err = machine.do("data", "add", folder, "--held-out", 0.2)
    assert out.startswith("lines-")
    assert "Lines: 24 pictures to learn from, 6 held out, 2 classes" in err
    assert "Refused lying/notes.txt: it is no picture." in err
    assert "Passed over: 1 × .DS_Store." in err
    assert out in machine.do("data", "list")[0]
    machine.do("train", "--data", "Lines", "--steps", 60)
    target = machine.folder / "out.zip"
    assert machine.do("data", "export", out, "-o", target)[0] == str(target)
    again = machine.do("data", "add", target)[0]
    assert "uses this data set" in machine.do("data", "delete", out, "--yes", status=1)[1]
    assert "Expected --yes" in machine.do("data", "delete", again, status=2)[1]
    assert again in machine.do("data", "list")[0]
    machine.do("data", "delete", again, "--yes")
    assert again not in machine.do("data", "list")[0]


def test_a_picture_in_two_classes_is_named_and_a_broken_one_told_in_one_sentence(
    machine: Machine,
) -> None:
    folder = folder_of(machine.folder / "Lines")
    same = png_of(stripes(1, seed=7)[0][1])
    for name in ("lying/same.png", "standing/twin.png"):
        (folder / name).write_bytes(same)
    (folder / "lying" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    err = machine.do("data", "add", folder)[1]
    assert "A picture stands in more than one class." in err
    assert "The same picture: lying/same.png, standing/twin.png." in err
    [broken] = [line for line in err.splitlines() if "broken.jpg" in line]
    assert broken.endswith(".")
    assert not broken.endswith("..")


def test_a_server_that_runs_is_asked(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        machine = Machine(tmp_path)
        archive = tmp_path / "s.zip"
        archive.write_bytes(stripes_zip(20))
        made = machine.do("data", "add", archive, "--title", "Served", "--size", 16)[0]
        found = server.http.get(f"/datasets/{made}").json()
        assert (found["title"], found["shape"]) == ("Served", [1, 16, 16])


def test_what_cannot_become_a_set_is_a_sentence_and_leaves_nothing(machine: Machine) -> None:
    (machine.folder / "one").mkdir()
    (machine.folder / "one" / "1.png").write_bytes(png_of(stripes(1)[0][1]))
    _, err = machine.do("data", "add", machine.folder / "one", status=1)
    assert "Refused 1.png: it is in no folder" in err
    assert "There is no picture yet." in err
    (machine.folder / "cut.zip").write_bytes(stripes_zip(4)[:99])
    _, err = machine.do("data", "add", machine.folder / "cut.zip", status=1)
    assert "cut.zip: Expected a whole zip archive" in err
    assert "no picture" not in err
    _, err = machine.do("data", "add", machine.folder / "none", status=2)
    assert "expected a file or folder" in err
    own = machine.folder / "state" / "convscope" / "datasets"
    assert not list(own.iterdir())
