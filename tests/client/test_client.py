"""The client of Python, against a real server: it says what REST says, in NumPy's words."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import convscope
from convscope.client import AsyncClient, AsyncRun, Client, Frame, Run, UnreachableError
from convscope.errors import ConflictError, ConvscopeError, InvalidError, NotFoundError, RecipeError
from tests.support.api_calls import npy
from tests.support.server import ROOT, LiveRun, Server

TOO_LARGE = {
    "input": [1, 28, 28],
    "layers": [{"type": "Conv2d", "out_channels": 2, "kernel_size": 29}],
}


@pytest.fixture(scope="module")
def client(usual_server: Server) -> Iterator[Client]:
    with convscope.Client(usual_server.url) as made:
        yield made


@pytest.fixture(scope="module")
def run(client: Client) -> Iterator[Run]:
    made = client.create(network="default", optimizer={"type": "Adam"}, seed=3)
    made.step(40)
    yield made
    made.delete()


def test_a_run_is_made_trained_and_found(client: Client, run: Run) -> None:
    assert (run.steps, run.state) == (40, "ready")
    run.change(name="one of the client's")
    assert client.run("one of the client's").id == run.id
    assert client.run(run.id[:6]).steps == 40
    assert run.id in {one.id for one in client.runs()}
    assert run.url.endswith(f"/?run={run.id}")
    assert repr(run) == f"<Run {run.id}: ready at step 40>"


def test_tensors_are_those_of_rest_now_and_then(
    client: Client, run: Run, usual_server: Server
) -> None:
    live = LiveRun(usual_server, run.id)
    kernels = run.tensor("conv1")
    assert kernels.dtype == np.float32
    np.testing.assert_array_equal(kernels, npy(live, "/layers/conv1/tensors/weight"))
    for of, step in (("gradient", 30), ("update", None), ("exp_avg", 12)):
        path, query = "/layers/conv2/tensors/weight", {"of": of}
        query |= {} if step is None else {"step": str(step)}
        found = run.tensor("conv2", of=of, step=step)
        np.testing.assert_array_equal(found, npy(live, path, **query))
    np.testing.assert_array_equal(run.weights()["conv1.weight"], kernels)
    assert [layer["name"] for layer in run.layers()][:2] == ["conv1", "relu1"]
    assert run.feature_map("pool1", "test-3").shape == (8, 14, 14)


def test_many_images_come_as_arrays_whatever_they_were(run: Run, tmp_path: Path) -> None:
    maps = run.feature_maps(["conv1", "linear1"], data="test", start=2, count=3)
    assert {name: found.shape for name, found in maps.items()} == {
        "conv1": (3, 8, 28, 28),
        "linear1": (3, 10),
    }
    np.testing.assert_allclose(maps["conv1"][1], run.feature_map("conv1", "test-3"), atol=1e-6)
    pixels = np.zeros((2, 1, 28, 28), np.uint8)
    pixels[1, :, 9:19, 9:19] = 255
    found = run.feature_maps("conv1", pixels)
    paths = []
    for number, image in enumerate(pixels):
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(image[0]).save(paths[-1])
    np.testing.assert_array_equal(run.feature_maps("conv1", paths), found)
    guessed = run.predict(data="test", count=50)
    assert guessed.labels is not None
    assert guessed.probabilities.shape == (50, 10)
    np.testing.assert_array_equal(guessed.predicted, guessed.probabilities.argmax(axis=1))
    assert (guessed.predicted == guessed.labels).mean() > 0.3
    assert run.predict(pixels).labels is None


def test_numbers_are_opened_and_pictures_uploaded(run: Run) -> None:
    found = run.explain_output("conv1", 0, 3, 4)
    assert found["value"] == pytest.approx(float(run.feature_map("conv1")[0, 3, 4]))
    weight = run.explain_weight("conv2", 1, 0, 2, 2)
    assert weight["gradient"]["total"] == pytest.approx(
        float(run.tensor("conv2", of="gradient")[1, 0, 2, 2]), rel=1e-4
    )
    image = run.upload(np.zeros((40, 40), np.uint8))
    assert run.feature_map("conv1", image).shape == (8, 28, 28)
    assert run.explain_output("conv1", 0, 3, 4, image=image)["image"] == image


def test_the_history_is_of_every_step_and_forks_keep_it(client: Client, run: Run) -> None:
    known = run.history()
    assert known["step"].tolist() == list(range(1, 41))
    assert known["loss"][-1] < known["loss"][0]
    assert known["held_out_step"][:3].tolist() == [0, 10, 20]
    fork = run.fork(20, name="slower", optimizer={"learning_rate": 0.0001})
    np.testing.assert_array_equal(fork.history()["loss"], known["loss"][:20])
    np.testing.assert_array_equal(fork.tensor("conv1"), run.tensor("conv1", step=20))
    fork.intervene("silence", layer="conv1", filter=1, on=True)
    assert fork.refresh()["silenced"] == [{"layer": "conv1", "filter": 1}]
    fork.delete()


def test_a_run_leaves_and_comes_back(client: Client, run: Run, tmp_path: Path) -> None:
    path = run.export(tmp_path / "a.convscope")
    with pytest.raises(FileExistsError):
        run.export(path)
    again = client.import_run(path)
    np.testing.assert_array_equal(again.tensor("conv2"), run.tensor("conv2"))
    again.delete()
    file = tmp_path / "weights.safetensors"
    file.write_bytes(client.send("GET", f"/runs/{run.id}/weights").content)
    other = client.create("default", weights=file)
    np.testing.assert_array_equal(other.tensor("conv2"), run.tensor("conv2"))
    other.delete()


def test_frames_come_while_it_trains(client: Client) -> None:
    run = client.create()
    seen: list[Frame] = []
    for frame in run.frames(["weight", ("weight", "gradient"), "output"], layers=["conv1"]):
        if not seen:
            run.play()
        seen.append(frame)
        if frame.step >= 20:
            break
    run.pause()
    last = seen[-1]
    assert {key[0] for key in last} == {"conv1"}
    assert last.loss is not None
    then = run.tensor("conv1", step=last.step)
    np.testing.assert_array_equal(last["conv1", "weight"], then)
    gradient = run.tensor("conv1", of="gradient", step=last.step)
    np.testing.assert_array_equal(last["conv1", "weight", "gradient"], gradient)
    assert last["conv1", "output"].shape == (8, 28, 28)
    run.delete()


def test_data_sets_are_listed_and_brought(client: Client, tmp_path: Path) -> None:
    assert "fashion-mnist-10k" in {one["id"] for one in client.datasets()}
    images = np.random.default_rng(0).integers(0, 255, (60, 12, 12), np.uint8)
    np.savez(tmp_path / "own.npz", images=images, labels=np.arange(60) % 3)
    made = client.add_dataset(tmp_path / "own.npz", title="Noise")
    run = client.create(**client.dataset_recipe(made["id"]))
    run.step(2)
    with pytest.raises(ConflictError, match="uses"):
        client.delete_dataset(made["id"])
    run.delete()
    client.delete_dataset(made["id"])


def test_what_is_refused_is_raised_as_what_it_is(client: Client, run: Run) -> None:
    cases: list[tuple[type[ConvscopeError], Any]] = [
        (NotFoundError, lambda: run.tensor("conv9")),
        (NotFoundError, lambda: client.run("nothing of this name")),
        (NotFoundError, lambda: run.tensor("conv1", step=10**6)),
        (InvalidError, lambda: run.step(0)),
        (RecipeError, lambda: client.create(TOO_LARGE)),
        (InvalidError, lambda: run.feature_maps("conv1", np.zeros((1, 2, 3), np.uint8))),
        (NotFoundError, lambda: next(run.frames(image="test-999999"))),
    ]
    for kind, asked in cases:
        with pytest.raises(kind) as caught:
            asked()
        assert caught.value.detail.endswith(".")


def test_nobody_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=r"^No Convscope is running here"):
        Client(state_dir=tmp_path)
    with Client("http://127.0.0.1:9") as nobody, pytest.raises(UnreachableError, match="answer:"):
        nobody.runs()


def test_this_machines_server_is_found_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    with (
        Server(tmp_path, "--state-dir", str(folder)) as server,
        Client(state_dir=folder) as found,
    ):
        assert found.address == server.url
        assert found.get("/health")["status"] == "ok"


def test_a_token_opens_a_server_that_wants_one(tmp_path: Path) -> None:
    token = "the-token-of-this-test-0123456789"
    with Server(tmp_path, token=token) as server:
        with Client(server.url) as nobody, pytest.raises(ConvscopeError, match="valid token"):
            nobody.runs()
        with Client(server.url, token=token) as known:
            run = known.create()
            assert next(run.frames()).step == 0


@pytest.mark.anyio
async def test_the_asynchronous_one_does_the_same(usual_server: Server) -> None:
    async with AsyncClient(usual_server.url) as client:
        run = await client.create(seed=3)
        await run.step(3)
        maps = await run.feature_maps("relu1", data="test", count=2)
        assert maps.shape == (2, 8, 28, 28)
        async for frame in run.frames(["bias"]):
            assert frame["conv1", "bias"].shape == (8,)
            break
        await run.delete()


def test_both_have_the_same_names_and_arguments() -> None:
    for one, other in ((AsyncClient, Client), (AsyncRun, Run)):
        names = {name for name in dir(one) if not name.startswith("_")} - {"aclose"}
        assert names == {name for name in dir(other) if not name.startswith("_")} - {"close"}
        for name in names:
            first, second = getattr(one, name), getattr(other, name)
            if inspect.isfunction(first):
                arguments = inspect.signature(first).parameters
                assert arguments.keys() == inspect.signature(second).parameters.keys()
                assert first.__doc__ == second.__doc__, name


def test_importing_convscope_loads_no_client() -> None:
    said = "import sys, convscope; print('httpx' in sys.modules, 'torch' in sys.modules)"
    code = f"{said}; convscope.Client; print('httpx' in sys.modules, 'torch' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False", "False", "True", "False"]
