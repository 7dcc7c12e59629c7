"""Files of arrays are brought by the page: chosen together, or dropped."""

import pytest
from playwright.sync_api import FilePayload, expect

from tests.support.data_page import DataPage, own_sets
from tests.support.labelled import cifar_files, idx_files, npz_file
from tests.support.server import LiveRun, Server

pytestmark = [pytest.mark.usefixtures("no_own_data"), pytest.mark.slow]

COUNT, HELD_OUT = 60, 12
IDX = idx_files(COUNT, HELD_OUT)
CIFAR = cifar_files(COUNT, HELD_OUT)
NPZ = npz_file(COUNT, HELD_OUT)


def choose(data: DataPage, files: list[tuple[str, bytes]]) -> None:
    """Files are chosen together."""
    data.page.get_by_label("Files of a data set").set_input_files(
        [
            FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
            for name, content in files
        ]
    )


def expect_all(data: DataPage, classes: tuple[str, str]) -> None:
    """All of it was read, with the halves that it came in."""
    for name in classes:
        expect(data.card(name)).to_contain_text("24 to learn from, 6 held out")
    cards = data.page.get_by_role("listitem").filter(has=data.page.get_by_label("Name of class"))
    expect(cards).to_have_count(len(classes))
    expect(data.editor).to_contain_text("48 pictures to learn from, 12 held out")
    expect(data.editor).not_to_contain_text("refused")
    expect(data.keep).to_be_enabled()


@pytest.mark.parametrize(
    ("files", "classes", "shape"),
    [
        (IDX, ("0", "1"), [1, 24, 24]),
        (CIFAR, ("airplane", "automobile"), [3, 32, 32]),
        ([NPZ], ("lying", "standing"), [1, 24, 24]),
    ],
    ids=["IDX", "CIFAR-10", "npz"],
)
def test_files_of_arrays_are_chosen_and_kept(
    data: DataPage,
    server: Server,
    files: list[tuple[str, bytes]],
    classes: tuple[str, str],
    shape: list[int],
) -> None:
    choose(data, files)
    expect_all(data, classes)
    data.keep.click()
    expect(data.page.get_by_role("status", name="Kept")).to_be_visible()
    [made] = own_sets(server)
    assert (tuple(made["classes"]), made["shape"]) == (classes, shape)
    assert (made["train"], made["test"]) == (COUNT - HELD_OUT, HELD_OUT)


def test_a_dropped_npz_becomes_a_set_that_a_network_learns(data: DataPage, server: Server) -> None:
    data.drop(*NPZ)
    expect_all(data, ("lying", "standing"))
    screen = data.keep_and_open()
    expect(screen.page.locator(".answers .class")).to_contain_text(["lying", "standing"])
    screen.play.click()
    screen.until(lambda: screen.steps() >= 80)
    screen.pause.click()
    run = LiveRun(server, screen.run_id())
    assert run.wait_for("ready")["accuracy"] > 0.9


def test_a_file_of_pictures_without_its_labels_says_what_is_missing(data: DataPage) -> None:
    choose(data, IDX[:1])
    data.page.get_by_text("1 file refused").click()
    expect(data.editor).to_contain_text("train-images-idx3-ubyte.gz: no file of labels")
    expect(data.keep).to_be_disabled()
