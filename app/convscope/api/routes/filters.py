"""What a filter answers to, wants and is worth."""

from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from convscope.api.deps import TheLook
from convscope.api.filter_steps import listed_steps, over_steps, slowing_steps
from convscope.api.json_or_npy import JsonOrNpy, also_npy, json_or_npy
from convscope.api.openapi.document import Responses, answers, problems, shown
from convscope.api.openapi.examples import filters as examples
from convscope.api.openapi.headers import sends
from convscope.api.tensor_responses import MEDIA_TYPES, MOST_JSON_VALUES, npy_response
from convscope.errors import TooLargeError
from convscope.heatmap import filter_film
from convscope.images.encode import film_webp
from convscope.ipc.commands import AblateLayer, FindPatches, ListExamples, Maximise
from convscope.ipc.replies import MaximizationReply
from convscope.recipe.any_layer import filter_count, must_have_filter
from convscope.trajectory import in_plane, sharpest_bend
from convscope.types import Half, JsonObject

router = APIRouter(
    prefix="/runs/{run_id}/layers/{layer}", tags=["layers"], responses=problems(404, 409, 503)
)
MOST_STEPS = 256
MOST_IMAGES = 10_000
WEBP = "image/webp"


class Patch(BaseModel):
    """An image, and the place in the filter's map that is meant; `box` is what that place sees of
    the input: row, column, height and width."""

    image: str
    label: int
    value: float | None
    y: int
    x: int
    box: list[int]


class ClassResponse(BaseModel):
    """The mean of the highest values of a class's images; null where there is none."""

    index: int
    class_: str = Field(alias="class")
    value: float | None


class PatchControl(BaseModel):
    """What the same filter answered to before the network learned; `correlation` is Spearman's, of
    each image's highest value then and now."""

    of: str
    best: list[Patch]
    correlation: float | None


class Patches(BaseModel):
    """The images that excite a filter most and least, one best place of each."""

    model_config = ConfigDict(json_schema_extra=shown(examples.PATCHES))
    step: int
    layer: str
    filter: int
    data: Half
    images: int = Field(description="how many were looked at")
    of: int = Field(description="how many there are")
    best: list[Patch]
    least: list[Patch]
    classes: list[ClassResponse]
    control: PatchControl


class MaximizationControl(BaseModel):
    """Where the same steps lead for the network before it learned."""

    of: str
    picture: list[Any]
    value: float | None
    correlation: float | None = Field(description="Spearman's, of the two pictures' pixels")


class Maximization(BaseModel):
    """The way to the picture that excites a filter most: `frames` (frames, channels, height, width)
    in 0 to 255, the first one the start; `values` is what the unit gives at each."""

    step: int
    layer: str
    filter: int
    unit: list[int] = Field(description="row and column of the map")
    box: list[int] = Field(description="row, column, height and width of what it sees of the input")
    shape: list[int]
    frames: list[Any]
    values: list[float | None]
    control: MaximizationControl


class Trajectory(BaseModel):
    """A filter's weights over the steps on their two main components; it begins at (0, 0)."""

    layer: str
    filter: int
    steps: list[int]
    places: list[tuple[float, float]]
    explained: list[float] = Field(description="the share of the variance that each axis holds")
    bend: int | None = Field(description="the step at which the path turns most")
    recomputed: str | None


class TeachingExample(BaseModel):
    """An example of the batch; `along` is its part of the whole gradient's length, `size` the
    length of its own gradient."""

    image: str
    example_id: int
    example_label: int
    example_class: str
    along: float
    size: float


class TeachingExamples(BaseModel):
    """Who moved a filter in a step: those shown and the `others` together are the `total`, which is
    the `length` of the gradient that the optimiser used."""

    model_config = ConfigDict(json_schema_extra=shown(examples.EXAMPLES))
    step: int
    layer: str
    filter: int
    batch: int
    examples: list[TeachingExample]
    others: float
    total: float
    length: float


class FilterWorth(BaseModel):
    """Accuracy without a filter, and what is lost: of all images, and of each class (null where
    there is none of it)."""

    filter: int
    accuracy: float
    lost: float
    classes: list[float | None]


class LayerAblation(BaseModel):
    """What each filter of a layer is worth, on the fixed sample of held-out images."""

    model_config = ConfigDict(json_schema_extra=shown(examples.ABLATION))
    step: int
    layer: str
    images: int
    accuracy: float
    filters: list[FilterWorth]


async def _filter(look: TheLook, layer: str, number: int) -> int:
    must_have_filter(look.run.spec.layer(layer), number)
    return number


TheFilter = Annotated[int, Depends(_filter)]


@router.get(
    "/filters/{number}/patches",
    response_model=Patches,
    summary="The images that excite a filter most and least",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def list_patches(
    look: TheLook,
    layer: str,
    number: TheFilter,
    data: Annotated[Half, Query(description="held-out images or those trained on")] = "test",
    count: Annotated[int, Query(ge=1, le=64)] = 9,
    among: Annotated[
        int, Query(ge=1, le=MOST_IMAGES, description="images looked at, from the first on")
    ] = MOST_IMAGES,
) -> Response:
    """One place of each image; of equal ones the lower image number first. `classes` is how much
    the filter answers to each class. Computed beside the training: ask for fewer images first to
    see something at once."""
    command = FindPatches(
        layer=layer, filter=number, half=data, among=among, count=count, seed=look.first_seed
    )
    reply = await look.ask_beside(command)
    return Response(reply.payload, media_type="application/json", headers=look.headers)


def _film() -> Responses:
    found = answers(of_two_frames=examples.MAXIMIZATION)
    found[200] |= {
        "model": Maximization,
        "description": "nested lists, the frames as numpy's `.npy` (uint8), or a film as WebP",
    }
    found[200]["content"] |= {MEDIA_TYPES["npy"]: {}, WEBP: {}}
    return found


@router.get(
    "/filters/{number}/maximization",
    response_class=Response,
    responses=problems(413) | _film(),
    summary="The picture that excites a filter most",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_maximization(
    look: TheLook,
    layer: str,
    number: TheFilter,
    start: Annotated[
        str, Query(alias="from", max_length=64, description="`noise`, or an image's id")
    ] = "noise",
    steps: Annotated[int, Query(ge=1, le=MOST_STEPS)] = 64,
    form: Annotated[Literal["json", "npy", "webp"], Query(alias="format")] = "json",
) -> Response:
    """By gradient ascent on the pixels that the middle of the filter's map depends on, within a
    pixel's range, with jitter and smoothed, except in a first layer, where it is exact: white where
    a weight is above 0. The control is the same for the network before it learned."""
    command = Maximise(
        layer=layer,
        filter=number,
        image=None if start == "noise" else start,
        steps=steps,
        seed=look.first_seed,
    )
    reply = await look.ask_beside(command)
    frames = np.frombuffer(reply.payload, np.uint8).reshape(-1, *reply.shape[1:])
    headers = {"Convscope-Step": str(reply.step)} | look.headers
    name = f"{look.run.id}.{layer}.{number}.maximization.step{reply.step}"
    if form == "json":
        return JSONResponse(_described(command, reply, frames), headers=headers)
    if form == "npy":
        response = npy_response(frames[:-1], f"{name}.npy")
    else:
        film = await run_in_threadpool(film_webp, frames[:-1])
        named = {"Content-Disposition": f'attachment; filename="{name}.webp"'}
        response = Response(film, media_type=WEBP, headers=named)
    response.headers.update(headers)
    return response


def _described(command: Maximise, reply: MaximizationReply, frames: Any) -> JsonObject:
    if frames.size > MOST_JSON_VALUES:
        raise TooLargeError(
            f"These are {frames.size:,} numbers: as JSON at most {MOST_JSON_VALUES:,} are given; "
            "ask for fewer steps, format=npy or format=webp."
        )
    return {
        "step": reply.step,
        "layer": command.layer,
        "filter": command.filter,
        "unit": reply.unit,
        "box": reply.box,
        "shape": reply.shape,
        "frames": frames[:-1].tolist(),
        "values": reply.values,
        "control": {
            "of": reply.control_of,
            "picture": frames[-1].tolist(),
            "value": reply.control_value,
            "correlation": reply.correlation,
        },
    }


def _trajectory_answers() -> Responses:
    found = answers(of_three_steps=examples.TRAJECTORY)
    found[200] |= {
        "model": Trajectory,
        "description": "the path, its places as numpy's `.npy`, or a film of the kernels as WebP",
    }
    found[200]["content"] |= {MEDIA_TYPES["npy"]: {}, WEBP: {}}
    return found


@router.get(
    "/filters/{number}/trajectory",
    response_class=Response,
    responses=_trajectory_answers(),
    summary="A filter's way over the steps",
    openapi_extra=sends("Convscope-Recomputed", "Content-Disposition"),
)
async def get_trajectory(
    request: Request,
    look: TheLook,
    layer: str,
    number: TheFilter,
    steps: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="at most 64, as 0,1,2,4; without it 33 up to `step`, closer at first",
        ),
    ] = None,
    form: Annotated[Literal["json", "npy", "webp"], Query(alias="format")] = "json",
) -> Response:
    """Its weights at each of these steps, computed again beside the training, in the plane of their
    two main components; as WebP a film of its kernels, all on one scale. At the bend, ask for the
    examples that turned it."""
    run = look.run
    last = run.steps if look.step is None else look.step
    wanted = slowing_steps(last) if steps is None else listed_steps(steps)
    found = await over_steps(request, run, layer, number, wanted)
    headers = {"Convscope-Recomputed": found.recomputed} if found.recomputed else {}
    name = f"{run.id}.{layer}.{number}.trajectory.step{found.steps[-1]}"
    if form == "webp":
        title = f"{layer}, filter {number}"
        film = await run_in_threadpool(filter_film, found.weights, found.steps, title=title)
        headers["Content-Disposition"] = f'attachment; filename="{name}.webp"'
        return Response(film, media_type=WEBP, headers=headers)
    places, shares = in_plane(found.weights.reshape(len(found.steps), -1).astype(np.float64))
    if form == "npy":
        response = npy_response(places, f"{name}.npy")
        response.headers.update(headers)
        return response
    bend = sharpest_bend(places)
    told: JsonObject = {
        "layer": layer,
        "filter": number,
        "steps": found.steps,
        "places": places.tolist(),
        "explained": shares.tolist(),
        "bend": None if bend is None else found.steps[bend],
        "recomputed": found.recomputed,
    }
    return JSONResponse(told, headers=headers)


@router.get(
    "/filters/{number}/examples",
    response_model=TeachingExamples,
    summary="The examples that moved a filter",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def list_teaching_examples(
    look: TheLook, layer: str, number: TheFilter, count: Annotated[int, Query(ge=1, le=1024)] = 9
) -> Response:
    """Of the batch of the step that led to this state, those whose gradients of the filter's
    weights went farthest along, or against, the whole batch's. 409 at step 0."""
    reply = await look.ask_beside(ListExamples(layer=layer, filter=number, count=count))
    return Response(reply.payload, media_type="application/json", headers=look.headers)


@router.get(
    "/ablation",
    response_model=LayerAblation,
    responses=also_npy("what is lost without each filter, (filters, 1 + classes): of all, a class"),
    summary="What each filter of a layer is worth",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_ablation(look: TheLook, layer: str, form: JsonOrNpy) -> Response:
    """The accuracy that is lost when a filter alone is silenced, for all of a layer in one pass."""
    filter_count(look.run.spec.layer(layer))
    reply = await look.ask_beside(AblateLayer(layer=layer))
    name = f"{look.run.id}.{layer}.ablation"
    return json_or_npy(reply, form, look.headers, name=name, numbers=_lost)


def _lost(told: JsonObject) -> npt.NDArray[np.float64]:
    rows = [[one["lost"], *one["classes"]] for one in told["filters"]]
    return np.array(rows, np.float64)  # a class without images: NaN
