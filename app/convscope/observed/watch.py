"""`convscope.watch`: somebody's own training loop, live on the page, from one line."""

import atexit
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self

import torch
from torch import nn
from torch.optim import Optimizer

from convscope.client.questions import known_token, local_address
from convscope.observed.home import server_address
from convscope.observed.line import Address, Line
from convscope.observed.warn import warn
from convscope.observed.watched_model import WatchedModel
from convscope.observed.watcher import Watcher
from convscope.types import JsonObject

MOST_PROBES = 64
PATIENCE_S = 35.0  # for a server that is started; the loop begins without it after that


class Watch:
    """A loop that is watched; a context manager, whose end is the end of the watching."""

    def __init__(self, watcher: Watcher, line: Line) -> None:
        self._watcher = watcher
        self._line = line
        self._said: set[str] = set()
        atexit.register(self.close)

    def __repr__(self) -> str:
        return f"<convscope.Watch {self.url or 'without a server yet'}>"

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
        atexit.unregister(self.close)
        if not self._watcher.is_over:
            self._watcher.close()
        self._line.close()

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
    server: str | None = None,
    token: str | None = None,
) -> Watch:
    """Show a training loop live: kernels, feature maps, gradients and updates, as they change.

        convscope.watch(model, optimizer, probe=images[:8])

    `probe` is a batch (P, C, H, W), at most 64 images, as the model takes it, whose feature maps
    are shown; `labels` are its classes by number, `classes` the names of all classes. `layers`
    names those that are shown (as in `named_modules`), where not all are. `max_overhead` is the
    share of the loop's time that may be spent on it while somebody looks: frames come more seldom
    until it is kept. With `control` the page may pause the loop, step it and let it go on.
    `server` is its address (`token` its token); else this user's own server is asked, which is
    started where there is none, and ends ten minutes after the last viewer and loop.

    Raises TypeError or ValueError for arguments that cannot be meant; once it has returned,
    nothing is raised into the loop. The model gets no hook: training is bit-equal, watched or not.
    """
    optimizers = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer)
    _check(model, optimizers, probe)
    watched = WatchedModel(model, probe, None if layers is None else set(layers))
    if not watched.layers:
        raise ValueError("Expected layers to name some of the model's, as in named_modules().")
    watcher = Watcher(watched, optimizers, max_overhead=max_overhead, control=control)
    about = _about(watched, name, classes, labels, control=control)
    line = Line(watcher, _finder(server, token, about), None if server else _own_server)
    line.start(PATIENCE_S)
    if line.url:
        print(f"Convscope shows this run at {line.url}", flush=True)  # noqa: T201 - it is what it is called for
    return Watch(watcher, line)


def _check(model: nn.Module, optimizers: Sequence[Any], probe: torch.Tensor | None) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"Expected model to be a torch.nn.Module, got {type(model).__name__}.")
    if not optimizers or not all(isinstance(one, Optimizer) for one in optimizers):
        raise TypeError("Expected optimizer to be a torch.optim.Optimizer, or a list of them.")
    if probe is None:
        return
    if not isinstance(probe, torch.Tensor):
        raise TypeError(f"Expected probe to be a torch.Tensor, got {type(probe).__name__}.")
    if probe.ndim not in (2, 4) or not 1 <= len(probe) <= MOST_PROBES:
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
