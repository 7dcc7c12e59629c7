"""The runs that were deleted and can be restored."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import shown
from convscope.api.paging import ThePage
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


class DeletedRunList(BaseModel):
    """A page of the runs that can be restored; `next` is the cursor of the page after it."""

    model_config = ConfigDict(json_schema_extra=shown({"runs": [EXAMPLE], "next": None}))
    runs: list[DeletedRun]
    next: str | None


@router.get("/deleted", response_model=DeletedRunList, summary="Runs deleted within the last day")
async def list_deleted_runs(registry: TheRegistry, page: ThePage) -> JsonObject:
    """The latest first; `POST /runs/{id}/restore` restores one."""
    found = await asyncio.to_thread(deleted_runs, registry.directory)
    found.sort(key=_place, reverse=True)
    later = [run for run in found if page.cursor is None or _place(run) < page.cursor]
    after = _place(later[page.limit - 1]) if len(later) > page.limit else None
    return {"runs": later[: page.limit], "next": after}


def _place(run: JsonObject) -> str:
    """In the list: by when it was deleted, and of one moment by its id."""
    return f"{run['deleted_at']}~{run['id']}"
