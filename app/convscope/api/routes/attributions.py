"""Why this answer: where a class score comes from, beside the same before the run learned."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from convscope.api.deps import Look, TheLook
from convscope.api.json_or_npy import JsonOrNpy, also_npy, json_or_npy
from convscope.api.openapi.document import Responses, answers, problems, shown
from convscope.api.openapi.examples import attributions as examples
from convscope.api.openapi.headers import sends
from convscope.api.schemas import ImageId
from convscope.api.tensor_responses import MEDIA_TYPES, finite, npy_response
from convscope.ipc.commands import Attribute, Contribute
from convscope.ipc.replies import AttributionReply
from convscope.recipe.base import LayerName
from convscope.types import AttributionMethod, JsonObject

router = APIRouter(
    prefix="/runs/{run_id}/attributions",
    tags=["explanations"],
    responses=problems(404, 409, 503),
)
Place = Annotated[int, Query(ge=0, le=2**31)]
Side = Annotated[int, Query(ge=1, le=2**31)]


@dataclass(frozen=True)
class Score:
    """Which score: of an image and a class, None: the one with the highest."""

    image: str
    number: int | None


async def _score(
    image: ImageId = "test-0",
    number: Annotated[
        int | None,
        Query(
            alias="class",
            ge=0,
            le=2**31,
            description="its number; if absent, the class with the highest score",
        ),
    ] = None,
) -> Score:
    return Score(image, number)


async def _region(
    y: Place, x: Place, height: Side = 1, width: Side = 1
) -> tuple[int, int, int, int]:
    return y, x, height, width


TheScore = Annotated[Score, Depends(_score)]


class Completeness(BaseModel):
    """What the values add up to, and what they would if they told all of the score: the score, for
    integrated gradients less that of a black picture."""

    total: float
    expected: float


class Control(BaseModel):
    """The same question to the network before it learned."""

    of: str
    values: list[Any]
    correlation: float | None = Field(
        description="Spearman's, of the absolute values; null where one side is the same number "
        "everywhere. Near 1, the picture shows little of what was learned."
    )


class AttributionAnswer(BaseModel):
    """Where a class score of an image comes from."""

    method: AttributionMethod
    image: str
    class_: int = Field(alias="class")
    class_name: str
    step: int
    layer: str | None
    shape: list[int]
    values: list[Any]
    completeness: Completeness | None
    control: Control


class LayerConstant(BaseModel):
    """What a later layer's biases add."""

    layer: str
    contribution: float


class Contributions(BaseModel):
    """A class score as a sum over a layer's filters."""

    model_config = ConfigDict(json_schema_extra=shown(examples.CONTRIBUTIONS))
    step: int
    layer: str
    image: str
    class_: int = Field(alias="class")
    region: list[int] = Field(description="row, column, height, width")
    filters: list[float]
    elsewhere: float
    constants: list[LayerConstant]
    total: float
    score: float


def _answers() -> Responses:
    found = answers(grad_cam=examples.GRAD_CAM)
    found[200] |= {
        "model": AttributionAnswer,
        "description": "nested lists, or the values alone as numpy's `.npy`",
    }
    found[200]["content"][MEDIA_TYPES["npy"]] = {}
    return found


@router.get(
    "",
    response_class=Response,
    responses=problems(406) | _answers(),
    summary="Where a class score comes from",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_attribution(
    look: TheLook,
    score: TheScore,
    form: JsonOrNpy,
    method: AttributionMethod,
    layer: Annotated[
        LayerName | None, Query(description="of `grad-cam`; if absent, the last convolution")
    ] = None,
) -> Response:
    """`gradient`, `gradient-times-input` and `integrated-gradients` have a value for each number
    of the input (C, H, W), `occlusion` for each pixel (H, W), `grad-cam` for each place of a
    layer's maps (H, W). `control` is the same for the network before it learned: step 0 of this
    run, or a fresh draw where it began with trained weights. Computed beside the training."""
    command = Attribute(
        method=method,
        layer=layer,
        image=score.image,
        number=score.number,
        seed=look.first_seed,
    )
    reply = await look.ask_beside(command)
    headers = {"Convscope-Step": str(reply.step), "Vary": "Accept"} | look.headers
    values, control = np.frombuffer(reply.payload, np.float32).reshape(2, *reply.shape)
    if form == "npy":
        response = npy_response(values, f"{look.run.id}.{method}.step{reply.step}.npy")
        response.headers.update(headers)
        return response
    found = _described(look, command, reply) | {
        "values": finite(values),
        "control": {
            "of": reply.control_of,
            "values": finite(control),
            "correlation": reply.correlation,
        },
    }
    return JSONResponse(found, headers=headers)


def _described(look: Look, command: Attribute, reply: AttributionReply) -> JsonObject:
    return {
        "method": command.method,
        "image": command.image,
        "class": reply.number,
        "class_name": look.run.classes[reply.number],
        "step": reply.step,
        "layer": reply.layer,
        "shape": reply.shape,
        "completeness": reply.completeness,
    }


@router.get(
    "/contributions",
    response_model=Contributions,
    responses=also_npy("what each filter adds, (filters,)"),
    summary="What each filter adds to a class score",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def list_contributions(
    look: TheLook,
    score: TheScore,
    layer: Annotated[LayerName, Query()],
    region: Annotated[tuple[int, int, int, int], Depends(_region)],
    form: JsonOrNpy,
) -> Response:
    """By a region of a layer's maps: each filter's values there times ∂ score / ∂ value. With what
    lies `elsewhere` in the maps and the `constants` that later layers' biases add, they are the
    score before softmax. 404 with the maps' shape for a region that leaves them."""
    command = Contribute(layer=layer, image=score.image, number=score.number, region=region)
    reply = await look.ask_beside(command)
    name = f"{look.run.id}.{layer}.contributions"
    return json_or_npy(
        reply, form, look.headers, name=name, numbers=lambda told: np.array(told["filters"])
    )
