"""Short ways to ask a server for tensors, and a picture to give it."""

import io
from typing import Any

import numpy as np
from PIL import Image

from tests.support.server import LiveRun


def npy(run: LiveRun, path: str, **parameters: Any) -> Any:
    """A tensor as `numpy.load` reads it."""
    headers = {"Accept": "application/x-npy"}
    answer = run.send("GET", path, params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content), allow_pickle=False)


def expect_refused(
    run: LiveRun, path: str, query: dict[str, Any], status: int, sentence: str
) -> None:
    """A question about a run is refused with this status, and says so."""
    answer = run.send("GET", path, params=query)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]


def photograph(width: int = 300, height: int = 200) -> bytes:
    """A picture that is light at the edge."""
    pixels = np.random.default_rng(0).integers(100, 255, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def tensors(*names: str) -> list[dict[str, str]]:
    """The `tensors` of a watch message: `weight`, `bias gradient`, `output` …"""
    pairs = (name.partition(" ") for name in names)
    return [{"tensor": tensor, "of": of or "value"} for tensor, _, of in pairs]
