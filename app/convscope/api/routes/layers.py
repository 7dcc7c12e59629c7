"""Layers, their tensors, feature maps and predictions."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from convscope.api.compression import CompressedRoute
from convscope.api.deps import TheAnyLook, TheAnyRun
from convscope.api.openapi.document import Responses, answers, problems, shown
from convscope.api.openapi.examples import layers as examples
from convscope.api.openapi.headers import sends
from convscope.api.schemas import ProbeId
from convscope.api.tensor_responses import (
    Format,
    Layout,
    Representation,
    Tensor,
    answer,
    axes_of,
    choose_format,
    floats,
    to_keras,
)
from convscope.heatmap import Scale
from convscope.ipc import commands
from convscope.ipc.commands import FeatureMaps, Predict
from convscope.ipc.replies import TensorReply
from convscope.recipe.any_layer import AnyLayer, flattened_from, flattened_into
from convscope.types import JsonObject, Shape

router = APIRouter(prefix="/runs/{run_id}", tags=["layers"], responses=problems(404))
compressed = APIRouter(route_class=CompressedRoute)


class LayerAnswer(BaseModel):
    """One layer, with how its parameters are counted.

    The receptive field is along the rows and the columns of the input, in pixels: how many one
    value depends on, the first that the value at (0, 0) does (below 0 in the padding), and how far
    on its neighbour's lie. null where it is everything, or differs between positions.

    `reads` is the layer whose output it reads as it is, or `input`; null where something is
    computed in between, as may be in an observed run.
    """

    index: int
    name: str
    type: str
    arguments: dict[str, Any]
    input_shape: list[int]
    output_shape: list[int]
    reads: str | None
    weight_shape: list[int] | None
    bias_shape: list[int] | None
    tensors: list[str]
    parameters: int
    counted: str
    receptive_field: tuple[int, int] | None
    receptive_field_start: tuple[int, int] | None
    receptive_field_jump: tuple[int, int] | None


class LayerList(BaseModel):
    """All layers of a network, in order."""

    model_config = ConfigDict(json_schema_extra=shown(examples.LAYERS))
    layers: list[LayerAnswer]


class TensorAnswer(BaseModel):
    """A tensor as nested lists, in the order that `axes` names."""

    layer: str
    tensor: str
    of: str
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
    """What the network says of one image; `top` is null where no score is finite."""

    model_config = ConfigDict(json_schema_extra=shown(examples.PREDICTIONS))
    image: str
    step: int
    top: ClassAnswer | None
    classes: list[ClassAnswer]


async def _choose(
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
    asked: Annotated[Format | None, Query(alias="format", description="else by Accept")] = None,
    scale: Annotated[
        Scale, Query(description="of a PNG's colours: one for the whole layer, or each map's own")
    ] = "layer",
) -> Representation:
    return Representation(choose_format(accept, asked), scale)


Chosen = Annotated[Representation, Depends(_choose)]
ASKED = problems(409, 503)  # of what the worker is asked


def _tensor_answers(**shown: JsonObject) -> Responses:
    """Errors, and a tensor in three formats with examples of the first."""
    answer_200 = answers(**shown)[200]
    answer_200["model"] = TensorAnswer
    answer_200["description"] = (
        "by `Accept` or `format`: nested lists, numpy's `.npy`, or a heatmap"
    )
    answer_200["content"] |= {"application/x-npy": {}, "image/png": {}}
    return problems(406, 413) | ASKED | {200: answer_200}


MAPS = _tensor_answers(maps=examples.POOLED_MAPS, flat=examples.FLAT_MAPS)
TENSORS = _tensor_answers(
    weight=examples.WEIGHT,
    as_Keras_keeps_it=examples.KERAS_WEIGHT,
    gradient_of_a_bias=examples.BIAS_GRADIENT,
)


@compressed.get("/layers", response_model=LayerList, summary="The layers, and how they are counted")
async def list_layers(run: TheAnyRun) -> JsonObject:
    """Names, arguments, shapes, parameters. Needs no worker: it is arithmetic."""
    return {"layers": run.spec.describe_layers()}


router.include_router(compressed)


@router.get(
    "/layers/{layer}/feature-maps",
    response_class=Response,
    responses=MAPS,
    summary="A layer's feature maps for one image",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_feature_maps(
    look: TheAnyLook,
    chosen: Chosen,
    layer: str,
    image: ProbeId = None,
    layout: Layout = "torch",
) -> Response:
    """(C, H, W), or (N,) once flat; exact float32, of the present state in evaluation mode."""
    plan = look.run.spec.layer(layer)
    reply = await look.ask(FeatureMaps(layer=layer, image=image or look.run.probe))
    flat_from = flattened_into(look.run.spec.plans, plan) if layout == "keras" else None
    values = _tensor(reply, plan, ("output", "value"), layout, flat_from)
    return await answer(values, chosen, look.headers)


@router.get(
    "/layers/{layer}/tensors/{tensor}",
    response_class=Response,
    responses=TENSORS,
    summary="A layer's weights, their gradient, their last update",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_tensor(
    look: TheAnyLook,
    chosen: Chosen,
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
    plan = look.run.spec.layer(layer)
    reply = await look.ask(commands.Tensor(layer=layer, tensor=tensor, of=of))
    read = layout == "keras" and len(reply.shape) == 2
    flat_from = flattened_from(look.run.spec.plans, plan) if read else None
    values = _tensor(reply, plan, (tensor, of), layout, flat_from)
    return await answer(values, chosen, look.headers)


def _tensor(
    reply: TensorReply,
    plan: AnyLayer,
    quantity: tuple[str, str],
    layout: Layout,
    flat_from: Shape | None,
) -> Tensor:
    values = floats(reply)
    axes = axes_of(plan.type, quantity[0], values.shape)
    if layout == "keras":
        values, axes = to_keras(values, axes, flat_from)
    return Tensor(plan.name, *quantity, reply.step, layout, axes, values)


@router.get(
    "/predictions",
    response_model=PredictionAnswer,
    responses=ASKED,
    summary="Class scores for an image",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def get_predictions(
    look: TheAnyLook, response: Response, image: ProbeId = None
) -> JsonObject:
    """Of any flat output of up to 1,000 numbers, data set or not; 409 for another."""
    image = image or look.run.probe
    reply = await look.ask(Predict(image=image))
    response.headers.update(look.headers)
    scores = zip(look.run.classes, reply.probabilities, reply.logits, strict=True)
    classes: list[JsonObject] = [
        {"index": index, "class": name, "probability": probability, "logit": logit}
        for index, (name, probability, logit) in enumerate(scores)
    ]
    known = [entry for entry in classes if entry["probability"] is not None]
    top = max(known, key=lambda entry: entry["probability"], default=None)
    return {"image": image, "step": reply.step, "top": top, "classes": classes}
