"""Wrong labels that are planted in a data set, and the answers that show them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.support.own_sets import kept
from tests.support.server import LiveRun, Server

CLASSES = ["lying", "standing", "plain"]
HELD_OUT, COUNT, SIZE = 90, 450, 20
Labels = NDArray[np.uint8]


def pictures() -> NDArray[np.uint8]:
    """Lines that lie, lines that stand and grey, by turns, (N, H, W)."""
    draw = np.random.default_rng(3)
    made = draw.normal(128, 8, (COUNT, SIZE, SIZE))
    for number in range(COUNT):
        wave = 90 * np.sin(np.arange(SIZE) * draw.uniform(0.8, 1.4) + draw.uniform(0, 6))
        made[number] += [wave[:, None], wave, 0][number % 3]
    return made.clip(0, 255).astype(np.uint8)


def true_labels() -> Labels:
    return (np.arange(COUNT) % 3).astype(np.uint8)


@contextmanager
def trained_on(server: Server, labels: Labels) -> Iterator[LiveRun]:
    """A run that learned these pictures by these labels, of which the first are held out."""
    images, file = pictures(), io.BytesIO()
    np.savez_compressed(
        file,
        x_train=images[HELD_OUT:],
        y_train=labels[HELD_OUT:],
        x_test=images[:HELD_OUT],
        y_test=labels[:HELD_OUT],
        class_names=np.array(CLASSES),
    )
    made = kept(server, file.getvalue(), "patterns.npz")
    assert made["classes"] == CLASSES
    with server.run(**made["recipe"]) as run:
        run.post("/step", steps=200)
        yield run
    server.http.delete(f"/datasets/{made['id']}", params={"force": True})


def is_plain(run: LiveRun, image: str) -> bool:
    """Whether a picture has no lines, by what the server shows of it."""
    file = run.send("GET", f"/images/{image}/file", params={"stage": "input"}).content
    with Image.open(io.BytesIO(file)) as picture:
        return float(np.asarray(picture.convert("L")).std()) < 20


def test_held_out_pictures_with_wrong_labels_are_the_surest_mistakes(server: Server) -> None:
    labels = true_labels()
    planted = [number for number in range(HELD_OUT) if labels[number] == 2][::3]
    labels[planted] = 0  # plain ones that are called lying
    with trained_on(server, labels) as run:
        found = run.get("/confusion")
        expected = np.diag([30, 30, 30 - len(planted)])
        expected[0, 2] = len(planted)
        assert found["matrix"] == expected.tolist()
        assert len(found["mistakes"]) == len(planted)
        assert all(is_plain(run, one["image"]) for one in found["mistakes"])
        assert all(one["confidence"] > 0.9 for one in found["mistakes"])
        cell = run.get("/confusion/images", true=0, predicted=2)
        assert cell["images"] == found["mistakes"]
        lying, _, plain = found["classes"]
        assert lying["recall"] == 30 / (30 + len(planted))
        assert (plain["recall"], plain["precision"]) == (1, (30 - len(planted)) / 30)


def test_two_classes_that_are_swapped_in_training_stand_crosswise(server: Server) -> None:
    labels = true_labels()
    labels[HELD_OUT:] = np.array([1, 0, 2], np.uint8)[labels[HELD_OUT:]]
    with trained_on(server, labels) as run:
        found = run.get("/confusion")
        assert found["matrix"] == [[0, 30, 0], [30, 0, 0], [0, 0, 30]]
        mistakes = run.get("/confusion", count=100)["mistakes"]
        assert len(mistakes) == 60
        assert all({one["true"], one["predicted"]} == {0, 1} for one in mistakes)


def test_a_class_whose_training_labels_are_partly_wrong_loses_its_recall(server: Server) -> None:
    labels = true_labels()
    standing = [number for number in range(HELD_OUT, COUNT) if labels[number] == 1]
    labels[standing[: len(standing) * 4 // 5]] = 0
    with trained_on(server, labels) as run:
        found = run.get("/confusion")
        lying, standing_one, plain = found["classes"]
        assert standing_one["recall"] < 0.5 < lying["recall"]
        assert plain["recall"] == plain["precision"] == 1
        assert found["matrix"][1][0] > 15
        wrong = [one for one in found["mistakes"] if (one["true"], one["predicted"]) == (1, 0)]
        assert len(wrong) == len(found["mistakes"])
