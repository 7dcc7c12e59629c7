"""Why this answer, of the run in `examples/run.py`."""

from convscope.types import JsonObject

GRAD_CAM: JsonObject = {
    "method": "grad-cam",
    "image": "test-0",
    "class": 3,
    "class_name": "Dress",
    "step": 10,
    "layer": "conv1",
    "shape": [4, 4],
    "completeness": None,
    "values": [
        [0.0, 0.0304898, 0.0222487, 0.0],
        [0.0, 0.0259004, 0.0124011, 0.0],
        [0.0, 0.0262716, 0.00895378, 0.0],
        [0.0, 0.0257072, 0.026935, 0.0],
    ],
    "control": {
        "of": "step 0 of this run",
        "values": [
            [0.0, 0.0570543, 0.049668, 0.0],
            [0.0, 0.0458732, 0.0307926, 0.0],
            [0.0, 0.0454228, 0.0273418, 0.0],
            [0.0, 0.0477604, 0.0558366, 0.0],
        ],
        "correlation": 0.966443,
    },
}
CONTRIBUTIONS: JsonObject = {
    "step": 10,
    "layer": "conv1",
    "image": "test-0",
    "class": 3,
    "region": [1, 1, 1, 1],
    "filters": [0.0, 0.0],
    "elsewhere": 0.609826,
    "constants": [{"layer": "linear1", "contribution": -0.00876182}],
    "total": 0.601064,
    "score": 0.601064,
}
