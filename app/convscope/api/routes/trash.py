"""The runs that were deleted and can be taken back."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import shown
from convscope.runs.trash import deleted_runs
from convscope.types import JsonObject

router = APIRouter(prefix="/runs", tags=["runs"])
EXAMPLE: JsonObject = {
    "id": "k3f9x0a1bc",
    "name": "Before the large learning rate",
    "steps": 500,
    "deleted_at": "2026-01-01T12:00:00Z",
}


class DeletedRun(BaseModel):
    """A run that was deleted."""

    id: str
    name: str | None
    steps: int  # how far it had come
    deleted_at: str


class DeletedRuns(BaseModel):
    """The runs that can be taken back."""

    model_config = ConfigDict(json_schema_extra=shown({"runs": [EXAMPLE]}))
    runs: list[DeletedRun]


@router.get("/deleted", response_model=DeletedRuns, summary="Runs deleted within the last day")
async def deleted(registry: TheRegistry) -> JsonObject:
    """The latest first; `POST /runs/{id}/restore` takes one back."""
    return {"runs": await asyncio.to_thread(deleted_runs, registry.directory)}
