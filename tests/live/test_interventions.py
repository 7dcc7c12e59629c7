"""Interventions, traced steps and first weights from elsewhere, over REST."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from convscope.frames.format import decode_frame
from tests.support.server import PATIENCE_S, LiveRun, Server, next_frame
from tests.support.waiting import wait_until

AT_LEAST = 5  # questions between the pieces of a measurement, of which there are more than ten


def is_silent(run: LiveRun) -> bool:
    """Whether the first map of conv1 is 0."""
    maps = run.get("/layers/conv1/feature-maps", format="json")["values"]
    return not np.any(maps[0])


def test_an_edit_is_answered_with_its_step_listed_shown_and_undone(run: LiveRun) -> None:
    run.post("/step", steps=2)
    before = run.get("/layers/conv1/tensors/weight", format="json")["values"][0][0]
    with run.stream() as socket:
        socket.send(
            json.dumps({"type": "watch", "tensors": [{"tensor": "weight"}], "layers": ["conv1"]})
        )
        next_frame(socket)
        intervention = run.post(
            "/interventions", type="fill", layer="conv1", filter=0, channel=0, **{"with": "outline"}
        )
        assert (intervention["id"], intervention["step"], intervention["undoes"]) == (1, 2, None)
        shown = next_frame(socket)[1][0].values[0, 0]
        assert shown.tolist() == [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    assert "outline" in run.get()["interventions"][0]["says"]
    undone = run.post("/interventions", type="undo")
    assert undone["undoes"] == 1
    assert run.get("/layers/conv1/tensors/weight", format="json")["values"][0][0] == before
    run.post("/reset")
    assert run.get()["interventions"] == []


def test_a_run_lists_its_last_hundred_interventions_and_their_list_has_all(run: LiveRun) -> None:
    place = {"layer": "conv1", "tensor": "weight", "index": [0, 0, 0, 0]}
    for number in range(104):
        run.post("/interventions", type="set", **place, value=number)
    run.post("/interventions", type="undo")
    told = run.get()
    assert [entry["id"] for entry in told["interventions"]] == list(range(6, 106))
    assert (told["intervention_count"], told["undoable_count"]) == (105, 103)
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = run.get("/interventions", limit=40, **cursor)
        found += [entry["id"] for entry in page["interventions"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == list(range(1, 106))
    assert run.send("GET", "/interventions", params={"cursor": "x"}).status_code == 422


def test_silencing_a_filter_says_what_it_was_worth(run: LiveRun) -> None:
    run.post("/step", until=200)
    intervention = run.post("/interventions", type="silence", layer="conv1", filter=1, on=True)
    assert 0 <= intervention["held_out_after"] <= 1
    assert intervention["run"]["silenced"] == [{"layer": "conv1", "filter": 1}]
    assert intervention["run"]["held_out_accuracy"] == intervention["held_out_after"]


def held_out_at(run: LiveRun, step: int) -> float:
    """Train until a step at which the held-out accuracy is measured; what it is there."""
    run.post("/step", until=step)
    wait_until(lambda: step in run.get("/history")["held_out"]["step"], "it is measured")
    measured = run.get("/history")["held_out"]
    return float(measured["accuracy"][measured["step"].index(step)])


def freeze_and_look_far(run: LiveRun) -> Any:
    """A freezing that looked as far ahead as any does: a loaded machine looks less far, by time."""
    for _ in range(20):
        intervention = run.post("/interventions", type="freeze", layer="linear1", filter=3)
        if intervention["steps_ahead"] == 100:
            break
        assert 0 < intervention["steps_ahead"] < 100
        run.post("/interventions", type="undo")
    return intervention


def test_freezing_a_filter_says_what_its_learning_would_have_been_worth(run: LiveRun) -> None:
    run.post("/step", until=300)
    other = LiveRun(run.server, run.post("/fork")["id"])
    before = run.send("GET", "/weights").content
    intervention = freeze_and_look_far(run)
    assert intervention["run"]["frozen"] == [{"layer": "linear1", "filter": 3}]
    assert run.send("GET", "/weights").content == before, "it only looked ahead"
    assert held_out_at(run, 400) == pytest.approx(intervention["held_out_after"])
    assert held_out_at(other, 400) == pytest.approx(intervention["held_out_before"])
    other.delete()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"type": "paint"}, 422),
        ({"type": "set", "layer": "conv1", "index": [0, 0, 0, 9], "value": 1}, 404),
        ({"type": "set", "layer": "conv1", "index": [0, 0, 0, 0], "value": 1e30}, 422),
        ({"type": "fill", "layer": "conv1", "filter": 0, "with": "emboss"}, 422),
        ({"type": "silence", "layer": "relu1", "filter": 0}, 409),
        ({"type": "undo"}, 409),
    ],
)
def test_a_change_that_cannot_be_is_refused(run: LiveRun, change: Any, status: int) -> None:
    answer = run.send("POST", "/interventions", json=change)
    assert answer.status_code == status, answer.text


def test_a_traced_step_is_a_real_step_with_all_its_phases(run: LiveRun) -> None:
    run.post("/step", steps=2)
    before = np.array(run.get("/layers/conv1/tensors/weight", format="json")["values"], np.float32)
    answer = run.send("POST", "/trace-step", params={"format": "frame"})
    header, sections = decode_frame(answer.content)
    assert header["step"] == run.get()["step"] == 3
    phases = [(entry["phase"], entry["layer"]) for entry in header["phases"]]
    names = [layer["name"] for layer in run.get("/layers")["layers"]]
    forward = [("forward", name) for name in names]
    backward = [("backward", name) for name in reversed(names)]
    assert phases == [("batch", None), *forward, ("loss", None), *backward, ("update", None)]
    found = {(s.spec.layer, s.spec.tensor, s.spec.of): s.values for s in sections}
    np.testing.assert_array_equal(found["conv1", "weight", "value"], before)
    after = np.array(run.get("/layers/conv1/tensors/weight", format="json")["values"], np.float32)
    np.testing.assert_allclose(before + found["conv1", "weight", "update"], after, atol=1e-7)
    gradient = run.get("/layers/conv1/tensors/weight", of="gradient", format="json")["values"]
    np.testing.assert_array_equal(
        found["conv1", "weight", "gradient"], np.array(gradient, np.float32)
    )
    assert found["relu1", "output", "gradient"].shape == (8, 28, 28)
    assert header["loss"] == pytest.approx(run.get()["loss"], rel=1e-6)
    scores = found["linear1", "output", "value"].ravel()
    shares = header["example"]["probabilities"]
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert int(np.argmax(shares)) == int(np.argmax(scores))
    [loss] = [entry["numbers"] for entry in header["phases"] if entry["phase"] == "loss"]
    assert loss["probability"] == pytest.approx(shares[header["example"]["label"]], rel=1e-5)
    as_json = run.post("/trace-step")
    assert as_json["step"] == 4
    assert as_json["run"]["step"] == 4


def test_a_past_step_is_traced_as_it_was_when_it_was_made(run: LiveRun) -> None:
    run.post("/step", steps=2)
    made = run.send("POST", "/trace-step", params={"format": "frame"}).content
    run.post("/step", steps=4)
    again = run.send("GET", "/trace", params={"step": 3, "format": "frame"})
    assert again.status_code == 200
    (old, then), (new, now) = decode_frame(made), decode_frame(again.content)
    assert new == old
    for one, other in zip(then, now, strict=True):
        assert one.spec == other.spec
        np.testing.assert_array_equal(one.values, other.values)
    as_json = run.get("/trace", step=3)
    assert (as_json["step"], as_json["run"]["step"], run.get()["step"]) == (3, 3, 7)
    assert run.get("/trace")["step"] == 7
    for step, status in ((0, 409), (8, 404)):
        assert run.send("GET", "/trace", params={"step": step}).status_code == status


def test_a_traced_step_changes_nothing_else(server: Server) -> None:
    traced, plain = server.run(seed=4), server.run(seed=4)
    traced.post("/trace-step")
    traced.post("/step", until=20)
    plain.post("/step", until=20)
    assert traced.send("GET", "/weights").content == plain.send("GET", "/weights").content
    plain.post("/play")
    assert plain.send("POST", "/trace-step").status_code == 409
    traced.delete()
    plain.delete()


def test_a_run_begins_from_another_runs_weights_where_they_fit(run: LiveRun) -> None:
    run.post("/step", steps=30)
    server = run.server
    other = server.run(
        network={
            "input": [1, 28, 28],
            "layers": [
                {"type": "Conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1},
                {"type": "ReLU"},
                {"type": "Flatten"},
                {"type": "Linear", "out_features": 10},
            ],
        },
        dataset="fashion-mnist-10k",
        init={"type": "from_run", "run": run.id},
    )
    path = "/layers/conv1/tensors/weight"
    assert other.get(path, format="json")["values"] == run.get(path, format="json")["values"]
    assert other.get()["taken"] == ["conv1.weight", "conv1.bias"]
    other.post("/step", steps=1)
    other.post("/reset")
    assert other.get(path, format="json")["values"] == run.get(path, format="json")["values"]
    other.delete()


def test_a_run_begins_from_a_file(run: LiveRun) -> None:
    run.post("/step", steps=10)
    data = run.send("GET", "/weights").content
    answer = run.server.http.post("/runs/from-weights", files={"weights": ("w", data)})
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["taken"]) == 6
    other = LiveRun(run.server, answer.json()["id"])
    assert other.send("GET", "/weights").content == data
    other.delete()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x02}q\x00.",
        b"\xff" * 64,
        (2).to_bytes(8, "little") + b"{}",
        (5).to_bytes(8, "little") + b"[1,2]",
    ],
)
def test_a_file_that_is_no_weights_is_refused(server: Server, data: bytes) -> None:
    answer = server.http.post("/runs/from-weights", files={"weights": ("w", data)})
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["detail"]


def test_trained_weights_that_are_shipped_can_be_begun_with(server: Server) -> None:
    run = server.run(init={"type": "pretrained"})
    run.post("/pause")
    run.wait_for("ready")
    while (held_out := run.get()["held_out_accuracy"]) is None:
        pass
    assert held_out > 0.85
    run.delete()
    refused = server.http.post(
        "/runs", json={"network": "conv2d-12", "init": {"type": "pretrained"}}
    )
    assert refused.status_code == 422


def answered_meanwhile(run: LiveRun, change: dict[str, Any]) -> tuple[int, Any]:
    """How many questions in turn are answered before a change is, and the answer to the change."""
    answered = 0
    with ThreadPoolExecutor() as pool:
        intervention = pool.submit(run.post, "/interventions", **change)
        while not intervention.done():
            run.get("/explain/output", layer="conv1", channel=answered % 10)
            answered += not intervention.done()
    return answered, intervention.result()


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["silence", "freeze"])
def test_nobody_waits_while_the_worth_of_a_filter_is_found_out(server: Server, kind: str) -> None:
    run = server.run(network="tinyvgg")
    run.post("/step", steps=1)
    answered, intervention = answered_meanwhile(run, {"type": kind, "layer": "conv1", "filter": 0})
    assert intervention["held_out_before"] is not None
    assert intervention["held_out_after"] is not None
    assert answered >= AT_LEAST  # one at most, if they had to wait for it
    run.delete()


@pytest.mark.parametrize("moment", ["at once", "before it is silent", "once it is silent"])
def test_a_measurement_that_a_reset_cuts_short_is_answered_without_it(
    server: Server, moment: str
) -> None:
    run = server.run(network="tinyvgg")
    run.post("/step", steps=1)
    with ThreadPoolExecutor() as pool:
        intervention = pool.submit(
            run.post, "/interventions", type="silence", layer="conv1", filter=0
        )
        if moment == "before it is silent":  # or at once: both may come first then
            run.get("/layers/conv1/feature-maps", format="json")
        if moment == "once it is silent":
            wait_until(lambda: is_silent(run))
        assert run.post("/reset")["step"] == 0
        assert intervention.result(timeout=PATIENCE_S)["id"] == 1
    run.delete()
