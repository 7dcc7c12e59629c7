"""What filter 1 of the run in `examples/run.py` answers to, wants and is worth, and its way."""

from convscope.types import JsonObject

PATCHES: JsonObject = {
    "step": 10,
    "layer": "conv1",
    "filter": 1,
    "data": "test",
    "images": 2000,
    "best": [
        {"image": "test-1944", "label": 6, "value": 1.29635, "y": 1, "x": 1, "box": [8, 8, 3, 3]}
    ],
    "least": [
        {"image": "test-1161", "label": 0, "value": -0.908001, "y": 1, "x": 3, "box": [8, 24, 3, 3]}
    ],
    "classes": [
        {"index": 0, "class": "T-shirt/top", "value": 0.27473},
        {"index": 1, "class": "Trouser", "value": 0.426367},
        {"index": 2, "class": "Pullover", "value": 0.301099},
        {"index": 3, "class": "Dress", "value": 0.408929},
        {"index": 4, "class": "Coat", "value": 0.27329},
        {"index": 5, "class": "Sandal", "value": 0.272948},
        {"index": 6, "class": "Shirt", "value": 0.29981},
        {"index": 7, "class": "Sneaker", "value": 0.268646},
        {"index": 8, "class": "Bag", "value": 0.366629},
        {"index": 9, "class": "Ankle boot", "value": 0.264142},
    ],
    "control": {
        "of": "step 0 of this run",
        "best": [
            {
                "image": "test-1483",
                "label": 2,
                "value": 1.65783,
                "y": 1,
                "x": 2,
                "box": [8, 16, 3, 3],
            }
        ],
        "correlation": 0.872133,
    },
    "of": 2000,
}
MAXIMIZATION: JsonObject = {
    "step": 10,
    "layer": "conv1",
    "filter": 1,
    "unit": [2, 2],
    "box": [16, 16, 3, 3],
    "shape": [2, 1, 3, 3],
    "frames": [
        [[[125, 139, 109], [143, 105, 131], [102, 109, 139]]],
        [[[109, 154, 94], [128, 121, 116], [118, 93, 154]]],
    ],
    "values": [-0.0475451, 0.206575],
    "control": {
        "of": "step 0 of this run",
        "picture": [[[109, 154, 94], [128, 121, 116], [118, 93, 154]]],
        "value": 0.553372,
        "correlation": 1.0,
    },
}
ABLATION: JsonObject = {
    "step": 10,
    "layer": "conv1",
    "images": 1000,
    "accuracy": 0.067,
    "filters": [
        {
            "filter": 0,
            "accuracy": 0.092,
            "lost": -0.025,
            "classes": [
                0.101852,
                0.0,
                0.0631579,
                0.342593,
                0.00980392,
                -0.341176,
                0.0408163,
                0.0,
                0.0652174,
                -0.635417,
            ],
        },
        {
            "filter": 1,
            "accuracy": 0.086,
            "lost": -0.019,
            "classes": [
                0.0648148,
                0.0,
                -0.0947368,
                -0.138889,
                -0.0294118,
                0.0,
                0.0408163,
                0.0,
                -0.0326087,
                0.0,
            ],
        },
    ],
}
TRAJECTORY: JsonObject = {
    "layer": "conv1",
    "filter": 1,
    "steps": [0, 5, 10],
    "places": [[0.0, -0.0], [0.0414299, 0.0104166], [0.193881, 0.00333917]],
    "explained": [0.997293, 0.00270652],
    "bend": 5,
    "recomputed": None,
}
EXAMPLES: JsonObject = {
    "step": 10,
    "layer": "conv1",
    "filter": 1,
    "batch": 4,
    "examples": [
        {
            "example_id": 4624,
            "example_label": 6,
            "example_class": "Shirt",
            "image": "train-4624",
            "along": 0.58157,
            "size": 0.594508,
        }
    ],
    "others": 0.575032,
    "total": 1.1566,
    "length": 1.1566,
}
