"""What a filter answers to, wants and is worth over REST, with what was planted in it."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope.api.openapi.examples.filters import ABLATION, MAXIMIZATION, PATCHES
from convscope.api.openapi.examples.run import RUN
from tests.support.api_calls import expect_refused, npy
from tests.support.server import LiveRun, Server

FILTER = "/layers/conv1/filters/3"


def plant_edge(run: LiveRun) -> None:
    """Filter 3 of conv1 becomes a vertical Sobel."""
    run.post("/interventions", **{"type": "fill", "layer": "conv1", "filter": 3, "with": "sobel_x"})


def test_patches_are_where_the_filters_map_is_highest_and_lowest(run: LiveRun) -> None:
    run.post("/step", steps=20)
    plant_edge(run)
    found = run.get(f"{FILTER}/patches")
    assert (len(found["best"]), len(found["least"]), found["images"], found["of"]) == (
        9,
        9,
        2000,
        2000,
    )
    values = [patch["value"] for patch in found["best"]]
    assert values == sorted(values, reverse=True)
    for patch, at in ((found["best"][0], np.max), (found["least"][0], np.min)):
        maps = npy(run, "/layers/conv1/feature-maps", image=patch["image"])[3]
        assert maps[patch["y"], patch["x"]] == at(maps)
        assert patch["value"] == pytest.approx(float(at(maps)), rel=1e-5)
        assert patch["box"] == [
            max(patch["y"] - 1, 0),
            max(patch["x"] - 1, 0),
            2 if patch["y"] in (0, 27) else 3,
            2 if patch["x"] in (0, 27) else 3,
        ]
    assert run.get(f"{FILTER}/patches", count=2, among=50)["images"] == 50
    trained = run.get(f"{FILTER}/patches", data="train", among=300)
    assert all(patch["image"].startswith("train-") for patch in trained["best"])


def test_patches_have_their_control(run: LiveRun) -> None:
    run.post("/step", steps=30)
    first = run.get(f"{FILTER}/patches", step=0, among=300)
    assert first["control"]["correlation"] == 1
    assert first["control"]["best"] == first["best"]
    plant_edge(run)
    changed = run.get(f"{FILTER}/patches", among=300)
    assert changed["control"]["best"] == first["best"]
    assert changed["control"]["correlation"] < 0.99


def test_a_first_layers_best_picture_is_white_where_its_weights_are_above_0(run: LiveRun) -> None:
    run.post("/step", steps=20)
    weight = npy(run, "/layers/conv1/tensors/weight")
    for number in range(8):
        found = run.get(f"/layers/conv1/filters/{number}/maximization")
        np.testing.assert_array_equal(
            np.array(found["frames"][-1]), np.where(weight[number] > 0, 255, 0)
        )
        assert found["values"][-1] == max(found["values"])


def test_what_a_filter_wants_comes_from_noise_or_a_picture_as_lists_numpy_or_a_film(
    run: LiveRun,
) -> None:
    run.post("/step", steps=40)
    address = "/layers/conv2/filters/5/maximization"
    found = run.get(address, steps=24)
    assert found["shape"] == [25, 1, 8, 8]
    assert found["values"][-1] > found["values"][0]
    assert run.get(address, steps=24) == found, "noise is drawn by the filter's number"
    binary = run.send("GET", address, params={"steps": 24, "format": "npy"})
    np.testing.assert_array_equal(np.load(io.BytesIO(binary.content)), np.array(found["frames"]))
    film = run.send("GET", address, params={"steps": 24, "format": "webp"})
    assert film.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(film.content)) as picture:
        assert (picture.n_frames, picture.size) == (25, (256, 256))  # type: ignore[attr-defined]
    shown = run.get(address, steps=24, **{"from": "test-3"})
    pixels = npy_image(run, "test-3")
    y, x, height, width = shown["box"]
    np.testing.assert_array_equal(shown["frames"][0][0], pixels[y : y + height, x : x + width])
    assert run.get(address, steps=24, step=0)["control"]["correlation"] == 1


def npy_image(run: LiveRun, image: str) -> Any:
    """The grey pixels of an image as the network gets them."""
    answer = run.send("GET", f"/images/{image}/file", params={"stage": "input"})
    with Image.open(io.BytesIO(answer.content)) as picture:
        return np.asarray(picture.convert("L"))


def test_worth_is_the_accuracy_that_silencing_takes(run: LiveRun) -> None:
    run.post("/step", steps=100)
    found = run.get("/layers/conv2/ablation")
    assert [entry["filter"] for entry in found["filters"]] == list(range(16))
    most = max(found["filters"], key=lambda entry: entry["lost"])
    answer = run.post(
        "/interventions", type="silence", layer="conv2", filter=most["filter"], on=True
    )
    assert answer["held_out_before"] == pytest.approx(found["accuracy"])
    assert answer["held_out_after"] == pytest.approx(most["accuracy"])
    assert most["lost"] == pytest.approx(found["accuracy"] - most["accuracy"])
    again = run.get("/layers/conv2/ablation")
    assert again["filters"][most["filter"]]["lost"] == 0
    assert run.get("/layers/conv2/ablation", step=50)["step"] == 50


@pytest.mark.parametrize(
    ("path", "query", "status", "sentence"),
    [
        ("/layers/conv1/filters/8/patches", {}, 404, "has 8 filters, 0 to 7"),
        ("/layers/relu1/filters/0/patches", {}, 409, "has no filters"),
        ("/layers/conv9/ablation", {}, 404, "conv9"),
        ("/layers/linear1/ablation", {}, 409, "has no filters"),
        ("/layers/conv1/filters/0/patches", {"count": 0}, 422, "count"),
        ("/layers/conv1/filters/0/maximization", {"from": "nothing"}, 404, "nothing"),
        ("/layers/conv1/filters/0/maximization", {"steps": 257}, 422, "steps"),
        ("/layers/conv1/ablation", {"step": 7}, 404, "no step 7"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(
    run: LiveRun, path: str, query: Any, status: int, sentence: str
) -> None:
    expect_refused(run, path, query, status, sentence)


def test_the_documents_examples_are_what_the_server_gives(server: Server) -> None:
    run = server.run(**{key: value for key, value in RUN["recipe"].items() if key != "init"})
    run.post("/step", steps=10)
    patches = run.get("/layers/conv1/filters/1/patches", count=1)
    assert patches["best"][0]["image"] == PATCHES["best"][0]["image"]
    assert patches.keys() == PATCHES.keys()
    film = run.get("/layers/conv1/filters/1/maximization", steps=1)
    assert film["frames"] == MAXIMIZATION["frames"]
    ablation = run.get("/layers/conv1/ablation")
    assert ablation["accuracy"] == ABLATION["accuracy"]
    run.delete()


def test_a_filters_way_is_that_of_its_weights(run: LiveRun) -> None:
    run.post("/step", steps=40)
    found = run.get(f"{FILTER}/trajectory")
    assert (found["steps"][0], found["steps"][-1]) == (0, 40)
    assert found["places"][0] == [0, 0]
    assert 0.5 < sum(found["explained"]) <= 1 + 1e-9
    assert found["bend"] in found["steps"]
    few = run.get(f"{FILTER}/trajectory", steps="0,20,40")
    weights = [npy(run, "/layers/conv1/tensors/weight", step=step)[3] for step in (0, 20, 40)]
    for one, other in ((0, 1), (1, 2), (0, 2)):  # three points lie in a plane
        far = np.linalg.norm(np.subtract(few["places"][one], few["places"][other]))
        assert far == pytest.approx(np.linalg.norm(weights[one] - weights[other]), rel=1e-4)
    assert run.get(f"{FILTER}/trajectory", step=10)["steps"][-1] == 10
    film = run.send("GET", f"{FILTER}/trajectory", params={"format": "webp", "steps": "0,9,40"})
    assert film.headers["content-type"] == "image/webp"
    named = f'filename="{run.id}.conv1.3.trajectory.step40.webp"'
    assert film.headers["Content-Disposition"] == f"attachment; {named}"
    with Image.open(io.BytesIO(film.content)) as picture:
        assert picture.n_frames == 3  # type: ignore[attr-defined]


def test_who_taught_it_adds_up_to_the_gradient_that_was_used(run: LiveRun) -> None:
    run.post("/step", steps=6)
    found = run.get(f"{FILTER}/examples")
    gradient = npy(run, "/layers/conv1/tensors/weight", of="gradient")[3]
    assert found["length"] == pytest.approx(float(np.linalg.norm(gradient)), rel=1e-5)
    assert found["total"] == pytest.approx(found["length"], rel=1e-4)
    shown = sum(example["along"] for example in found["examples"])
    assert shown + found["others"] == pytest.approx(found["total"], rel=1e-5)
    assert all(example["image"].startswith("train-") for example in found["examples"])
    run.post("/step", steps=2)
    assert run.get(f"{FILTER}/examples", step=6) == found
    assert run.send("GET", f"{FILTER}/examples", params={"step": 0}).status_code == 409
