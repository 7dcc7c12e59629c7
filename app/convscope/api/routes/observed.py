"""Observed runs: their training loops say what they are, and dial in."""

import asyncio
import logging
from typing import Annotated

from fastapi import APIRouter, Request, Response, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field

from convscope.api.addresses import relative
from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples import observed as examples
from convscope.api.schemas import RunAnswer
from convscope.errors import ConvscopeError
from convscope.ipc.dialled import DialledWorker
from convscope.runs.observed.observed_run import ObservedRun
from convscope.runs.observed.spec import ObservedSpec
from convscope.types import JsonObject

log = logging.getLogger("convscope")
router = APIRouter(prefix="/runs", tags=["observed runs"])
WORKER_TOKEN = "convscope-worker-token"
NO_SUCH_RUN = 4404
NOT_ITS_LOOP = 4403
NOT_UNDERSTOOD = 1008  # "policy violation"
ENDED = 1000
SEND_TIMEOUT_S = 10.0


class ObserveBody(ObservedSpec):
    """A training loop that is to be watched: its network's layers, and what it is looked at
    through."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=shown(examples.OBSERVE))
    name: Annotated[str | None, Field(max_length=200)] = Field(
        default=None, description="what people call the run"
    )


class ObservedAnswer(BaseModel):
    """The new run, and what its loop shows when it dials in."""

    model_config = ConfigDict(json_schema_extra=shown(examples.OBSERVED))
    run: RunAnswer
    token: str = Field(description="for the header Convscope-Worker-Token; it is not told again")


class StepList(BaseModel):
    """Steps of an observed run that can be looked at, in order."""

    model_config = ConfigDict(json_schema_extra=shown({"steps": [0, 1, 2, 5, 10, 24]}))
    steps: list[int]


@router.post(
    "/observed",
    status_code=201,
    response_model=ObservedAnswer,
    responses=problems(413, 503),
    summary="Observe somebody's own training loop",
)
async def observe_loop(
    registry: TheRegistry, request: Request, response: Response, body: ObserveBody
) -> JsonObject:
    """Its loop then dials in to the WebSocket `/runs/{id}/worker`; `convscope.watch` does both."""
    spec = ObservedSpec.model_validate(body.model_dump(exclude={"name"}))
    run, token = await registry.observe(spec, body.name)
    response.headers["Location"] = relative(request, "get_run", run_id=run.id)
    return {"run": run.describe(), "token": token}


@router.get(
    "/{run_id}/recorded-steps",
    response_model=StepList,
    responses=problems(404, 409, 503),
    summary="List the recorded steps of an observed run",
)
async def list_recorded_steps(run_id: str, registry: TheRegistry) -> JsonObject:
    """Its other steps cannot be looked at: nobody but its own loop can make them."""
    return {"steps": await registry.observed_run(run_id).recorded_steps()}


@router.websocket("/{run_id}/worker")
async def attend_loop(socket: WebSocket, run_id: str, registry: TheRegistry) -> None:
    """A training loop, from its coming to its going: see ipc/ for what it says."""
    await socket.accept()
    try:
        run = registry.observed_run(run_id)
        if not run.knows(socket.headers.get(WORKER_TOKEN, "")):
            await socket.close(NOT_ITS_LOOP, "This is not the token of this run's loop.")
            return
        worker = DialledWorker()
        await run.attend(worker)
    except ConvscopeError as error:
        await socket.close(NO_SUCH_RUN, error.detail[:120])
        return
    await _serve(socket, run, worker)


async def _serve(socket: WebSocket, run: ObservedRun, worker: DialledWorker) -> None:
    """Until either direction ends."""
    hearing = asyncio.create_task(_hear(socket, run, worker))
    saying = asyncio.create_task(_say(socket, run, worker))
    try:
        await asyncio.wait({hearing, saying}, return_when=asyncio.FIRST_COMPLETED)
        said = hearing.done() and not hearing.exception() and hearing.result() == ENDED
    finally:
        for task in (hearing, saying):
            task.cancel()
        await asyncio.gather(hearing, saying, return_exceptions=True)
        run.left(worker, said=said)


async def _hear(socket: WebSocket, run: ObservedRun, worker: DialledWorker) -> int:
    """What it says; the code that it went with."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return int(message.get("code") or 0)
        try:
            run.heard(worker, message.get("bytes") or b"")
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("the loop of run %s was not understood: %s", run.id, error)
            await socket.close(NOT_UNDERSTOOD, "The server does not understand this loop.")
            return NOT_UNDERSTOOD


async def _say(socket: WebSocket, run: ObservedRun, worker: DialledWorker) -> None:
    """What it is told; one that takes nothing is cut off."""
    try:
        while data := await worker.next():
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await socket.send_bytes(data)
        gone = run.is_closed
        await socket.close(*((NO_SUCH_RUN, "The run was deleted.") if gone else (ENDED, "")))
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        return
