"""One layer of a recipe as Keras layers, channels last.

What PyTorch does and a Keras layer does not is written out: explicit padding, a stride together
with a dilation, means that leave padding out, regions that do not divide evenly.
"""

from collections.abc import Callable
from typing import Any, Final, cast

from convscope.codegen.text import call, spell
from convscope.recipe import LayerPlan, layers
from convscope.recipe.recipe import Init
from convscope.types import Shape


def keras_layers(plan: LayerPlan, init: Init, decays: bool) -> list[str]:
    """The constructors, in order; the last but for a subsampling one has the layer's own name."""
    maker = MAKERS.get(plan.type)
    if maker:
        return maker(plan)
    return WEIGHTED[plan.type](plan, init, decays)


def _make(function: str, name: str, *arguments: str, **named: str) -> str:
    return call(f"layers.{function}", *arguments, **named, name=f'"{name}"')


def _padding(plan: LayerPlan, padding: Shape) -> str:
    return _make("ZeroPadding2D", f"{plan.name}_padding", spell(padding))


def _regularized(decays: bool, *names: str) -> dict[str, str]:
    """Weight decay that is added to the gradient is an L2 penalty on every parameter."""
    return {f"{name}_regularizer": "DECAY" for name in names} if decays else {}


def _initializer(init: Init) -> dict[str, str]:
    keras = {
        "normal": f"keras.initializers.RandomNormal(stddev={init.std!r})",
        "uniform": f"keras.initializers.RandomUniform({-init.bound!r}, {init.bound!r})",
        "glorot_uniform": '"glorot_uniform"',
        "glorot_normal": '"glorot_normal"',
        "he_uniform": '"he_uniform"',
        "he_normal": '"he_normal"',
        "orthogonal": '"orthogonal"',
        "zeros": '"zeros"',
    }
    return {"kernel_initializer": keras[init.type]} if init.type in keras else {}


def _conv(plan: LayerPlan, init: Init, decays: bool) -> list[str]:
    layer = cast(layers.Conv2d, plan.layer)
    dilated, strided = max(layer.dilation) > 1, max(layer.stride) > 1
    extents = [d * (k - 1) for d, k in zip(layer.dilation, layer.kernel_size, strict=True)]
    same = not strided and extents == [2 * p for p in layer.padding] and max(layer.padding) > 0
    named: dict[str, str] = {"padding": '"same"'} if same else {}
    if strided and not dilated:
        named["strides"] = spell(layer.stride)
    if dilated:
        named["dilation_rate"] = spell(layer.dilation)
    named |= {"groups": str(layer.groups)} if layer.groups > 1 else {}
    named |= {} if layer.bias else {"use_bias": "False"}
    named |= _initializer(init)
    named |= _regularized(decays, "kernel", *(["bias"] if layer.bias else []))
    kernel = spell(layer.kernel_size)
    made = [_make("Conv2D", plan.name, str(layer.out_channels), kernel, **named)]
    if max(layer.padding) > 0 and not same:
        made.insert(0, _padding(plan, layer.padding))
    if strided and dilated:  # Keras has no convolution with both
        strides = spell(layer.stride)
        made.append(_make("MaxPooling2D", f"{plan.name}_stride", "1", strides=strides))
    return made


def _norm(plan: LayerPlan, init: Init, decays: bool) -> list[str]:
    layer = cast(layers.BatchNorm2d, plan.layer)
    named = {"momentum": repr(round(1 - layer.momentum, 12)), "epsilon": repr(layer.eps)}
    if not layer.affine:
        named |= {"center": "False", "scale": "False"}
    elif decays:
        named |= _regularized(decays, "beta", "gamma")
    return [_make("BatchNormalization", plan.name, **named)]


def _dense(plan: LayerPlan, init: Init, decays: bool) -> list[str]:
    layer = cast(layers.Linear, plan.layer)
    named = {} if layer.bias else {"use_bias": "False"}
    named |= _initializer(init)
    named |= _regularized(decays, "kernel", *(["bias"] if layer.bias else []))
    return [_make("Dense", plan.name, str(layer.out_features), **named)]


def _windows(layer: Any) -> tuple[str, dict[str, str]]:
    strides = layer.stride or layer.kernel_size
    own = {} if strides == layer.kernel_size else {"strides": spell(strides)}
    return spell(layer.kernel_size), own


def _max_pool(plan: LayerPlan) -> list[str]:
    layer = cast(layers.MaxPool2d, plan.layer)
    size, named = _windows(layer)
    pool = _make("MaxPooling2D", plan.name, size, **named)
    if not any(layer.padding):
        return [pool]
    lowest = f"lambda maps: pad_with_lowest(maps, {layer.padding[0]}, {layer.padding[1]})"
    return [_make("Lambda", f"{plan.name}_padding", lowest), pool]


def _avg_pool(plan: LayerPlan) -> list[str]:
    layer = cast(layers.AvgPool2d, plan.layer)
    size, named = _windows(layer)
    pool = _make("AveragePooling2D", plan.name, size, **named)
    if not any(layer.padding):
        return [pool]
    if layer.count_include_pad:
        return [_padding(plan, layer.padding), pool]
    numbers = (layer.kernel_size, layer.stride or layer.kernel_size, layer.padding)
    return [_make("Lambda", plan.name, f"lambda maps: mean_inside(maps, {str(numbers)[1:-1]})")]


def _adaptive(plan: LayerPlan) -> list[str]:
    size = cast(layers.AdaptiveAvgPool2d, plan.layer).output_size
    if size == (1, 1):
        return [_make("GlobalAveragePooling2D", plan.name, keepdims="True")]
    sides = list(zip(plan.input_shape[1:], size, strict=True))
    if all(before % after == 0 for before, after in sides):
        region = tuple(before // after for before, after in sides)
        return [_make("AveragePooling2D", plan.name, spell(region))]
    return [_make("Lambda", plan.name, f"lambda maps: adaptive_mean(maps, {size[0]}, {size[1]})")]


def _leaky(plan: LayerPlan) -> list[str]:
    slope = cast(layers.LeakyReLU, plan.layer).negative_slope
    return [_make("LeakyReLU", plan.name, negative_slope=repr(slope))]


MAKERS: Final[dict[str, Callable[[LayerPlan], list[str]]]] = {
    "ReLU": lambda plan: [_make("ReLU", plan.name)],
    "LeakyReLU": _leaky,
    "Tanh": lambda plan: [_make("Activation", plan.name, '"tanh"')],
    "Sigmoid": lambda plan: [_make("Activation", plan.name, '"sigmoid"')],
    "MaxPool2d": _max_pool,
    "AvgPool2d": _avg_pool,
    "AdaptiveAvgPool2d": _adaptive,
    "Dropout": lambda plan: [_make("Dropout", plan.name, repr(cast(layers.Dropout, plan.layer).p))],
    "Flatten": lambda plan: [_make("Flatten", plan.name)],
}
WEIGHTED: Final[dict[str, Callable[[LayerPlan, Init, bool], list[str]]]] = {
    "Conv2d": _conv,
    "BatchNorm2d": _norm,
    "Linear": _dense,
}
