"""Whatever a server says, and whatever it does not: a loop that is watched hears nothing of it."""

import random
import threading
import time
import warnings
from functools import partial
from typing import Any

import pytest
import torch

import convscope
from convscope.ipc.codec import encode_command
from convscope.ipc.commands import Attend, Command, Credit, Look, Pause, Play, Step, Tensor, Wanted
from convscope.ipc.commands import Watch as WatchCommand
from convscope.observed import line
from tests.support.odd_server import Conversation, Say, odd_server
from tests.support.own_loop import PROBE, OwnLoop

FAR = ("no", "weight", "value"), ("first", "weight", "momentum"), ("first", "no", "gradient")
COMMANDS: list[Command[Any]] = [
    Attend(steps=10**12),
    Attend(steps=-5),
    Pause(),
    Step(steps=10**9),
    Play(),
    Credit(),
    Tensor(layer="no", tensor="weight", of="value"),
    Look(wanted=Wanted(maps=(("first", "probe-99"),), probes=("probe-99",))),
    WatchCommand(wanted=Wanted(tensors=FAR), interval_s=-1, watched=True),
    WatchCommand(wanted=Wanted(maps=(("first", "probe-9"),), probes=("x",)), watched=True),
]


def nothing(_: Conversation) -> None:
    """It closes."""


def nonsense(conversation: Conversation) -> None:
    """Bytes, by chance commands among them, and text."""
    chance = random.Random(conversation.client_address[1])
    for _ in range(chance.randrange(1, 30)):
        conversation.message(chance.randbytes(chance.randrange(60)), chance.choice([1, 2]))
    conversation.wait()


def commands(conversation: Conversation, seed: int = 0) -> None:
    """What is understood, and makes no sense."""
    chance = random.Random(seed)
    for number in range(300):
        conversation.message(encode_command(chance.choice(COMMANDS), number))
        time.sleep(0.001)
    conversation.wait()


def answering(status: int, body: bytes) -> Say:
    """To the POST."""
    return lambda conversation: conversation.answer(status, body)


def torn(conversation: Conversation) -> None:
    """A message that ends in the middle."""
    conversation.wfile.write(b"\x82\x7e\xff\xff" + b"a" * 20)


ODD: dict[str, tuple[Say, Say]] = {
    "closes the POST": (nothing, nothing),
    "never answers the POST": (Conversation.wait, nothing),
    "answers no JSON": (answering(201, b"<html>"), nothing),
    "answers other JSON": (answering(201, b"[1, 2]"), nothing),
    "answers without a token": (answering(201, b'{"run": {}}'), nothing),
    "refuses": (answering(422, b'{"detail": "expected something else"}'), nothing),
    "fails": (answering(500, b"\xff\xfe"), nothing),
    "closes the WebSocket": (Conversation.make, nothing),
    "says nothing on the WebSocket, and reads nothing": (Conversation.make, Conversation.wait),
    "tears a message": (Conversation.make, torn),
    "says nonsense": (Conversation.make, nonsense),
    **{f"commands {seed}": (Conversation.make, partial(commands, seed=seed)) for seed in range(6)},
}


@pytest.mark.parametrize("name", ODD)
def test_a_loop_hears_one_warning_at_most(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PATIENCE_S", 0.3)
    monkeypatch.setattr(line, "FAREWELL_S", 0.3)
    alone = OwnLoop()
    alone.steps(40)
    without = alone.tensors()
    made, dialled = ODD[name]
    came = threading.Event()

    def dialled_in(conversation: Conversation) -> None:
        came.set()
        dialled(conversation)

    with odd_server(made, dialled_in) as url, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        loop, began = OwnLoop(), time.monotonic()
        with convscope.watch(loop.model, loop.optimizer, probe=PROBE, server=url) as watch:
            for _ in range(40):
                loop.step(watch)
                time.sleep(0.005)  # for the server to say something
            assert all(map(torch.equal, without, loop.tensors()))
        assert time.monotonic() - began < 10
    assert came.is_set() == (made is Conversation.make)
    assert len([one for one in said if issubclass(one.category, UserWarning)]) <= 1
