"""How the run is now: numbers by layer, and what they say."""

from collections.abc import Iterator
from dataclasses import asdict

from torch import nn

from convscope.ipc import commands
from convscope.ipc.replies import JsonReply
from convscope.learn.health import MapHealth, layer_sizes, map_health_in_pieces
from convscope.types import JsonObject
from convscope.worker.findings.health_rules import (
    Filters,
    HealthFinding,
    filter_findings,
    size_findings,
)
from convscope.worker.loop import Loop
from convscope.worker.queries import json_text
from convscope.worker.session import Session
from convscope.worker.tasks.measured import measured


def examine(loop: Loop, _: commands.Examine, number: int) -> None:
    """Numbers by layer, and findings with their remedies."""
    loop.session.must_train()
    loop.begin_task([number], _examined(loop.session))


def _examined(session: Session) -> Iterator[JsonReply | None]:
    front = session.front(session.plans[-1].name)
    maps = yield from measured(session, map_health_in_pieces(front, session.data))
    sizes = list(layer_sizes(session.observer))
    rate = session.settings()["learning_rate"]
    found = [*filter_findings(maps, _filters(session)), *size_findings(sizes, maps, rate)]
    yield JsonReply(
        payload=json_text(
            {
                "step": session.trainer.step,
                "images": maps.images,
                "findings": [_described(one, session.trainer.step) for one in found],
                "layers": [asdict(entry) | {"ratio": entry.ratio} for entry in sizes],
                "clamped": _shares(maps),
            }
        )
    )


def _filters(session: Session) -> dict[str, Filters]:
    silenced = session.interventions.silenced()
    return {
        name: Filters(
            module.weight,
            module.bias is not None,
            frozenset(one["filter"] for one in silenced if one["layer"] == name),
        )
        for name, module in session.trainer.network.named_children()
        if isinstance(module, nn.Conv2d)
    }


def _described(found: HealthFinding, step: int) -> JsonObject:
    remedy = found.remedy
    body = {"step": step, "recipe": remedy.recipe, "interventions": remedy.interventions}
    return asdict(found) | {"remedy": {"sentence": remedy.sentence, "fork": body}}


def _shares(maps: MapHealth) -> list[JsonObject]:
    return [{"layer": layer, "share": share} for layer, share in maps.clamped.items()]
