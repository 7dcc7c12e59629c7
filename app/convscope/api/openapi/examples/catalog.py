"""Examples for the catalog's routes; the lists are cut to one entry."""

from convscope.types import JsonObject

HEALTH: JsonObject = {"status": "ok", "version": "0.1.0", "torch": "2.13.0+cpu", "device": "cpu"}
MODELS: JsonObject = {
    "models": [
        {
            "name": "conv2d-12",
            "title": "Conv2D(12, 3)",
            "description": "A single convolution: twelve 3 × 3 filters over a grey picture of "
            "25 × 25, and nothing after it. It is the layer of a well-known "
            "answer about Keras, `Conv2D(12, kernel_size=3, input_shape=(25, "
            "25, 1))`, which asks whether a filter is one weight or many.",
            "card": "# Conv2D(12, 3)\n"
            "\n"
            "A single convolution: twelve 3 × 3 filters over a grey picture of 25 × "
            "25, and nothing after it. It is the layer of a well-known answer about "
            "Keras, `Conv2D(12, kernel_size=3, input_shape=(25, 25, 1))`, which asks "
            "whether a filter is one weight or many.\n"
            "\n"
            "## What it is for\n"
            "\n"
            "Counting. Each of the twelve filters has 3 × 3 weights and one bias, so "
            "there are 12 × (9 + 1) = 120\n"
            "parameters, and each filter makes one map of 23 × 23. It has no class "
            "output, so it can be looked at\n"
            "and not trained: step and play say so.\n"
            "\n"
            "## Data\n"
            "\n"
            "None; any picture can be shown to it.\n"
            "\n"
            "## How its weights begin\n"
            "\n"
            "Glorot uniform, Keras's default: every weight lies within ±√(6 / (9 + "
            "108)) = ±0.22646, every bias\n"
            "is 0. It has not been trained, and no weights are shipped.\n",
            "parameters": 120,
            "input": [1, 25, 25],
            "layers": ["conv1: Conv2d → 12 × 23 × 23"],
            "recipe": {
                "network": {
                    "input": [1, 25, 25],
                    "layers": [
                        {
                            "type": "Conv2d",
                            "out_channels": 12,
                            "kernel_size": [3, 3],
                            "stride": [1, 1],
                            "padding": [0, 0],
                            "dilation": [1, 1],
                            "groups": 1,
                            "bias": True,
                        }
                    ],
                },
                "data": {"dataset": None},
                "init": {"type": "glorot_uniform", "std": 0.05, "bound": 0.05, "run": None},
                "optimizer": {
                    "type": "SGD",
                    "learning_rate": 0.05,
                    "momentum": 0.9,
                    "weight_decay": 0.0,
                    "nesterov": False,
                },
                "batch_size": 32,
                "seed": 0,
            },
            "pretrained": None,
        }
    ]
}
DATASETS: JsonObject = {
    "datasets": [
        {
            "id": "fashion-mnist-10k",
            "title": "Fashion-MNIST, 10,000 pictures",
            "shape": [1, 28, 28],
            "classes": [
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ],
            "train": 10000,
            "test": 2000,
            "sha256": "4f5b1c8177ee7cbc8a1045413c900b031e05327e9e21ebea672a4c2bfad42bd6",
            "licence": "MIT, © 2017 Zalando SE",
            "origin": "https://github.com/zalandoresearch/fashion-mnist",
            "available": True,
            "why": None,
            "centred": False,
            "fit": "crop",
            "own": False,
            "train_counts": [],
            "test_counts": [],
        }
    ]
}
IMAGES: JsonObject = {
    "images": [
        {"id": "test-0", "label": 1, "class": "Trouser"},
        {"id": "test-1", "label": 4, "class": "Coat"},
        {"id": "test-2", "label": 6, "class": "Shirt"},
    ],
    "next": "3",
}
PIXELS: JsonObject = {"mean": [0.285467], "std": [0.352626]}
