"""Frames: what the viewers together want to see of the present state, each thing encoded once."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from app.child.session import Session
from app.errors import NotFoundError
from app.learn.data import Pixels
from app.learn.observe import Observer, as_maps, softmax
from app.types import JsonObject
from app.wire.frame import Section
from app.wire.quantize import Floats, quantize


@dataclass(frozen=True)
class Wanted:
    """The union of what all viewers watch."""

    tensors: tuple[tuple[str, str], ...] = ()  # (layer, kind), kind as in the stream's contract
    maps: tuple[tuple[str, str], ...] = ()  # (layer, probe)
    probes: tuple[str, ...] = ()
    interval_s: float = 1 / 30
    watched: bool = False

    @classmethod
    def parse(cls, command: JsonObject) -> "Wanted":
        """From the `watch` command."""
        return cls(
            tuple((layer, kind) for layer, kind in command["tensors"]),
            tuple((layer, probe) for layer, probe in command["maps"]),
            tuple(command["probes"]),
            command["interval_s"],
            command["watched"],
        )


def capture(session: Session, wanted: Wanted) -> tuple[list[Section], JsonObject]:
    """The sections of a frame, and the predictions for each probe."""
    sections = list(_tensor_sections(session, wanted.tensors))
    found, predictions = _probe_sections(session, wanted)
    return sections + found, predictions


def _tensor_sections(session: Session, pairs: Iterable[tuple[str, str]]) -> Iterable[Section]:
    observer = session.observer
    for layer, kind in pairs:
        name, _, of = kind.partition("_")
        parameter: torch.Tensor = getattr(observer.module(layer), name)
        if of and not observer.has_change(parameter):
            continue
        yield _exact(layer, kind, _looked_at(observer, parameter, of))


def _looked_at(observer: Observer, parameter: torch.Tensor, of: str) -> torch.Tensor:
    if of == "update":
        return parameter.detach() - observer.before(parameter)
    found = parameter.grad if of else parameter
    assert found is not None
    return found.detach()


def _exact(layer: str, kind: str, values: torch.Tensor) -> Section:
    """Its bytes in row-major order; one copy, since this is done for every frame."""
    plain = values.to("cpu", torch.float32).contiguous()
    return Section(layer, kind, tuple(plain.shape), "f32", plain.numpy().tobytes())


def _map_section(layer: str, kind: str, probe: str, values: Floats) -> Section:
    maps = as_maps(values)
    return Section(layer, kind, maps.shape, "u8", quantize(maps), probe)


def _probe_sections(session: Session, wanted: Wanted) -> tuple[list[Section], JsonObject]:
    """One forward pass for all probes together."""
    pictures = _present(session, wanted.probes)
    if not pictures:
        return [], {}
    names = list(pictures)
    outputs = session.observer.outputs(list(pictures.values()), {layer for layer, _ in wanted.maps})
    inputs = (
        _map_section("", "input", probe, pixels.astype(np.float32) / np.float32(255))
        for probe, pixels in pictures.items()
    )
    maps = (
        _map_section(layer, "feature_maps", probe, outputs[layer][names.index(probe)])
        for layer, probe in wanted.maps
        if probe in pictures
    )
    sections = [*inputs, *maps]
    if not session.trainable:
        return sections, {}
    scores = zip(names, outputs[""], strict=True)
    return sections, {probe: prediction(logits) for probe, logits in scores}


def _present(session: Session, probes: Iterable[str]) -> dict[str, Pixels]:
    """The pictures that still exist: one may have been deleted while it was watched."""
    found = {}
    for probe in probes:
        try:
            found[probe] = session.pictures.get(probe)
        except NotFoundError:
            continue
    return found


def prediction(logits: Floats) -> JsonObject:
    """Class scores and their softmax as lists; a number that is not finite is None."""
    with np.errstate(all="ignore"):
        return {"logits": finite(logits), "probabilities": finite(softmax(logits))}


def finite(values: Floats) -> list[float | None]:
    """A vector as a list in which what is not finite is None."""
    return [float(v) if np.isfinite(v) else None for v in values]
