"""Layers, their tensors, feature maps and predictions."""

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field

from app.api.deps import TheRun
from app.api.schemas import ImageId
from app.api.tensors import Format, Layout, Tensor, answer, axes_of, choose_format, to_keras
from app.recipe import LayerPlan
from app.types import JsonObject, Shape
from app.wire.messages import Message

router = APIRouter(prefix="/runs/{run_id}", tags=["layers"])


class LayerAnswer(BaseModel):
    """One layer, with how its parameters are counted."""

    index: int
    name: str
    type: str
    arguments: dict[str, Any]
    input_shape: list[int]
    output_shape: list[int]
    weight_shape: list[int] | None
    bias_shape: list[int] | None
    tensors: list[str]
    parameters: int
    counted: str
    receptive_field: int | None


class LayerList(BaseModel):
    """All layers of a network, in order."""

    layers: list[LayerAnswer]


class TensorAnswer(BaseModel):
    """A tensor as nested lists, in the order that `axes` names."""

    layer: str
    kind: str
    step: int
    layout: Literal["torch", "keras"]
    axes: list[str]
    shape: list[int]
    values: list[Any]


class ClassAnswer(BaseModel):
    """One class's score."""

    index: int
    class_: Annotated[str, Field(alias="class")]
    probability: float | None
    logit: float | None


class PredictionAnswer(BaseModel):
    """What the network says of one picture; `top` is null where no score is finite."""

    image: str
    step: int
    top: ClassAnswer | None
    classes: list[ClassAnswer]


def _choose(
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
    asked: Annotated[Format | None, Query(alias="format", description="else by Accept")] = None,
) -> Format:
    return choose_format(accept, asked)


ChosenFormat = Annotated[Format, Depends(_choose)]
TENSOR_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": TensorAnswer,
        "description": "by `Accept` or `format`: nested lists, numpy's `.npy`, or a heatmap",
        "content": {"application/x-npy": {}, "image/png": {}},
    }
}


@router.get("/layers", response_model=LayerList, summary="The layers, and how they are counted")
async def list_layers(run: TheRun) -> JsonObject:
    """Names, arguments, shapes, parameters. Needs no worker: it is arithmetic."""
    return {"layers": [plan.describe() for plan in run.spec.plans]}


@router.get(
    "/layers/{layer}/feature-maps",
    response_class=Response,
    responses=TENSOR_ANSWERS,
    summary="A layer's feature maps for one picture",
)
async def feature_maps(
    run: TheRun,
    chosen: ChosenFormat,
    layer: str,
    image: ImageId = "test-0",
    layout: Layout = "torch",
) -> Response:
    """(C, H, W), or (N,) once flat; exact float32, of the present state in evaluation mode."""
    plan = run.spec.layer(layer)
    reply = await run.ask("feature_maps", layer=layer, image=image)
    return await answer(_tensor(reply, plan, "feature_maps", layout), chosen)


@router.get(
    "/layers/{layer}/{tensor}",
    response_class=Response,
    responses=TENSOR_ANSWERS,
    summary="A layer's weights, their gradient, their last update",
)
async def tensor(
    run: TheRun,
    chosen: ChosenFormat,
    layer: str,
    tensor: str,
    of: Annotated[
        str,
        Query(max_length=64, description="value, gradient, update, or torch's own buffer's name"),
    ] = "value",
    layout: Layout = "torch",
) -> Response:
    """`tensor` goes by torch's name: `weight`, `bias`, `running_mean`, … A gradient belongs to the
    step that led to this state, so that there is none at step 0 (409)."""
    plan = run.spec.layer(layer)
    reply = await run.ask("tensor", layer=layer, tensor=tensor, of=of)
    flat_from = _flat_from(run.spec.plans, plan) if layout == "keras" else None
    kind = tensor if of == "value" else f"{tensor}_{of}"
    return await answer(_tensor(reply, plan, kind, layout, flat_from), chosen)


def _tensor(
    reply: Message, plan: LayerPlan, kind: str, layout: Layout, flat_from: Shape | None = None
) -> Tensor:
    values = np.frombuffer(reply.payload, np.float32).reshape(reply.header["shape"])
    axes = axes_of(plan.type, kind, values.shape)
    if layout == "keras":
        values, axes = to_keras(values, axes, flat_from)
    return Tensor(plan.name, kind, reply.header["step"], layout, axes, values)


def _flat_from(plans: tuple[LayerPlan, ...], plan: LayerPlan) -> Shape | None:
    """The maps (C, H, W) that a linear layer reads flattened, or None."""
    for before in reversed(plans[: plan.index]):
        if before.type == "Flatten":
            return before.input_shape if len(before.input_shape) == 3 else None
        if before.type == "Linear":
            return None
    return None


@router.get("/predictions", response_model=PredictionAnswer, summary="Class scores for a picture")
async def predictions(run: TheRun, image: ImageId = "test-0") -> JsonObject:
    """409 for a network that gives no score for each class."""
    reply = await run.ask("predictions", image=image)
    scores = zip(
        run.describe()["classes"],
        reply.header["probabilities"],
        reply.header["logits"],
        strict=True,
    )
    classes = [
        {"index": index, "class": name, "probability": probability, "logit": logit}
        for index, (name, probability, logit) in enumerate(scores)
    ]
    known = [entry for entry in classes if entry["probability"] is not None]
    top = max(known, key=lambda entry: entry["probability"], default=None)
    return {"image": image, "step": reply.header["step"], "top": top, "classes": classes}
