"""The attributions are Captum's, an independent implementation of the same papers."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from convscope.learn.attribution.attribute import Question, attribute
from convscope.learn.network import build
from convscope.recipe import plan
from convscope.types import AttributionMethod
from tests.integration.environment import python_with
from tests.support.networks import DEFAULT, network

pytestmark = pytest.mark.integration
HERE = Path(__file__).parent
CLASS = 2  # as captum_reference.py has it


def test_every_method_gives_what_captum_gives(tmp_path: Path) -> None:
    torch.manual_seed(4)
    model = build(plan(network(**DEFAULT)), torch.device("cpu")).eval()
    image = torch.rand(1, 1, 28, 28)
    tensors = {f"tensor{n}": value.numpy() for n, value in enumerate(model.state_dict().values())}
    np.savez(tmp_path / "in.npz", image=image.numpy(), **tensors)
    python = python_with(tmp_path / "venv", "captum")
    program = str(HERE / "captum_reference.py")
    subprocess.run([python, program, str(tmp_path)], check=True, timeout=240)
    expected = np.load(tmp_path / "out.npz")
    asked = Question(image, torch.zeros_like(image), CLASS, "conv2")
    for method in AttributionMethod:
        values, _ = attribute(model, asked, method)
        reference = torch.from_numpy(expected[method]).reshape(values.shape)
        # on a path of 50 points one may lie on the other side of a ReLU's kink
        assert (values - reference).norm() / reference.norm() < 1e-3, method
