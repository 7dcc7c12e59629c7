"""A small run's exported file, made by hand so that every byte of it is known."""

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors.numpy import save

from convscope.images import png
from convscope.storage.schema import APPLICATION_ID, TABLES, VERSION

STEPS = 4
RECIPE: dict[str, Any] = {
    "network": {
        "input": [1, 28, 28],
        "layers": [
            {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "stride": 9},
            {"type": "BatchNorm2d"},
            {"type": "ReLU"},
            {"type": "Flatten"},
            {"type": "Linear", "out_features": 10},
        ],
    },
    "data": {"dataset": "fashion-mnist-10k"},
    "optimizer": {"type": "Adam"},
    "batch_size": 4,
}
LEARNED: dict[str, tuple[int, ...]] = {
    "conv1.weight": (2, 1, 3, 3),
    "conv1.bias": (2,),
    "norm1.weight": (2,),
    "norm1.bias": (2,),
    "linear1.weight": (10, 18),
    "linear1.bias": (10,),
}
ABOUT: dict[str, Any] = {
    "created_at": "2026-01-01T00:00:00.000Z",
    "network": "default",
    "dataset_sha256": "0" * 64,
    "name": "small",
    "exported": {"run": "k3f9x0a1bc", "at": "2026-01-02T00:00:00Z", "convscope": "0.1.0"},
}
UPLOAD: dict[str, Any] = {
    "name": "a.png",
    "width": 8,
    "height": 8,
    "format": "PNG",
    "sentences": [],
    "inverted": False,
    "centred": False,
}
INTERVENTION: dict[str, Any] = {
    "id": 1,
    "step": 2,
    "says": "conv1, weight [0, 0, 1, 1]: 0 became 1",
    "undoes": None,
    "change": {
        "type": "set",
        "layer": "conv1",
        "tensor": "weight",
        "index": [0, 0, 1, 1],
        "value": 1.0,
    },
    "undo_record": {
        "layer": "conv1",
        "tensor": "weight",
        "index": [0, 0, 1, 1],
        "shape": [],
        "values": base64.b64encode(bytes(4)).decode(),
    },
}
UNDO: dict[str, Any] = {"id": 2, "undoes": 1, "change": {"type": "undo"}, "undo_record": None}
UNDONE = INTERVENTION | UNDO
TUNED: dict[str, Any] = {"step": 3, "changes": {"learning_rate": 0.01}}


FINDING: dict[str, Any] = {
    "says": "conv1, filter 1 is dead: its map was 0 everywhere.",
    "place": {"layer": "conv1", "filter": 1},
    "numbers": {"images": 1000.0},
}


def state(updates: int = 1, **other: Any) -> dict[str, Any]:
    """A checkpoint's tensors, those in `other` put in place of the usual (None: left out)."""
    tensors: dict[str, Any] = {
        f"network/{name}": np.ones(shape, np.float32) for name, shape in LEARNED.items()
    }
    for name in ("running_mean", "running_var"):
        tensors[f"network/norm1.{name}"] = np.ones(2, np.float32)
    tensors["network/norm1.num_batches_tracked"] = np.array(updates, np.int64)
    for name, shape in LEARNED.items() if updates else ():
        tensors[f"optimizer/{name}/step"] = np.array(updates, np.float32)
        tensors[f"optimizer/{name}/exp_avg"] = np.zeros(shape, np.float32)
        tensors[f"optimizer/{name}/exp_avg_sq"] = np.zeros(shape, np.float32)
    return {name: value for name, value in (tensors | other).items() if value is not None}


def write(path: Path) -> None:
    """A file as an export makes it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        made.execute(f"PRAGMA user_version = {VERSION}")
        made.executescript(TABLES)
        rows = [(key, json.dumps(value)) for key, value in ABOUT.items()]
        made.executemany("INSERT INTO about VALUES (?, ?)", rows)
        made.execute("INSERT INTO segment VALUES (0, 0, ?, '{}', 1, 'null')", (json.dumps(RECIPE),))
        numbers = np.linspace(1, 0.5, STEPS, dtype="<f4").tobytes()
        made.execute("INSERT INTO history VALUES (1, 1, ?, ?)", (numbers, numbers))
        made.execute("INSERT INTO held_out VALUES (1, 0, 0.1, 0.2)")
        _events(made)
        row = (2, "filter_died", json.dumps(FINDING))
        made.execute("INSERT INTO finding VALUES (1, ?, ?, ?)", row)
        _checkpoints(made)
        picture = png(Image.new("L", (8, 8), 77))
        made.execute("INSERT INTO upload VALUES (?, ?, ?)", (ID, json.dumps(UPLOAD), picture))


ID = "up-0123abcd"


def _events(made: sqlite3.Connection) -> None:
    for kind, body in (("intervention", INTERVENTION), ("intervention", UNDONE), ("tune", TUNED)):
        row = (body["step"], "2026-01-01T00:00:00+00:00", kind, json.dumps(body))
        made.execute(
            "INSERT INTO event (segment, step, at, kind, body) VALUES (0, ?, ?, ?, ?)", row
        )


def _checkpoints(made: sqlite3.Connection) -> None:
    for step in (0, 3):
        about = {"step": step, "loss": 0.7 if step else None, "recent": [0.5], "updates": step}
        row = (step, json.dumps(about), save(state(step)))
        made.execute("INSERT INTO checkpoint VALUES (0, ?, ?, ?)", row)
