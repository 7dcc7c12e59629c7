"""Preprocessing over REST: the same numbers wherever a picture enters."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.live.test_transfer import exported, taken_in
from tests.support.api_calls import npy
from tests.support.pictures import encoded
from tests.support.server import LiveRun, Server

NETWORK = {
    "input": [1, 20, 24],
    "layers": [
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 1},
        {"type": "ReLU"},
        {"type": "MaxPool2d", "kernel_size": 2},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}
HOW = {"mean": 0.5, "std": [0.25], "resize": "stretch"}
DATA = {"dataset": "shapes", "preprocessing": HOW}


@pytest.fixture(scope="module")
def run(server: Server) -> Iterator[LiveRun]:
    """On coloured pictures of 64 × 64, of which its network sees 24 × 20 grey ones."""
    with server.run(network=NETWORK, data=DATA, batch_size=8, seed=1) as made:
        made.post("/step", steps=12)
        yield made


def original(run: LiveRun, image: str) -> Image.Image:
    """A picture as the data set has it."""
    answer = run.send("GET", f"/images/{image}/file")
    return Image.open(BytesIO(answer.content))


def as_entered(picture: Image.Image) -> np.ndarray[Any, Any]:
    """As its recipe says, plainly."""
    small = picture.convert("RGB").resize((24, 20), Image.Resampling.BILINEAR).convert("L")
    return (np.asarray(small, np.float32) / np.float32(255) - np.float32(0.5)) / np.float32(0.25)


def test_a_run_says_how_pictures_enter_it(run: LiveRun) -> None:
    told = run.get()["recipe"]["data"]["preprocessing"]
    assert told == {"scale": 1 / 255, "channels": "as network"} | HOW
    said = run.get("/images/test-4")["preprocessing"]
    assert said == [
        "Resized to the input's size, whatever its proportions: 24 × 20",
        "Turned to grey (0.299 R + 0.587 G + 0.114 B)",
        "Each pixel (0 … 255) divided by 255, then less 0.5, then divided by 0.25",
    ]


def test_the_batch_is_of_those_numbers(run: LiveRun) -> None:
    examples = run.get("/batch", step=3)["examples"]
    images = npy(run, "/batch", step=3)
    for image, example in zip(images, examples, strict=True):
        expected = as_entered(original(run, example["image"]))
        assert np.array_equal(image[0], expected)


def test_maps_and_explanations_of_data_and_uploads_are_of_those_numbers(run: LiveRun) -> None:
    kernel = npy(run, "/layers/conv1/tensors/weight")[:, 0, 0, 0]
    bias = npy(run, "/layers/conv1/tensors/bias")
    picture = original(run, "test-4")
    sent = {"file": ("a.png", encoded(picture, "PNG"))}
    upload = run.send("POST", "/images", files=sent, data={"invert": "false"}).json()
    assert upload["preprocessing"][-1] == (
        "Each pixel (0 … 255) divided by 255, then less 0.5, then divided by 0.25"
    )
    expected = kernel[:, None, None] * as_entered(picture) + bias[:, None, None]
    for image in ("test-4", upload["id"]):
        maps = npy(run, "/layers/conv1/feature-maps", image=image)
        assert np.allclose(maps, expected, rtol=1e-5, atol=1e-6)
    said = run.get("/explain/output", layer="conv1", image="test-4", channel=1, y=3, x=2)
    assert said["channels"][0]["patch"] == [[pytest.approx(as_entered(picture)[3, 2], rel=1e-6)]]


def test_the_past_is_made_again_and_a_file_opens_elsewhere_to_the_same_bits(
    run: LiveRun,
) -> None:
    then = run.send("GET", "/weights", params={"step": 7}).content
    copy = taken_in(run.server, exported(run))
    assert copy.get()["recipe"] == run.get()["recipe"]
    assert copy.send("GET", "/weights", params={"step": 7}).content == then
    for each in (run, copy):
        each.post("/step", until=20)
    assert run.send("GET", "/weights").content == copy.send("GET", "/weights").content


def test_a_fork_goes_on_with_it_and_refuses_others(run: LiveRun) -> None:
    changed = {"seed": 9, "data": {"dataset": "shapes", "classes": list("abcdefghij")}}
    made = LiveRun(run.server, run.post("/fork", step=5, recipe=changed)["id"])
    assert made.get()["recipe"]["data"]["preprocessing"]["mean"] == 0.5
    other = {"data": {"preprocessing": HOW | {"mean": 0.4}}}
    answer = run.send("POST", "/fork", json={"step": 5, "recipe": other})
    assert answer.status_code == 422
    assert "scale, mean and std cannot change" in answer.json()["detail"]


def test_the_code_of_a_run_has_it(run: LiveRun) -> None:
    for framework in ("pytorch", "keras"):
        code = run.send("GET", "/code", params={"framework": framework}).text
        assert "def to_input(pixels" in code
        assert "[0.5]" in code


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"dataset": "shapes"}, "data.preprocessing would have them fitted"),
        ({"dataset": "shapes", "preprocessing": {"mean": [0.1] * 3}}, "mean has 3 numbers"),
        ({"dataset": "shapes", "preprocessing": {"std": 0}}, "expected std above 0"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    server: Server, data: dict[str, Any], says: str
) -> None:
    answer = server.http.post("/runs", json={"network": NETWORK, "data": data})
    assert answer.status_code == 422
    assert says in answer.text


def test_a_fitted_data_set_too_large_to_keep_is_refused(server: Server) -> None:
    large = {
        "input": [3, 512, 512],
        "layers": [{"type": "Conv2d", "out_channels": 1, "kernel_size": 1}],
    }
    data = {"dataset": "shapes", "preprocessing": {}}
    answer = server.http.post("/runs", json={"network": large, "data": data, "batch_size": 2})
    assert answer.status_code == 422
    assert "at most 1,024 MB are kept of a data set" in answer.text
