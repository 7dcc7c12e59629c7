"""What a server takes from a training loop, and what of an observed run it refuses."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from convscope.api.openapi.examples.observed import OBSERVE
from convscope.ipc.codec import encode_report
from convscope.ipc.replies import Status
from convscope.ipc.reports import CheckpointNotice, Metrics, RecordNotice
from convscope.types import RunState
from tests.support.own_loop import OwnLoop, watched
from tests.support.server import PATIENCE_S, LiveRun, Server
from tests.support.waiting import wait_until

SECTION = {
    "layer": "conv",
    "tensor": "bias",
    "of": "value",
    "shape": [8],
    "dtype": "f32",
    "offset": 0,
    "length": 32,
}


def metrics(*steps: int, **other: Any) -> Metrics:
    """Of these steps."""
    told = {"step": list(steps), "loss": [1.0] * len(steps), "accuracy": [None] * len(steps)}
    return Metrics(**{**told, "held_out": [], **other})


def at(step: int) -> Status:
    """A loop that trains, at a step."""
    told = dict.fromkeys(
        (
            "loss",
            "accuracy",
            "held_out_accuracy",
            "held_out_step",
            "steps_per_second",
            "problem",
            "learning_rate",
            "momentum",
            "weight_decay",
        )
    )
    return Status(state=RunState.PLAYING, step=step, images_per_second=0.0, **told)


def recorded(**section: Any) -> bytes:
    """A message that records one section."""
    notice = RecordNotice(step=1, sections=[SECTION | section], predictions={}, payload=b"\0" * 32)
    return encode_report(metrics(1), at(1), notice)


NOT_UNDERSTOOD: dict[str, Callable[[], bytes]] = {
    "no message at all": lambda: b"?",
    "another message's lengths": lambda: b"\xff" * 64,
    "steps with a gap": lambda: encode_report(metrics(1, 3), at(2)),
    "steps that begin later": lambda: encode_report(metrics(2), at(1)),
    "fewer losses than steps": lambda: encode_report(metrics(1, loss=[]), at(1)),
    "another step than it told": lambda: encode_report(metrics(1), at(7)),
    "a restart": lambda: encode_report(metrics(restarted=True), at(0)),
    "a checkpoint": lambda: encode_report(metrics(), at(0), CheckpointNotice(checkpoint={})),
    "a section beyond the payload": lambda: recorded(offset=8),
    "a section of another length": lambda: recorded(shape=[7]),
    "a section of a type that there is not": lambda: recorded(dtype="f64"),
    "an accuracy of a step to come": lambda: encode_report(
        metrics(held_out=[(9, 0.5, None)]), at(0)
    ),
}


@pytest.fixture
def observed(server: Server) -> dict[str, Any]:
    """A new observed run, and its loop's token."""
    answer = server.http.post("/runs/observed", json=OBSERVE)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def code_after(server: Server, run: str, token: str, *messages: bytes) -> int | None:
    """The code that the server ends a loop's line with."""
    address = f"{server.url}/api/v1/runs/{run}/worker".replace("http", "ws", 1)
    with connect(address, additional_headers={"Convscope-Worker-Token": token}) as line:
        try:
            for message in messages:
                line.send(message)
            while True:
                line.recv(timeout=PATIENCE_S)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_a_message_that_cannot_be_ends_the_line_and_changes_nothing(
    server: Server, observed: dict[str, Any], name: str
) -> None:
    run = observed["run"]["id"]
    assert code_after(server, run, observed["token"], NOT_UNDERSTOOD[name]()) == 1008
    wait_until(lambda: server.http.get(f"/runs/{run}").json()["loop"]["state"] == "lost")
    now = server.http.get(f"/runs/{run}").json()
    assert (now["steps"], now["step"]) == (0, 0)
    assert server.http.get(f"/runs/{run}/recorded-steps").json() == {"steps": []}


def test_a_loop_needs_its_own_token_and_a_run_that_is_observed(
    server: Server, observed: dict[str, Any], run: LiveRun
) -> None:
    own = observed["run"]["id"]
    assert code_after(server, own, "guessed") == 4403
    assert code_after(server, run.id, observed["token"]) == 4404
    assert code_after(server, "nothing", observed["token"]) == 4404


def test_what_needs_a_recipe_is_refused_with_a_sentence(
    server: Server, observed: dict[str, Any], run: LiveRun
) -> None:
    own = f"/runs/{observed['run']['id']}"
    for method, path in (
        ("GET", "/code"),
        ("POST", "/fork"),
        ("POST", "/reset"),
        ("GET", "/health"),
        ("GET", "/export"),
        ("POST", "/evaluate"),
        ("GET", "/confusion"),
        ("GET", "/images"),
        ("GET", "/weights"),
    ):
        answer = server.http.request(method, own + path, json={} if method == "POST" else None)
        assert answer.status_code == 409, path
        assert "observed" in answer.json()["detail"]
    assert run.send("GET", "/recorded-steps").status_code == 409


def test_a_server_that_is_to_end_when_idle_does_so_and_not_before(tmp_path: Path) -> None:
    server = Server(tmp_path, "--end-when-idle", "1.5")
    loop = OwnLoop()
    with watched(server, loop) as (watch, _):
        for _ in range(30):  # longer than it waits
            loop.step(watch)
            with pytest.raises(subprocess.TimeoutExpired):
                server.process.wait(0.1)
    assert server.process.wait(PATIENCE_S) == 0
    server.close()
