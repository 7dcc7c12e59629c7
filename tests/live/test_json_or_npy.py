"""Questions whose answer is one array come as numpy's `.npy` too: the numbers of the JSON."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.support.server import LiveRun

Numbers = Callable[[Any], Any]
ASKED: dict[str, Numbers] = {
    "/confusion": lambda told: told["matrix"],
    "/embedding?count=40": lambda told: [[one["x"], one["y"]] for one in told["images"]],
    "/layers/conv2/ablation": lambda told: [
        [one["lost"], *one["classes"]] for one in told["filters"]
    ],
    "/layers/conv2/filters/3/trajectory": lambda told: told["places"],
    "/attributions/contributions?layer=relu2&y=5&x=6": lambda told: told["filters"],
}


@pytest.mark.parametrize("address", ASKED)
def test_the_file_has_the_numbers_of_the_json_at_any_step(run: LiveRun, address: str) -> None:
    run.post("/step", steps=8)
    path, _, query = address.partition("?")
    asked = dict(part.split("=") for part in query.split("&") if part)
    for step in (0, 5, 8):
        told = run.get(path, **asked, step=step)
        answer = run.send("GET", path, params=asked | {"step": step, "format": "npy"})
        assert answer.headers["content-type"] == "application/x-npy"
        assert f".step{step}.npy" in answer.headers["content-disposition"]
        values = np.load(io.BytesIO(answer.content), allow_pickle=False)
        np.testing.assert_array_equal(values, np.array(ASKED[address](told)))


def test_the_header_chooses_as_well_and_another_type_is_refused(run: LiveRun) -> None:
    numpy = run.send("GET", "/confusion", headers={"Accept": "application/x-npy"})
    assert np.load(io.BytesIO(numpy.content)).shape == (10, 10)
    assert numpy.headers["convscope-step"] == "0"
    refused = run.send("GET", "/confusion", headers={"Accept": "image/png"})
    assert refused.status_code == 406
