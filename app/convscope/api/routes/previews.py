"""Data sets that are not kept yet: brought, looked at, chosen, then kept or discarded."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from convscope.api.addresses import relative
from convscope.api.deps import ThePreviews, TheRegistry, TheSettings
from convscope.api.openapi.document import Responses, problems, shown
from convscope.api.openapi.examples.own_data import OPTIONS as OPTIONS_EXAMPLE
from convscope.api.openapi.examples.own_data import PICTURES, PREVIEW
from convscope.api.paging import MOST_ENTRIES, ThePage
from convscope.api.routes.datasets import OPTIONS, KeptAnswer, RefusedAnswer, kept_answer
from convscope.api.sent_files import TheFiles, takes_files
from convscope.images import sheet_png
from convscope.own_data.arrangement.options import Options
from convscope.own_data.preview.preview import Preview
from convscope.types import JsonObject

router = APIRouter(prefix="/datasets/preview", tags=["datasets"])
KEPT: Responses = {
    303: {
        "description": "It was kept: the data set is there.",
        "headers": {
            "Location": {
                "description": "the address of the data set, from this one",
                "schema": {"type": "string", "format": "uri-reference"},
            }
        },
    }
}
PNG: Responses = {200: {"content": {"image/png": {}}}}
TEXT: JsonObject = {"type": "string"}
Label = Annotated[int, Query(ge=0, le=1000, description="a class, by its place")]


class ProgressAnswer(BaseModel):
    """How many of the present files' pictures have been looked at; 0 of 0 before that is known.
    While it is being kept `of` is twice its pictures: each is looked at and written."""

    done: int
    of: int


class ArrangedClassAnswer(BaseModel):
    """A class as it would be kept, from which of those that were brought."""

    name: str
    sources: list[str]
    train: int
    test: int
    repeated: Annotated[int, Field(description="pictures that equal one that came before")]


class LeftOutAnswer(BaseModel):
    """A class that was brought and is not in the set."""

    name: str
    pictures: int


class EqualAnswer(BaseModel):
    """Pictures that are equal as the network would see them."""

    pictures: Annotated[list[int], Field(description="their numbers, the first 12")]
    names: Annotated[list[str], Field(description="their files' names; empty where they have none")]
    labels: Annotated[list[int], Field(description="the class of each of these, by its place")]
    count: Annotated[int, Field(description="how many they are")]


class ArrangedAnswer(BaseModel):
    """The set as it would be."""

    shape: list[int]
    classes: list[ArrangedClassAnswer]
    equal: Annotated[
        list[EqualAnswer],
        Field(description="what is there twice or more, what is in several classes first, 100"),
    ]
    equal_count: Annotated[int, Field(description="how many pictures are there twice or more")]
    left_out: list[LeftOutAnswer]
    train: int
    test: int
    dark_background: bool
    problems: Annotated[list[str], Field(description="why it cannot be kept; none where it can")]
    warnings: list[str]


class PreviewAnswer(BaseModel):
    """A data set that is not kept yet."""

    model_config = ConfigDict(json_schema_extra=shown(PREVIEW))
    id: str
    state: str
    error: str | None
    made_at: str
    progress: ProgressAnswer
    title: str | None
    options: Options
    refused: list[RefusedAnswer]
    refused_count: int
    passed_over: dict[str, int]
    notes: list[str]
    arranged: ArrangedAnswer | None
    recipe: dict[str, Any] | None


class PictureList(BaseModel):
    """A page of a class's pictures, by number."""

    model_config = ConfigDict(json_schema_extra=shown(PICTURES))
    pictures: list[int]
    next: str | None


class OptionsBody(Options):
    """What is to be chosen otherwise; absent fields stay as they are, null is as at first."""

    model_config = ConfigDict(json_schema_extra=shown(OPTIONS_EXAMPLE))


@router.post(
    "",
    status_code=201,
    response_model=PreviewAnswer,
    responses=problems(400, 413, 422, 503),
    summary="Look at files before they become a data set",
    openapi_extra=takes_files(options=OPTIONS, **{"class": TEXT, "burst": TEXT}),
)
async def create_preview(
    previews: ThePreviews, sent: TheFiles, request: Request, response: Response
) -> JsonObject:
    """Answers at once; the files are read meanwhile, and `progress` says how far it is. With
    `class` all pictures are of that class; with `burst` true they stay in one half."""
    preview = await previews.new()
    try:
        sent.only("options", "class", "burst")
        options = sent.json("options", Options)
        if options != Options():
            await preview.choose(options)
        if sent.files:
            await preview.bring(sent.files, sent.fields.get("class"), burst=sent.flag("burst"))
    except BaseException:
        await previews.discard(preview)
        raise
    response.headers["Location"] = relative(request, "get_preview", preview_id=preview.id)
    return preview.describe()


@router.get(
    "/{preview_id}",
    response_model=PreviewAnswer,
    responses=problems(404) | KEPT,
    summary="A data set that is not kept yet",
)
async def get_preview(previews: ThePreviews, preview_id: str) -> JsonObject | Response:
    """What was brought and refused, and the set as it would be with the present options. There is
    no list: who has the id may see it. Once it is kept, 303 leads to the data set."""
    if kept_as := previews.kept_as(preview_id):
        return RedirectResponse(f"../{kept_as}", 303)
    return previews.get(preview_id).describe()


@router.post(
    "/{preview_id}/files",
    status_code=202,
    response_model=PreviewAnswer,
    responses=problems(400, 404, 409, 413, 422, 503),
    summary="Bring more files",
    openapi_extra=takes_files(**{"class": TEXT, "burst": TEXT, "wrap": TEXT}),
)
async def upload_files(previews: ThePreviews, preview_id: str, sent: TheFiles) -> JsonObject:
    """To those that are there; they are read one body after another. `wrap` is how many folders
    are around a class's, `train` and `test` among them, where a folder comes in several bodies."""
    preview = previews.get(preview_id)
    sent.only("class", "burst", "wrap")
    sent.must_have_files()
    await preview.bring(
        sent.files,
        sent.fields.get("class"),
        burst=sent.flag("burst"),
        wrap=sent.small_number("wrap"),
    )
    return preview.describe()


@router.delete(
    "/{preview_id}/files",
    response_model=PreviewAnswer,
    responses=problems(404, 409),
    summary="Cancel what is being read",
)
async def delete_files(previews: ThePreviews, preview_id: str) -> JsonObject:
    """The files that are being read, and those that wait; what was read stays."""
    preview = previews.get(preview_id)
    await preview.cancel_reading()
    return preview.describe()


@router.patch(
    "/{preview_id}",
    response_model=PreviewAnswer,
    responses=problems(404, 409, 503),
    summary="Choose how pictures become a data set",
)
async def update_preview(previews: ThePreviews, preview_id: str, body: OptionsBody) -> JsonObject:
    """Fields that are absent stay as they are. Answers with the set as it would be."""
    preview = previews.get(preview_id)
    sent = {key: getattr(body, key) for key in body.model_fields_set}
    await preview.choose(preview.options.model_copy(update=sent))
    return preview.describe()


@router.get(
    "/{preview_id}/pictures",
    response_model=PictureList,
    responses=problems(404),
    summary="A class's pictures",
)
async def list_pictures(
    previews: ThePreviews, preview_id: str, page: ThePage, label: Label = 0
) -> JsonObject:
    """Their numbers, in the order in which they came."""
    numbers = await asyncio.to_thread(previews.get(preview_id).numbers, label)
    later = numbers[numbers >= page.first_number()].tolist()
    after = str(later[page.limit]) if len(later) > page.limit else None
    return {"pictures": later[: page.limit], "next": after}


@router.get(
    "/{preview_id}/sheet",
    response_class=Response,
    responses=problems(404, 409) | PNG,
    summary="Pictures as the network would see them",
)
async def get_preview_sheet(
    previews: ThePreviews,
    preview_id: str,
    picture: Annotated[list[int], Query(max_length=MOST_ENTRIES, description="these numbers")],
    columns: Annotated[int, Query(ge=1, le=100)] = 12,
) -> Response:
    """At natural size, row after row, as one PNG."""
    preview = previews.get(preview_id)
    made = await asyncio.to_thread(_sheet, preview, picture, columns)
    return Response(made, media_type="image/png", headers={"Cache-Control": "no-cache"})


def _sheet(preview: Preview, numbers: list[int], columns: int) -> bytes:
    return sheet_png(preview.pictures(numbers), columns)


@router.delete(
    "/{preview_id}/pictures/{number}",
    response_model=PreviewAnswer,
    responses=problems(404, 409, 503),
    summary="Remove a picture",
)
async def delete_picture(previews: ThePreviews, preview_id: str, number: int) -> JsonObject:
    """The others keep their numbers."""
    preview = previews.get(preview_id)
    await preview.remove(number)
    return preview.describe()


@router.post(
    "/{preview_id}/keep",
    status_code=201,
    response_model=KeptAnswer,
    responses=problems(400, 404, 409, 422, 503),
    summary="Keep it as a data set",
)
async def keep_preview(
    registry: TheRegistry,
    previews: ThePreviews,
    settings: TheSettings,
    preview_id: str,
    request: Request,
    response: Response,
) -> JsonObject:
    """It is on the disk when this answers; the preview is gone then. Meanwhile its `state` is
    `keeping`, and `progress` says how far it is."""
    preview = previews.get(preview_id)
    await preview.settled()
    before = preview.describe()
    own = await previews.keep(preview)
    await registry.data_came(own.sha256)
    response.headers["Location"] = relative(request, "get_dataset", dataset_id=own.id)
    return kept_answer(own.id, before, settings)


@router.delete(
    "/{preview_id}/keep",
    response_model=PreviewAnswer,
    responses=problems(404),
    summary="Cancel its keeping",
)
async def delete_keep(previews: ThePreviews, preview_id: str) -> JsonObject:
    """No data set is made, and all that was brought stays; `POST` of it answers 409 then. Nothing
    where it is not being kept."""
    preview = previews.get(preview_id)
    await preview.cancel_keeping()
    return preview.describe()


@router.delete(
    "/{preview_id}",
    status_code=204,
    response_class=Response,
    responses=problems(404),
    summary="Discard it",
)
async def delete_preview(previews: ThePreviews, preview_id: str) -> None:
    """All of it goes, also while its files are being read, or while it is being kept: then no data
    set is made."""
    await previews.discard(previews.get(preview_id))
