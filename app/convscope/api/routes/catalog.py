"""The catalog: the networks and data sets that a recipe can name; and the health check."""

import asyncio
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from safetensors import safe_open

from convscope import __version__
from convscope.api.compression import CompressedRoute
from convscope.api.dataset_images import choose, describe, open_gallery
from convscope.api.deps import TheSettings
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples.catalog import DATASETS, HEALTH, IMAGES, MODELS, PIXELS
from convscope.api.openapi.examples.own_data import OWN
from convscope.api.paging import MOST_ENTRIES, ThePage
from convscope.api.routes.layers import LayerList
from convscope.data.catalog import DatasetInfo, describe_all
from convscope.data.image_ids import find_image
from convscope.data.pixel_statistics import PixelStatistics, dataset_statistics
from convscope.errors import NotFoundError
from convscope.images import sheet_png, sheet_webp
from convscope.recipe import NamedModel, described, named_model, named_models, plan
from convscope.types import Fit, JsonObject, shape_text

router = APIRouter(tags=["catalog"], route_class=CompressedRoute)
up = APIRouter(tags=["catalog"])  # apart: it is answered without a token
SheetFormat = Literal["png", "webp"]
Label = Annotated[int | None, Query(ge=0, le=1000, description="only this class")]


class HealthAnswer(BaseModel):
    """The server's health; without a token where one is needed, only that it is up."""

    model_config = ConfigDict(json_schema_extra=shown(HEALTH))
    status: Literal["ok"]
    version: str
    torch: str | None
    device: str


@up.get("/health", response_model=HealthAnswer, summary="Health check")
async def get_health(settings: TheSettings) -> JsonObject:
    """Version of Convscope and of torch, and the device that runs compute on."""
    return {
        "status": "ok",
        "version": __version__,
        "torch": _torch_version(),
        "device": settings.device,
    }


class Pretrained(BaseModel):
    """The trained weights that come with a network."""

    size: int  # bytes
    sha256: str
    accuracy: float  # on the held-out half


class ModelAnswer(BaseModel):
    """A named network."""

    name: str
    title: str
    description: str
    card: Annotated[str | None, Field(description="Markdown; null where cards are not wanted")]
    parameters: int
    input: tuple[int, int, int]
    layers: list[str]
    recipe: dict[str, Any]
    pretrained: Pretrained | None


class ModelList(BaseModel):
    """All named networks."""

    model_config = ConfigDict(json_schema_extra=shown(MODELS))
    models: list[ModelAnswer]


class DatasetAnswer(BaseModel):
    """A data set; where it is not on this machine, `why` says what to do, and `shape`
    and `sha256` are empty. Its `id` never changes; its `title` may."""

    model_config = ConfigDict(json_schema_extra=shown(OWN))
    id: str
    title: str
    shape: list[int]
    classes: list[str]
    train: int
    test: int
    sha256: str
    licence: str
    origin: str
    available: bool
    why: str | None
    centred: Annotated[
        bool,
        Field(description="whether its digits were scaled and centred as MNIST's, so drawings are"),
    ]
    fit: Annotated[
        Fit, Field(description="how its pictures were fitted, and so a run's uploads are")
    ]
    own: Annotated[bool, Field(description="whether people brought it to this server")]
    train_counts: Annotated[list[int], Field(description="pictures a class, of own sets")]
    test_counts: list[int]


class DatasetList(BaseModel):
    """All data sets."""

    model_config = ConfigDict(json_schema_extra=shown(DATASETS))
    datasets: list[DatasetAnswer]


class PixelsAnswer(BaseModel):
    """Mean and standard deviation of each channel of the training pictures, 0 black and 1 white:
    what `data.preprocessing` of a recipe takes as `mean` and `std`."""

    model_config = ConfigDict(json_schema_extra=shown(PIXELS))
    mean: list[float]
    std: Annotated[list[float], Field(description="of all these pixels, not an estimate from them")]


class DatasetImageAnswer(BaseModel):
    """A held-out image's id, and what it shows."""

    id: str
    label: int
    class_: Annotated[str, Field(alias="class")]


class DatasetImageList(BaseModel):
    """A page of images; `next` is the cursor of the page after it."""

    model_config = ConfigDict(json_schema_extra=shown(IMAGES))
    images: list[DatasetImageAnswer]
    next: str | None


@cache
def _torch_version() -> str | None:
    try:
        return version("torch")  # from its metadata: the server does not import it
    except PackageNotFoundError:
        return None


@router.get("/models", response_model=ModelList, summary="The named networks")
async def list_models(
    cards: Annotated[bool, Query(description="false: without their model cards")] = True,
) -> dict[str, list[JsonObject]]:
    """Each with its recipe, its layers, and the trained weights that are shipped with it."""
    left_out = {} if cards else {"card": None}
    return {"models": [_model(name) | left_out for name in named_models()]}


@cache
def _model(name: str) -> JsonObject:
    model = named_model(name)
    title, _, rest = model.card.partition("\n")
    plans = plan(model.recipe.network)
    return {
        "name": model.name,
        "title": title.removeprefix("# ").strip(),
        "description": " ".join(rest.strip().split("\n\n")[0].split()),
        "card": model.card,
        "parameters": sum(entry.parameters for entry in plans),
        "input": model.recipe.network.input,
        "layers": [
            f"{entry.name}: {entry.type} → {shape_text(entry.output_shape)}" for entry in plans
        ],
        "recipe": model.recipe.model_dump(mode="json"),
        "pretrained": _pretrained(model),
    }


@router.get(
    "/models/{name}/layers",
    response_model=LayerList,
    responses=problems(404),
    summary="A named network's layers, and how they are counted",
)
async def list_model_layers(name: str) -> JsonObject:
    """As `GET /runs/{id}/layers` lists a run's: names, arguments, shapes, parameters."""
    return {"layers": described(plan(named_model(name).recipe.network))}


def _pretrained(model: NamedModel) -> JsonObject | None:
    if model.weights is None:
        return None
    data = model.weights.read_bytes()
    with safe_open(model.weights, "numpy") as weights:
        accuracy = float(weights.metadata()["held_out_accuracy"])
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "accuracy": accuracy}


@router.get("/datasets", response_model=DatasetList, summary="The data sets")
async def list_datasets(settings: TheSettings) -> dict[str, list[JsonObject]]:
    """With shapes, classes, sizes and SHA-256; a missing one says how to get it."""
    found = await asyncio.to_thread(describe_all, settings)
    return {"datasets": [dataset_answer(info) for info in found]}


def dataset_answer(info: DatasetInfo) -> JsonObject:
    """A data set as it is listed."""
    return {key: getattr(info, key) for key in DatasetAnswer.model_fields}


@router.get(
    "/datasets/{dataset_id}/images",
    response_model=DatasetImageList,
    responses=problems(404, 503),
    summary="Held-out images to choose from",
)
async def list_dataset_images(
    settings: TheSettings, dataset_id: str, page: ThePage, label: Label = None
) -> JsonObject:
    """Ids, labels and class names, in the data set's order."""
    data = await open_gallery(dataset_id, settings)
    numbers, after = choose(data, label, page)
    found = [
        describe(find_image(f"test-{number}", data), data.id, data.classes) for number in numbers
    ]
    entries = [{key: entry[key] for key in ("id", "label", "class")} for entry in found]
    return {"images": entries, "next": after}


@router.get(
    "/datasets/{dataset_id}/pixels",
    response_model=PixelsAnswer,
    responses=problems(404, 503),
    summary="Mean and standard deviation of a data set's pixels",
)
async def get_dataset_pixels(settings: TheSettings, dataset_id: str) -> PixelStatistics:
    """Of its training pictures, as they are kept. Counted when it is first asked for."""
    data = await open_gallery(dataset_id, settings)
    return await asyncio.to_thread(dataset_statistics, data, settings)


async def _made_as(
    columns: Annotated[int, Query(ge=1, le=100)] = 12,
    format_: Annotated[
        SheetFormat, Query(alias="format", description="webp: half the bytes, and not exact")
    ] = "png",
) -> tuple[int, SheetFormat]:
    return columns, format_


@router.get(
    "/datasets/{dataset_id}/sheet",
    response_class=Response,
    responses=problems(404, 503) | {200: {"content": {"image/png": {}, "image/webp": {}}}},
    summary="The same images as one picture",
)
async def get_dataset_sheet(
    settings: TheSettings,
    dataset_id: str,
    page: ThePage,
    made_as: Annotated[tuple[int, SheetFormat], Depends(_made_as)],
    label: Label = None,
    image: Annotated[
        list[str] | None,
        Query(max_length=MOST_ENTRIES, description="these images instead of a page"),
    ] = None,
) -> Response:
    """At natural size, row after row."""
    data = await open_gallery(dataset_id, settings)
    if image is not None:
        images = [find_image(name, data).pixels for name in image]
    else:
        numbers, _ = choose(data, label, page)
        images = [data.test_images[number] for number in numbers]
    if not images:
        raise NotFoundError(f"{dataset_id} has no images there: ask for an earlier page.")
    columns, format_ = made_as
    make = sheet_png if format_ == "png" else sheet_webp
    made = await asyncio.to_thread(make, np.stack(images), columns)
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(made, media_type=f"image/{format_}", headers=headers)
