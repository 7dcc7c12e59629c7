"""Any number of a run as the arithmetic that made it."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheAnyLook, TheLook
from convscope.api.openapi.document import answers, problems, shown
from convscope.api.openapi.examples import explain as examples
from convscope.api.openapi.headers import sends
from convscope.api.schemas import ProbeId
from convscope.errors import InvalidError
from convscope.ipc.commands import ExplainOutput, ExplainWeight
from convscope.recipe.base import LayerName

router = APIRouter(
    prefix="/runs/{run_id}/explain", tags=["explanations"], responses=problems(404, 409, 503)
)
At = Annotated[int, Query(ge=-(2**31), le=2**31)]
Index = tuple[int | None, int | None, int | None, int | None]  # out, in, ky, kx; None: not asked


class Check(BaseModel):
    """What the network has, what the parts add up to, and how far apart the two may be."""

    model_config = ConfigDict(extra="allow")
    value: float
    total: float
    bound: float
    matches: bool


class OutputExplanation(Check):
    """One value of a layer's output; what else there is depends on `kind`."""

    step: int
    layer: str
    type: str
    channel: int
    y: int
    x: int
    image: str
    kind: str
    activation: dict[str, Any] | None


class GradientExplanation(Check):
    """A weight's gradient as a sum over positions and the batch's images."""

    layer: str
    tensor: str
    index: list[int]
    step: int
    positions: list[int]
    example: int
    example_map: list[list[float]]
    batch_map: list[list[float]]
    example_sums: list[float]
    example_id: int
    example_label: int
    example_class: str
    note: str | None  # why its true gradient is 0, where it is


class UpdateExplanation(Check):
    """From the weight before to the weight after, line by line."""

    optimizer: str
    before: float
    gradient: float
    after: float
    change: float
    parts: list[dict[str, Any]]
    lines: list[dict[str, Any]]


class WeightExplanation(BaseModel):
    """A weight's gradient in the last step, and the update that followed."""

    model_config = ConfigDict(json_schema_extra=shown(examples.WEIGHT))
    gradient: GradientExplanation
    update: UpdateExplanation


KINDS = answers(
    convolution=examples.CONVOLUTION,
    clamp=examples.CLAMP,
    largest=examples.LARGEST,
    same=examples.SAME,
    weighted_sum=examples.WEIGHTED_SUM,
    softmax=examples.SOFTMAX,
)


@router.get(
    "/output",
    response_model=OutputExplanation,
    responses=KINDS,
    summary="One value of a feature map",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def explain_output(
    look: TheAnyLook, layer: LayerName, channel: At, y: At = 0, x: At = 0, image: ProbeId = None
) -> Response:
    """The patch, the kernel, the products, the bias, the sum, the activation after it; for every
    kind of layer, and `softmax` after the last. The parts add up to what the network has, within
    `bound`. 404 with the layer's shape for a place outside."""
    image = image or look.run.probe
    reply = await look.ask(ExplainOutput(layer=layer, channel=channel, y=y, x=x, image=image))
    return Response(reply.payload, media_type="application/json", headers=look.headers)


@dataclass(frozen=True)
class Where:
    """Which weight, by torch's axes; a bias has only `out`, a linear weight `out` and `in`."""

    layer: str
    tensor: str
    index: Index
    example: int  # which of the batch


async def _index(
    out: At,
    within: Annotated[At | None, Query(alias="in")] = None,
    ky: At | None = None,
    kx: At | None = None,
) -> Index:
    return out, within, ky, kx


async def _where(
    layer: Annotated[LayerName, Query()],
    index: Annotated[Index, Depends(_index)],
    tensor: Annotated[str, Query(max_length=32)] = "weight",
    example: Annotated[int, Query(ge=0, le=2**31, description="which of the batch")] = 0,
) -> Where:
    return Where(layer, tensor, index, example)


@router.get(
    "/weight",
    response_model=WeightExplanation,
    summary="One weight's gradient and update",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def explain_weight(look: TheLook, where: Annotated[Where, Depends(_where)]) -> Response:
    """Input value × output gradient at every position where the weight was used, summed over the
    mini-batch of the last step: the gradient that the optimiser used; then the optimiser's own
    arithmetic, to the weight after it. 404 with the tensor's shape for an index outside, 409 for a
    layer without weights and at step 0."""
    # a tensor that does not exist is the worker's to refuse
    axes = len(look.run.spec.layer(where.layer).tensors.get(where.tensor, (0,)))
    index = where.index[:axes]
    if None in index:
        names = ", ".join(("out", "in", "ky", "kx")[:axes])
        raise InvalidError(f"{where.layer}.{where.tensor} has {axes} axes: expected {names}.")
    reply = await look.ask(
        ExplainWeight(
            layer=where.layer,
            tensor=where.tensor,
            index=tuple(place for place in index if place is not None),
            example=where.example,
        )
    )
    return Response(reply.payload, media_type="application/json", headers=look.headers)
