"""Drawings for a network that learned centred digits: centred too, unless that is switched off."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.images.test_centre import by_hand, drawn
from tests.live.test_transfer import exported, taken_in
from tests.support.labelled import stripes_zip
from tests.support.own_sets import kept
from tests.support.pictures import encoded
from tests.support.server import LiveRun, Server

CENTRED = "Its strokes were scaled in proportion to 20/28 of the picture"


@pytest.fixture(scope="module")
def digits(server: Server) -> Iterator[dict[str, Any]]:
    """A set that says that its pictures were centred."""
    options: dict[str, Any] = {"size": [28, 28], "dark_background": True, "centred": True}
    made = kept(server, stripes_zip(30), **options)
    yield made
    server.http.delete(f"/datasets/{made['id']}", params={"force": True})


@pytest.fixture
def run(server: Server, digits: dict[str, Any]) -> Iterator[LiveRun]:
    """A run on it."""
    with server.run(**digits["recipe"]) as made:
        yield made


def seen(run: LiveRun, image: str) -> np.ndarray[Any, Any]:
    """What the network sees."""
    answer = run.send("GET", f"/images/{image}/file", params={"stage": "input"})
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def uploaded(run: LiveRun, **fields: str) -> dict[str, Any]:
    """A drawing, as the pad sends it."""
    files = {"file": ("a.png", encoded(drawn(), "PNG"))}
    answer = run.send("POST", "/images", files=files, data={"invert": "false"} | fields)
    assert answer.status_code == 201, answer.text
    image: dict[str, Any] = answer.json()
    return image


def test_a_drawing_is_centred_and_says_so_until_it_is_switched_off(run: LiveRun) -> None:
    image = uploaded(run)
    assert image["centred"] is True
    assert image["preprocessing"][0].startswith(CENTRED)
    assert np.array_equal(seen(run, image["id"]), by_hand(drawn()))
    plain = run.send("PATCH", f"/images/{image['id']}", json={"centre": False}).json()
    assert (plain["centred"], plain["inverted"]) == (False, False)
    assert plain["preprocessing"] == ["Resized to 28 × 28"]
    assert not np.array_equal(seen(run, image["id"]), by_hand(drawn()))
    inverted = run.send("PATCH", f"/images/{image['id']}", json={"invert": True}).json()
    assert (inverted["centred"], inverted["inverted"]) == (False, True)
    both = {"centre": True, "invert": False}
    again = run.send("PATCH", f"/images/{image['id']}", json=both).json()
    assert again == image
    assert uploaded(run, centre="false")["centred"] is False
    assert run.send("PATCH", f"/images/{image['id']}", json={}).status_code == 422


def test_it_comes_back_as_it_was_from_a_file(run: LiveRun) -> None:
    first, second = uploaded(run), uploaded(run, centre="false")
    copy = taken_in(run.server, exported(run, uploads=True))
    for image in (first, second):
        assert copy.get(f"/images/{image['id']}") == image
        assert np.array_equal(seen(copy, image["id"]), seen(run, image["id"]))


def test_of_other_data_a_drawing_is_centred_only_where_it_is_asked(server: Server) -> None:
    with server.run() as made:
        assert uploaded(made)["centred"] is False
        assert uploaded(made, centre="true")["centred"] is True


def test_a_set_keeps_what_it_says_through_its_own_file(
    server: Server, digits: dict[str, Any]
) -> None:
    assert digits["centred"] is True
    archive = server.http.get(f"/datasets/{digits['id']}/export").content
    back = kept(server, archive, "back.zip")
    assert (back["centred"], back["sha256"]) == (True, digits["sha256"])
    server.http.delete(f"/datasets/{back['id']}", params={"force": True})
    assert not any(
        one["centred"]
        for one in server.http.get("/datasets").json()["datasets"]
        if not one["own"] and one["id"] != "mnist"
    )
