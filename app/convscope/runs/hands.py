"""Changing a run by hand, and what that is worth."""

from convscope.errors import ConvscopeError
from convscope.runs.run import Run
from convscope.types import JsonObject


async def intervene(run: Run, change: JsonObject) -> JsonObject:
    """A change by hand; answers with it, and what it was worth where that was measured."""
    reply = await run.do("intervene", change=change)
    deed: JsonObject = reply.header["deed"]
    if change["type"] == "freeze" and change["on"] and run.spec.trainable:
        deed |= await _worth_of_learning(run, deed)
    return deed | {"run": run.describe()}


async def _worth_of_learning(run: Run, deed: JsonObject) -> JsonObject:
    """What freezing costs in the steps to come; it is done, whatever becomes of this."""
    change = deed["change"]
    try:
        found = await run.past.look_ahead(deed["step"], change["layer"], change["filter"])
    except ConvscopeError:
        return {}
    worth = {"held_out_before": found["learning"], "held_out_after": found["frozen"]}
    return worth | {"ahead": found["ahead"]}
