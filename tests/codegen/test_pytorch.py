"""PyTorch code that is written from a recipe, run in a process of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from convscope.codegen import Subject, generate
from convscope.codegen.pytorch import optimizer_call
from convscope.learn.initialise import initialise
from convscope.learn.network import build
from convscope.learn.optimizer import make_optimizer
from convscope.recipe import named_model, plan
from tests.codegen.networks import NETWORKS, pictures, subject, trained
from tests.support.networks import DEFAULT, recipe

RUN = """
import sys
import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, ".")
import {module} as made

network = made.make_network()
{body}
"""
FORWARD = """
made.load_weights(network, "weights.safetensors")
network.eval()
with torch.no_grad():
    save_file({"out": network(load_file("pictures.safetensors")["x"])}, "out.safetensors")
"""


def run(folder: Path, module: str, body: str) -> None:
    """Import a generated module in a fresh interpreter that knows nothing of Convscope."""
    code = RUN.format(module=module.removesuffix(".py"), body=body)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["default", "every layer", "awkward"])
def test_the_code_gives_the_same_outputs_from_the_exported_weights(
    name: str, tmp_path: Path
) -> None:
    of = subject(NETWORKS[name])
    network, images = trained(of, tmp_path / "weights.safetensors"), pictures(of)
    with torch.no_grad():
        expected = network(images)
    assert expected.std() > 1e-3, "weights that do nothing would show nothing"
    save_file({"x": images}, tmp_path / "pictures.safetensors")
    code = generate(of, "pytorch")
    (tmp_path / code.filename).write_text(code.code, encoding="utf-8")
    run(tmp_path, code.filename, FORWARD)
    # the layout in memory is another one, so that sums may be in another order
    torch.testing.assert_close(
        load_file(tmp_path / "out.safetensors")["out"], expected, rtol=1e-5, atol=1e-6
    )


def execute(code: str) -> dict[str, Any]:
    """The names that a module defines."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(code, "generated.py", "exec"), names)
    return names


@pytest.mark.parametrize("name", NETWORKS)
def test_every_tensor_has_its_exported_name_and_shape_and_every_layer_its_arguments(
    name: str,
) -> None:
    of = subject(NETWORKS[name])
    made = execute(generate(of, "pytorch").code)["make_network"]()
    ours = build(of.plans, torch.device("cpu"))
    shapes = {key: tuple(tensor.shape) for key, tensor in ours.state_dict().items()}
    assert {key: tuple(tensor.shape) for key, tensor in made.state_dict().items()} == shapes
    made.load_state_dict(ours.state_dict())
    images = pictures(of)
    with torch.no_grad():
        torch.testing.assert_close(made.eval()(images), ours.eval()(images), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "init",
    [
        {"type": "normal", "std": 0.3},
        {"type": "uniform", "bound": 0.2},
        {"type": "glorot_uniform"},
        {"type": "glorot_normal"},
        {"type": "he_uniform"},
        {"type": "he_normal"},
        {"type": "orthogonal"},
        {"type": "zeros"},
    ],
    ids=lambda init: init["type"],
)
def test_the_code_draws_the_very_first_weights_of_the_run(init: dict[str, Any]) -> None:
    of = subject(DEFAULT, init=init, seed=12)
    names = execute(generate(of, "pytorch").code)
    made, ours = names["make_network"](), build(of.plans, torch.device("cpu"))
    names["initialise"](made)
    initialise(ours, of.recipe.init, of.recipe.seed)
    for key, tensor in ours.state_dict().items():
        assert torch.equal(made.state_dict()[key], tensor), key


OPTIMIZERS: list[dict[str, Any]] = [
    {"type": "SGD"},
    {"type": "SGD", "momentum": 0, "nesterov": True, "weight_decay": 0.1},
    {"type": "SGD", "learning_rate": 1e-7, "nesterov": True},
    {"type": "Adam", "beta1": 0.5, "weight_decay": 0.2},
    {"type": "AdamW", "eps": 1e-3},
    {"type": "RMSprop", "alpha": 0.5, "momentum": 0.4, "weight_decay": 1e-3},
]


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: str(list(spec.values())))
def test_the_codes_optimiser_has_the_settings_of_the_runs(spec: dict[str, Any]) -> None:
    of = subject(DEFAULT, optimizer=spec)
    names = execute(generate(of, "pytorch").code)
    network = names["make_network"]()
    made, ours = names["make_optimizer"](network), make_optimizer(network, of.recipe.optimizer)
    assert type(made) is type(ours)
    # without momentum Nesterov's variant is the plain one, which code has to ask torch for
    idle = {"nesterov"} if spec.get("momentum") == 0 else set()
    left_out = {"params"} | idle
    assert {k: v for k, v in made.param_groups[0].items() if k not in left_out} == {
        k: v for k, v in ours.param_groups[0].items() if k not in left_out
    }


def test_training_with_the_code_is_training_as_torch_does_it() -> None:
    of = subject(DEFAULT)
    names = execute(generate(of, "pytorch").code)
    made = names["make_network"]()
    names["initialise"](made)
    before = made.conv1.weight.detach().clone()
    images, labels = pictures(of, 8), torch.arange(8)
    optimizer = names["make_optimizer"](made)
    names["train"](made, optimizer, [(images, labels)] * 30)
    made.eval()
    assert not torch.equal(made.conv1.weight, before)
    assert torch.equal(made(images).argmax(dim=1), labels)


def test_a_network_that_cannot_be_trained_comes_without_a_training_loop() -> None:
    model = named_model("conv2d-12")
    of = Subject(model.recipe, tuple(plan(model.recipe.network)), "conv2d-12", trainable=False)
    code = generate(of, "pytorch")
    assert code.filename == "convscope_conv2d_12.py"
    names = execute(code.code)
    assert "train" not in names
    assert names["make_network"]().conv1.weight.shape == (12, 1, 3, 3)


def test_weights_that_came_from_elsewhere_are_not_drawn() -> None:
    code = generate(subject(DEFAULT, init={"type": "pretrained"}), "pytorch").code
    assert "initialise" not in code
    assert "load_weights" in execute(code)


def test_a_recipes_numbers_are_written_exactly() -> None:
    spec = recipe(optimizer={"type": "SGD", "learning_rate": 0.1 + 0.2}).optimizer
    assert "lr=0.30000000000000004" in optimizer_call(spec)


def test_the_code_makes_pixels_into_the_numbers_that_a_run_reads(tmp_path: Path) -> None:
    how = {"mean": [0.286], "std": [0.353]}
    of = subject(DEFAULT, data={"dataset": "fashion-mnist-10k", "preprocessing": how})
    trained(of, tmp_path / "weights.safetensors")
    levels = torch.arange(784, dtype=torch.int64).remainder(256).to(torch.uint8)
    pixels = levels.reshape(1, 1, 28, 28)
    save_file({"x": pixels}, tmp_path / "pictures.safetensors")
    code = generate(of, "pytorch")
    assert "0 … 1" not in code.code
    (tmp_path / code.filename).write_text(code.code, encoding="utf-8")
    entered = 'made.to_input(load_file("pictures.safetensors")["x"])'
    body = f'save_file({{"out": {entered}}}, "o.safetensors")'
    run(tmp_path, code.filename, body)
    found = load_file(tmp_path / "o.safetensors")["out"]
    assert torch.equal(found, ((pixels / 255) - 0.286) / 0.353)


def test_the_code_of_a_run_with_another_scale_multiplies_by_it() -> None:
    of = subject(DEFAULT, data={"preprocessing": {"scale": 2.0}})
    for framework in ("pytorch", "keras"):
        assert "* 2.0 - mean) / std" in generate(of, framework).code
