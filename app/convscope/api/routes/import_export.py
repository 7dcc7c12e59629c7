"""Runs, weights and curves as files: export, and import of a run."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, File, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from safetensors.numpy import load

from convscope.api.addresses import relative
from convscope.api.compression import CompressedRoute
from convscope.api.deps import (
    TheAnyRun,
    TheDirectory,
    TheLook,
    ThePreviews,
    TheRegistry,
    TheRun,
    TheSettings,
)
from convscope.api.openapi.document import Responses, problems
from convscope.api.openapi.headers import sends
from convscope.api.schemas import HistoryAnswer, RunAnswer
from convscope.data.catalog import DatasetInfo
from convscope.data.own_sets import changed_ns
from convscope.errors import ConflictError
from convscope.ipc.commands import Weights
from convscope.own_data.carried import pack, unpacked
from convscope.runs.history import Row
from convscope.runs.run import Run
from convscope.settings import Settings
from convscope.storage.schema import SUFFIX
from convscope.types import JsonObject

router = APIRouter(prefix="/runs", tags=["runs"])
compressed = APIRouter(route_class=CompressedRoute)
BYTES = "application/octet-stream"
CSV = "text/csv; charset=utf-8"
CSV_HEAD = "step,loss,accuracy,held_out_accuracy,held_out_balanced_accuracy\n"
CSV_EXAMPLE = CSV_HEAD + "0,,,0.0775,\n1,2.47189,0.125,,\n2,2.20301,0.1875,,\n"
CSV_ROWS = 2000  # in one piece
BINARY: Responses = {200: {"content": {BYTES: {}}}}
METRICS: Responses = {200: {"content": {"text/csv": {"example": CSV_EXAMPLE}}}}


@router.post(
    "/import",
    status_code=201,
    response_model=RunAnswer,
    responses=problems(400, 413, 503),
    summary="Import a run's file",
)
async def import_run(
    registry: TheRegistry,
    previews: ThePreviews,
    settings: TheSettings,
    request: Request,
    response: Response,
    file: Annotated[UploadFile, File(description="what `GET /runs/{id}/export` answered")],
) -> JsonObject:
    """Every value in it is checked before anything is kept. The run gets an id of its own, and
    `imported_from` names the one that it had. A data set that comes with it is kept, unless one of
    its id is here. Where its data set is absent, `absent` says why."""
    async with unpacked(file.file, previews, settings) as run_file:
        run = await registry.import_run(run_file)
    response.headers["Location"] = relative(request, "get_run", run_id=run.id)
    return run.describe()


@router.get(
    "/{run_id}/export",
    response_class=Response,
    responses=BINARY | problems(404, 409, 503),
    summary="A run as one file",
    openapi_extra=sends("Content-Disposition"),
)
async def export_run(
    run: TheRun,
    registry: TheRegistry,
    settings: TheSettings,
    directory: TheDirectory,
    uploads: Annotated[bool, Query(description="with the images that people gave it")] = False,
    data: Annotated[bool, Query(description="a zip, with its own data set beside it")] = False,
) -> StreamingResponse:
    """SQLite, as storage/FORMAT.md of the package tells it: recipe, changes, history and
    checkpoints, as they are durable now. `POST /runs/import` takes it in, and the zip."""
    info = _own_data(run, settings) if data else None
    exported = await registry.export_run(run, uploads=uploads)
    name = f"{run.id}{SUFFIX}"
    if info:
        with directory.reserved(exported.size + 2 * info.pixels):
            exported = await asyncio.to_thread(pack, exported, info, settings)
        name = f"{run.id}-with-data.zip"
    headers = _attachment(name) | {"Content-Length": str(exported.size)}
    return StreamingResponse(exported.pieces(), media_type=BYTES, headers=headers)


def _own_data(run: Run, settings: Settings) -> DatasetInfo:
    """ConflictError for a data set that was not brought to this server, or is gone."""
    info = run.spec.dataset
    if info is None or not info.own:
        raise ConflictError("Only an own data set can go with a run: this run has none.")
    if not changed_ns(settings.own_data_dir, info.id):
        raise ConflictError(f"The data set {info.id} was deleted.")
    return info


@router.get(
    "/{run_id}/weights",
    response_class=Response,
    responses=BINARY | problems(404, 409, 503),
    summary="All weights",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_weights(
    look: TheLook,
    format_: Annotated[
        Literal["safetensors", "npz"], Query(alias="format", description="npz: for `numpy.load`")
    ] = "safetensors",
) -> Response:
    """Parameters and buffers by torch's names (`conv1.weight`), in torch's order of axes."""
    reply = await look.ask(Weights())
    step, data = reply.step, reply.payload
    if format_ == "npz":
        data = await asyncio.to_thread(_npz, data)
    headers = {"Convscope-Step": str(step), **look.headers}
    headers |= _attachment(f"{look.run.id}-step{step}.{format_}")
    return Response(data, media_type=BYTES, headers=headers)


def _npz(tensors: bytes) -> bytes:
    file = io.BytesIO()
    arrays: dict[str, Any] = load(tensors)
    np.savez(file, **arrays)
    return file.getvalue()


@compressed.get(
    "/{run_id}/history",
    response_model=HistoryAnswer,
    responses=METRICS | problems(404),
    summary="Metric history",
    openapi_extra=sends("Content-Disposition"),
)
async def get_history(
    run: TheAnyRun,
    first: Annotated[int, Query(alias="from", ge=0)] = 0,
    last: Annotated[int | None, Query(alias="to", ge=0)] = None,
    max_points: Annotated[int, Query(ge=1, le=20_000, description="of JSON")] = 2000,
    format_: Annotated[
        Literal["json", "csv"], Query(alias="format", description="csv: one row a step")
    ] = "json",
) -> Response:
    """Where there are more steps than points, a point of the JSON is of a block of 2, 4, 8 … steps
    that begins at a multiple of its size; the first blocks are smaller. It is named by the last of
    its `steps`: `loss` is their mean, `accuracy` the last one's. CSV has all that is kept: every
    step, but of the older half of more than 2,000,000 one point for several, whose `lowest` and
    `highest` are then those of these points' means."""
    history = await run.metric_history()
    end = history.steps if last is None else last
    if format_ == "json":
        return JSONResponse(history.span(first, end, max_points))
    headers = _attachment(f"{run.id}-history.csv")
    return StreamingResponse(_csv(history.rows(first, end)), media_type=CSV, headers=headers)


router.include_router(compressed)


async def _csv(rows: Iterable[Row]) -> AsyncIterator[str]:
    """Numbers with nine digits, from which a float32 comes back bit for bit."""
    yield CSV_HEAD
    left = iter(rows)
    while some := list(islice(left, CSV_ROWS)):
        yield "".join(f"{step},{','.join(map(_cell, numbers))}\n" for step, *numbers in some)


def _cell(number: float | None) -> str:
    return "" if number is None else f"{number:.9g}"


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
