"""What a run did that its worker found worth a sentence."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheAnyRun
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples.run import FINDING
from convscope.api.paging import ThePage
from convscope.api.schemas import Finding
from convscope.types import JsonObject

router = APIRouter(prefix="/runs/{run_id}", tags=["findings"], responses=problems(404))


class FindingList(BaseModel):
    """A page of a run's findings; `next` is the cursor of the page after it."""

    model_config = ConfigDict(json_schema_extra=shown({"findings": [FINDING], "next": None}))
    findings: list[Finding]
    next: str | None


@router.get("/findings", response_model=FindingList, summary="What a run did")
async def list_findings(run: TheAnyRun, page: ThePage) -> JsonObject:
    """In the order in which they were found, each once until it was undone: a filter died, the loss
    jumped, training and held-out accuracy drifted apart, the held-out accuracy passed guessing, no
    weight moved or nothing was learned for 500 steps. The latest 1,000 are kept; a reset forgets
    them."""
    entries, after = page.by_id(run.findings)
    return {"findings": entries, "next": after}
