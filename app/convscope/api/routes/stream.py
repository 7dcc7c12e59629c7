"""The WebSocket of a run: watch messages in, the run's changes and frames out."""

import asyncio
import contextlib
import json
import logging
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import Field, StrictFloat, StrictInt, ValidationError, model_validator
from starlette.types import Message

from convscope.api.dataset_images import open_gallery
from convscope.api.deps import TheRegistry, TheSettings
from convscope.api.schemas import Body
from convscope.data.image_ids import find_image
from convscope.errors import ConvscopeError, InvalidError, NotFoundError
from convscope.ipc.commands import Look, Window
from convscope.ipc.replies import Switches
from convscope.recipe.base import LayerName
from convscope.runs.base_run import AnyRun
from convscope.runs.history import History
from convscope.runs.observed.observed_run import ObservedRun
from convscope.runs.run import Run
from convscope.runs.run_list import RunList
from convscope.runs.status import switches_json
from convscope.runs.viewers import Frame, Quantity, Viewer, Watch, frame_bytes
from convscope.settings import Settings
from convscope.types import JsonObject, Of
from convscope.validation_errors import first_sentence

log = logging.getLogger("convscope")
router = APIRouter()
NO_SUCH_RUN = 4404
OPENED_ANEW = 1012  # "service restart"
TOO_LONG = 1009  # "message too big"
MOST_SAID = 64 * 1024
PONG = '{"type": "pong"}'
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


class WatchedWindow(Body):
    """The filters and channels of an observed run's layer that are in view."""

    layer: LayerName
    first: Annotated[StrictInt, Field(ge=0, le=2**31)] = 0
    filters: Annotated[StrictInt, Field(ge=1, le=2**31)]
    first_channel: Annotated[StrictInt, Field(ge=0, le=2**31)] = 0
    channels: Annotated[StrictInt, Field(ge=1, le=2**31)]


class WatchMessage(Body):
    """What a viewer asks of the stream; see `docs/contracts.md`."""

    type: Literal["watch"]
    layers: list[LayerName] | None = None
    tensors: Annotated[list[WatchedTensor], Field(max_length=64)]
    probe: Annotated[str, Field(max_length=64)] | None = None
    max_fps: Annotated[StrictFloat, Field(ge=0.1, le=120)] = 30.0
    step: Annotated[StrictInt, Field(ge=0, le=2**53)] | None = None
    windows: Annotated[tuple[WatchedWindow, ...], Field(max_length=256)] = ()


def is_long(message: Message) -> bool:
    """Whether it is longer than anything that a viewer has to say."""
    said = message.get("text") or message.get("bytes") or ""
    return len(said) > MOST_SAID


def is_ping(text: str | None) -> bool:
    """Whether a viewer only asks if the server is there."""
    try:
        return bool(json.loads(text or "null") == {"type": "ping"})
    except (ValueError, RecursionError):
        return False


@router.websocket("/runs/{run_id}/stream")
async def watch_run(
    socket: WebSocket, run_id: str, registry: TheRegistry, settings: TheSettings
) -> None:
    """One viewer, from its coming to its going."""
    await socket.accept()
    try:
        run = registry.runs.get(run_id)
    except NotFoundError as error:
        await socket.close(NO_SUCH_RUN, error.detail)
        return
    viewer = run.viewers.join()
    run.wake()
    try:
        await Stream(socket, run, viewer, settings, registry.runs).serve()
    finally:
        run.viewers.leave(viewer)
        run.touch()


@dataclass(frozen=True)
class Stream:
    """One viewer's WebSocket, in both directions."""

    socket: WebSocket
    run: AnyRun
    viewer: Viewer
    settings: Settings
    runs: RunList

    async def serve(self) -> None:
        """Until either direction ends."""
        receiving = asyncio.create_task(self._receive())
        sending = asyncio.create_task(self._send_updates())
        try:
            await asyncio.wait({receiving, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (receiving, sending):
                task.cancel()
            ends = await asyncio.gather(receiving, sending, return_exceptions=True)
            for error in ends:
                if isinstance(error, Exception):
                    log.error("a stream failed", exc_info=error)

    # --- what it asks -----------------------------------------------------------------------------

    async def _receive(self) -> None:
        seek_task: asyncio.Task[None] | None = None  # at the past; only the latest step counts
        try:
            while True:
                try:
                    message = await self.socket.receive()
                    if message["type"] == "websocket.disconnect":
                        return
                    if is_long(message):
                        await self.socket.close(TOO_LONG)
                        return
                    if is_ping(message.get("text")):
                        await self.socket.send_text(PONG)
                        continue
                except (WebSocketDisconnect, RuntimeError):
                    return
                if seek_task:
                    seek_task.cancel()
                seek_task = asyncio.create_task(self._watch(message.get("text")))
        finally:
            if seek_task:
                seek_task.cancel()

    async def _watch(self, text: str | None) -> None:
        """Do as a watch message says, or answer why not."""
        try:
            watch = await self._parse(text)
            self.run.viewers.watch(self.viewer, watch)
            if watch.step is not None:
                self.viewer.offer_past(await self._look_back(watch))
            elif isinstance(self.run, ObservedRun) and not self.run.is_awake:
                await self._show_end(self.run, watch)
        except ConvscopeError as error:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone meanwhile
                await self.socket.send_text(
                    json.dumps({"type": "error", "code": error.code, "detail": error.detail})
                )

    async def _show_end(self, run: ObservedRun, watch: Watch) -> None:
        """Of a loop that is over its last step, where that was recorded: nobody else would."""
        found = await run.look_near(run.steps, Look(wanted=run.viewers.wanted([watch])))
        if found.status.step == run.steps:
            self.viewer.offer(Frame.of_past(found, None, "watch"))

    async def _look_back(self, watch: Watch) -> Frame:
        """What a viewer sees of the past step that it watches."""
        assert watch.step is not None
        wanted = self.run.viewers.wanted([watch])
        if isinstance(self.run, ObservedRun):  # between the steps that were recorded there is none
            return Frame.of_past(await self.run.look_near(watch.step, Look(wanted=wanted)), None)
        looked = await self.run.look(watch.step, Look(wanted=wanted))
        return Frame.of_past(looked.reply, looked.recomputed)

    async def _parse(self, text: str | None) -> Watch:
        """A watch message (None: it came as bytes); InvalidError or NotFoundError says why not."""
        if text is None:
            raise InvalidError("Expected a watch message as text, got bytes.")
        try:
            message = WatchMessage.model_validate_json(text)
        except ValidationError as error:
            raise InvalidError(f"Expected a watch message. {first_sentence(error)}") from error
        names = {plan.name for plan in self.run.spec.plans}
        layers = names if message.layers is None else set(message.layers)
        if unknown := layers - names:
            raise NotFoundError(f"There is no layer {min(unknown)!r}.")
        probe = message.probe or self.run.probe
        await self._check_probe(probe)
        quantities = frozenset(Quantity(entry.tensor, entry.of) for entry in message.tensors)
        windows = frozenset(Window(**one.model_dump()) for one in message.windows)
        return Watch(frozenset(layers), quantities, probe, message.max_fps, message.step, windows)

    async def _check_probe(self, probe: str) -> None:
        if isinstance(self.run, ObservedRun):
            if self.run.spec.probes:
                self.run.must_have_probe(probe)
            return
        assert isinstance(self.run, Run)
        if probe.startswith("up-"):
            self.run.uploads.get(probe)
        else:
            find_image(probe, await open_gallery(self.run.spec.shown.id, self.settings))

    # --- what it gets -----------------------------------------------------------------------------

    async def _send_updates(self) -> None:
        """What is new, at most as often as the viewer wants; one that takes nothing is cut off."""
        try:
            while update := await self.viewer.next():
                began = monotonic()
                async with asyncio.timeout(self.settings.viewer_send_timeout_s):
                    await self._send(*update)
                spent_s = monotonic() - began
                await asyncio.sleep(max(0.0, 0.9 / self.viewer.watch.max_fps - spent_s))
            await self.socket.close(*self._why())
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return  # not closed with a word: one that takes nothing would not take that either

    def _why(self) -> tuple[int, str]:
        """Why there is nothing more to send; a viewer of a run that is opened anew comes back."""
        try:
            self.runs.get(self.run.id)
        except NotFoundError:
            return NO_SUCH_RUN, "The run was deleted."
        return OPENED_ANEW, "The run is opened anew: connect again."

    async def _send(self, changed: bool, frame: Frame | None, past: Frame | None) -> None:
        if changed:
            await self.socket.send_text(json.dumps({"type": "run", "run": self.run.describe()}))
        if frame:
            watch = self.viewer.watch.of_the_present
            await self._send_frame(frame_bytes(frame, watch, self._of_the_present(frame)))
        if past and self.viewer.watch.step is not None:
            watch = self.viewer.watch
            await self._send_frame(frame_bytes(past, watch, self._of_the_past(past)))

    async def _send_frame(self, data: bytes) -> None:
        await self.socket.send_bytes(data)
        self.run.viewers.counts.frame_sent(len(data))

    def _of_the_present(self, frame: Frame) -> JsonObject:
        """The header's fields that are this viewer's: its probe, the history it has not heard."""
        run, viewer, step = self.run, self.viewer, frame.status.step
        history = run.history.news(viewer.heard_step, step)
        history["held_out"] = run.history.held_out_since(viewer.heard_held_out)
        viewer.heard_step, viewer.heard_held_out = step, run.history.held_out_count
        return {
            "run": run.id,
            "restarts": run.restarts,
            "history": history,
            "recomputed": run.file.recomputed,
            "predictions": None if viewer.watch.step is not None else self._predictions(frame),
        }

    def _of_the_past(self, frame: Frame) -> JsonObject:
        """The header's fields of a past step; of the history there is nothing new in it."""
        held_out = self.run.history.held_out_at(frame.status.step)
        return {
            "run": self.run.id,
            "restarts": self.run.restarts,
            "held_out_step": held_out.step,
            "held_out_accuracy": held_out.accuracy,
            "held_out_balanced_accuracy": held_out.balanced_accuracy,
            "recomputed": frame.recomputed,
            **switches_json(frame.switches or Switches()),
            "history": NO_NEWS,
            "predictions": self._predictions(frame),
        }

    def _predictions(self, frame: Frame) -> JsonObject | None:
        probe = self.viewer.watch.probe
        scores = frame.predictions.get(probe)
        return {"probe": probe} | scores if scores else None
