"""Thumbnails of several runs, for a list of runs."""

import asyncio
import base64
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import shown
from convscope.api.paging import MOST_ENTRIES
from convscope.api.routes.filter_strips import drawn
from convscope.errors import ConflictError, NotFoundError, UnreadableRunError
from convscope.types import JsonObject

router = APIRouter(prefix="/runs", tags=["runs"])
EXAMPLE: JsonObject = {"thumbnails": {"k3f9x0a1bc": "iVBORw0KGgo="}}


class Thumbnails(BaseModel):
    """By run, a PNG in base64."""

    model_config = ConfigDict(json_schema_extra=shown(EXAMPLE))
    thumbnails: dict[str, str]


@router.get("/thumbnails", response_model=Thumbnails, summary="Thumbnails of several runs")
async def get_thumbnails(
    registry: TheRegistry,
    run: Annotated[list[str], Query(min_length=1, max_length=MOST_ENTRIES, description="ids")],
) -> JsonObject:
    """As `GET /runs/{id}/thumbnail` each. A run that is not there, or of which nothing is kept yet,
    is left out: what a list shows may be deleted before its thumbnail is asked for."""
    found = {}
    for run_id in dict.fromkeys(run):
        with suppress(NotFoundError, ConflictError, UnreadableRunError):
            png = await asyncio.to_thread(drawn, registry.get(run_id))
            found[run_id] = base64.b64encode(png).decode()
    return {"thumbnails": found}
