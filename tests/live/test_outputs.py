"""What layers give for many images at once, and how they are classified."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.api_calls import npy
from tests.support.processes import resident_bytes
from tests.support.server import LiveRun, Server

NPY = {"Content-Type": "application/x-npy"}
RGB = {
    "input": [3, 8, 6],
    "layers": [
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 3},
        {"type": "ReLU"},
    ],
}


def sent(pixels: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, pixels)
    return stream.getvalue()


def refused(answer: Any, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def asked(run: LiveRun, path: str, **more: Any) -> Any:
    """Every array that is answered, by name; "" is that of an npy."""
    answer = run.send("POST", path, **more)
    assert answer.status_code == 200, answer.text
    found = np.load(io.BytesIO(answer.content))
    return dict(found) if isinstance(found, np.lib.npyio.NpzFile) else {"": found}


@pytest.fixture(scope="module")
def trained(usual_server: Server) -> LiveRun:
    run = usual_server.run()
    run.post("/step", steps=30)
    return run


def test_a_slice_of_the_data_gives_the_very_numbers_of_each_image(trained: LiveRun) -> None:
    path = "/feature-maps?data=test&start=5&count=3&layers=conv1,linear1"
    found = asked(trained, path)
    assert {name: array.shape for name, array in found.items()} == {
        "conv1": (3, 8, 28, 28),
        "linear1": (3, 10),
    }
    for layer, arrays in found.items():
        for number, array in enumerate(arrays):
            one = npy(trained, f"/layers/{layer}/feature-maps", image=f"test-{5 + number}")
            np.testing.assert_allclose(array, one, rtol=1e-5, atol=1e-6)


def test_an_array_and_its_pictures_give_what_the_data_gives(trained: LiveRun) -> None:
    files, pixels = [], []
    for number in range(4):
        png = trained.send("GET", f"/images/test-{number}/file").content
        files.append(("file", (f"{number}.png", png)))
        pixels.append(np.asarray(Image.open(io.BytesIO(png))))
    expected = asked(trained, "/feature-maps?data=test&count=4&layers=pool1")[""]
    for array in (np.stack(pixels), np.stack(pixels)[:, None], np.asfortranarray(pixels)):
        body = sent(array)
        found = asked(trained, "/feature-maps?layers=pool1", content=body, headers=NPY)[""]
        np.testing.assert_array_equal(found, expected)
    found = asked(trained, "/feature-maps?layers=pool1", files=files)[""]
    np.testing.assert_array_equal(found, expected)


def test_predictions_are_those_of_each_image_with_their_labels(trained: LiveRun) -> None:
    said = trained.send("POST", "/predictions?data=test&start=3&count=5").json()
    assert (said["count"], said["step"]) == (5, 30)
    for number, (predicted, probabilities, label) in enumerate(
        zip(said["predicted"], said["probabilities"], said["labels"], strict=True)
    ):
        one = trained.get("/predictions", image=f"test-{3 + number}")
        assert predicted == one["top"]["index"]
        assert said["classes"] == [entry["class"] for entry in one["classes"]]
        expected = [entry["probability"] for entry in one["classes"]]
        np.testing.assert_allclose(probabilities, expected, rtol=1e-4, atol=1e-6)
        assert label == trained.get(f"/images/test-{3 + number}")["label"]
    npz = asked(trained, "/predictions?data=test&start=3&count=5&format=npz")
    assert npz["logits"].argmax(axis=1).tolist() == said["predicted"]


def test_all_of_a_half_agrees_with_the_accuracy_that_the_run_tells(trained: LiveRun) -> None:
    said = trained.send("POST", "/predictions?data=test").json()
    right = sum(map(int.__eq__, said["predicted"], said["labels"])) / said["count"]
    assert right == pytest.approx(trained.post("/evaluate")["accuracy"])


def test_a_past_step_is_asked_while_the_run_plays(usual_server: Server) -> None:
    with usual_server.run() as run:
        run.post("/step", steps=12)
        then = asked(run, "/feature-maps?data=test&count=6&layers=conv2&step=10")[""]
        run.post("/play")
        again = run.send("POST", "/feature-maps?data=test&count=6&layers=conv2&step=10")
        assert again.headers["convscope-step"] == "10"
        np.testing.assert_array_equal(np.load(io.BytesIO(again.content)), then)
        run.post("/pause")


def test_all_of_an_answer_is_of_one_step_however_far_the_run_goes_on(usual_server: Server) -> None:
    with usual_server.run() as run:
        run.send("PATCH", json={"steps_per_second": None})
        run.post("/play")
        path = "/feature-maps?data=test&count=1500&layers=conv1"
        answer = run.send("POST", path)
        step = int(answer.headers["convscope-step"])
        assert run.post("/pause")["step"] > step
        again = run.send("POST", f"{path}&step={step}")
        assert again.content == answer.content


def test_a_network_of_colours_takes_its_own_shape_and_no_other(usual_server: Server) -> None:
    with usual_server.run(network=RGB, data={"dataset": None}) as run:
        pixels = np.random.default_rng(1).integers(0, 256, (7, 3, 8, 6), np.uint8)
        found = asked(run, "/feature-maps?layers=conv1", content=sent(pixels), headers=NPY)[""]
        assert found.shape == (7, 2, 6, 4)
        for wrong in (pixels[:, 0], pixels.astype(np.float32), pixels[:0], pixels[:, :, :7]):
            answer = run.send(
                "POST", "/feature-maps?layers=conv1", content=sent(wrong), headers=NPY
            )
            refused(answer, 422, "Expected uint8 images of")
        answer = run.send("POST", "/predictions", content=sent(pixels), headers=NPY)
        refused(answer, 409, "no class output")


def test_what_cannot_be_is_said(trained: LiveRun) -> None:
    shape = {"descr": "|u1", "fortran_order": False, "shape": (2**30, 1, 28, 28)}
    hostile = io.BytesIO()
    np.lib.format.write_array_header_1_0(hostile, shape)
    of_one = "/feature-maps?layers=conv1"
    for path, more, status, words in (
        (of_one, {}, 422, "Expected data=test"),
        (of_one, {"content": hostile.getvalue(), "headers": NPY}, 400, "bytes of pixels, got 0"),
        (of_one, {"content": b"no array", "headers": NPY}, 400, "as numpy.save writes it"),
        (of_one, {"files": [("file", ("a.png", b"no picture"))]}, 415, "a.png: Expected PNG"),
        (f"{of_one}&data=test&start=1999&count=2", {}, 404, "the last is test-1999"),
        ("/feature-maps?layers=conv9&data=test&count=1", {}, 404, "no layer 'conv9'"),
        ("/feature-maps?layers=,&data=test&count=1", {}, 422, "1 to 64 names"),
        (f"{of_one},relu1&data=test&count=1&format=npy", {}, 422, "Expected one layer"),
        (f"{of_one}&data=test&count=1&step=31", {}, 404, "no step 31"),
    ):
        refused(trained.send("POST", path, **more), status, words)


@pytest.mark.alone
def test_a_thousand_images_take_little_memory_of_the_server(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        run = server.run()
        path = "/feature-maps?data=test&count={}&layers=conv1,relu1,conv2&format=npz"
        run.send("POST", path.format(50))
        before = resident_bytes(server.process.pid)
        with server.http.stream("POST", f"/runs/{run.id}{path.format(2000)}") as answer:
            size, most = 0, 0
            for piece in answer.iter_raw():
                size += len(piece)
                most = max(most, resident_bytes(server.process.pid))
        assert size > 2000 * (2 * 8 * 28 * 28 + 16 * 14 * 14) * 4
        assert most - before < 100e6
