"""The WebSocket of a run: watch messages in, the run's changes and frames out."""

import asyncio
import contextlib
import json
import logging
from time import monotonic
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import Field, StrictFloat, StrictInt, ValidationError, model_validator

from convscope.api.dataset_images import open_gallery
from convscope.api.deps import TheRegistry, TheSettings
from convscope.api.schemas import Body
from convscope.data.image_ids import find_image
from convscope.errors import ConvscopeError, InvalidError, NotFoundError
from convscope.ipc.commands import Look
from convscope.ipc.replies import Switches
from convscope.recipe.base import LayerName
from convscope.runs.history import History
from convscope.runs.run import Run
from convscope.runs.status import switches_json
from convscope.runs.viewers import Frame, Quantity, Viewer, Watch, frame_bytes
from convscope.settings import Settings
from convscope.types import JsonObject, Of
from convscope.validation_errors import first_sentence

log = logging.getLogger("convscope")
router = APIRouter()
NO_SUCH_RUN = 4404
NO_NEWS = History().news(0, 0)


class WatchedTensor(Body):
    """A tensor by torch's name, or `output` (a layer's maps) or `input` (the network's)."""

    tensor: Literal["weight", "bias", "output", "input"]
    of: Of = Of.VALUE

    @model_validator(mode="after")
    def _has_a_value_alone(self) -> "WatchedTensor":
        if self.tensor in ("output", "input") and self.of is not Of.VALUE:
            raise ValueError(f"expected of to be value for {self.tensor}, got {self.of}")
        return self


class WatchMessage(Body):
    """What a viewer asks of the stream; see `docs/contracts.md`."""

    type: Literal["watch"]
    layers: list[LayerName] | None = None
    tensors: Annotated[list[WatchedTensor], Field(max_length=64)]
    probe: Annotated[str, Field(max_length=64)] = "test-0"
    max_fps: Annotated[StrictFloat, Field(ge=0.1, le=120)] = 30.0
    step: Annotated[StrictInt, Field(ge=0, le=2**53)] | None = None


@router.websocket("/runs/{run_id}/stream")
async def watch_run(
    socket: WebSocket, run_id: str, registry: TheRegistry, settings: TheSettings
) -> None:
    """One viewer, from its coming to its going."""
    await socket.accept()
    try:
        run = registry.get(run_id)
    except NotFoundError as error:
        await socket.close(NO_SUCH_RUN, error.detail)
        return
    viewer = run.viewers.join()
    run.wake()
    try:
        await _serve(socket, run, viewer, settings)
    finally:
        run.viewers.leave(viewer)
        run.touch()


async def _serve(socket: WebSocket, run: Run, viewer: Viewer, settings: Settings) -> None:
    """Until either direction ends."""
    receiving = asyncio.create_task(_receive(socket, run, viewer, settings))
    sending = asyncio.create_task(_send_updates(socket, run, viewer, settings))
    try:
        await asyncio.wait({receiving, sending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (receiving, sending):
            task.cancel()
        ends = await asyncio.gather(receiving, sending, return_exceptions=True)
        for error in ends:
            if isinstance(error, Exception):
                log.error("a stream failed", exc_info=error)


async def _receive(socket: WebSocket, run: Run, viewer: Viewer, settings: Settings) -> None:
    seek_task: asyncio.Task[None] | None = None  # at the past; only the latest step counts
    try:
        while True:
            try:
                message = await socket.receive()
            except (WebSocketDisconnect, RuntimeError):
                return
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if seek_task:
                seek_task.cancel()
            seek_task = asyncio.create_task(_watch(text, socket, run, viewer, settings))
    finally:
        if seek_task:
            seek_task.cancel()


async def _watch(
    text: str | None, socket: WebSocket, run: Run, viewer: Viewer, settings: Settings
) -> None:
    """Do as a watch message says, or answer why not."""
    try:
        watch = await _parse(text, run, settings)
        run.viewers.watch(viewer, watch)
        if watch.step is not None:
            viewer.offer_past(await _look_back(run, watch))
    except ConvscopeError as error:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone meanwhile
            await socket.send_text(
                json.dumps({"type": "error", "code": error.code, "detail": error.detail})
            )


async def _look_back(run: Run, watch: Watch) -> Frame:
    """What a viewer sees of the past step that it watches."""
    wanted = run.viewers.wanted([watch])
    looked = await run.look(watch.step, Look(wanted=wanted))
    return Frame.of_past(looked.reply, looked.recomputed)


async def _parse(text: str | None, run: Run, settings: Settings) -> Watch:
    """A watch message; InvalidError or NotFoundError with a sentence. None: it came as bytes."""
    if text is None:
        raise InvalidError("Expected a watch message as text, got bytes.")
    try:
        message = WatchMessage.model_validate_json(text)
    except ValidationError as error:
        raise InvalidError(f"Expected a watch message. {first_sentence(error)}") from error
    names = {plan.name for plan in run.spec.plans}
    layers = names if message.layers is None else set(message.layers)
    if unknown := layers - names:
        raise NotFoundError(f"There is no layer {min(unknown)!r}.")
    await _check_probe(message.probe, run, settings)
    quantities = frozenset(Quantity(entry.tensor, entry.of) for entry in message.tensors)
    return Watch(frozenset(layers), quantities, message.probe, message.max_fps, message.step)


async def _check_probe(probe: str, run: Run, settings: Settings) -> None:
    if probe.startswith("up-"):
        run.uploads.get(probe)
    else:
        find_image(probe, await open_gallery(run.spec.shown.id, settings))


async def _send_updates(socket: WebSocket, run: Run, viewer: Viewer, settings: Settings) -> None:
    """What is new, at most as often as the viewer wants; one that takes nothing is cut off."""
    try:
        while update := await viewer.next():
            began = monotonic()
            async with asyncio.timeout(settings.viewer_send_timeout_s):
                await _send(socket, run, viewer, *update)
            await asyncio.sleep(max(0.0, 0.9 / viewer.watch.max_fps - (monotonic() - began)))
        await socket.close(NO_SUCH_RUN, "The run was deleted.")
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        return  # not closed with a word: one that takes nothing would not take that either


async def _send(
    socket: WebSocket,
    run: Run,
    viewer: Viewer,
    changed: bool,
    frame: Frame | None,
    past: Frame | None,
) -> None:
    if changed:
        await socket.send_text(json.dumps({"type": "run", "run": run.describe()}))
    if frame:
        watch = viewer.watch.of_the_present
        await socket.send_bytes(frame_bytes(frame, watch, _own(run, viewer, frame)))
    if past and viewer.watch.step is not None:
        await socket.send_bytes(frame_bytes(past, viewer.watch, _of_the_past(run, viewer, past)))


def _of_the_past(run: Run, viewer: Viewer, frame: Frame) -> JsonObject:
    """The header's fields of a past step; of the history there is nothing new in it."""
    held_out_step, held_out = run.history.held_out_at(frame.status.step)
    return {
        "run": run.id,
        "restarts": run.restarts,
        "held_out_step": held_out_step,
        "held_out_accuracy": held_out,
        "recomputed": frame.recomputed,
        **switches_json(frame.switches or Switches()),
        "history": NO_NEWS,
        "predictions": _predictions(viewer, frame),
    }


def _predictions(viewer: Viewer, frame: Frame) -> JsonObject | None:
    scores = frame.predictions.get(viewer.watch.probe)
    return {"probe": viewer.watch.probe} | scores if scores else None


def _own(run: Run, viewer: Viewer, frame: Frame) -> JsonObject:
    """The header's fields that are this viewer's own: its probe, the history it has not heard."""
    step = frame.status.step
    history = run.history.news(viewer.heard_step, step)
    history["held_out"] = run.history.held_out_since(viewer.heard_held_out)
    viewer.heard_step, viewer.heard_held_out = step, run.history.held_out_count
    return {
        "run": run.id,
        "restarts": run.restarts,
        "history": history,
        "recomputed": run.recomputed,
        "predictions": None if viewer.watch.step is not None else _predictions(viewer, frame),
    }
