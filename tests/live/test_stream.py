"""The stream as a viewer sees it."""

import json
import time
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.api_calls import photograph, tensors
from tests.support.server import PATIENCE_S, LiveRun, Server, next_frame
from tests.support.waiting import wait_until

LEARNED = [f"{name}{of}" for name in ("weight", "bias") for of in ("", " gradient", " update")]
EVERYTHING = tensors(*LEARNED, "output", "input")


def watch(socket: ClientConnection, **message: Any) -> None:
    """Ask for what a test wants to see; all of it by default."""
    whole = {"type": "watch", "layers": None, "tensors": EVERYTHING, "max_fps": 60}
    socket.send(json.dumps(whole | message))


def said(socket: ClientConnection) -> Any:
    """The next message that is no frame."""
    while isinstance(message := socket.recv(timeout=PATIENCE_S), bytes):
        pass
    return json.loads(message)


def exact(run: LiveRun, layer: str, tensor: str, of: str) -> Any:
    """A tensor as REST answers it."""
    answer = run.get(f"/layers/{layer}/tensors/{tensor}", of=of, format="json")
    return np.array(answer["values"], np.float32)


def test_the_first_message_is_the_run_and_a_watch_is_answered_with_a_frame(run: LiveRun) -> None:
    run.post("/step", steps=1)
    with run.stream() as socket:
        first = json.loads(socket.recv(timeout=PATIENCE_S))
        assert first["type"] == "run"
        assert first["run"]["id"] == run.id
        watch(socket)
        header, sections = next_frame(socket)
        assert header["step"] == 1
        assert {(s.spec.layer, s.spec.tensor, s.spec.of) for s in sections} >= {
            ("conv1", "weight", "value"),
            ("linear1", "bias", "update"),
            ("pool2", "output", "value"),
            ("", "input", "value"),
        }


def test_what_a_frame_shows_is_what_rest_answers(run: LiveRun) -> None:
    with run.stream() as socket:
        watch(socket)
        run.post("/step", steps=7)
        while (frame := next_frame(socket))[0]["step"] != 7:
            pass
        header, sections = frame
        for section in sections:
            if section.spec.dtype == "f32":
                expected = exact(run, section.spec.layer, section.spec.tensor, section.spec.of)
                np.testing.assert_array_equal(section.values, expected)
            elif section.spec.layer == "conv1":
                maps = run.get("/layers/conv1/feature-maps", format="json")["values"]
                step = (np.max(maps, axis=(1, 2)) - np.min(maps, axis=(1, 2))) / 255
                error = np.abs(section.values - np.array(maps)).max(axis=(1, 2))
                assert (error <= step * 0.51 + 1e-7).all()
        scores = [entry["logit"] for entry in run.get("/predictions")["classes"]]
        assert header["predictions"]["logits"] == scores


def test_at_step_0_there_is_no_gradient(run: LiveRun) -> None:
    with run.stream() as socket:
        watch(socket)
        _, sections = next_frame(socket)
        assert {s.spec.of for s in sections} == {"value"}


def test_only_what_is_watched_is_sent(run: LiveRun) -> None:
    run.post("/step", steps=1)
    with run.stream() as socket:
        watch(socket, layers=["conv2"], tensors=tensors("weight", "output"), probe="test-9")
        _, sections = next_frame(socket)
        found = {(s.spec.layer, s.spec.tensor, s.spec.probe) for s in sections}
        assert found == {("conv2", "weight", None), ("conv2", "output", "test-9")}


def test_two_viewers_of_one_run_each_see_their_own_probe(run: LiveRun) -> None:
    with run.stream() as one, run.stream() as two:
        watch(one, tensors=tensors("input"), probe="test-1")
        watch(two, tensors=tensors("input", "weight"), layers=["conv1"], probe="test-2")
        seen = []
        for socket in (one, two):
            run.post("/step", steps=1)
            frame = next_frame(socket)
            while frame[0]["step"] < run.get()["step"]:
                frame = next_frame(socket)
            seen.append(frame)
        for (header, sections), probe in zip(seen, ("test-1", "test-2"), strict=True):
            assert header["predictions"]["probe"] == probe
            assert {s.spec.probe for s in sections if s.spec.tensor == "input"} == {probe}
        assert [s.spec.tensor for s in seen[0][1]] == ["input"]


@pytest.mark.parametrize("command", ["pause", "step", "reset"])
def test_the_frame_after_a_command_always_comes(run: LiveRun, command: str) -> None:
    with run.stream() as socket:
        watch(socket, max_fps=0.5)
        next_frame(socket)
        run.send("PATCH", json={"steps_per_second": None})
        if command == "pause":
            run.post("/play")
            wait_until(lambda: run.get()["step"] > 1)
            run.post("/pause")
        elif command == "step":
            run.post("/step", steps=3)
        else:
            run.post("/step", steps=3)
            run.post("/reset")
        step = run.get()["step"]
        while next_frame(socket)[0]["step"] != step:  # it is the last, so another never comes
            pass


def test_every_step_of_the_history_reaches_a_viewer_that_skips_frames(run: LiveRun) -> None:
    with run.stream() as socket:
        watch(socket, tensors=tensors(), max_fps=4)
        run.send("PATCH", json={"steps_per_second": 100})
        run.post("/play")
        wait_until(lambda: run.get()["step"] >= 100)
        last = run.post("/pause")["step"]
        steps: list[int] = []
        held_out: list[int] = []
        while not steps or steps[-1] != last or held_out[-1] != last:
            header, sections = next_frame(socket)
            assert sections == []
            steps += header["history"]["step"]
            held_out += header["history"]["held_out"]["step"]
        assert steps == list(range(1, last + 1))
        assert held_out == sorted({0, 10, 20, 50, 100, *range(200, last, 200), last})


def test_a_halt_is_shown_with_its_reason(server: Server) -> None:
    run = server.run(optimizer={"type": "SGD", "learning_rate": 1e30})
    with run.stream() as socket:
        watch(socket)
        run.post("/play")
        while (header := next_frame(socket)[0])["state"] != "halted":
            pass
        assert "smaller learning rate" in header["problem"]
    run.delete()


def test_a_drawing_is_seen_as_it_grows(run: LiveRun) -> None:
    image = run.send("POST", "/images", files={"file": ("a.png", photograph(28, 28))}).json()["id"]
    with run.stream() as socket:
        watch(socket, tensors=tensors("input"), probe=image)
        first = next_frame(socket)[1][0].values
        run.send("PUT", f"/images/{image}", files={"file": ("b.png", photograph(90, 28))})
        while np.array_equal(next_frame(socket)[1][0].values, first):
            pass


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        '{"type": "watch"}',
        '{"type": "watch", "tensors": tensors("colours")}',
        '{"type": "watch", "tensors": [], "layers": ["conv9"]}',
        '{"type": "watch", "tensors": [], "probe": "up-00000000"}',
        '{"type": "watch", "tensors": [], "max_fps": 1e9}',
    ],
)
def test_a_watch_that_cannot_be_followed_is_answered_with_a_sentence(
    run: LiveRun, message: str
) -> None:
    with run.stream() as socket:
        socket.recv(timeout=PATIENCE_S)
        socket.send(message)
        answer = said(socket)
        while answer["type"] == "run":
            answer = said(socket)
        assert answer["type"] == "error"
        assert answer["code"] in ("invalid_request", "not_found")
        assert answer["detail"].endswith(".")


def test_a_stream_of_an_unknown_run_is_closed_with_4404(server: Server) -> None:
    with pytest.raises(ConnectionClosed) as caught, LiveRun(server, "nothing").stream() as socket:
        socket.recv(timeout=PATIENCE_S)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4404


def test_deleting_a_run_ends_its_streams(server: Server) -> None:
    run = server.run()
    with run.stream() as socket:
        socket.recv(timeout=PATIENCE_S)
        run.delete()
        with pytest.raises(ConnectionClosed) as caught:
            drain(socket)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4404


def drain(socket: ClientConnection) -> None:
    """Reads until the end."""
    while True:
        socket.recv(timeout=PATIENCE_S)


@pytest.mark.alone
def test_a_viewer_that_takes_nothing_slows_nobody(server: Server) -> None:
    run = server.run()
    run.send("PATCH", json={"steps_per_second": None})
    address = f"{server.url}/api/v1/runs/{run.id}/stream".replace("http", "ws", 1)
    # what is never read holds up the goodbye too: it is not waited for
    stalling = connect(address, compression=None, max_queue=1, close_timeout=0.1)
    with stalling as stalled, run.stream() as socket:
        watch(stalled)  # and never reads
        watch(socket)
        run.post("/play")
        time.sleep(1.0)
        began, frames = time.monotonic(), 0
        while time.monotonic() < began + 2:
            next_frame(socket)
            frames += 1
        assert frames > 20
        assert httpx.get(f"{server.url}/api/v1/health").elapsed.total_seconds() < 1
        run.post("/pause")
    run.delete()


def test_a_message_that_is_no_watch_is_answered_and_the_stream_goes_on(run: LiveRun) -> None:
    wrong: list[tuple[str | bytes, str]] = [
        (b'{"type": "watch"}', "Expected a watch message as text, got bytes."),
        ("{", "Expected a watch message. Expected JSON, got something else at line 1, column 1."),
        ('{"type": "watch"}', "Expected a watch message. tensors: expected a value, got none."),
    ]
    with run.stream() as socket:
        assert said(socket)["type"] == "run"
        for message, detail in wrong:
            socket.send(message)
            error = {"type": "error", "code": "invalid_request", "detail": detail}
            while (answer := said(socket))["type"] == "run":
                pass
            assert answer == error
        watch(socket)
        assert next_frame(socket)[0]["run"] == run.id


def test_a_ping_is_answered_and_touches_nothing(run: LiveRun) -> None:
    with run.stream() as socket:
        said(socket)
        watch(socket, tensors=tensors("weight"), max_fps=1)
        next_frame(socket)
        socket.send('{"type": "ping"}')
        assert said(socket) == {"type": "pong"}
        for broken in ("", "[" * 60_000, '{"type": "ping", "more": 1}'):
            socket.send(broken)
            assert said(socket)["type"] == "error"
