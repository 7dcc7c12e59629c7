"""Lightning's and Hugging Face's trainers are watched by what docs/watching.md says to write."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

import convscope
from tests.integration.environment import python_with
from tests.support.server import Server
from tests.support.waiting import wait_until

pytestmark = pytest.mark.integration
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGES = {"lightning": ["lightning"], "transformers": ["transformers", "accelerate"]}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One that has both."""
    packages = [name for each in PACKAGES.values() for name in each]
    return python_with(tmp_path_factory.mktemp("trainers") / "venv", *packages)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_trainer_is_watched_by_a_callback(python: str, tmp_path: Path, name: str) -> None:
    with Server(tmp_path / "server") as server:
        program, page = HERE / "trainers_reference.py", ROOT / "docs" / "watching.md"
        environment = os.environ | {"PYTHONPATH": str(Path(convscope.__file__).parents[1])}
        done = subprocess.run(
            [python, str(program), str(page), server.url, str(tmp_path), name],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        found = re.search(r"^run=(\w+)$", done.stdout, re.MULTILINE)
        assert found, done.stderr
        assert "convscope" not in done.stderr, done.stderr  # no warning
        with convscope.Client(server.url) as client:
            run = client.run(found[1])
            wait_until(lambda: run.refresh()["loop"]["state"] == "ended")
            assert run.refresh()["steps"] == 10
            assert np.isfinite(run.history()["loss"]).all()
            convolution = next(one for one in run.layers() if one["type"] == "Conv2d")
            assert convolution["output_shape"] == [4, 6, 6]
