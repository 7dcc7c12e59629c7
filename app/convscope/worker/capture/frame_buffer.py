"""A frame's bytes and where the numbers in them come from, kept from one frame to the next."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import torch

from convscope.errors import NotFoundError
from convscope.frames.format import SectionSpec, lay_out
from convscope.frames.quantize import Floats
from convscope.ipc.commands import Wanted
from convscope.types import JsonObject, Of, Shape
from convscope.worker.capture.map_quantizer import MapQuantizer
from convscope.worker.capture.subject import Subject

Tensors = Sequence[tuple[str, str, str]]  # (layer, tensor, of)
Source = Callable[[], torch.Tensor]
Target = tuple[int, torch.Tensor]  # the number of a picture, and where a layer's output goes


class FrameBuffer:
    """A payload with a place for each section, and where the numbers of each come from."""

    def __init__(self, subject: Subject, tensors: Tensors, wanted: Wanted) -> None:
        """All of `tensors`, which are those of `wanted` that are there at present."""
        self._observer = subject.observer
        maps = wanted.maps
        self._windows = {window.layer: window for window in wanted.windows}
        self._probes = _present(subject, wanted.probes)
        self._sources = [self._source(*entry) for entry in tensors]
        inputs = [("", probe) for probe in self._probes]
        shown = [pair for pair in maps if pair[1] in self._probes]
        exact = [self._exact_spec(*entry) for entry in zip(tensors, self._sources, strict=True)]
        found = [self._map(*pair) for pair in [*inputs, *shown]]
        self.entries, length = lay_out(exact + found)
        self.payload = bytearray(length)
        self._exact = [self._floats(entry) for entry in self.entries[: len(exact)]]
        given, self._images = self.entries[len(exact) :][: len(inputs)], self._input()
        self._write_input(MapQuantizer(given, self.payload))
        self._quantizer = MapQuantizer(self.entries[len(exact + inputs) :], self.payload)
        self._places = self._find_places()

    @property
    def probes(self) -> list[str]:
        """The pictures that are there, in the order of the scores."""
        return list(self._probes)

    def _input(self) -> torch.Tensor | None:
        """The pictures as the network sees them, (P, C, H, W); None where there are none."""
        pictures = list(self._probes.values())
        return self._observer.input(pictures) if pictures else None

    def _write_input(self, quantizer: MapQuantizer) -> None:
        """Once: the pictures stay the same."""
        if self._images is None:
            return
        for (_, rows), image in zip(quantizer.taken, self._images, strict=True):
            rows.view(image.shape).copy_(image)
        quantizer.write()

    def _source(self, layer: str, tensor: str, of: str) -> Source:
        """How a tensor is got, each time anew: a gradient is another object after each step."""
        observer, part = self._observer, self._part(layer, tensor)
        parameter = observer.parameter(layer, tensor)
        if of == Of.UPDATE:
            return lambda: (parameter - observer.before(parameter))[part]
        if of == Of.GRADIENT:
            return lambda: observer.last_gradient(parameter)[part]
        return lambda: parameter[part]

    def _part(self, layer: str, tensor: str) -> tuple[slice, ...]:
        """What of it is in view; of a layer without a window all."""
        window = self._windows.get(layer)
        if window is None:
            return ()
        axes = self._observer.parameter(layer, tensor).ndim
        return (window.filter_slice, window.channel_slice)[:axes]

    def _exact_spec(self, entry: tuple[str, str, str], source: Source) -> SectionSpec:
        first = tuple(part.start for part in self._part(*entry[:2])) or None
        shape = tuple(source().shape)
        return SectionSpec(*entry, shape, "f32", first=first)

    def _map(self, layer: str, probe: str) -> SectionSpec:
        shape = self._shape(layer, probe)
        shape = shape if len(shape) == 3 else (1, 1, prod(shape))
        tensor = "output" if layer else "input"
        window = self._windows.get(layer)
        first = None if window is None else (window.first,)
        return SectionSpec(layer, tensor, Of.VALUE, shape, "u8", probe, first)

    def _shape(self, layer: str, probe: str) -> Shape:
        if not layer:
            return tuple(self._probes[probe].shape)
        shape, window = self._observer.plans[layer].output_shape, self._windows.get(layer)
        return shape if window is None else (len(range(shape[0])[window.filter_slice]), *shape[1:])

    def _floats(self, entry: JsonObject) -> torch.Tensor:
        count = entry["length"] // 4
        values = np.frombuffer(self.payload, np.float32, count, entry["offset"])
        return torch.from_numpy(values.reshape(entry["shape"]))

    def _find_places(self) -> dict[str, list[Target]]:
        """For each layer, where its output for which picture goes."""
        numbers = {probe: number for number, probe in enumerate(self._probes)}
        places: dict[str, list[Target]] = defaultdict(list)
        for entry, rows in self._quantizer.taken:
            shape = self._shape(entry["layer"], entry["probe"])
            places[entry["layer"]].append((numbers[entry["probe"]], rows.view(shape)))
        return places

    @torch.inference_mode()
    def write(self) -> Floats | None:
        """Write all of it as it is now; the class scores (P, N) where there are pictures."""
        if self._sources:
            torch._foreach_copy_(self._exact, [source() for source in self._sources])
        if self._images is None:
            return None
        scores = self._observer.write_outputs(self._images, self._places, self._windows)
        self._quantizer.write()
        return scores


def _present(subject: Subject, probes: Sequence[str]) -> Mapping[str, Any]:
    """The pictures that still exist: one may have been deleted while it was watched."""
    found = {}
    for probe in probes:
        try:
            found[probe] = subject.images.get(probe)
        except NotFoundError:
            continue
    return found
