"""Interventions, and one step traced."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from convscope.api.deps import TheAnyRun, TheLook, TheRun
from convscope.api.openapi.document import Responses, problems, shown
from convscope.api.openapi.examples.interventions import CHANGES, INTERVENTION, SILENCED, TRACE
from convscope.api.openapi.headers import sends
from convscope.api.paging import ThePage
from convscope.api.schemas import Body as Strict
from convscope.api.schemas import Intervention, RunAnswer
from convscope.frames.format import encode_frame
from convscope.ipc.commands import TraceLast, TraceStep
from convscope.ipc.replies import TraceReply
from convscope.recipe.interventions import AnyIntervention
from convscope.runs.run import Run
from convscope.types import JsonObject

router = APIRouter(
    prefix="/runs/{run_id}", tags=["interventions"], responses=problems(404, 409, 503)
)
FRAME: Responses = {200: {"content": {"application/octet-stream": {}}}}
Change = Annotated[AnyIntervention, Body(discriminator="type", openapi_examples=CHANGES)]

Drag = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        description="a key of your own for one drag of a weight: a `set` of the same weight with "
        "the same key takes the place of the one before, under the same id, and is from the "
        "number before the drag, unless a step or any other change came in between",
    ),
]


class InterventionAnswer(Intervention):
    """A change, the held-out accuracy around it where that was measured, and the run after it."""

    model_config = ConfigDict(json_schema_extra=shown(SILENCED))
    held_out_before: float | None
    held_out_after: float | None
    steps_ahead: int  # steps after `step` that both were measured at
    run: RunAnswer


@router.post(
    "/interventions",
    response_model=InterventionAnswer,
    responses=problems(413),
    summary="Intervene in a run",
)
async def intervene_in_run(run: TheRun, change: Change, drag: Drag = None) -> JsonObject:
    """Takes effect between two steps, and says at which. Silencing a filter measures the held-out
    accuracy before and after; freezing one, where it will be some steps ahead with the filter
    learning on (before) and with it frozen (after). A reset undoes everything."""
    return await run.intervene(change, drag)


class InterventionList(BaseModel):
    """A page of a run's interventions; `next` is the cursor of the page after it."""

    model_config = ConfigDict(
        json_schema_extra=shown({"interventions": [INTERVENTION], "next": None})
    )
    interventions: list[Intervention]
    next: str | None


@router.get("/interventions", response_model=InterventionList, summary="All interventions of a run")
async def list_interventions(run: TheAnyRun, page: ThePage) -> JsonObject:
    """In the order in which they were made, undone ones and undos included."""
    entries, after = page.by_id(run.interventions)
    return {"interventions": entries, "next": after}


class TraceExample(BaseModel):
    """The image of the batch that a traced step shows; `id` is its number in the training half."""

    index: int
    id: int
    label: int
    class_: Annotated[str, Field(alias="class")]
    probabilities: list[float | None]


class TraceAnswer(Strict):
    """One step, phase by phase."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=shown(TRACE))
    step: int
    loss: float
    batch_size: int
    example: TraceExample
    phases: list[dict[str, Any]]
    run: RunAnswer


As = Annotated[
    Literal["json", "frame"],
    Query(alias="format", description="frame: with all maps and gradients, as FORMAT.md says"),
]


@router.post(
    "/trace-step",
    response_model=TraceAnswer,
    responses=FRAME,
    summary="One step in slow motion",
)
async def trace_step(run: TheRun, as_: As = "json") -> Response:
    """One real training step, taken apart: batch, forward layer by layer, loss, backward layer by
    layer, update; each with a sentence and its numbers. 409 while the run plays."""
    reply = await run.do(TraceStep())
    if as_ == "frame":
        return _frame(run, reply, {})
    return _json(reply, run.describe(), {})


@router.get(
    "/trace",
    response_model=TraceAnswer,
    responses=FRAME,
    openapi_extra=sends("Convscope-Recomputed"),
    summary="A step that was made, in slow motion",
)
async def get_trace(look: TheLook, as_: As = "json") -> Response:
    """The step that led to `step`, taken apart in the same way; nothing is trained, and `run` is as
    it was then. 409 where no step led there, or without the data set."""
    look.run.must_know_batch(look.step)
    reply = await look.ask(TraceLast())
    if as_ == "frame":
        return _frame(look.run, reply, look.headers)
    return _json(reply, await look.run.describe_at(look.step), look.headers)


def _frame(run: Run, reply: TraceReply, headers: dict[str, str]) -> Response:
    header = reply.trace | {"run": run.id, "sections": reply.sections}
    frame = encode_frame(header, reply.payload)
    return Response(frame, media_type="application/octet-stream", headers=headers)


def _json(reply: TraceReply, run: JsonObject, headers: dict[str, str]) -> Response:
    answer = RunAnswer.model_validate(run).model_dump(mode="json")
    return JSONResponse(reply.trace | {"run": answer}, headers=headers)
