"""A training loop as a user writes one, and a way to watch it."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import convscope
from convscope.client import Frame
from tests.support.server import Server
from tests.support.waiting import wait_until

PROBE = torch.linspace(0, 1, 3 * 64).reshape(3, 1, 8, 8)
Hook = Callable[[], None]


class Net(nn.Module):
    """Activations that are no modules, batch norm, dropout, and a layer that runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.again = nn.Conv2d(4, 4, 3, padding=1)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(4, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Class scores."""
        values = functional.relu(self.norm(self.first(images)))
        values = functional.relu(self.again(self.again(values)))
        logits: torch.Tensor = self.last(self.drop(values.mean(dim=(2, 3))))
        return logits


class OwnLoop:
    """A model, its optimiser and random batches; the same seed gives the same steps."""

    def __init__(self, model: nn.Module | None = None, seed: int = 1, **options: Any) -> None:
        torch.manual_seed(seed)
        self.model = model or Net()
        self.optimizer: torch.optim.Optimizer = torch.optim.Adam(
            self.model.parameters(), **{"lr": 0.01} | options
        )
        self.losses: list[float] = []

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Five random images, and their classes."""
        return torch.rand(5, 1, 8, 8), torch.arange(5) % 3

    def step(self, watch: "convscope.Watch | None" = None) -> float:
        """One step, whose loss is logged."""
        images, labels = self.batch()
        self.optimizer.zero_grad()
        loss = functional.cross_entropy(self.model(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.losses.append(loss.item())
        if watch:
            watch.log(loss=loss)
        return self.losses[-1]

    def steps(self, count: int, watch: "convscope.Watch | None" = None) -> None:
        """Several."""
        for _ in range(count):
            self.step(watch)

    def tensors(self) -> list[torch.Tensor]:
        """Parameters and buffers as they are now, and a number that is drawn after them."""
        return [value.clone() for value in self.model.state_dict().values()] + [torch.rand(3)]


@contextlib.contextmanager
def watched(
    server: Server, loop: OwnLoop, **options: Any
) -> Iterator[tuple[convscope.Watch, convscope.client.Run]]:
    """The loop, watched by this server, and its run as a client has it."""
    options = {"probe": PROBE, "server": server.url, **options}
    with (
        convscope.Client(server.url) as client,
        convscope.watch(loop.model, loop.optimizer, **options) as watch,
    ):
        assert watch.url
        yield watch, client.run(watch.url.partition("?run=")[2])


class Viewer:
    """Reads all frames of a run, in a thread."""

    def __init__(self, run: convscope.client.Run, **options: Any) -> None:
        self.frames: list[Frame] = []
        base = run.url.partition("/?")[0].replace("http", "ws", 1)
        address = f"{base}/api/v1/runs/{run.id}/stream"
        self._open = contextlib.ExitStack()
        self._socket = self._open.enter_context(connect(address, max_size=2**26, compression=None))
        watch = {"type": "watch", "tensors": EVERYTHING, "max_fps": 100, **options}
        self._socket.send(json.dumps(watch))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        wait_until(lambda: self.frames, "a first frame")

    def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                said = self._socket.recv()
                if isinstance(said, bytes):
                    self.frames.append(Frame.decode(said))

    def comes_to(self, step: int) -> None:
        """Wait for the frame of a step."""
        wait_until(lambda: self.frames[-1].step == step, f"the frame of step {step}")

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._thread.join()


EVERYTHING = [
    {"tensor": tensor, "of": of}
    for tensor in ("weight", "bias")
    for of in ("value", "gradient", "update")
] + [{"tensor": "output"}, {"tensor": "input"}]
