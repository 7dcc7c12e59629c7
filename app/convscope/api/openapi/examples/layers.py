"""Layers, tensors and scores of the run in `examples/run.py`."""

from convscope.types import JsonObject

LAYERS: JsonObject = {
    "layers": [
        {
            "index": 0,
            "name": "conv1",
            "type": "Conv2d",
            "arguments": {
                "in_channels": 1,
                "out_channels": 2,
                "kernel_size": [3, 3],
                "stride": [8, 8],
                "padding": [0, 0],
                "dilation": [1, 1],
                "groups": 1,
                "bias": True,
            },
            "input_shape": [1, 28, 28],
            "output_shape": [2, 4, 4],
            "weight_shape": [2, 1, 3, 3],
            "bias_shape": [2],
            "tensors": ["weight", "bias"],
            "parameters": 20,
            "counted": "2 filters × (1 channel × 3 × 3 weights + 1 bias) = 20",
            "receptive_field": [3, 3],
        },
        {
            "index": 1,
            "name": "relu1",
            "type": "ReLU",
            "arguments": {"inplace": False},
            "input_shape": [2, 4, 4],
            "output_shape": [2, 4, 4],
            "weight_shape": None,
            "bias_shape": None,
            "tensors": [],
            "parameters": 0,
            "counted": "no weights",
            "receptive_field": [3, 3],
        },
        {
            "index": 2,
            "name": "pool1",
            "type": "MaxPool2d",
            "arguments": {"kernel_size": [2, 2], "padding": [0, 0]},
            "input_shape": [2, 4, 4],
            "output_shape": [2, 2, 2],
            "weight_shape": None,
            "bias_shape": None,
            "tensors": [],
            "parameters": 0,
            "counted": "no weights",
            "receptive_field": [11, 11],
        },
        {
            "index": 3,
            "name": "flatten1",
            "type": "Flatten",
            "arguments": {},
            "input_shape": [2, 2, 2],
            "output_shape": [8],
            "weight_shape": None,
            "bias_shape": None,
            "tensors": [],
            "parameters": 0,
            "counted": "no weights",
            "receptive_field": None,
        },
        {
            "index": 4,
            "name": "linear1",
            "type": "Linear",
            "arguments": {"in_features": 8, "out_features": 10, "bias": True},
            "input_shape": [8],
            "output_shape": [10],
            "weight_shape": [10, 8],
            "bias_shape": [10],
            "tensors": ["weight", "bias"],
            "parameters": 90,
            "counted": "10 outputs × (8 weights + 1 bias) = 90",
            "receptive_field": None,
        },
    ]
}
WEIGHT: JsonObject = {
    "layer": "conv1",
    "tensor": "weight",
    "of": "value",
    "step": 10,
    "layout": "torch",
    "axes": ["out", "in", "ky", "kx"],
    "shape": [2, 1, 3, 3],
    "values": [
        [
            [
                [-0.191129, 0.705203, -0.473317],
                [-0.643948, 0.214878, 0.389293],
                [0.410916, 0.0900924, 0.154068],
            ]
        ],
        [
            [
                [-0.383891, 0.418943, -0.0934474],
                [-0.7142, 0.608894, -0.316854],
                [0.49514, -0.522107, 0.681849],
            ]
        ],
    ],
}
KERAS_WEIGHT: JsonObject = {
    "layer": "conv1",
    "tensor": "weight",
    "of": "value",
    "step": 10,
    "layout": "keras",
    "axes": ["ky", "kx", "in", "out"],
    "shape": [3, 3, 1, 2],
    "values": [
        [[[-0.191129, -0.383891]], [[0.705203, 0.418943]], [[-0.473317, -0.0934474]]],
        [[[-0.643948, -0.7142]], [[0.214878, 0.608894]], [[0.389293, -0.316854]]],
        [[[0.410916, 0.49514]], [[0.0900924, -0.522107]], [[0.154068, 0.681849]]],
    ],
}
BIAS_GRADIENT: JsonObject = {
    "layer": "conv1",
    "tensor": "bias",
    "of": "gradient",
    "step": 10,
    "layout": "torch",
    "axes": ["out"],
    "shape": [2],
    "values": [0.460336, -0.656674],
}
POOLED_MAPS: JsonObject = {
    "layer": "pool1",
    "tensor": "output",
    "of": "value",
    "step": 10,
    "layout": "torch",
    "axes": ["channel", "y", "x"],
    "shape": [2, 2, 2],
    "values": [
        [[0.687595, 0.422651], [0.617846, 0.541624]],
        [[0.411175, 0.0783885], [0.448313, 0.178826]],
    ],
}
FLAT_MAPS: JsonObject = {
    "layer": "linear1",
    "tensor": "output",
    "of": "value",
    "step": 10,
    "layout": "torch",
    "axes": ["unit"],
    "shape": [10],
    "values": [
        0.29743,
        -0.584795,
        -0.0355848,
        0.601064,
        -0.164827,
        0.134891,
        0.00664064,
        -0.0104896,
        -0.417562,
        -0.774775,
    ],
}
PREDICTIONS: JsonObject = {
    "image": "test-0",
    "step": 10,
    "top": {"index": 3, "class": "Dress", "probability": 0.186112, "logit": 0.601064},
    "classes": [
        {"index": 0, "class": "T-shirt/top", "probability": 0.137375, "logit": 0.29743},
        {"index": 1, "class": "Trouser", "probability": 0.0568542, "logit": -0.584795},
        {"index": 2, "class": "Pullover", "probability": 0.098465, "logit": -0.0355848},
        {"index": 3, "class": "Dress", "probability": 0.186112, "logit": 0.601064},
        {"index": 4, "class": "Coat", "probability": 0.0865273, "logit": -0.164827},
        {"index": 5, "class": "Sandal", "probability": 0.116767, "logit": 0.134891},
        {"index": 6, "class": "Shirt", "probability": 0.102712, "logit": 0.00664064},
        {"index": 7, "class": "Sneaker", "probability": 0.100967, "logit": -0.0104896},
        {"index": 8, "class": "Bag", "probability": 0.0672034, "logit": -0.417562},
        {"index": 9, "class": "Ankle boot", "probability": 0.0470171, "logit": -0.774775},
    ],
}
