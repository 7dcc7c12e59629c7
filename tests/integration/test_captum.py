"""The attributions are Captum's, an independent implementation of the same papers."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from convscope.learn.attribution.attribute import Question, attribute
from convscope.learn.network import build
from convscope.recipe import plan
from convscope.types import AttributionMethod
from tests.support.networks import DEFAULT, network

pytestmark = pytest.mark.integration
HERE = Path(__file__).parent
CLASS = 2  # as captum_reference.py has it


def captum(folder: Path) -> str:
    """A Python that has Captum, and torch from this one."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "torch.pth").write_text(f"{here}\n")
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    constraints = [HERE / "constraints.txt", HERE.parents[1] / "constraints.txt"]
    given = [word for file in constraints for word in ("--constraint", str(file))]
    subprocess.run([*pip, *given, "captum"], check=True, timeout=240)
    return python


def test_every_method_gives_what_captum_gives(tmp_path: Path) -> None:
    torch.manual_seed(4)
    model = build(plan(network(**DEFAULT)), torch.device("cpu")).eval()
    image = torch.rand(1, 1, 28, 28)
    tensors = {f"tensor{n}": value.numpy() for n, value in enumerate(model.state_dict().values())}
    np.savez(tmp_path / "in.npz", image=image.numpy(), **tensors)
    python = captum(tmp_path / "venv")
    program = str(HERE / "captum_reference.py")
    subprocess.run([python, program, str(tmp_path)], check=True, timeout=240)
    expected = np.load(tmp_path / "out.npz")
    asked = Question(image, torch.zeros_like(image), CLASS, "conv2")
    for method in AttributionMethod:
        values, _ = attribute(model, asked, method)
        reference = torch.from_numpy(expected[method]).reshape(values.shape)
        # on a path of 50 points one may lie on the other side of a ReLU's kink
        assert (values - reference).norm() / reference.norm() < 1e-3, method
