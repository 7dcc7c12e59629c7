"""The health of the run in `examples/run.py` after a filter was put out and one more step."""

from convscope.types import JsonObject

HEALTH: JsonObject = {
    "step": 11,
    "images": 1000,
    "findings": [
        {
            "kind": "dead_filter",
            "sentence": "conv1, filter 0 is dead: its map is 0 everywhere on 1,000 held-out "
            "pictures.",
            "remedy": {
                "sentence": "Fork here with filter 0 of conv1 drawn anew and its bias 0.",
                "fork": {
                    "step": 11,
                    "recipe": {},
                    "interventions": [
                        {"type": "fill", "layer": "conv1", "filter": 0, "with": "random"},
                        {
                            "type": "set",
                            "layer": "conv1",
                            "tensor": "bias",
                            "index": [0],
                            "value": 0.0,
                        },
                    ],
                },
            },
            "layer": "conv1",
            "filter": 0,
            "other": None,
        }
    ],
    "layers": [
        {
            "layer": "conv1",
            "weight": 0.461844,
            "gradient": 0.121215,
            "update": 0.00944407,
            "filter_ratios": [0.0258333, 0.0157692],
            "ratio": 0.0204486,
        },
        {
            "layer": "linear1",
            "weight": 0.478307,
            "gradient": 0.0312438,
            "update": 0.00198032,
            "filter_ratios": None,
            "ratio": 0.00414028,
        },
    ],
    "clamped": [{"layer": "relu1", "share": 0.895687}],
}
