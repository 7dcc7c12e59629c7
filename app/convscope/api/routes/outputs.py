"""What layers give for many images, and how they are classified."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from math import prod
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from convscope.api.deps import Look, TheLook
from convscope.api.many_images import BODY, ManyImages, TheImages
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples.layers import MANY_PREDICTIONS
from convscope.api.openapi.headers import sends
from convscope.api.streamed_arrays import StreamedArray, npz
from convscope.api.tensor_responses import MEDIA_TYPES, MOST_JSON_VALUES, Floats, finite, floats
from convscope.errors import InvalidError, TooLargeError
from convscope.ipc.commands import Outputs
from convscope.ipc.replies import TensorReply
from convscope.types import JsonObject, Shape

router = APIRouter(
    prefix="/runs/{run_id}", tags=["layers"], responses=problems(400, 404, 409, 413, 415, 503)
)
NPZ = "application/zip"
PIECE_VALUES = 2_000_000  # of one answer of the worker: 8 MB
PIECE_IMAGES = 250
MOST_LAYERS = 64
SENT = sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition")


class ManyPredictions(BaseModel):
    """Of each image the class that it is taken for, all probabilities, and its label where it is
    one of the data set's; a number that is not finite is null."""

    model_config = ConfigDict(json_schema_extra=shown(MANY_PREDICTIONS))
    step: int
    count: int
    classes: list[str]
    predicted: list[int]
    probabilities: list[list[float | None]]
    labels: list[int] | None


@router.post(
    "/feature-maps",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPES["npy"]: {}, NPZ: {}}}},
    summary="Layers' feature maps for many images",
    openapi_extra=BODY | SENT,
)
async def compute_feature_maps(
    look: TheLook,
    images: TheImages,
    layers: Annotated[
        str, Query(max_length=4096, description="their names, with commas between them")
    ],
    asked: Annotated[
        Literal["npy", "npz"] | None,
        Query(alias="format", description="else npy for one layer, npz for several"),
    ] = None,
) -> Response:
    """Exact float32 (images, …shape), streamed; an npz has an array a layer. In the second worker,
    so that training goes on."""
    names = _names(look, layers)
    if asked == "npy" and len(names) > 1:
        raise InvalidError(f"Expected one layer for an npy, got {len(names)}: ask for format=npz.")
    look = _still(look)
    first = await _ask(look, images, names[0], 0, 1)  # what is refused is refused before it begins
    arrays = {name: _array(look, images, name) for name in names}
    return _streamed(arrays, first.step, look, many=asked == "npz" or len(names) > 1)


@router.post(
    "/predictions",
    response_model=ManyPredictions,
    responses={200: {"content": {NPZ: {}}}},
    summary="Class scores for many images",
    openapi_extra=BODY | SENT,
)
async def compute_predictions(
    look: TheLook,
    images: TheImages,
    response: Response,
    asked: Annotated[
        Literal["json", "npz"],
        Query(alias="format", description="an npz has `logits`, float32 (images, classes)"),
    ] = "json",
) -> Any:
    """In the order of the images; 409 where the network ends in no class scores."""
    look = _still(look)
    first = await _ask(look, images, None, 0, 1)
    (classes,) = first.shape[1:]
    if asked == "npz":
        return _streamed({"logits": _array(look, images, None)}, first.step, look, many=True)
    if images.count * classes > MOST_JSON_VALUES:
        raise TooLargeError(
            f"{images.count:,} images × {classes:,} classes, and as JSON at most "
            f"{MOST_JSON_VALUES:,} numbers are given; ask for format=npz."
        )
    logits = b"".join([piece async for piece in _pieces(look, images, None, first.shape[1:])])
    values = np.frombuffer(logits, np.float32).reshape(images.count, classes)
    response.headers.update({"Convscope-Step": str(first.step)} | look.headers)
    return await run_in_threadpool(_predictions, values, images, look.run.classes, first.step)


def _predictions(logits: Floats, images: ManyImages, classes: list[str], step: int) -> JsonObject:
    largest = logits.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # of scores that are not finite
        powers = np.exp(logits.astype(np.float64) - largest)
        probabilities = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return {
        "step": step,
        "count": images.count,
        "classes": classes,
        "predicted": logits.argmax(axis=1).tolist(),
        "probabilities": finite(probabilities),
        "labels": images.labels,
    }


def _names(look: Look, layers: str) -> list[str]:
    names = list(dict.fromkeys(part.strip() for part in layers.split(",") if part.strip()))
    if not 1 <= len(names) <= MOST_LAYERS:
        raise InvalidError(f"layers: expected 1 to {MOST_LAYERS} names, got {len(names)}.")
    for name in names:
        look.run.spec.layer(name)
    return names


def _still(look: Look) -> Look:
    """At the step that the run has come to, however long it takes to be answered."""
    return look if look.step is not None else replace(look, step=look.run.steps)


async def _ask(
    look: Look, images: ManyImages, layer: str | None, start: int, count: int
) -> TensorReply:
    return await look.ask_beside(Outputs(layer=layer, **images.part(start, count)))


def _shape(look: Look, layer: str | None) -> Shape:
    plans = look.run.spec.plans
    return plans[-1].output_shape if layer is None else look.run.spec.layer(layer).output_shape


def _array(look: Look, images: ManyImages, layer: str | None) -> StreamedArray:
    shape = _shape(look, layer)
    return StreamedArray((images.count, *shape), _pieces(look, images, layer, shape))


async def _pieces(
    look: Look, images: ManyImages, layer: str | None, shape: Shape
) -> AsyncIterator[bytes]:
    for start, count in _cuts(images.count, prod(shape)):
        reply = await _ask(look, images, layer, start, count)
        yield floats(reply).tobytes()


def _cuts(images: int, values: int) -> Iterator[tuple[int, int]]:
    """(first, how many) of each piece, for an output of so many values."""
    piece = max(1, min(PIECE_IMAGES, PIECE_VALUES // values))
    for start in range(0, images, piece):
        yield start, min(piece, images - start)


def _streamed(
    arrays: dict[str, StreamedArray], step: int, look: Look, *, many: bool
) -> StreamingResponse:
    what = "predictions" if "logits" in arrays else "feature-maps"
    name = what if many else f"{next(iter(arrays))}.{what}"
    headers = {
        "Convscope-Step": str(step),
        "Content-Disposition": f'attachment; filename="{name}.step{step}.np{"z" if many else "y"}"',
    } | look.headers
    if many:
        return StreamingResponse(npz(arrays), media_type=NPZ, headers=headers)
    (array,) = arrays.values()
    headers["Content-Length"] = str(array.size)
    return StreamingResponse(array.npy(), media_type=MEDIA_TYPES["npy"], headers=headers)
