"""Thumbnails of runs: their first filters, for a list of runs."""

import asyncio
import base64
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.headers import described, sends
from convscope.api.paging import MOST_ENTRIES
from convscope.errors import ConflictError, NotFoundError, UnreadableRunError
from convscope.heatmap import filters_png
from convscope.runs.base_run import AnyRun
from convscope.runs.thumbnail import first_weight, thumbnail_mark
from convscope.types import JsonObject

router = APIRouter(prefix="/runs", tags=["runs"])
PNG = "image/png"
EXAMPLE: JsonObject = {"thumbnails": {"k3f9x0a1bc": "iVBORw0KGgo="}}


class ThumbnailsAnswer(BaseModel):
    """By run, a PNG in base64."""

    model_config = ConfigDict(json_schema_extra=shown(EXAMPLE))
    thumbnails: dict[str, str]


@router.get(
    "/thumbnails",
    response_model=ThumbnailsAnswer,
    responses=problems(503),
    summary="Thumbnails of several runs",
)
async def get_thumbnails(
    registry: TheRegistry,
    run: Annotated[list[str], Query(min_length=1, max_length=MOST_ENTRIES, description="ids")],
) -> JsonObject:
    """As `GET /runs/{id}/thumbnail` each. A run that is not there, or of which nothing is saved
    yet, is left out: what a list shows may be deleted before its thumbnail is asked for."""
    found = {}
    for run_id in dict.fromkeys(run):
        with suppress(NotFoundError, ConflictError, UnreadableRunError):
            png = await asyncio.to_thread(_drawn, registry.runs.get(run_id))
            found[run_id] = base64.b64encode(png).decode()
    return {"thumbnails": found}


@router.get(
    "/{run_id}/thumbnail",
    response_class=Response,
    responses=problems(404, 409, 503)
    | {
        200: {"content": {PNG: {}}},
        304: {"description": "Not modified.", "headers": described("ETag")},
    },
    summary="A run's thumbnail: its first filters",
    openapi_extra=sends("ETag"),
)
async def get_run_thumbnail(
    run_id: str,
    registry: TheRegistry,
    if_none_match: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """The first convolution's kernels at the newest step that is saved, read from the run's file:
    it starts no worker. A network without a convolution shows its first weight. At most 200 × 100
    pixels, without labels; `ETag` goes by the step."""
    run = registry.runs.get(run_id)  # not touched: a look at a list of runs keeps no worker
    try:
        headers = {"Cache-Control": "no-cache", "ETag": f'"{await thumbnail_mark(run)}"'}
        if headers["ETag"] in if_none_match:
            return Response(status_code=304, headers=headers)
        return Response(await asyncio.to_thread(_drawn, run), media_type=PNG, headers=headers)
    except UnreadableRunError:
        registry.runs.get(run_id)  # its file is gone where it was deleted meanwhile
        raise


def _drawn(run: AnyRun) -> bytes:
    return filters_png(first_weight(run))
