"""Pictures over REST: uploads, held-out ones, and what preprocessing makes of them."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.support.api_calls import npy, photograph
from tests.support.pictures import encoded, gradient
from tests.support.server import LiveRun, Server


def test_an_upload_is_prepared_looked_at_inverted_replaced_and_forgotten(run: LiveRun) -> None:
    answer = run.send("POST", "/images", files={"file": ("a.png", photograph())})
    assert answer.status_code == 201, answer.text
    image = answer.json()
    assert image["inverted"], "a light picture for dark data"
    assert any("200 × 200" in sentence for sentence in image["preprocessing"])
    before = npy(run, "/layers/conv1/feature-maps", image=image["id"])
    assert before.shape == (8, 28, 28)
    again = run.send("PATCH", f"/images/{image['id']}", json={"invert": False}).json()
    assert not again["inverted"]
    after = npy(run, "/layers/conv1/feature-maps", image=image["id"])
    assert not np.allclose(before, after)
    replaced = run.send(
        "PUT", f"/images/{image['id']}", files={"file": ("b.png", photograph(28, 28))}
    )
    assert (replaced.json()["id"], replaced.json()["width"]) == (image["id"], 28)
    original = run.send("GET", f"/images/{image['id']}/file").content
    assert Image.open(io.BytesIO(original)).size == (28, 28)
    assert [entry["id"] for entry in run.get("/images")["images"]] == [image["id"]]
    assert run.send("DELETE", f"/images/{image['id']}").status_code == 204
    assert run.send("GET", "/predictions", params={"image": image["id"]}).status_code == 404


def test_an_avif_is_taken_and_named_as_what_it_is(run: LiveRun) -> None:
    data = encoded(gradient(60, 40), "AVIF")
    image = run.send("POST", "/images", files={"file": ("a.avif", data)}).json()
    assert (image["format"], image["width"], image["height"]) == ("AVIF", 60, 40)
    assert image["preprocessing"][0] == "Cropped to the middle 40 × 40 of 60 × 40"


def test_an_uploads_scores_are_those_of_what_preprocessing_made_of_it(run: LiveRun) -> None:
    image = run.send("POST", "/images", files={"file": ("a.png", photograph(90, 120))}).json()
    seen = run.send("GET", f"/images/{image['id']}/file", params={"stage": "input"}).content
    files = {"file": ("seen.png", seen)}
    same = run.send("POST", "/images", files=files, data={"invert": "false"}).json()
    one, two = (run.get("/predictions", image=entry["id"]) for entry in (image, same))
    assert one["classes"] == two["classes"]


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"<svg/>", 415), (photograph()[:500], 400), (b"", 400), (bytes(17 * 2**20), 413)],
)
def test_an_upload_that_is_no_picture_is_refused(run: LiveRun, data: bytes, status: int) -> None:
    answer = run.send("POST", "/images", files={"file": ("a.png", data)})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].endswith(".")


def test_a_test_picture_has_its_class(run: LiveRun) -> None:
    image = run.get("/images/test-7")
    assert (image["source"], image["width"]) == ("test", 28)
    assert image["class"] == run.get()["classes"][image["label"]]


def test_pictures_can_be_chosen_by_class_and_seen_on_a_sheet(server: Server) -> None:
    answer = server.http.get("/datasets/fashion-mnist-10k/images", params={"label": 3, "limit": 5})
    images = answer.json()["images"]
    assert [entry["label"] for entry in images] == [3] * 5
    sheet = server.http.get("/datasets/fashion-mnist-10k/sheet", params={"limit": 24, "columns": 6})
    assert Image.open(io.BytesIO(sheet.content)).size == (6 * 28, 4 * 28)
    small = server.http.get(f"{sheet.url}&format=webp")
    assert Image.open(io.BytesIO(small.content)).size == (6 * 28, 4 * 28)
    assert small.headers["content-type"] == "image/webp"
    assert len(small.content) < 0.6 * len(sheet.content)
