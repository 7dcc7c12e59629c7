"""Keras code that is written from a recipe, in a small Keras of numpy."""

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convscope.codegen import Subject, generate
from convscope.codegen.keras import last, optimizer_call
from convscope.recipe import named_model, plan
from convscope.recipe.recipe import Optimizer
from tests.codegen.keras_stub import installed
from tests.codegen.networks import NETWORKS, pictures, subject, trained
from tests.support.networks import DEFAULT, recipe


def execute(code: str) -> dict[str, Any]:
    """The names that a module defines."""
    names: dict[str, Any] = {"__name__": "generated"}
    with installed():
        exec(compile(code, "generated.py", "exec"), names)
    return names


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_gives_the_shape_of_the_plan(name: str) -> None:
    of = subject(NETWORKS[name])
    network = execute(generate(of, "keras").code)["make_network"]()
    for entry in of.plans:
        before = network.get_layer(entry.name)
        subsampled = [layer for layer in network.layers if layer.name == f"{entry.name}_stride"]
        assert (subsampled or [before])[-1].output_shape == last(entry.output_shape), entry.name


@pytest.mark.parametrize("name", NETWORKS)
def test_the_exported_weights_give_the_outputs_that_pytorch_gives(
    name: str, tmp_path: Path
) -> None:
    of = subject(NETWORKS[name])
    path = tmp_path / "weights.safetensors"
    network, images = trained(of, path), pictures(of)
    with torch.no_grad():
        expected = network(images).numpy()
    names = execute(generate(of, "keras").code)
    made = names["make_network"]()
    names["load_weights"](made, str(path))
    came = made(images.permute(0, 2, 3, 1).double().numpy())
    np.testing.assert_allclose(came, expected, rtol=1e-4, atol=1e-5)


def test_the_default_network_has_its_9098_parameters() -> None:
    network = execute(generate(subject(DEFAULT), "keras").code)["make_network"]()
    assert sum(array.size for layer in network.layers for array in layer.weights) == 9098


def test_the_well_known_conv2d_has_a_kernel_of_3_3_1_12() -> None:
    model = named_model("conv2d-12")
    of = Subject(model.recipe, tuple(plan(model.recipe.network)), model.name, trainable=False)
    code = generate(of, "keras")
    assert code.filename == "convscope_conv2d_12_keras.py"
    layer = execute(code.code)["make_network"]().get_layer("conv1")
    assert [weight.shape for weight in layer.weights] == [(3, 3, 1, 12), (12,)]
    assert layer.output_shape == (23, 23, 12)
    assert 'layers.Conv2D(12, 3, kernel_initializer="glorot_uniform", name="conv1")' in code.code
    assert "fit" not in code.code


def calls(code: str) -> dict[str, dict[str, Any]]:
    """The keyword arguments, where they are literals, of each named layer."""
    found: dict[str, dict[str, Any]] = {}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            literal = {
                word.arg: word.value.value
                for word in node.keywords
                if word.arg and isinstance(word.value, ast.Constant)
            }
            found[str(literal.get("name"))] = literal
    return found


def test_keras_keeps_what_pytorch_replaces_of_a_moving_mean() -> None:
    spec = {"input": [2, 8, 8], "layers": [{"type": "BatchNorm2d", "momentum": 0.3, "eps": 0.002}]}
    norm = calls(generate(subject(spec), "keras").code)["norm1"]
    assert norm["momentum"] == 0.7
    assert norm["epsilon"] == 0.002


def test_a_slope_and_a_share_go_by_keras_names() -> None:
    found = calls(generate(subject(NETWORKS["every layer"]), "keras").code)
    assert found["leaky_relu1"]["negative_slope"] == 0.1
    assert "layers.Dropout(0.3" in generate(subject(NETWORKS["every layer"]), "keras").code


def test_weight_decay_that_joins_the_gradient_is_a_penalty_on_every_parameter() -> None:
    decaying = subject(NETWORKS["every layer"], optimizer={"type": "SGD", "weight_decay": 0.02})
    code = generate(decaying, "keras").code
    assert "DECAY = keras.regularizers.L2(0.01)" in code
    parameters = sum(len(e.tensors) for e in decaying.plans) - 2  # the moving statistics
    assert code.count("_regularizer=DECAY") == parameters
    apart = subject(DEFAULT, optimizer={"type": "AdamW", "weight_decay": 0.02})
    code = generate(apart, "keras").code
    assert "DECAY" not in code
    assert "weight_decay=0.02" in code


def optimizer(**spec: Any) -> Optimizer:
    """A recipe's."""
    return recipe(optimizer=spec).optimizer


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "SGD"}, "keras.optimizers.SGD(learning_rate=0.05, momentum=0.9)"),
        (
            {"type": "SGD", "nesterov": True},
            "keras.optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True)",
        ),
        (
            {"type": "Adam"},
            "keras.optimizers.Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-08)",
        ),
        (
            {"type": "AdamW"},
            "keras.optimizers.AdamW(learning_rate=0.001, beta_1=0.9, beta_2=0.999, "
            "epsilon=1e-08, weight_decay=0.01)",
        ),
        (
            {"type": "RMSprop"},
            "keras.optimizers.RMSprop(learning_rate=0.001, rho=0.99, momentum=0.0, epsilon=1e-08)",
        ),
    ],
)
def test_optimisers_go_by_keras_names(spec: dict[str, Any], expected: str) -> None:
    call = optimizer_call(optimizer(**spec))[0]
    assert call == expected
    assert execute(f"import keras\nmade = {call}")["made"] == spec["type"].lower()


@pytest.mark.parametrize(
    "call",
    [
        "layers.Conv2D(12, 3, stride=2)",
        "layers.Conv2D(12, 3, beta_regularizer=None)",
        "layers.Conv2D(12, 3, kernel_initializer='kaiming')",
        "layers.Conv2D(12)",
        "layers.Dense(10, 3)",
        "layers.BatchNormalization(eps=0.1)",
        "layers.LeakyReLU(alpha=0.1)",
        "layers.Dropout(p=0.1)",
        "optimizers.SGD(lr=0.1)",
        "initializers.RandomNormal(std=0.1)",
        "regularizers.L2(weight=0.1)",
    ],
)
def test_what_keras_has_no_place_for_is_refused(call: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        execute(f"import keras\nkeras.{call}")


def test_what_differs_in_keras_is_said() -> None:
    assert "PyTorch after" in generate(subject(DEFAULT, optimizer={"type": "Adam"}), "keras").code
    assert optimizer_call(optimizer(type="SGD"))[1] == ""


def test_the_code_makes_pixels_into_the_numbers_that_a_run_reads() -> None:
    how = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
    of = subject(NETWORKS["awkward"], data={"preprocessing": how})
    code = generate(of, "keras").code
    assert "0 … 1" not in code
    pixels = np.arange(3 * 23 * 20).astype(np.uint8).reshape(1, 23, 20, 3)
    scaled = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
    mean, std = (torch.tensor(numbers).view(-1, 1, 1) for numbers in how.values())
    expected = ((scaled - mean) / std).permute(0, 2, 3, 1).numpy()
    assert np.array_equal(execute(code)["to_input"](pixels), expected)
