"""A worker's loop: what fails leaves the run where it was."""

from pathlib import Path
from typing import Any, cast

import pytest
import torch

from convscope.ipc.commands import Command, Start, Step, TraceStep
from convscope.worker import commands
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop
from tests.support.networks import recipe
from tests.support.worker_script import OverError, Script
from tests.support.workers import setup


def ran(*asked: Command[Any]) -> tuple[Script, Loop]:
    """A worker that was asked all this."""
    script = Script(*asked)
    loop = Loop(cast(Channel, script), HANDLERS)
    with pytest.raises(OverError):
        loop.run()
    return script, loop


def test_a_trace_that_fails_takes_its_step_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start(setup=setup(recipe().model_dump(mode="json"), tmp_path))

    def broken(*_: object) -> None:
        raise RuntimeError

    _, plain = ran(start, Step(steps=1), Step(steps=1))
    monkeypatch.setattr(commands, "trace", broken)
    script, loop = ran(start, Step(steps=1), TraceStep(), Step(steps=1))
    [refused] = [answer for answer in script.answers if answer.error]
    assert refused.number == 3
    told = [step for report in script.said for step in report.metrics.step]
    assert told == [1, 2]
    networks = (each.session.trainer.network.parameters() for each in (plain, loop))
    assert all(torch.equal(a, b) for a, b in zip(*networks, strict=True))
