"""Interventions in the run of `examples/run.py`, and one of its steps traced."""

from fastapi.openapi.models import Example

from convscope.api.openapi.examples.run import RUN
from convscope.types import JsonObject

INTERVENTION: JsonObject = {
    "id": 1,
    "step": 10,
    "says": "conv1, filter 1: silenced",
    "undoes": None,
}
SILENCED: JsonObject = {
    "id": 1,
    "step": 10,
    "says": "conv1, filter 1: silenced",
    "undoes": None,
    "steps_ahead": 0,
    "held_out_before": 0.0715,
    "held_out_after": 0.0895,
    "run": RUN
    | {
        "held_out_accuracy": 0.0895,
        "held_out_step": 10,
        "interventions": [INTERVENTION],
        "intervention_count": 1,
        "undoable_count": 1,
        "silenced": [{"layer": "conv1", "filter": 1}],
    },
}
TRACE: JsonObject = {
    "step": 11,
    "loss": 2.51565,
    "batch_size": 4,
    "example": {
        "index": 0,
        "id": 8400,
        "label": 1,
        "class": "Trouser",
        "probabilities": [
            0.114624,
            0.0752137,
            0.0803058,
            0.169504,
            0.136441,
            0.114496,
            0.107702,
            0.0884435,
            0.0567174,
            0.0565524,
        ],
    },
    "phases": [
        {
            "phase": "batch",
            "layer": None,
            "says": "4 training pictures are drawn. The one shown is a picture of: Trouser.",
            "numbers": {"batch_size": 4, "step": 11},
        },
        {
            "phase": "forward",
            "layer": "conv1",
            "says": "Each of 2 filters slides over the maps before it and makes a map of 4 × 4. "
            "Silenced: 1, with 0 everywhere.",
            "numbers": {"lowest": -0.0902392, "highest": 0.650632},
        },
        {
            "phase": "forward",
            "layer": "relu1",
            "says": "Every value below zero becomes zero; the others pass.",
            "numbers": {"lowest": 0.0, "highest": 0.650632},
        },
        {
            "phase": "forward",
            "layer": "pool1",
            "says": "Only the largest value under each window stays: maps of 2 × 2.",
            "numbers": {"lowest": 0.0, "highest": 0.650632},
        },
        {
            "phase": "forward",
            "layer": "flatten1",
            "says": "All maps are laid out in one row of 8 numbers.",
            "numbers": {"lowest": 0.0, "highest": 0.650632},
        },
        {
            "phase": "forward",
            "layer": "linear1",
            "says": "Each of 10 outputs is a weighted sum of all numbers before it, plus a bias.",
            "numbers": {"lowest": -0.570428, "highest": 0.527283},
        },
        {
            "phase": "loss",
            "layer": None,
            "says": "The scores become probabilities; the right class, Trouser, gets 7.5%. "
            "The loss is −ln of that, 2.587; the mean over the batch is 2.516.",
            "numbers": {"loss": 2.51565, "probability": 0.0752137, "example_loss": 2.58742},
        },
        {
            "phase": "backward",
            "layer": "linear1",
            "says": "How the loss would change if each value here were a little larger. Each "
            "of the 80 weights sums input × this over 4 pictures, each bias this alone.",
            "numbers": {"largest": 0.231197},
        },
        {
            "phase": "backward",
            "layer": "flatten1",
            "says": "How the loss would change if each value here were a little larger.",
            "numbers": {"largest": 0.151926},
        },
        {
            "phase": "backward",
            "layer": "pool1",
            "says": "How the loss would change if each value here were a little larger.",
            "numbers": {"largest": 0.151926},
        },
        {
            "phase": "backward",
            "layer": "relu1",
            "says": "How the loss would change if each value here were a little larger.",
            "numbers": {"largest": 0.151926},
        },
        {
            "phase": "backward",
            "layer": "conv1",
            "says": "How the loss would change if each value here were a little larger. Each "
            "of the 18 weights sums input × this over 16 places × 4 pictures, each "
            "bias this alone.",
            "numbers": {"largest": 0.151926},
        },
        {
            "phase": "update",
            "layer": None,
            "says": "SGD changes all 110 weights and biases, none by more than 0.018.",
            "numbers": {"learning_rate": 0.01, "largest": 0.0180362},
        },
    ],
    "run": RUN
    | {
        "loss": 2.51565,
        "accuracy": 0.0681818,
        "held_out_accuracy": 0.0895,
        "held_out_step": 10,
        "step": 11,
        "silenced": [{"layer": "conv1", "filter": 1}],
        "interventions": [INTERVENTION],
        "intervention_count": 1,
        "undoable_count": 1,
    },
}
CHANGES: dict[str, Example] = {
    "one weight": {"value": {"type": "set", "layer": "conv1", "index": [0, 0, 1, 1], "value": 0.5}},
    "one bias": {
        "value": {"type": "set", "layer": "conv1", "tensor": "bias", "index": [0], "value": 0}
    },
    "a known kernel": {
        "value": {"type": "fill", "layer": "conv1", "filter": 0, "channel": 0, "with": "sobel_x"}
    },
    "freeze a filter": {"value": {"type": "freeze", "layer": "conv1", "filter": 0, "on": True}},
    "silence a filter": {"value": {"type": "silence", "layer": "conv1", "filter": 0, "on": True}},
    "undo the last change": {"value": {"type": "undo"}},
}
