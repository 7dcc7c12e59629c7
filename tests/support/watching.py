"""A watched loop without a server: what its server would hear of it."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from convscope.frames.format import Section, decode_sections
from convscope.ipc.codec import decode_report
from convscope.ipc.commands import Attend, Credit, Wanted, Watch
from convscope.ipc.messages import decode_message
from convscope.ipc.replies import Done, Status
from convscope.ipc.reports import FrameNotice
from convscope.observed.watched_model import WatchedModel
from convscope.observed.watcher import Watcher
from convscope.types import JsonObject, Of

OF = (Of.VALUE, Of.GRADIENT, Of.UPDATE)


class Frame:
    """One that was taken."""

    def __init__(self, entries: list[JsonObject], notice: FrameNotice, status: Status) -> None:
        self.sections = {
            (one.spec.layer, one.spec.tensor, str(one.spec.of)): one
            for one in decode_sections(entries, memoryview(notice.payload))
            if one.spec.probe in (None, "probe-0")
        }
        self.predictions = notice.predictions
        self.status = status

    def tensor(self, name: str, of: str = "value") -> Any:
        """A parameter by its name, its gradient or its update; None where it is not there."""
        layer, _, tensor = name.rpartition(".")
        section = self.sections.get((layer, tensor, of))
        return None if section is None else np.array(section.values)

    def map(self, layer: str) -> Section | None:
        """What a layer gave for the first image."""
        return self.sections.get((layer, "output", "value"))


class Viewing:
    """A loop whose viewer wants to see everything of every step."""

    def __init__(
        self,
        model: nn.Module,
        *optimizers: Optimizer,
        probe: torch.Tensor | None = None,
        **more: Any,
    ) -> None:
        self.model = WatchedModel(model, probe)
        self.watcher = Watcher(self.model, optimizers, max_overhead=1.0, control=False, **more)
        self.watcher.hear(Attend(steps=0), 0)
        self.watcher.hear(Watch(wanted=self.everything(), interval_s=0, watched=True), 0)
        self._entries: list[JsonObject] = []

    def everything(self) -> Wanted:
        """All tensors of all layers, and all maps of the first image."""
        probes = ("probe-0",) if len(self.model.images) else ()
        return Wanted(
            tensors=tuple(
                (layer.name, tensor, str(of))
                for layer in self.model.layers
                for tensor in layer.tensors
                for of in OF
            ),
            maps=tuple((layer.name, probe) for layer in self.model.layers for probe in probes),
            probes=probes,
        )

    def frame(self) -> Frame:
        """The last that was taken; one is awaited from each step."""
        assert not self.watcher.is_over
        self.watcher.close_step()
        found = None
        for data in self.watcher.outgoing():
            report, _ = decode_report(decode_message(data), lambda _: Done)
            if isinstance(report.notice, FrameNotice):
                assert report.status
                self._entries = report.notice.sections or self._entries
                found = Frame(self._entries, report.notice, report.status)
        assert found, "no frame"
        self.watcher.hear(Credit(), 0)
        return found
