"""One data set: made from one's own labelled pictures, named, deleted, exported."""

import asyncio
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator

from convscope.api.addresses import relative
from convscope.api.dataset_images import open_gallery
from convscope.api.deps import TheDirectory, ThePreviews, TheRegistry, TheSettings
from convscope.api.openapi.document import Responses, answers, problems, shown
from convscope.api.openapi.examples.own_data import KEPT, RECIPE
from convscope.api.openapi.headers import sends
from convscope.api.routes.catalog import DatasetAnswer, dataset_answer
from convscope.api.routes.layers import LayerList
from convscope.api.schemas import Body
from convscope.api.sent_files import TheFiles, takes_files
from convscope.data import own_sets
from convscope.data.catalog import describe
from convscope.errors import ConflictError, InvalidError, UnavailableError
from convscope.own_data.arrangement.options import ClassName, Options, all_different
from convscope.own_data.kept.export import export_zip
from convscope.own_data.kept.offer import offered_recipe
from convscope.recipe import Recipe, described, plan
from convscope.settings import Settings
from convscope.storage.exported_file import ExportedFile
from convscope.types import JsonObject

router = APIRouter(prefix="/datasets", tags=["datasets"])
ZIP: Responses = {200: {"content": {"application/zip": {}}}}
OPTIONS: JsonObject = {"type": "string", "description": "Options, as JSON text"}


class RefusedAnswer(BaseModel):
    """A file that no picture came from."""

    name: str
    why: str


class KeptAnswer(DatasetAnswer):
    """A data set that was made, and what of the files it was not made from."""

    model_config = ConfigDict(json_schema_extra=shown(KEPT))
    refused: list[RefusedAnswer]
    refused_count: int
    passed_over: Annotated[dict[str, int], Field(description="files that are nobody's picture")]
    notes: Annotated[list[str], Field(description="how the files were read")]
    warnings: list[str]
    recipe: Annotated[dict[str, Any], Field(description="one that fits it, for `POST /runs`")]


class RenameBody(Body):
    """Words of an own data set; absent ones stay as they are."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=shown({"title": "Leaves"}))
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    licence: Annotated[str, Field(max_length=1000)] | None = None
    origin: Annotated[str, Field(max_length=1000)] | None = None
    classes: list[ClassName] | None = None

    @field_validator("classes")
    @classmethod
    def _named_apart(cls, names: list[str] | None) -> list[str] | None:
        all_different(names or [])
        return names


@router.post(
    "",
    status_code=201,
    response_model=KeptAnswer,
    responses=problems(400, 413, 422, 503),
    summary="Make a data set from files",
    openapi_extra=takes_files(options=OPTIONS),
)
async def create_dataset(
    registry: TheRegistry,
    previews: ThePreviews,
    settings: TheSettings,
    sent: TheFiles,
    request: Request,
    response: Response,
) -> JsonObject:
    """A zip with a folder a class, IDX pairs, CIFAR-10's binary batches, an `.npz`, or pictures
    whose file names have a folder. Answers when it is kept; with many pictures
    `POST /datasets/preview` says how far it is."""
    sent.only("options")
    sent.must_have_files()
    options = sent.json("options", Options)
    preview = await previews.new(lasting=False)
    try:
        if options != Options():
            await preview.choose(options)
        await preview.bring(sent.files, None, burst=False)
        await preview.settled()
        preview.must_have_been_read()
        before = preview.describe()
        _must_have_pictures(before)
        own = await previews.keep(preview)
    except BaseException:
        await previews.discard(preview)
        raise
    await registry.data_came(own.sha256)
    response.headers["Location"] = relative(request, "get_dataset", dataset_id=own.id)
    return kept_answer(own.id, before, settings)


def _must_have_pictures(before: JsonObject) -> None:
    """Names of what was refused say more than that there is nothing."""
    arranged = before["arranged"]
    if not arranged["train"] + arranged["test"] and before["refused"]:
        first = before["refused"][0]
        more = f" (and {before['refused_count'] - 1} more)" if before["refused_count"] > 1 else ""
        raise InvalidError(
            f"No picture was found. {first['name']}: {first['why'].rstrip('.')}{more}."
        )


def kept_answer(dataset_id: str, before: JsonObject, settings: Settings) -> JsonObject:
    """A set that was made from a preview, which was described as `before`."""
    info = describe(dataset_id, settings)
    recipe = offered_recipe(info.shape, len(info.classes), info.train, info.id)
    told = {key: before[key] for key in ("refused", "refused_count", "passed_over", "notes")}
    warnings = {"warnings": before["arranged"]["warnings"]}
    return dataset_answer(info) | told | warnings | {"recipe": recipe.model_dump(mode="json")}


# --- one data set ---------------------------------------------------------------------------------


@router.get(
    "/{dataset_id}", response_model=DatasetAnswer, responses=problems(404), summary="A data set"
)
async def get_dataset(settings: TheSettings, dataset_id: str) -> JsonObject:
    """As it is listed."""
    return dataset_answer(await asyncio.to_thread(describe, dataset_id, settings))


@router.get(
    "/{dataset_id}/recipe",
    response_model=dict[str, Any],
    responses=problems(404, 503) | answers(leaves=RECIPE),
    summary="A recipe that fits a data set",
)
async def get_dataset_recipe(settings: TheSettings, dataset_id: str) -> JsonObject:
    """For `POST /runs`: convolutions until the maps are small, then a number for each class."""
    recipe = await asyncio.to_thread(_offered, dataset_id, settings)
    return recipe.model_dump(mode="json")


@router.get(
    "/{dataset_id}/layers",
    response_model=LayerList,
    responses=problems(404, 503),
    summary="The layers of the network that fits a data set, and how they are counted",
)
async def list_dataset_layers(settings: TheSettings, dataset_id: str) -> JsonObject:
    """Those of its recipe, as `GET /models/{name}/layers` lists a named network's."""
    recipe = await asyncio.to_thread(_offered, dataset_id, settings)
    return {"layers": described(plan(recipe.network))}


def _offered(dataset_id: str, settings: Settings) -> Recipe:
    info = describe(dataset_id, settings)
    if not info.available:
        raise UnavailableError(info.why or "")
    return offered_recipe(info.shape, len(info.classes), info.train, info.id)


@router.patch(
    "/{dataset_id}",
    response_model=DatasetAnswer,
    responses=problems(404, 409, 503),
    summary="Rename an own data set",
)
async def update_dataset(settings: TheSettings, dataset_id: str, body: RenameBody) -> JsonObject:
    """Its title, licence, origin and the names of its classes; its `id` stays."""
    changes = {key: getattr(body, key) for key in body.model_fields_set}
    await asyncio.to_thread(_rename, dataset_id, changes, settings)
    return dataset_answer(await asyncio.to_thread(describe, dataset_id, settings))


def _rename(dataset_id: str, changes: JsonObject, settings: Settings) -> None:
    own = _own(dataset_id, settings)
    given = {key: value for key, value in changes.items() if value is not None}
    if "classes" in given:
        given["classes"] = tuple(given["classes"])
    if len(given.get("classes", own.classes)) != len(own.classes):
        raise InvalidError(f"classes: expected {len(own.classes)} names.")
    own_sets.rename(settings.own_data_dir, own, given)


def _own(dataset_id: str, settings: Settings) -> own_sets.OwnSet:
    if not describe(dataset_id, settings).own:
        raise ConflictError(
            f"{dataset_id} comes with Convscope: only own data sets can be changed."
        )
    return own_sets.read_own_set(settings.own_data_dir, dataset_id)


@router.delete(
    "/{dataset_id}",
    status_code=204,
    response_class=Response,
    responses=problems(404, 409, 503),
    summary="Delete an own data set",
)
async def delete_dataset(
    registry: TheRegistry,
    settings: TheSettings,
    dataset_id: str,
    force: Annotated[
        bool, Query(description="though runs use it: they can be viewed then")
    ] = False,
) -> None:
    """One that runs use is 409, and says which, unless it is forced."""
    _own(dataset_id, settings)
    using = [run for run in registry.trained if run.spec.recipe.data.dataset == dataset_id]
    if using and not force:
        names = ", ".join(str(run.file.about.get("name") or run.id) for run in using[:6])
        more = f" and {len(using) - 6} more" if len(using) > 6 else ""
        raise ConflictError(
            f"{_runs(len(using))} this data set: {names}{more}. Delete them first.",
            runs=[run.id for run in using],
        )
    await registry.data_goes(dataset_id)
    await asyncio.to_thread(own_sets.remove_own_set, settings.own_data_dir, dataset_id)
    await registry.data_went(dataset_id)


def _runs(number: int) -> str:
    return "1 run uses" if number == 1 else f"{number} runs use"


@router.get(
    "/{dataset_id}/export",
    response_class=Response,
    responses=ZIP | problems(404, 503),
    summary="A data set as a zip",
    openapi_extra=sends("Content-Disposition"),
)
async def export_dataset(
    settings: TheSettings, directory: TheDirectory, dataset_id: str
) -> StreamingResponse:
    """PNGs, a folder a class in `train` and `test`. `POST /datasets` takes it in; one's own set has
    the same SHA-256 then, of another one the pictures are the same in another order."""
    data = await open_gallery(dataset_id, settings)
    info = await asyncio.to_thread(describe, dataset_id, settings)
    size = data.train_images.nbytes + data.test_images.nbytes
    path = settings.own_data_dir / f"{own_sets.UNFINISHED}{dataset_id}-{token_hex(4)}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with directory.reserved(size):
        await asyncio.to_thread(export_zip, data, info, path)
        exported = ExportedFile.of(path)
    headers = {
        "Content-Disposition": f'attachment; filename="{dataset_id}.zip"',
        "Content-Length": str(exported.size),
    }
    return StreamingResponse(exported.pieces(), media_type="application/zip", headers=headers)
