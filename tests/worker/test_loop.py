"""A worker's loop: what fails leaves the run where it was."""

from pathlib import Path
from typing import cast

import pytest
import torch
from tests.support.networks import recipe
from tests.worker.capture.test_recorder import OverError, Script

from convscope.types import JsonObject
from convscope.worker import commands
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop


def test_a_trace_that_fails_takes_its_step_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start: JsonObject = {"command": "start", "id": 1, "recipe": recipe().model_dump(mode="json")}
    start |= {"device": "cpu", "data_dirs": [], "cache_dir": str(tmp_path)}
    start |= {"steps_per_second": None, "weights_bytes": 0}
    step: JsonObject = {"command": "step", "steps": 1, "until": None}
    script = Script(start, step | {"id": 2}, {"command": "trace_step", "id": 3}, step | {"id": 4})
    plain = Script(start, step | {"id": 2}, step | {"id": 3})

    def broken(*_: object) -> None:
        raise RuntimeError

    loops = [Loop(cast(Channel, told), HANDLERS) for told in (plain, script)]
    with pytest.raises(OverError):
        loops[0].run()
    monkeypatch.setattr(commands, "trace", broken)
    with pytest.raises(OverError):
        loops[1].run()
    [refused] = [header for header, _ in script.said if "error" in header]
    assert (refused["reply"], refused["status"]["step"]) == (3, 1)
    told = [step for header, _ in script.said for step in header["metrics"]["step"]]
    assert told == [1, 2]
    for a, b in zip(*(loop.session.trainer.network.parameters() for loop in loops), strict=True):
        assert torch.equal(a, b)
