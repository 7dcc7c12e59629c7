"""The runs that were deleted and can be restored."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import problems, shown
from convscope.api.paging import ThePage
from convscope.api.schemas import RunAnswer
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
    found = await registry.deleted()
    found.sort(key=_cursor_of, reverse=True)
    later = [run for run in found if page.cursor is None or _cursor_of(run) < page.cursor]
    after = _cursor_of(later[page.limit - 1]) if len(later) > page.limit else None
    return {"runs": later[: page.limit], "next": after}


def _cursor_of(run: JsonObject) -> str:
    """In the list: by when it was deleted, and of one moment by its id."""
    return f"{run['deleted_at']}~{run['id']}"


@router.post(
    "/{run_id}/restore",
    response_model=RunAnswer,
    responses=problems(404),
    summary="Restore a deleted run",
)
async def restore_run(run_id: str, registry: TheRegistry) -> JsonObject:
    """As it was; 404 where it was deleted more than a day ago."""
    return (await registry.restore(run_id)).describe()
