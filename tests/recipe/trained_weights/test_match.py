"""Weights from a file find their layers, in either layout, and what does not fit is told."""

from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from convscope.codegen import generate
from convscope.errors import RecipeError
from convscope.learn.network import build
from convscope.recipe import plan
from convscope.recipe.trained_weights.match import FileWeights, Matched, match
from tests.codegen.keras_stub import installed
from tests.codegen.networks import NETWORKS, pictures, subject
from tests.support.networks import DEFAULT, WITH_STATE, network

RANDOM = np.random.default_rng(4)
DEPTHWISE: dict[str, Any] = {
    "input": [3, 9, 8],
    "layers": [
        {"type": "Conv2d", "out_channels": 6, "kernel_size": [3, 2], "groups": 3},
        {"type": "ReLU"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 4},
    ],
}


def weights_of(spec: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Random tensors for all of a network's layers, by its names behind a prefix."""
    return {
        f"{prefix}{entry.name}.{name}": RANDOM.random(shape, np.float32)
        for entry in plan(network(**spec))
        for name, shape in entry.tensors.items()
    }


def matched(spec: dict[str, Any], tensors: dict[str, Any], **how: Any) -> Matched:
    return match(plan(network(**spec)), FileWeights(save(tensors), **how))


def same(came: Matched, expected: dict[str, Any]) -> bool:
    taken = load(came.tensors)
    return taken.keys() == expected.keys() and all(
        np.array_equal(taken[name], expected[name]) for name in expected
    )


def refusal(spec: dict[str, Any], tensors: dict[str, Any], **how: Any) -> str:
    with pytest.raises(RecipeError) as caught:
        matched(spec, tensors, **how)
    return caught.value.detail


@pytest.mark.parametrize(
    "prefix", ["", "module.", "model.", "_orig_mod.", "module._orig_mod.", "state_dict.net.0."]
)
def test_a_prefix_that_wrappers_put_before_the_names_is_taken_off(prefix: str) -> None:
    own = weights_of(WITH_STATE)
    came = matched(WITH_STATE, {prefix + name: tensor for name, tensor in own.items()})
    assert same(came, own)
    assert (came.report["matched_by"], came.report["prefix"]) == ("names", prefix)
    assert came.report["unused_count"] == 0


def test_numbered_names_are_matched_by_shape_and_order_and_that_is_said() -> None:
    same_layers = [{"type": "Conv2d", "out_channels": 3, "kernel_size": 3, "padding": 1}] * 12
    spec = {"input": [3, 6, 6], "layers": same_layers}
    own = weights_of(spec)
    renamed = {
        f"features.{int(name[4:].split('.')[0]) * 2}.{name.split('.')[1]}": tensor
        for name, tensor in own.items()
    }  # 2, 4 … 24: in a file's own order 10 comes before 2
    came = matched(spec, dict(sorted(renamed.items())))
    assert same(came, own)
    assert came.report["matched_by"] == "shapes"
    assert "order" in came.report["says"]


def test_layers_whose_order_cannot_be_told_are_not_guessed() -> None:
    layers = [{"type": "Conv2d", "out_channels": 1, "kernel_size": 3, "padding": 1}] * 2
    spec = {"input": [1, 9, 9], "layers": [*layers, {"type": "Conv2d", "out_channels": 5, "kernel_size": 3}]}  # noqa: E501  # fmt: skip
    own = weights_of(spec)
    one_missing = {f"x.{name}": tensor for name, tensor in own.items()}
    given = {k.replace("conv", "c"): v for k, v in one_missing.items() if "conv2" not in k}
    came = matched(spec, given)
    taken = [entry["layer"] for entry in came.report["layers"] if not entry["problem"]]
    assert taken == ["conv3"]
    assert "conv1" in came.report["says"]


def test_what_does_not_fit_is_listed_with_both_shapes_and_what_nobody_took_too() -> None:
    given = weights_of(DEFAULT)
    given["linear1.weight"] = np.zeros((7, 784), np.float32)
    del given["conv2.bias"]
    given["head.extra"] = np.zeros(3, np.float32)
    report = matched(DEFAULT, given).report
    problems = {entry["layer"]: entry["problem"] for entry in report["layers"]}
    assert problems["conv1"] is None
    assert "bias is not in the file" in problems["conv2"]
    assert problems["linear1"] == "weight: expected 10 × 784, got 7 × 784"
    assert set(report["unused"]) == {"conv2.weight", "linear1.weight", "linear1.bias", "head.extra"}
    assert report["unused_count"] == 4
    assert "conv2, linear1" in report["says"]


def test_a_file_that_must_be_complete_and_is_not_is_refused() -> None:
    given = weights_of(DEFAULT)
    del given["conv2.bias"]
    said = refusal(DEFAULT, given, complete=True)
    assert "conv2" in said
    assert "conv1" not in said


def test_where_nothing_fits_expected_and_received_shapes_are_told_in_order() -> None:
    given = {"b.10": np.zeros((2, 3), np.float32), "b.9": np.zeros(4, np.float32)}
    said = refusal(DEFAULT, given)
    assert "conv1.weight 8 × 1 × 3 × 3, conv1.bias 8, conv2.weight" in said
    assert "got b.9 4, b.10 2 × 3" in said


def test_a_strangers_names_are_cut_in_every_sentence() -> None:
    given = {f"{number}{'n' * 900}": np.zeros(1, np.float32) for number in range(900)}
    assert len(refusal(DEFAULT, given)) < 2500
    report = matched(DEFAULT, given | weights_of(DEFAULT)).report
    assert report["unused_count"] == 900
    assert len(str(report)) < 20_000


@pytest.mark.parametrize("number", [1e300, -1e300, np.nan, np.inf])
def test_numbers_are_checked_as_the_float32_that_they_become(number: float) -> None:
    given = {name: tensor.astype(np.float64) for name, tensor in weights_of(DEFAULT).items()}
    given["conv1.bias"][3] = number
    report = matched(DEFAULT, given).report
    assert "not finite in float32" in report["layers"][0]["problem"]
    assert report["layers"][1]["problem"] is None


def test_whole_numbers_are_no_weights() -> None:
    given = weights_of(DEFAULT) | {"conv1.bias": np.zeros(8, np.int64)}
    assert "got I64" in matched(DEFAULT, given).report["layers"][0]["problem"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_keras_networks_weights_give_the_outputs_that_keras_gives(name: str) -> None:
    of = subject(NETWORKS[name])
    code: dict[str, Any] = {"__name__": "generated"}
    with installed():
        exec(compile(generate(of, "keras").code, "generated.py", "exec"), code)
    made = code["make_network"]()
    given = {}
    for entry in of.plans:
        if not entry.tensors:
            continue
        layer = made.get_layer(entry.name)
        layer.set_weights([RANDOM.random(array.shape) + 0.1 for array in layer.weights])
        norm = ("gamma", "beta") if entry.layer.model_dump().get("affine") else ()
        moving = (*norm, "moving_mean", "moving_variance")
        names = moving if entry.type == "BatchNorm2d" else ("kernel", "bias")
        for kind, array in zip(names, layer.weights, strict=False):
            given[f"sequential/{entry.name}/{kind}:0"] = np.ascontiguousarray(array)
    came = match(of.plans, FileWeights(save(given), "keras", complete=True))
    network_ = build(of.plans, torch.device("cpu")).eval()
    missing = network_.load_state_dict(
        {key: torch.from_numpy(value) for key, value in load(came.tensors).items()}, strict=False
    )
    assert all("num_batches_tracked" in key for key in missing.missing_keys)
    images = pictures(of)
    with torch.no_grad():
        out = network_(images).numpy()
    expected = made(images.permute(0, 2, 3, 1).double().numpy())
    if expected.ndim == 4:
        expected = expected.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(out, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kernel_name", ["depthwise_kernel", "kernel"])
def test_a_depthwise_kernel_goes_channel_by_channel(kernel_name: str) -> None:
    kernel = RANDOM.random((3, 2, 3, 2), np.float32)  # (kh, kw, in, multiplier), as Keras says
    dense = RANDOM.random((7 * 7 * 6, 4), np.float32)
    given = {f"conv1/{kernel_name}": kernel, "conv1/bias": np.zeros(6, np.float32)}
    given |= {"linear1/kernel": dense, "linear1/bias": np.zeros(4, np.float32)}
    taken = load(matched(DEPTHWISE, given, layout="keras").tensors)
    image = RANDOM.random((9, 8, 3), np.float32)
    maps = np.zeros((7, 7, 6))
    for channel in range(3):  # keras.io: output channel c · multiplier + m
        for multiple in range(2):
            for y in range(7):
                for x in range(7):
                    seen = image[y : y + 3, x : x + 2, channel]
                    one = kernel[:, :, channel, multiple]
                    maps[y, x, channel * 2 + multiple] = (seen * one).sum()
    expected = np.maximum(maps, 0).reshape(-1) @ dense
    built = build(plan(network(**DEPTHWISE)), torch.device("cpu"))
    built.load_state_dict({key: torch.from_numpy(value) for key, value in taken.items()})
    out = built(torch.from_numpy(image.transpose(2, 0, 1)[None])).detach().numpy()[0]
    np.testing.assert_allclose(out, expected, rtol=1e-4)


def test_keras_names_in_pytorchs_layout_are_recognised() -> None:
    given = {"conv2d/kernel": np.zeros((3, 3, 1, 8), np.float32)}
    assert "layout=keras" in refusal(DEFAULT, given)


def test_numbered_keras_layers_are_matched_by_shape() -> None:
    given = {
        f"{name}/{kind}": np.zeros(shape, np.float32)
        for name, shapes in {
            "conv2d": [(3, 3, 1, 8), (8,)],
            "conv2d_1": [(3, 3, 8, 16), (16,)],
            "dense": [(784, 10), (10,)],
        }.items()
        for kind, shape in zip(("kernel", "bias"), shapes, strict=True)
    }
    report = matched(DEFAULT, given, layout="keras", complete=True).report
    assert [entry["taken_from"][0] for entry in report["layers"]] == [
        "conv2d/kernel",
        "conv2d_1/kernel",
        "dense/kernel",
    ]


@pytest.mark.parametrize(("length", "told"), [(80, "n" * 80), (81, "n" * 79 + "…")])
def test_a_name_of_80_signs_is_told_whole_and_a_longer_one_is_cut_to_80(
    length: int, told: str
) -> None:
    extra = {"n" * length: np.zeros(1, np.float32)}
    assert matched(DEFAULT, weights_of(DEFAULT) | extra).report["unused"] == [told]


@pytest.mark.parametrize(("count", "ends"), [(12, "t11 1."), (13, "t11 1 and 1 more.")])
def test_a_sentence_names_twelve_tensors_and_counts_the_others(count: int, ends: str) -> None:
    given = {f"t{number}": np.zeros(1, np.float32) for number in range(count)}
    assert refusal(DEFAULT, given).endswith(ends)


@pytest.mark.parametrize(("count", "listed"), [(100, 100), (101, 100)])
def test_a_hundred_tensors_that_nobody_took_are_listed_and_all_are_counted(
    count: int, listed: int
) -> None:
    extra = {f"t{number}": np.zeros(1, np.float32) for number in range(count)}
    report = matched(DEFAULT, weights_of(DEFAULT) | extra).report
    assert (len(report["unused"]), report["unused_count"]) == (listed, count)
