"""What a run that was never interrupted would be: its file's changes, made again in one process."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load

from convscope.learn.intervention_kinds import apply_intervention
from convscope.recipe import Recipe
from convscope.storage.reader import StoredRun, read_stored_run
from convscope.worker.session import Session
from tests.support.data_cache import data_cache
from tests.support.server import Server
from tests.support.sessions import session


class Replay:
    """One session that takes every step itself, from step 0; no checkpoint is read."""

    def __init__(self, kept: StoredRun) -> None:
        recipe = Recipe.model_validate(kept.segments[0].recipe)
        self.session: Session = session(recipe, data_cache())
        self._done = 0

    def go(self, kept: StoredRun, step: int) -> None:
        """On to a step, each of the file's events where it happened."""
        while True:
            self._apply(kept)
            if self.session.trainer.step == step:
                return
            self.session.advance()

    def _apply(self, kept: StoredRun) -> None:
        here = self.session.trainer.step
        for event in kept.events[self._done :]:
            if event["step"] > here:
                return
            assert event["step"] == here, f"the run had passed by {event}"
            self._done += 1
            if event["kind"] == "intervention":
                apply_intervention(self.session.interventions, event["body"]["change"])
            else:
                self.session.tune(event["body"]["changes"])

    def weights(self) -> dict[str, torch.Tensor]:
        """Parameters and buffers by torch's names."""
        return dict(self.session.trainer.network.state_dict())


def file_of(server: Server, run_id: str) -> Path:
    """Where a server keeps a run."""
    return server.folder / "state" / "convscope" / "runs" / f"{run_id}.convscope"


def assert_as_never_interrupted(server: Server, run_id: str, replay: Replay) -> None:
    """The weights that a run at rest answers with are those of the replay, bit for bit."""
    answer = server.http.get(f"/runs/{run_id}/weights")
    assert answer.status_code == 200, answer.text
    step = int(answer.headers["convscope-step"])
    replay.go(read_stored_run(file_of(server, run_id)), step)
    assert_same(load(answer.content), replay.weights(), f"at step {step}")


def assert_same(one: dict[str, Any], other: dict[str, Any], where: str) -> None:
    """Bit for bit."""
    assert one.keys() == other.keys()
    differ = [name for name in one if not torch.equal(one[name], other[name])]
    assert not differ, f"{', '.join(differ)} differ {where}"
