"""A training loop that is to be watched."""

from convscope.api.openapi.examples.run import RUN
from convscope.types import JsonObject

OBSERVE: JsonObject = {
    "name": "my CNN",
    "network": "Net",
    "layers": [
        {
            "name": "conv",
            "type": "Conv2d",
            "arguments": {"kernel_size": [3, 3], "stride": [1, 1], "padding": [1, 1]},
            "input_shape": [1, 28, 28],
            "output_shape": [8, 28, 28],
            "tensors": {"weight": [8, 1, 3, 3], "bias": [8]},
        },
        {
            "name": "head",
            "type": "Linear",
            "arguments": {},
            "input_shape": [8],
            "output_shape": [3],
            "tensors": {"weight": [3, 8], "bias": [3]},
        },
    ],
    "classes": ["cat", "dog", "bird"],
    "probes": 2,
    "labels": [0, 2],
    "controllable": False,
}
OBSERVED: JsonObject = {
    "run": RUN
    | {
        "kind": "observed",
        "name": "my CNN",
        "state": "starting",
        "step": 0,
        "steps": 0,
        "saved_step": 0,
        "loss": None,
        "accuracy": None,
        "held_out_accuracy": None,
        "held_out_step": None,
        "held_out_images": None,
        "steps_per_second": None,
        "learning_rate": None,
        "momentum": None,
        "weight_decay": None,
        "trainable": False,
        "recipe": {},
        "network": "Net",
        "classes": ["cat", "dog", "bird"],
        "dataset_sha256": None,
        "parameters": 92,
        "probe": "probe-0",
        "probes": ["probe-0", "probe-1"],
        "loop": {
            "state": "lost",
            "controllable": False,
            "waits": False,
            "steps_per_second": 0.0,
            "overhead": 0.0,
            "frames_per_second": 0.0,
            "skipped_steps": 0,
        },
        "environment": None,
        "suspended": True,
    },
    "token": "vZ1f0mZ3k8c6T7dQ2r5uX9yB4nE0hJ1aLpWsGtKxCvM",
}
