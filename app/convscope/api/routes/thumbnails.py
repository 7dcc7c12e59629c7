"""Small pictures of several runs' first filters, for a list of runs."""

import asyncio
import base64
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import problems, shown
from convscope.api.routes.filter_strips import pictured
from convscope.errors import ConflictError, NotFoundError, UnreadableRunError
from convscope.types import JsonObject

router = APIRouter(prefix="/runs", tags=["runs"])
MOST = 100  # a page of the list
EXAMPLE: JsonObject = {"pictures": {"k3f9x0a1bc": "iVBORw0KGgo="}}


class Pictures(BaseModel):
    """By run, a PNG in base64."""

    model_config = ConfigDict(json_schema_extra=shown(EXAMPLE))
    pictures: dict[str, str]


@router.get(
    "/filters",
    response_model=Pictures,
    responses=problems(422),
    summary="Small pictures of several runs' first filters",
)
async def pictures(
    registry: TheRegistry,
    run: Annotated[list[str], Query(min_length=1, max_length=MOST, description="ids")],
) -> JsonObject:
    """As `GET /runs/{id}/filters` each. A run that is not there, or of which nothing is kept yet,
    is left out: what a list shows may be deleted before its picture is asked for."""
    found = {}
    for run_id in dict.fromkeys(run):
        with suppress(NotFoundError, ConflictError, UnreadableRunError):
            picture = await asyncio.to_thread(pictured, registry.get(run_id))
            found[run_id] = base64.b64encode(picture).decode()
    return {"pictures": found}
