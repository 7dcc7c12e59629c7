"""What is kept of the past: a loop's steps cannot be made again, so some are recorded."""

from math import prod
from time import perf_counter

from convscope.ipc.commands import Wanted
from convscope.ipc.reports import RecordNotice
from convscope.observed.pace import Pace
from convscope.observed.watched_model import WatchedModel
from convscope.recipe.observed_layer import ObservedLayer
from convscope.types import Of
from convscope.worker.capture.recorder import Recorder

MOST_BYTES = 2 * 2**20  # of one record; larger layers are left out
SHARE = 0.001  # of the loop's time
LEAST_S = 0.5  # between two


class Recording:
    """Records weights and the first image's maps, now and then."""

    def __init__(self, model: WatchedModel) -> None:
        self._model = model
        self._pace = Pace(SHARE)
        self._recorder = Recorder()
        self._entries: list[dict[str, object]] = []
        self.last: int | None = None  # the step that was recorded last
        self._wanted, self._version = _wanted(model), model.version

    @property
    def next_s(self) -> float:
        """When it is time for another, on the clock of `perf_counter`."""
        return self._pace.next_s

    def take(self, step: int) -> RecordNotice:
        """A record of this step."""
        began = perf_counter()
        if self._version != self._model.version:
            self._wanted, self._version = _wanted(self._model), self._model.version
        snapshot = self._recorder.take(self._model, self._wanted)
        if snapshot.entries is not None:
            self._entries = snapshot.entries
        notice = RecordNotice(
            step=step,
            sections=self._entries,
            predictions=snapshot.predictions,
            payload=bytes(snapshot.payload),
        )
        self._pace.spent(perf_counter() - began, LEAST_S)
        self.last = step
        return notice


def _wanted(model: WatchedModel) -> Wanted:
    """As much as fits, from the first layer on."""
    left = MOST_BYTES
    tensors, maps = [], []
    probes = ("probe-0",) if len(model.images) else ()
    for layer in model.layers:
        for name in ("weight", "bias"):
            size = 4 * prod(layer.tensors.get(name, (MOST_BYTES,)))
            if size <= left:
                tensors.append((layer.name, name, str(Of.VALUE)))
                left -= size
        size = _map_bytes(layer) if layer.name in model.with_maps else left + 1
        if probes and size <= left:
            maps.append((layer.name, probes[0]))
            left -= size
    return Wanted(tensors=tuple(tensors), maps=tuple(maps), probes=probes)


def _map_bytes(layer: ObservedLayer) -> int:
    return prod(layer.output_shape) + 8 * layer.output_shape[0]
