"""Any recorded step is come to again, whichever way, to the same bits."""

from collections import deque
from pathlib import Path
from typing import Any

import pytest
import torch

from convscope.ipc.seek_plan import SeekPlan
from convscope.learn.checkpoint import save_state
from convscope.learn.intervention_kinds import apply_intervention
from convscope.recipe import Recipe
from convscope.worker.session import Session
from convscope.worker.tasks.seek import Seeker
from tests.support.sessions import session, weights

RECIPE = Recipe.model_validate(
    {
        "network": {
            "input": [1, 28, 28],
            "layers": [
                {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
                {"type": "BatchNorm2d"},
                {"type": "ReLU"},
                {"type": "Dropout", "p": 0.3},
                {"type": "Flatten"},
                {"type": "Linear", "out_features": 10},
            ],
        },
        "data": {"dataset": "fashion-mnist-10k"},
        "optimizer": {"type": "RMSprop", "momentum": 0.0},
    }
)
FILL = {"type": "fill", "layer": "conv1", "filter": 0, "channel": None, "with": "random"}
CHANGES: dict[int, list[dict[str, Any]]] = {  # at steps with and without a checkpoint
    0: [{"type": "freeze", "layer": "conv1", "filter": 3, "on": True}],
    3: [{"momentum": 0.9}],
    4: [FILL, {"type": "silence", "layer": "conv1", "filter": 1, "on": True}, FILL],
    6: [{"type": "undo"}, {"learning_rate": 0.002}],
    8: [{"type": "undo"}],
}
KEPT = (0, 4, 8)
STEPS = 10


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is recorded of a run, and its weights after each step and what was done on it."""
    run = session(RECIPE, tmp_path_factory.mktemp("cache"))
    found: dict[str, Any] = {"events": [], "kept": {}, "weights": []}
    for step in range(STEPS + 1):
        if step:
            run.advance()
        if step in KEPT:
            found["kept"][step] = save_state(run.trainer)
        for change in CHANGES.get(step, []):
            number = {"id": len(found["events"]) + 1}
            found["events"].append(number | happen(run, change))
        found["weights"].append(weights(run))
    return found


def happen(run: Session, change: dict[str, Any]) -> dict[str, Any]:
    event = {"segment": 0, "step": run.trainer.step}
    if "type" in change:
        intervention = apply_intervention(run.interventions, change)
        return event | {"kind": "intervention", "body": intervention.record()}
    run.tune(change)
    return event | {"kind": "tune", "body": {"changes": change}}


def plan(life: dict[str, Any], to: int, *, exactly: bool = False) -> tuple[SeekPlan, bytes]:
    """As the server sends it."""
    begin = max(step for step in KEPT if step < to or step == 0)
    about, tensors = life["kept"][begin]
    exact, exact_tensors = life["kept"][to] if exactly and to in KEPT and to else (None, b"")
    events = [event for event in life["events"] if event["step"] <= to]
    found = SeekPlan(
        to=to,
        segment=0,
        settings={},
        checkpoint=about,
        tensors_bytes=len(tensors),
        events=events,
        exact=exact,
    )
    return found, tensors + exact_tensors


@pytest.mark.parametrize("exactly", [False, True])
@pytest.mark.parametrize(
    "stops", [range(STEPS + 1), range(STEPS, -1, -1), (7, 2, 9, 4, 4, 0, 8, 3, 10, 6)]
)
def test_each_step_is_as_it_was_whichever_way_it_is_come_to(
    stops: Any, exactly: bool, life: dict[str, Any], tmp_path: Path
) -> None:
    run = session(RECIPE, tmp_path)
    seeker = Seeker(run)
    for step in stops:
        deque(seeker.go(*plan(life, step, exactly=exactly)), maxlen=0)
        assert run.trainer.step == step
        pairs = zip(weights(run), life["weights"][step], strict=True)
        assert all(torch.equal(mine, theirs) for mine, theirs in pairs), f"step {step}"
