"""A plain eager PyTorch loop of a named network, as anybody would write it; a helper process.

The same layers in the same order, batch size, optimiser and pictures as the run in the app,
gathered from the same uint8 array; default memory layout, default allocator, one thread, nobody
watching; on the CPU, or the device that is named. It keeps no account of loss or accuracy, and
measures nothing on held-out pictures.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch
from torch import nn

from benchmarks.helper import Answer, serve
from convscope.data.catalog import open_dataset
from convscope.recipe import named_model, plan
from convscope.settings import Settings

Batch = tuple[torch.Tensor, torch.Tensor]


class Loop:
    """A network that can be trained for some seconds at a time."""

    def __init__(self, model: str, cache_dir: Path, device: str = "cpu") -> None:
        recipe = named_model(model).recipe
        torch.set_num_threads(1)
        plans = plan(recipe.network, recipe.batch_size)
        layers = (getattr(nn, p.type)(**p.arguments) for p in plans)
        self.device = torch.device(device)
        self.network = nn.Sequential(*layers).to(self.device)
        rate, momentum = recipe.optimizer.learning_rate, getattr(recipe.optimizer, "momentum", 0.0)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=rate, momentum=momentum)
        assert recipe.data.dataset is not None
        self.data = open_dataset(recipe.data.dataset, Settings(cache_dir=cache_dir))
        self.batches = self._batches(recipe.batch_size)

    def _batches(self, size: int) -> Iterator[Batch]:
        random = np.random.default_rng(0)
        count = len(self.data.train_labels)
        while True:
            order = random.permutation(count)
            for start in range(0, count - size + 1, size):
                chosen = order[start : start + size]
                images = torch.from_numpy(self.data.train_images[chosen]).to(self.device)
                labels = torch.from_numpy(self.data.train_labels[chosen].astype(np.int64))
                yield images.float().div_(255), labels.to(self.device)

    def step(self) -> None:
        """One mini-batch."""
        images, labels = next(self.batches)
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.network(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation there
        self.optimizer.step()

    def _finish(self) -> None:
        """Wait for what the device has been told to do."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def train(self, seconds: float) -> Answer:
        """Steps a second over some seconds, and the processor time of one."""
        busy, began, steps = process_time(), perf_counter(), 0
        while perf_counter() - began < seconds:
            self.step()
            steps += 1
        self._finish()
        passed = perf_counter() - began
        step_ms = (process_time() - busy) / steps * 1e3
        return {"steps_per_second": steps / passed, "step_ms": step_ms}


if __name__ == "__main__":
    serve({"train": Loop(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]).train})
