"""A mini-batch and a dropout mask as the API answers them."""

from convscope.types import JsonObject

BATCH: JsonObject = {
    "step": 3,
    "shape": [2, 1, 28, 28],
    "examples": [
        {"image": "train-4021", "label": 1, "class": "Trouser"},
        {"image": "train-77", "label": 9, "class": "Ankle boot"},
    ],
    "dropout": {
        "seed": "7148613379416254893",
        "rule": "After torch.manual_seed(seed) …",
        "layers": [{"layer": "dropout1", "p": 0.5, "shape": [2, 32]}],
    },
}
MASK: JsonObject = {
    "layer": "dropout1",
    "tensor": "mask",
    "of": "value",
    "step": 3,
    "layout": "torch",
    "axes": ["example", "unit"],
    "shape": [2, 4],
    "values": [[2.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 0.0]],
}
