"""Steps that were computed again in another environment than they were trained in."""

from convscope.ipc.seek_plan import SeekPlan
from convscope.types import JsonObject

KEY = "recomputed_from"  # in what a checkpoint says of its state


def recomputed_from(plan: SeekPlan, *, differs: bool) -> int | None:
    """The step from which the state at a plan's end is computed again, where that is another
    environment's work; None for a state as it was. `differs`: whether the steps are made so."""
    begin, end = plan.checkpoint, plan.exact
    kept = end or (begin if begin["step"] == plan.to else None)
    since: int | None = kept.get(KEY) if kept else begin["step"] if differs else None
    return since


def marked(state: JsonObject, since: int | None) -> JsonObject:
    """What is kept of a state, and from which step it was computed again, if it was."""
    return state if since is None else state | {KEY: since}


def sentence(step: int, since: int | None) -> str | None:
    """What to say of a state that was computed again from a step; None for one that was not."""
    if since is None:
        return None
    return (
        f"Step {step} was computed again from step {since}, on another build or processor than "
        "it was trained on: the last digits may differ."
    )
