"""Images of a run: held-out ones by number, and uploads."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from convscope.api.addresses import relative
from convscope.api.dataset_images import describe, fitted, open_gallery
from convscope.api.deps import TheAwakeAnyRun, TheAwakeRun, TheSettings
from convscope.api.openapi.document import Responses, problems, shown
from convscope.api.openapi.examples.run import IMAGE, UPLOAD
from convscope.api.paging import ThePage
from convscope.api.schemas import Body
from convscope.data.catalog import Dataset
from convscope.data.image_ids import find_image
from convscope.images import png
from convscope.ipc.commands import Image
from convscope.runs.base_run import AnyRun
from convscope.runs.observed.observed_run import ObservedRun
from convscope.runs.run import Run
from convscope.runs.uploads import Asked
from convscope.settings import Settings
from convscope.types import JsonObject

router = APIRouter(prefix="/runs/{run_id}/images", tags=["images"], responses=problems(404))
Invert = Annotated[
    Literal["auto", "true", "false"],
    Form(description="auto inverts a light-edged image where the data's background is dark"),
]
Centre = Annotated[
    Literal["auto", "true", "false"],
    Form(description="auto places a drawing's strokes as the data's own digits, where it says so"),
]
CHOSEN = {"auto": None, "true": True, "false": False}
PNG: Responses = {200: {"content": {"image/png": {}}}}
ASKED = problems(409, 503)  # of what the worker is told
UPLOADED = problems(400, 409, 413, 415, 503)


class PreparingBody(Body):
    """How an image is to be prepared again; what is absent stays as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=shown({"invert": True}, {"centre": False})
    )
    invert: StrictBool | None = None
    centre: StrictBool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.invert is None and self.centre is None:
            raise ValueError("expected invert or centre, got neither")
        return self


class ImageAnswer(BaseModel):
    """An image that can be looked at, and what preprocessing did to it."""

    model_config = ConfigDict(json_schema_extra=shown(IMAGE, UPLOAD))
    id: str
    source: Literal["test", "train", "upload", "probe"]
    label: int | None
    class_: Annotated[str | None, Field(alias="class")]
    name: str
    width: int
    height: int
    format: str | None
    inverted: bool
    centred: bool
    preprocessing: list[str]


class ImageList(BaseModel):
    """A page of a run's uploads; `next` is the cursor of the page after it."""

    model_config = ConfigDict(json_schema_extra=shown({"images": [UPLOAD], "next": None}))
    images: list[ImageAnswer]
    next: str | None


def _asked(invert: str, centre: str) -> Asked:
    return Asked(CHOSEN[invert], CHOSEN[centre])


@router.get("", response_model=ImageList, responses=problems(409), summary="This run's uploads")
async def list_images(run: TheAwakeRun, page: ThePage) -> JsonObject:
    """Oldest first."""
    found, after = run.uploads.page(page.cursor, page.limit)
    return {"images": [upload.describe() for upload in found], "next": after}


@router.post(
    "",
    status_code=201,
    response_model=ImageAnswer,
    responses=UPLOADED,
    summary="Upload an image",
)
async def upload_image(
    run: TheAwakeRun,
    request: Request,
    response: Response,
    file: UploadFile,
    invert: Invert = "auto",
    centre: Centre = "auto",
) -> JsonObject:
    """PNG, JPEG, WebP, GIF, BMP, AVIF or HEIC. Answers with its id, and what preprocessing did."""
    name = file.filename or "picture"
    made = await run.uploads.add(await file.read(), name, _asked(invert, centre))
    response.headers["Location"] = relative(request, "get_image", run_id=run.id, image=made.id)
    return made.describe()


@router.put(
    "/{image}",
    response_model=ImageAnswer,
    responses=UPLOADED,
    summary="Replace an upload",
)
async def replace_image(
    run: TheAwakeRun,
    image: str,
    file: UploadFile,
    invert: Invert = "auto",
    centre: Centre = "auto",
) -> JsonObject:
    """The id stays, so that whoever looks at it sees the new image at once."""
    name = file.filename or "picture"
    made = await run.uploads.replace(image, await file.read(), name, _asked(invert, centre))
    return made.describe()


@router.patch(
    "/{image}",
    response_model=ImageAnswer,
    responses=ASKED | problems(413),
    summary="Change an upload's preprocessing",
)
async def prepare_image(run: TheAwakeRun, image: str, body: PreparingBody) -> JsonObject:
    """Inverted or not; its strokes centred as a digit's or not."""
    asked = Asked(body.invert, body.centre)
    return (await run.uploads.prepare_again(image, asked)).describe()


@router.get(
    "/{image}",
    response_model=ImageAnswer,
    responses=problems(503),
    summary="Get an image's record",
)
async def get_image(run: TheAwakeAnyRun, settings: TheSettings, image: str) -> JsonObject:
    """`test-17` is image 17 of the held-out half, `train-17` of the training half; uploads go by
    their id; those that an observed run is watched with are `probe-0`, `probe-1` and so on."""
    if isinstance(run, ObservedRun):
        return run.describe_probe(image)
    assert isinstance(run, Run)
    if image.startswith("up-"):
        return run.uploads.get(image).describe()
    data = await open_gallery(run.spec.shown.id, settings)
    found = describe(find_image(image, data), data.id, _label_names(run, data))
    recipe = run.spec.recipe
    shape, how = data.test_images.shape[1:], recipe.data.preprocessing
    found["preprocessing"] = fitted(shape, recipe.network.input, how)
    return found


def _label_names(run: Run, data: Dataset) -> Sequence[str]:
    """A run's own names are those of the labels that it learns, and of no other set's."""
    own = run.spec.recipe.data.classes if run.spec.trainable else None
    return own or data.classes


@router.delete(
    "/{image}",
    status_code=204,
    response_class=Response,
    responses=ASKED,
    summary="Delete an upload",
)
async def delete_image(run: TheAwakeRun, image: str) -> None:
    """Whoever looks at it sees nothing any more."""
    await run.uploads.remove(image)


@router.get(
    "/{image}/file",
    response_class=Response,
    responses=PNG | ASKED,
    summary="An image as PNG",
)
async def get_image_file(
    run: TheAwakeAnyRun,
    settings: TheSettings,
    image: str,
    stage: Annotated[
        Literal["original", "input"], Query(description="as uploaded, or as the network sees it")
    ] = "original",
) -> Response:
    """The original is re-encoded, without its metadata."""
    if stage == "input" or isinstance(run, ObservedRun):
        data = await _input_png(run, image)
    else:
        assert isinstance(run, Run)
        data = await _original_png(run, settings, image)
    # a replaced upload keeps its address
    return Response(data, media_type="image/png", headers={"Cache-Control": "no-cache"})


async def _input_png(run: AnyRun, image: str) -> bytes:
    reply = await run.ask(Image(image=image))
    pixels = np.frombuffer(reply.payload, np.uint8).reshape(reply.shape)
    return await asyncio.to_thread(png, pixels)


async def _original_png(run: Run, settings: Settings, image: str) -> bytes:
    if image.startswith("up-"):
        return await run.uploads.original_png(image)
    gallery = await open_gallery(run.spec.shown.id, settings)
    return await asyncio.to_thread(png, find_image(image, gallery).pixels)
