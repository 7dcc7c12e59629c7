"""What the run in `examples/run.py` takes the held-out images for."""

from convscope.types import JsonObject

CONFUSION: JsonObject = {
    "step": 10,
    "count": 2000,
    "accuracy": 0.0715,
    "matrix": [
        [20, 0, 5, 128, 3, 18, 26, 0, 0, 0],
        [17, 0, 2, 100, 1, 30, 50, 0, 0, 0],
        [48, 0, 10, 105, 6, 21, 10, 0, 0, 0],
        [81, 0, 3, 70, 1, 12, 32, 0, 1, 0],
        [46, 0, 7, 128, 1, 11, 7, 0, 0, 0],
        [52, 0, 40, 0, 0, 11, 88, 0, 8, 1],
        [52, 0, 7, 94, 2, 24, 19, 1, 1, 0],
        [61, 0, 51, 0, 4, 20, 58, 0, 6, 0],
        [63, 0, 3, 72, 1, 21, 28, 0, 12, 0],
        [65, 0, 34, 0, 0, 0, 100, 0, 1, 0],
    ],
    "classes": [
        {"index": 0, "class": "T-shirt/top", "count": 200, "recall": 0.1, "precision": 0.039604},
        {"index": 1, "class": "Trouser", "count": 200, "recall": 0.0, "precision": None},
        {"index": 2, "class": "Pullover", "count": 200, "recall": 0.05, "precision": 0.0617284},
        {"index": 3, "class": "Dress", "count": 200, "recall": 0.35, "precision": 0.10043},
        {"index": 4, "class": "Coat", "count": 200, "recall": 0.005, "precision": 0.0526316},
        {"index": 5, "class": "Sandal", "count": 200, "recall": 0.055, "precision": 0.0654762},
        {"index": 6, "class": "Shirt", "count": 200, "recall": 0.095, "precision": 0.0454545},
        {"index": 7, "class": "Sneaker", "count": 200, "recall": 0.0, "precision": 0.0},
        {"index": 8, "class": "Bag", "count": 200, "recall": 0.06, "precision": 0.413793},
        {"index": 9, "class": "Ankle boot", "count": 200, "recall": 0.0, "precision": 0.0},
    ],
    "mistakes": [{"image": "test-703", "true": 3, "predicted": 6, "confidence": 0.387306}],
}
CELL: JsonObject = {
    "step": 10,
    "true": 0,
    "predicted": 3,
    "count": 128,
    "images": [
        {"image": "test-1064", "true": 0, "predicted": 3, "confidence": 0.221491},
        {"image": "test-1863", "true": 0, "predicted": 3, "confidence": 0.22025},
    ],
}
