"""A network that fits a data set, by its size and its number of classes."""

from convscope.recipe import Data, Recipe
from convscope.types import JsonObject, Shape

_SMALL_MAP = 8  # px; maps are halved until they are no larger
_FILTERS = (8, 16, 24, 32, 32)
_FEW = 500  # pictures


def offered_recipe(shape: Shape, classes: int, train: int, dataset: str) -> Recipe:
    """Convolution, ReLU and max-pooling until the maps are small, then a number for each class.

    Larger pictures learn at a lower rate, and a batch is at most a fourth of a small set. Few
    pictures learn by Adam: with momentum, batches of six threw one network of five off for good.
    """
    side, layers = min(shape[1:]), list[JsonObject]()
    for filters in _FILTERS:
        if layers and side <= _SMALL_MAP:
            break
        layers += [
            {"type": "Conv2d", "out_channels": filters, "kernel_size": 3, "padding": 1},
            {"type": "ReLU"},
        ]
        if side >= 4:
            layers += [{"type": "MaxPool2d", "kernel_size": 2}]
            side //= 2
    layers += [{"type": "Flatten"}, {"type": "Linear", "out_features": classes}]
    return Recipe.model_validate(
        {
            "network": {"input": shape, "layers": layers},
            "data": Data(dataset=dataset),
            "optimizer": _optimizer(shape, train),
            "batch_size": max(1, min(32, train // 4)),
        }
    )


def _optimizer(shape: Shape, train: int) -> JsonObject:
    if train < _FEW:
        return {"type": "Adam", "learning_rate": 0.001}
    rate = 0.05 if shape[0] == 1 and max(shape) <= 32 else 0.01
    return {"type": "SGD", "learning_rate": rate, "momentum": 0.9}
