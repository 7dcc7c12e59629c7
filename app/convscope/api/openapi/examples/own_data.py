"""Examples for the routes of one's own data sets."""

from convscope.types import JsonObject

NETWORK: JsonObject = {
    "input": [3, 64, 64],
    "layers": [
        {"type": "Conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1},
        {"type": "ReLU"},
        {"type": "MaxPool2d", "kernel_size": 2},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 2},
    ],
}
RECIPE: JsonObject = {
    "network": NETWORK,
    "data": {"dataset": "leaves-3f2a"},
    "optimizer": {"type": "SGD", "learning_rate": 0.01, "momentum": 0.9},
    "batch_size": 6,
}
REFUSED: JsonObject = {
    "refused": [{"name": "leaves/notes.txt", "why": "it is no picture"}],
    "refused_count": 1,
    "passed_over": {"__MACOSX": 31, ".DS_Store": 2},
}
OWN: JsonObject = {
    "id": "leaves-3f2a",
    "title": "Leaves",
    "shape": [3, 64, 64],
    "classes": ["maple", "oak"],
    "train": 26,
    "test": 4,
    "sha256": "ab" * 32,
    "licence": "CC0",
    "origin": "photographed by class 7b",
    "available": True,
    "why": None,
    "centred": False,
    "fit": "crop",
    "own": True,
    "train_counts": [13, 13],
    "test_counts": [2, 2],
}
KEPT: JsonObject = OWN | REFUSED | {"notes": [], "warnings": [], "recipe": RECIPE}
OPTIONS: JsonObject = {
    "title": "Leaves",
    "size": [64, 64],
    "fit": "crop",
    "classes": [
        {"name": "maple", "sources": ["maple", "Acer"]},
        {"name": "oak", "sources": ["oak"]},
    ],
}
PREVIEW: JsonObject = {
    "id": "9f3c02ab41d85e7706c1b8e29a40f35d",
    "state": "ready",
    "error": None,
    "made_at": "2026-11-27T09:30:00+00:00",
    "progress": {"done": 31, "of": 31},
    "title": "Leaves",
    "options": OPTIONS,
    **REFUSED,
    "notes": [],
    "arranged": {
        "shape": [3, 64, 64],
        "classes": [
            {
                "name": "maple",
                "sources": ["maple", "Acer"],
                "train": 13,
                "test": 2,
                "repeated": 1,
            },
            {"name": "oak", "sources": ["oak"], "train": 13, "test": 2, "repeated": 0},
        ],
        "equal": [
            {
                "pictures": [3, 11],
                "names": ["maple/4.jpg", "maple/12.jpg"],
                "labels": [0, 0],
                "count": 2,
            }
        ],
        "equal_count": 1,
        "left_out": [{"name": "unknown", "pictures": 1}],
        "train": 26,
        "test": 4,
        "dark_background": False,
        "problems": [],
        "warnings": [],
    },
    "recipe": RECIPE,
}
PICTURES: JsonObject = {"pictures": [0, 1, 2, 5], "next": None}
