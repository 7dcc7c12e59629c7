"""Networks that several tests build."""

from typing import Any

from convscope.recipe import Network, Recipe

DEFAULT: dict[str, Any] = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1},
        {"type": "ReLU"},
        {"type": "MaxPool2d", "kernel_size": 2},
        {"type": "Conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1},
        {"type": "ReLU"},
        {"type": "MaxPool2d", "kernel_size": 2},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}
WITH_STATE: dict[str, Any] = {  # and draws: statistics that move, and dropout
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
        {"type": "BatchNorm2d"},
        {"type": "ReLU"},
        {"type": "MaxPool2d", "kernel_size": 2},
        {"type": "Dropout", "p": 0.3},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}
EVERY_LAYER: dict[str, Any] = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": [5, 3], "stride": 2, "padding": 1},
        {"type": "BatchNorm2d"},
        {"type": "ReLU", "inplace": True},
        {"type": "Conv2d", "out_channels": 8, "kernel_size": 3, "dilation": 2, "groups": 2},
        {"type": "LeakyReLU", "negative_slope": 0.1},
        {"type": "MaxPool2d", "kernel_size": 2, "stride": 1},
        {"type": "Tanh"},
        {"type": "AvgPool2d", "kernel_size": 2},
        {"type": "Dropout", "p": 0.3},
        {"type": "AdaptiveAvgPool2d", "output_size": 3},
        {"type": "Sigmoid"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


def network(**spec: Any) -> Network:
    """A network from its JSON."""
    return Network.model_validate(spec)


def recipe(spec: dict[str, Any] = DEFAULT, **fields: Any) -> Recipe:
    """A recipe on the embedded data set, with some fields of one's own."""
    data = {"dataset": "fashion-mnist-10k"}
    return Recipe.model_validate({"network": spec, "data": data} | fields)
