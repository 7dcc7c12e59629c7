"""A plain loop that can be watched, by `convscope.watch` and by others; a helper process.

All in one process and over one model, by turns, so that what differs is the watching alone.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import torch
from torch import nn

import convscope
from benchmarks.helper import Answer, serve
from benchmarks.pytorch_baseline import Batch, Loop
from benchmarks.resnet import ResNet18

PROBES = 8
EVERY = 10  # steps, between two looks of others
RESNET_BATCH = 8
AfterStep = Callable[[int], None]


class ResNetLoop(Loop):
    """Of random pictures."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self.device = torch.device("cpu")
        self.network = nn.Sequential(ResNet18())
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.01, momentum=0.9)
        self.batches = self._random()

    def _random(self) -> Iterator[Batch]:
        images = torch.rand(64, RESNET_BATCH, 3, 32, 32)
        labels = torch.randint(10, (64, RESNET_BATCH))
        while True:
            yield from zip(images, labels, strict=True)


class Watched:
    """A loop, and who looks at it just now."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self._open = ExitStack()
        self._watch: convscope.Watch | None = None
        self._folder = self._open.enter_context(tempfile.TemporaryDirectory(prefix="convscope-"))

    def watch(self, server: str, token: str) -> Answer:
        """By Convscope; the run."""
        probe = next(self.loop.batches)[0][:PROBES]
        model, optimizer = self.loop.network, self.loop.optimizer
        with redirect_stdout(StringIO()):
            self._watch = convscope.watch(
                model, optimizer, probe=probe, server=server, token=token or None
            )
        assert self._watch.url
        return {"run": self._watch.url.partition("?run=")[2]}

    def overhead(self) -> Answer:
        """What it says itself that it costs."""
        assert self._watch
        return {"overhead": self._watch.overhead}

    def leave(self) -> Answer:
        """Nobody looks any more."""
        if self._watch:
            self._watch.close()
        self._watch = None
        return {}

    def train(self, seconds: float, by: str = "") -> Answer:
        """As a plain loop does; `by`: with the histograms of others, every ten steps."""
        if not by:
            return self.loop.train(seconds)
        with OTHERS[by](self.loop.network, self._folder) as after_step:
            step, number = self.loop.step, 0

            def looked_at() -> None:
                nonlocal number
                step()
                number += 1
                after_step(number)

            self.loop.step = looked_at  # type: ignore[method-assign]
            try:
                return self.loop.train(seconds)
            finally:
                self.loop.step = step  # type: ignore[method-assign]


@contextmanager
def tensorboard(network: nn.Module, folder: str) -> Iterator[AfterStep]:
    """Histograms of weights and gradients."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(folder) as writer:

        def after_step(number: int) -> None:
            if number % EVERY == 0:
                for name, parameter in network.named_parameters():
                    writer.add_histogram(name, parameter, number)
                    writer.add_histogram(f"{name}/gradient", parameter.grad, number)

        yield after_step


@contextmanager
def wandb(network: nn.Module, folder: str) -> Iterator[AfterStep]:
    """`wandb.watch`, without a network: histograms of the same."""
    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
    import wandb as client

    with redirect_stdout(StringIO()):
        run = client.init(dir=folder, project="convscope")
        client.watch(network, log="all", log_freq=EVERY)
    try:
        yield lambda number: run.log({"step": number})
    finally:
        with redirect_stdout(StringIO()):
            client.unwatch(network)
            run.finish()


OTHERS = {"tensorboard": tensorboard, "wandb": wandb}

if __name__ == "__main__":
    network, cache = sys.argv[1:]
    loop = ResNetLoop() if network == "resnet18" else Loop(network, Path(cache))
    watched = Watched(loop)
    serve(
        {
            "watch": watched.watch,
            "overhead": watched.overhead,
            "leave": watched.leave,
            "train": watched.train,
        }
    )
