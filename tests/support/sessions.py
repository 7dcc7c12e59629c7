"""Runs without a worker: a session in the test's own process."""

from pathlib import Path
from typing import Any

import torch

from convscope.recipe import Recipe
from convscope.worker.session import Session
from tests.support.workers import setup


def session(of: Recipe, cache_dir: Path) -> Session:
    """A run on this process's CPU."""
    return Session(setup(of.model_dump(mode="json"), cache_dir))


def weights(of: Session) -> list[torch.Tensor]:
    """Copies of all parameters and buffers."""
    return [value.clone() for value in of.trainer.network.state_dict().values()]


class Draw:
    """Choices that a seed decides."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def pick(self, *choices: Any) -> Any:
        """One of them."""
        return choices[int(torch.randint(len(choices), (1,), generator=self.generator))]

    def conv(self) -> dict[str, Any]:
        """A convolution."""
        return {
            "type": "Conv2d",
            "out_channels": self.pick(4, 8),
            "kernel_size": self.pick(3, [1, 3], [3, 2]),
            "stride": self.pick(1, 2),
            "padding": self.pick(0, 1, [0, 1]),
            "dilation": self.pick(1, 2),
            "bias": self.pick(True, False),
        }

    def pool(self, kind: str, sizes: tuple[int, ...], **more: Any) -> dict[str, Any]:
        """A pooling over windows of one of these sizes."""
        place = {"kernel_size": self.pick(*sizes), "padding": self.pick(0, 1)}
        return {"type": kind, "stride": self.pick(*range(1, len(sizes) + 1)), **place, **more}

    def activations(self) -> list[dict[str, Any]]:
        """Each kind, in some order."""
        kinds: list[dict[str, Any]] = [
            {"type": "ReLU", "inplace": self.pick(True, False)},
            {"type": "LeakyReLU", "negative_slope": 0.2, "inplace": self.pick(True, False)},
            {"type": "Tanh"},
            {"type": "Sigmoid"},
        ]
        return [kinds[n] for n in torch.randperm(4, generator=self.generator).tolist()]


def random_layers(seed: int) -> dict[str, Any]:
    """A network of every layer kind in an order and with arguments that the seed decides."""
    draw = Draw(seed)
    mixed = draw.activations()
    layers = [
        draw.conv(),
        {"type": "BatchNorm2d", "affine": draw.pick(True, False)},
        mixed[0],
        draw.pool("MaxPool2d", (2, 3)),
        draw.conv() | {"groups": draw.pick(1, 2, 4)},
        mixed[1],
        draw.pool("AvgPool2d", (2,), count_include_pad=draw.pick(True, False)),
        mixed[2],
        {"type": "Dropout", "p": 0.4},
        {"type": "AdaptiveAvgPool2d", "output_size": [draw.pick(2, 3), 2]},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 12, "bias": draw.pick(True, False)},
        mixed[3],
        {"type": "Linear", "out_features": 10},
    ]
    return {"input": [1, 28, 28], "layers": layers}
