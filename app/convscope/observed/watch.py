"""`convscope.watch`: somebody's own training loop, live on the page, from one line."""

import atexit
import os
import weakref
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self

import torch
from torch import nn
from torch.optim import Optimizer

from convscope.client.notebook import shown
from convscope.client.questions import known_token, local_address
from convscope.observed.home import server_address
from convscope.observed.line import Address, Line
from convscope.observed.skips import Scaler
from convscope.observed.twin import unwrapped
from convscope.observed.warn import warn
from convscope.observed.watched_model import WatchedModel
from convscope.observed.watcher import Watcher
from convscope.types import JsonObject

MOST_PROBES = 64
NOTHING_IN_COMMON = (
    "convscope: none of the optimiser's parameters is one of the model's, so that nothing will be "
    "seen to change."
)
PATIENCE_S = 35.0  # for a server that is started; the loop begins without it after that


open_lines: "weakref.WeakSet[Line]" = weakref.WeakSet()  # kept alive by their threads


@atexit.register
def close_all() -> None:
    """The end of the process is the end of all loops."""
    for line in list(open_lines):
        line.close()


class Watch:
    """A loop that is watched; a context manager, whose end is the end of the watching."""

    def __init__(self, watcher: Watcher, line: Line) -> None:
        self._watcher = watcher
        self._line = line
        self._said: set[str] = set()

    def __repr__(self) -> str:
        return f"<convscope.Watch {self.url or 'without a server yet'}>"

    def _repr_html_(self) -> str | None:
        """Of a cell that ends with it: the run, live."""
        return shown(self.url) if self.url else None

    @property
    def url(self) -> str | None:
        """The run's page; None before there is a server."""
        return self._line.url

    @property
    def overhead(self) -> float:
        """The share of the loop's time that watching takes, over the last ten seconds or so."""
        return self._watcher.pace.overhead

    @property
    def steps(self) -> int:
        """How many steps the loop has made since it is watched."""
        return self._watcher.curves.step

    @property
    def skipped_steps(self) -> int:
        """How many steps the gradient scaler left out."""
        return self._watcher.skips.count

    def log(
        self,
        *,
        loss: float | torch.Tensor | None = None,
        accuracy: float | torch.Tensor | None = None,
        held_out_accuracy: float | torch.Tensor | None = None,
    ) -> None:
        """Numbers of the step that was made last, for the curves.

        Accuracies are shares, from 0 to 1. A number that is not one raises nothing: a warning says
        so, once.
        """
        try:
            numbers = [_float(one) for one in (loss, accuracy, held_out_accuracy)]
        except Exception as error:  # nothing is raised into somebody's loop
            self._say_once(f"convscope could not read what was logged: {error}")
            return
        self._watcher.log(*numbers)

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            warn(text)

    def close(self) -> None:
        """Watch no more: the page is told, and the optimiser's hooks are removed."""
        self._line.close()
        open_lines.discard(self._line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def watch(  # noqa: PLR0913 - each is asked for by its name
    model: nn.Module,
    optimizer: Optimizer | Sequence[Optimizer],
    *,
    probe: torch.Tensor | None = None,
    classes: Iterable[str] | None = None,
    labels: Iterable[int] | torch.Tensor | None = None,
    name: str | None = None,
    layers: Iterable[str] | None = None,
    max_overhead: float = 0.05,
    control: bool = False,
    scaler: Scaler | None = None,
    server: str | None = None,
    token: str | None = None,
) -> Watch:
    """Show a training loop live: kernels, feature maps, gradients and updates, as they change.

        convscope.watch(model, optimizer, probe=images[:8])

    `probe` is a batch (P, C, H, W), or of anything else that the model takes, at most 64, whose
    feature maps are shown; `labels` are its classes by number, `classes` the names of all classes.
    `layers` names those that are shown (as in `named_modules`), where not all are. `max_overhead`
    is the share of the loop's time that may be spent on it while somebody looks: frames come more
    seldom until it is kept. With `control` the page may pause the loop, step it and let it go on.
    `scaler` is a torch.amp.GradScaler, whose skipped steps are told.
    `server` is its address (`token` its token); else this user's own server is asked, which is
    started where there is none, and ends ten minutes after the last viewer and loop.

    Raises TypeError or ValueError for arguments that cannot be meant; once it has returned,
    nothing is raised into the loop. The model gets no hook: training is bit-equal, watched or not.
    Of several processes that train one model, the first is watched. Who watches a model or an
    optimiser again ends the watching before; and it ends when nobody has the optimiser any more.
    """
    optimizers = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer)
    _check(model, optimizers, probe)
    optimizers = list(map(_inner, optimizers))
    if _is_another_rank():
        return OtherRank()
    _end_those_of(unwrapped(model), optimizers)
    watched = WatchedModel(model, probe, None if layers is None else set(layers))
    if not watched.layers:
        raise ValueError("Expected layers to name some of the model's, as in named_modules().")
    if not _have_a_parameter_of(watched.model, optimizers):
        warn(NOTHING_IN_COMMON)
    watcher = Watcher(
        watched, optimizers, max_overhead=max_overhead, control=control, scaler=scaler
    )
    about = _about(watched, name, classes, labels, control=control)
    line = Line(watcher, _finder(server, token, about), None if server else _own_server)
    open_lines.add(line)
    line.start(PATIENCE_S)
    if line.url:
        print(f"Convscope shows this run at {line.url}", flush=True)  # noqa: T201 - it is what it is called for
    return Watch(watcher, line)


class OtherRank(Watch):
    """A process that trains along with the one that is watched: it shows nothing."""

    url = None
    overhead = 0.0
    steps = skipped_steps = 0

    def __init__(self) -> None:
        """Without a watcher."""

    def log(self, **_: object) -> None:
        """The first process tells it."""

    def close(self) -> None:
        """There is nothing to end."""


def _is_another_rank() -> bool:
    """Whether torch.distributed, or what started this process, has it as another than the first."""
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank() != 0
    return os.environ.get("RANK", "0") not in ("", "0")


def _inner(optimizer: Optimizer) -> Optimizer:
    """What Accelerate or Lightning is around."""
    while isinstance(inner := getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = inner
    return optimizer


def _end_those_of(model: nn.Module, optimizers: Sequence[Optimizer]) -> None:
    """What this process watches of them: a cell of a notebook was run again."""
    for line in list(open_lines):
        if line.watcher.is_of(model, optimizers):
            line.close()
            open_lines.discard(line)


def _have_a_parameter_of(model: nn.Module, optimizers: Sequence[Optimizer]) -> bool:
    own = set(map(id, model.parameters()))
    return any(
        id(one) in own
        for each in optimizers
        for group in each.param_groups
        for one in group["params"]
    )


def _check(model: nn.Module, optimizers: Sequence[Any], probe: torch.Tensor | None) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"Expected model to be a torch.nn.Module, got {type(model).__name__}.")
    if not optimizers or not all(isinstance(one, Optimizer) for one in optimizers):
        raise TypeError("Expected optimizer to be a torch.optim.Optimizer, or a list of them.")
    if probe is None:
        return
    if not isinstance(probe, torch.Tensor):
        raise TypeError(f"Expected probe to be a torch.Tensor, got {type(probe).__name__}.")
    if probe.ndim < 2 or not 1 <= len(probe) <= MOST_PROBES:
        raise ValueError(
            f"Expected probe to be a batch of 1 to {MOST_PROBES} images, (P, C, H, W), got "
            f"{tuple(probe.shape)}."
        )


def _about(
    model: WatchedModel,
    name: str | None,
    classes: Iterable[str] | None,
    labels: Iterable[int] | torch.Tensor | None,
    *,
    control: bool,
) -> JsonObject:
    """What the server is told of it."""
    return {
        "name": name,
        "network": model.name,
        "layers": [layer.model_dump(mode="json") for layer in model.layers],
        "classes": [str(one) for one in classes or ()],
        "probes": len(model.images),
        "labels": [int(one) for one in ([] if labels is None else labels)],
        "controllable": control,
    }


def _finder(server: str | None, token: str | None, about: JsonObject) -> Callable[[], Address]:
    def find() -> Address:
        if server:
            return Address(server, token or known_token(here=False), about)
        return Address(server_address(), token or known_token(here=True), about)

    return find


def _own_server() -> str | None:
    return local_address(None)


def _float(value: float | torch.Tensor | None) -> float | None:
    if isinstance(value, torch.Tensor):
        value = value.detach()
    return None if value is None else float(value)
