"""Runs without a worker: a session in the test's own process."""

from pathlib import Path
from typing import Any

import torch

from app.child.session import Session
from app.recipe import Recipe


def session(of: Recipe, cache_dir: Path) -> Session:
    """A run on this process's CPU."""
    start = {"recipe": of.model_dump(mode="json"), "device": "cpu", "data_dirs": []}
    return Session(start | {"cache_dir": str(cache_dir)})


def weights(of: Session) -> list[torch.Tensor]:
    """Copies of all parameters and buffers."""
    return [value.clone() for value in of.trainer.network.state_dict().values()]


def random_layers(seed: int) -> dict[str, Any]:
    """A network of every layer kind in an order and with arguments that the seed decides."""
    draw = torch.Generator().manual_seed(seed)

    def pick(*choices: Any) -> Any:
        return choices[int(torch.randint(len(choices), (1,), generator=draw))]

    def conv() -> dict[str, Any]:
        return {
            "type": "Conv2d",
            "out_channels": pick(4, 8),
            "kernel_size": pick(3, [1, 3], [3, 2]),
            "stride": pick(1, 2),
            "padding": pick(0, 1, [0, 1]),
            "dilation": pick(1, 2),
            "bias": pick(True, False),
        }

    activations = [
        {"type": "ReLU", "inplace": pick(True, False)},
        {"type": "LeakyReLU", "negative_slope": 0.2, "inplace": pick(True, False)},
        {"type": "Tanh"},
        {"type": "Sigmoid"},
    ]
    order = torch.randperm(4, generator=draw).tolist()
    mixed = [activations[n] for n in order]
    layers = [
        conv(),
        {"type": "BatchNorm2d", "affine": pick(True, False)},
        mixed[0],
        {
            "type": "MaxPool2d",
            "kernel_size": pick(2, 3),
            "stride": pick(1, 2),
            "padding": pick(0, 1),
        },
        conv() | {"groups": pick(1, 2, 4)},
        mixed[1],
        {
            "type": "AvgPool2d",
            "kernel_size": 2,
            "stride": 1,
            "padding": pick(0, 1),
            "count_include_pad": pick(True, False),
        },
        mixed[2],
        {"type": "Dropout", "p": 0.4},
        {"type": "AdaptiveAvgPool2d", "output_size": [pick(2, 3), 2]},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 12, "bias": pick(True, False)},
        mixed[3],
        {"type": "Linear", "out_features": 10},
    ]
    return {"input": [1, 28, 28], "layers": layers}
