"""Questions about why an answer is what it is; none of them changes the session."""

from dataclasses import asdict

import torch

from convscope.errors import ConflictError, NotFoundError
from convscope.ipc import commands
from convscope.ipc.replies import AttributionReply, JsonReply
from convscope.learn.attribution.attribute import Question, attribute
from convscope.learn.attribution.contributions import contributions
from convscope.learn.attribution.rank_correlation import rank_correlation
from convscope.learn.observe import to_numpy
from convscope.recipe import LayerPlan
from convscope.types import AttributionMethod, JsonObject, shape_text
from convscope.worker.loop import Loop
from convscope.worker.queries import json_text
from convscope.worker.session import Session


def attribute_score(loop: Loop, command: commands.Attribute, __: int) -> AttributionReply:
    """Where a class score of an image comes from, with its control: the very same of the network
    before it learned."""
    session = loop.session
    asked = _question(session, command)
    values, completeness = attribute(session.observer.twin, asked, command.method)
    before, _ = attribute(session.control(command.seed), asked, command.method)
    return AttributionReply(
        step=session.trainer.step,
        shape=tuple(values.shape),
        number=asked.number,
        layer=asked.layer,
        completeness=asdict(completeness) if completeness else None,
        control_of=session.control_of,
        correlation=rank_correlation(values.abs(), before.abs()),
        payload=to_numpy(torch.stack([values, before])).tobytes(),
    )


def _question(session: Session, command: commands.Attribute) -> Question:
    pixels = session.images.get(command.image)
    image = session.observer.input([pixels])
    layer = None
    if command.method is AttributionMethod.GRAD_CAM:
        layer = _with_maps(session, command.layer).name
    return Question(
        image=image,
        black=session.observer.input([pixels * 0]),
        number=_class(session, image, command.number),
        layer=layer,
    )


def _with_maps(session: Session, layer: str | None) -> LayerPlan:
    """The layer of this name, None: the last convolution; ConflictError where its output has no
    maps, or there is no convolution."""
    if layer is None:
        found = [plan for plan in session.plans if plan.type == "Conv2d"]
        if not found:
            raise ConflictError("This network has no convolution: name a layer that has maps.")
        return found[-1]
    session.observer.module(layer)  # NotFoundError where there is none
    plan = session.observer.plans[layer]
    if len(plan.output_shape) != 3:
        raise ConflictError(
            f"{layer} ({plan.type}) gives {shape_text(plan.output_shape)} numbers and has no maps."
        )
    return plan


def _class(session: Session, image: torch.Tensor, number: int | None) -> int:
    """The class asked for, None: the one with the highest score."""
    session.must_have_scores()
    if number is not None:
        return number
    with torch.inference_mode():
        return int(session.observer.twin(image).argmax())


def contribute(loop: Loop, command: commands.Contribute, _: int) -> JsonReply:
    """What each filter adds to a class score in a region of its map; with what lies elsewhere and
    what later layers' biases add it is the score."""
    session = loop.session
    plan = _with_maps(session, command.layer)
    image = session.observer.input([session.images.get(command.image)])
    number = _class(session, image, command.number)
    found = contributions(session.observer.twin, image, number, plan.name)
    inside = _inside(found.maps.double(), plan, command.region)
    filters = inside.sum(dim=(1, 2))
    elsewhere = float(found.maps.sum(dtype=torch.float64) - filters.sum())
    parts: JsonObject = {
        "filters": filters.tolist(),
        "elsewhere": elsewhere,
        "constants": [
            {"layer": layer, "contribution": value} for layer, value in found.constants.items()
        ],
    }
    total = float(filters.sum()) + elsewhere + sum(found.constants.values())
    about = {"step": session.trainer.step, "layer": plan.name, "image": command.image}
    about |= {"class": number, "region": command.region}
    return JsonReply(payload=json_text(about | parts | {"total": total, "score": found.score}))


def _inside(maps: torch.Tensor, plan: LayerPlan, region: tuple[int, int, int, int]) -> torch.Tensor:
    """The part of each map (C, H, W) in the region; NotFoundError where it leaves them."""
    y, x, height, width = region
    inside = maps[:, y : y + height, x : x + width]
    if tuple(inside.shape[1:]) != (height, width):
        raise NotFoundError(
            f"{plan.name}'s maps are {shape_text(plan.output_shape[1:])}: the region of "
            f"{height} × {width} at row {y}, column {x} leaves them."
        )
    return inside
