"""Names of classes belong to the run: with its recipe, from its data set, or counted."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from safetensors.numpy import load, save

from tests.live.test_missing_dataset import NAME, publish
from tests.live.test_transfer import exported, taken_in
from tests.support.server import LiveRun, Server, next_frame

NAMES = ["espresso", "cup", "<b>bus</b>", "née", "car", "frog", "axe", "koala", "pug", "pizza"]
NETWORK: dict[str, Any] = {
    "input": [3, 64, 64],
    "layers": [
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "stride": 8},
        {"type": "ReLU"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


@pytest.fixture(params=["shapes", None])
def named(server: Server, request: pytest.FixtureRequest) -> Iterator[LiveRun]:
    """A run with names of its own, with a data set and without."""
    data = {"dataset": request.param, "classes": NAMES}
    with server.run(network=NETWORK, data=data, batch_size=4) as made:
        yield made


def shown(run: LiveRun, **query: Any) -> list[str]:
    """The names that a run's answers have, which must be the same everywhere."""
    found = run.get("/predictions", **query)
    names = [entry["class"] for entry in found["classes"]]
    assert names == run.get(**query)["classes"]
    assert found["top"]["class"] in names
    return names


def test_given_names_win_and_stay_through_export_import_fork_and_reset(named: LiveRun) -> None:
    assert shown(named) == NAMES
    with taken_in(named.server, exported(named)) as imported:
        assert shown(imported) == NAMES
        assert imported.get()["recipe"]["data"] == named.get()["recipe"]["data"]
    fork = {"recipe": {"batch_size": 8}}
    with LiveRun(named.server, named.post("/fork", **fork)["id"]) as forked:
        assert shown(forked) == NAMES
    if named.get()["trainable"]:
        named.post("/step")
        named.post("/reset")
    assert shown(named) == NAMES


def test_what_a_run_learns_is_called_as_it_says_and_other_pictures_as_their_data_set_does(
    named: LiveRun, server: Server
) -> None:
    image = named.get("/images/test-3")
    if named.get()["trainable"]:
        assert image["class"] == NAMES[image["label"]]
        named.post("/step")
        found = named.get("/explain/weight", layer="linear1", out=0, **{"in": 0})["gradient"]
        assert found["example_class"] == NAMES[found["example_label"]]
    else:
        listed = server.http.get("/datasets").json()["datasets"]
        (own,) = [entry for entry in listed if entry["id"] == "fashion-mnist-10k"]
        assert image["class"] == own["classes"][image["label"]]


def test_a_fork_with_only_names_keeps_the_data_set(named: LiveRun) -> None:
    others = [f"kind {number}" for number in range(10)]
    body = {"recipe": {"data": {"classes": others}}}
    with LiveRun(named.server, named.post("/fork", **body)["id"]) as forked:
        assert shown(forked) == others
        before = named.get()["recipe"]["data"]["dataset"]
        assert forked.get()["recipe"]["data"]["dataset"] == before


def test_a_network_without_a_data_set_and_names_counts_its_classes(server: Server) -> None:
    with server.run(network=NETWORK) as run:
        assert shown(run) == [f"class {number}" for number in range(10)]
        with run.stream() as socket:
            socket.send(
                json.dumps({"type": "watch", "layers": None, "tensors": [{"tensor": "output"}]})
            )
            assert len(next_frame(socket)[0]["predictions"]["probabilities"]) == 10
        assert run.get("/explain/output", layer="softmax", channel=3)["matches"]


def test_names_come_with_a_file_of_weights_and_keep_the_named_networks_data_set(
    server: Server, run: LiveRun
) -> None:
    weights = save(load(run.send("GET", "/weights").content))
    answer = server.http.post(
        "/runs/from-weights",
        files={"weights": ("w.safetensors", weights)},
        data={"recipe": f'{{"data": {{"classes": {NAMES}}}}}'.replace("'", '"')},
    )
    assert answer.status_code == 201, answer.text
    with LiveRun(server, answer.json()["id"]) as made:
        assert shown(made) == NAMES
        assert made.get()["recipe"]["data"]["dataset"] == "fashion-mnist-10k"
        assert made.get()["trainable"]


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (NAMES[:9], "expected one name for each"),
        ([*NAMES[:9], "a\u0007"], "control characters"),
        ([*NAMES[:9], "x" * 201], "200"),
        ([*NAMES[:9], ""], "at least 1"),
        ([], "at least 1"),
    ],
)
def test_other_names_are_refused_with_a_sentence(
    server: Server, classes: list[str], words: str
) -> None:
    answer = server.http.post("/runs", json={"network": NETWORK, "data": {"classes": classes}})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_names_of_a_network_that_ends_in_maps_are_refused(server: Server) -> None:
    maps = {"input": NETWORK["input"], "layers": NETWORK["layers"][:1]}
    answer = server.http.post("/runs", json={"network": maps, "data": {"classes": ["a", "b"]}})
    assert answer.status_code == 422
    assert "ends in maps" in answer.json()["detail"]
    with server.run(network=maps) as run:
        assert run.get()["classes"] == []
        refused = run.send("GET", "/predictions").json()["detail"]
        assert "no class output" in refused
        assert "2 × 8 × 8" in refused


def test_given_names_win_where_the_data_set_is_absent(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("away")
    publish(folder / "data" / NAME, 1)
    network = {"input": [1, 28, 28], "layers": NETWORK["layers"]}
    with Server(folder, "--data-dir", str(folder / "data")) as away:
        run = away.run(network=network, data={"dataset": NAME, "classes": NAMES}, batch_size=4)
        run.post("/step")
        file = exported(run)
    with taken_in(server, file) as here:
        assert here.get()["absent"]
        assert shown(here) == NAMES
