"""Views of the run in `examples/run.py`; of its distributions the first three."""

from convscope.types import JsonObject

DISTRIBUTIONS: JsonObject = {
    "step": 10,
    "image": "test-0",
    "distributions": [
        {
            "layer": "conv1",
            "tensor": "weight",
            "of": "value",
            "histogram": {
                "count": 18,
                "finite": 18,
                "mean": 0.0461323,
                "std": 0.461169,
                "edges": [-0.7142, -0.35935, -0.00449896, 0.350352, 0.705203],
                "counts": [5, 3, 3, 7],
            },
        },
        {
            "layer": "conv1",
            "tensor": "weight",
            "of": "gradient",
            "histogram": {
                "count": 18,
                "finite": 18,
                "mean": 0.00466051,
                "std": 0.392542,
                "edges": [-0.460535, -0.215215, 0.0301057, 0.275426, 0.520747],
                "counts": [9, 0, 1, 8],
            },
        },
        {
            "layer": "conv1",
            "tensor": "weight",
            "of": "update",
            "histogram": {
                "count": 18,
                "finite": 18,
                "mean": -0.00930351,
                "std": 0.00328481,
                "edges": [-0.0142106, -0.0110783, -0.00794599, -0.00481369, -0.00168139],
                "counts": [6, 6, 5, 1],
            },
        },
    ],
}
EMBEDDING: JsonObject = {
    "step": 10,
    "layer": "flatten1",
    "explained": [0.803982, 0.196018],
    "images": [
        {"image": "test-0", "label": 1, "x": 0.423817, "y": -0.103235},
        {"image": "test-1", "label": 4, "x": -0.392973, "y": -0.129614},
        {"image": "test-2", "label": 6, "x": -0.0308441, "y": 0.232849},
    ],
}
