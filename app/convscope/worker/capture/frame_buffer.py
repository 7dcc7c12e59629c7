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
from convscope.types import JsonObject, Of, Shape
from convscope.worker.capture.map_quantizer import MapQuantizer
from convscope.worker.capture.subject import Observable, Subject

Tensors = Sequence[tuple[str, str, str]]  # (layer, tensor, of)
Maps = Sequence[tuple[str, str]]  # (layer, probe)
Source = Callable[[], torch.Tensor]
Target = tuple[int, torch.Tensor]  # the number of a picture, and where a layer's output goes


class FrameBuffer:
    """A payload with a place for each section, and where the numbers of each come from."""

    def __init__(
        self, subject: Subject, tensors: Tensors, maps: Maps, probes: Sequence[str]
    ) -> None:
        """All of `tensors` must be there at present."""
        self._observer = subject.observer
        self._probes = _present(subject, probes)
        self._sources = [_source(self._observer, *pair) for pair in tensors]
        inputs = [("", probe) for probe in self._probes]
        shown = [pair for pair in maps if pair[1] in self._probes]
        exact = [_exact(*pair, source) for pair, source in zip(tensors, self._sources, strict=True)]
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

    def _map(self, layer: str, probe: str) -> SectionSpec:
        shape = self._shape(layer, probe)
        shape = shape if len(shape) == 3 else (1, 1, prod(shape))
        tensor = "output" if layer else "input"
        return SectionSpec(layer, tensor, Of.VALUE, shape, "u8", probe)

    def _shape(self, layer: str, probe: str) -> Shape:
        return self._observer.plans[layer].output_shape if layer else self._probes[probe].shape

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
        scores = self._observer.write_outputs(self._images, self._places)
        self._quantizer.write()
        return scores


def _exact(layer: str, tensor: str, of: str, source: Source) -> SectionSpec:
    return SectionSpec(layer, tensor, of, tuple(source().shape), "f32")


def _source(observer: Observable, layer: str, tensor: str, of: str) -> Source:
    """How a tensor is got, each time anew: a gradient is another object after each step."""
    parameter = observer.parameter(layer, tensor)
    if of == Of.UPDATE:
        return lambda: parameter - observer.before(parameter)
    if of == Of.GRADIENT:
        return lambda: observer.last_gradient(parameter)
    return lambda: parameter


def _present(subject: Subject, probes: Sequence[str]) -> Mapping[str, Any]:
    """The pictures that still exist: one may have been deleted while it was watched."""
    found = {}
    for probe in probes:
        try:
            found[probe] = subject.images.get(probe)
        except NotFoundError:
            continue
    return found
