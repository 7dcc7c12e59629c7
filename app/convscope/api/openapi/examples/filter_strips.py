"""A filter over the steps of the run in `examples/run.py`."""

from convscope.types import JsonObject

STRIP: JsonObject = {
    "layer": "conv1",
    "filter": 1,
    "steps": [0, 10],
    "axes": ["step", "in", "ky", "kx"],
    "shape": [2, 1, 3, 3],
    "values": [
        [
            [
                [-0.369975, 0.471328, -0.0473005],
                [-0.658429, 0.697511, -0.239773],
                [0.562364, -0.442502, 0.750932],
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
    "recomputed": None,
}
