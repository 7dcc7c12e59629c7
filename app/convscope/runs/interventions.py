"""Changing a run by hand, and what that is worth."""

from convscope.errors import ConvscopeError
from convscope.runs.run import Run
from convscope.types import JsonObject


async def intervene(run: Run, change: JsonObject) -> JsonObject:
    """A change by hand; answers with it, and what it was worth where that was measured."""
    reply = await run.do("intervene", change=change)
    intervention: JsonObject = reply.header["intervention"]
    if change["type"] == "freeze" and change["on"] and run.spec.trainable:
        intervention |= await _worth_of_learning(run, intervention)
    return intervention | {"run": run.describe()}


async def _worth_of_learning(run: Run, intervention: JsonObject) -> JsonObject:
    """What freezing costs in the steps to come; it is done, whatever becomes of this."""
    change = intervention["change"]
    try:
        found = await run.replay.ablate_freezing(
            intervention["step"], change["layer"], change["filter"]
        )
    except ConvscopeError:
        return {}
    worth = {"held_out_before": found["learning"], "held_out_after": found["frozen"]}
    return worth | {"ahead": found["ahead"]}
