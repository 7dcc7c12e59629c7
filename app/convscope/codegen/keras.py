"""A network as Keras code: channels last, Keras's order of axes, PyTorch's arithmetic."""

from convscope.codegen.keras_helpers import needed
from convscope.codegen.keras_layers import keras_layers
from convscope.codegen.source import (
    Subject,
    decays,
    numbers,
    range_of,
    reads,
    scaled,
    summary,
    tuning,
)
from convscope.codegen.text import call, indented
from convscope.recipe import LayerPlan
from convscope.recipe.any_layer import flattened_from
from convscope.recipe.recipe import SGD, Adam, AdamW, Optimizer
from convscope.types import Shape, shape_text


def keras_code(subject: Subject) -> str:
    """The whole module."""
    network = _network(subject)
    parts = [_head(subject, network), *needed(network), network, _load(subject), *_input(subject)]
    if subject.trainable:
        parts.append(_train(subject))
    parts.append(_main(subject))
    return "\n\n\n".join(parts) + "\n"


def last(shape: Shape) -> Shape:
    """(C, H, W) as Keras has it, (H, W, C)."""
    return (*shape[1:], shape[0]) if len(shape) == 3 else shape


def _head(subject: Subject, network: str) -> str:
    size = shape_text(last(subject.recipe.network.input))
    given = shape_text(last(subject.plans[-1].output_shape))
    numpy = "import numpy as np\n" if "adaptive_mean" in network else ""
    decay = ""
    if decays(subject):
        half = subject.recipe.optimizer.weight_decay / 2
        decay = (
            "\n\n# Weight decay that is added to every gradient: the derivative of this penalty.\n"
            f"DECAY = keras.regularizers.L2({half!r})"
        )
    return f'''"""{subject.title} in Keras: {subject.parameters:,} parameters.

It reads pictures of {size} (rows × columns × channels), {numbers(subject)}, and gives {given}.
Keras keeps a convolution's weights as (rows, columns, in, out); `load_weights` brings what
Convscope exports (GET /api/v1/runs/ID/weights) into that order.
"""

import sys

import keras
{numpy}from keras import layers
from safetensors.numpy import load_file{decay}'''


def _network(subject: Subject) -> str:
    init, decay = subject.recipe.init, decays(subject)
    lines = [f"keras.Input({last(subject.recipe.network.input)}),"]
    for plan in subject.plans:
        shapes = f"{shape_text(last(plan.input_shape))} → {shape_text(last(plan.output_shape))}"
        lines.append(f"# {shapes}{summary(plan)}")
        lines += [f"{made}," for made in keras_layers(plan, init, decay)]
    return f'''def make_network() -> keras.Sequential:
    """All layers in order; above each, the shapes of one picture and how its weights count."""
    return keras.Sequential(
        [
{indented(lines, 3)}
        ]
    )'''


def _load(subject: Subject) -> str:
    lines = [
        line
        for plan in subject.plans
        if plan.tensors
        for line in _loading(plan, flattened_from(subject.plans, plan))
    ]
    body = f"    saved = load_file(path)\n{indented(lines, 1)}" if lines else "    load_file(path)"
    return f'''def load_weights(network: keras.Sequential, path: str) -> None:
    """Take every weight and running statistic from Convscope's safetensors file."""
{body}'''


def _loading(plan: LayerPlan, maps: Shape | None) -> list[str]:
    """The lines that set one layer's weights."""
    setter = f'network.get_layer("{plan.name}").set_weights'
    if plan.type == "BatchNorm2d":
        parts = ", ".join(f'"{tensor}"' for tensor in plan.tensors)
        each = f'saved[f"{plan.name}.{{part}}"] for part in parts'
        return [f"parts = ({parts})", f"{setter}([{each}])"]
    bias = f', saved["{plan.name}.bias"]' if "bias" in plan.tensors else ""
    return [*_kernel(plan, maps), f"{setter}([kernel{bias}])"]


def _kernel(plan: LayerPlan, maps: Shape | None) -> list[str]:
    """The lines that bring a weight into Keras's order."""
    saved = f'kernel = saved["{plan.name}.weight"]'
    if plan.type == "Conv2d":
        words = "# (out, in, rows, columns) becomes (rows, columns, in, out)"
        return [words, f"{saved}.transpose(2, 3, 1, 0)"]
    if maps is None:
        return ["# (out, in) becomes (in, out)", f"{saved}.transpose()"]
    out, inputs = plan.tensors["weight"]
    sizes = ", ".join(map(str, (out, *maps)))
    return [
        f"# Keras flattens {shape_text(last(maps))} with the channels fastest: inputs permute",
        f"{saved}.reshape({sizes})",
        f"kernel = kernel.transpose(2, 3, 1, 0).reshape({inputs}, {out})",
    ]


def _input(subject: Subject) -> list[str]:
    """The function from pixels to what the network reads, where the recipe has preprocessing."""
    how = subject.recipe.data.preprocessing
    if how is None:
        return []
    shape = ", ".join(map(str, last(subject.recipe.network.input)))
    means, stds = how.for_channels(subject.recipe.network.input[0])
    return [
        f'''def to_input(pixels):
    """Pixels (N, {shape}) from 0 to 255 as the network reads them."""
    mean, std = keras.ops.array({list(means)}), keras.ops.array({list(stds)})
    return ({scaled('keras.ops.cast(pixels, "float32")', how)} - mean) / std'''
    ]


def optimizer_call(spec: Optimizer) -> tuple[str, str]:
    """Keras's constructor for a recipe's optimiser, and what is not quite the same there."""
    named = {"learning_rate": repr(spec.learning_rate)}
    match spec:
        case SGD():
            named["momentum"] = repr(spec.momentum)
            if spec.nesterov and spec.momentum > 0:
                named["nesterov"] = "True"
            return call("keras.optimizers.SGD", **named), ""
        case Adam():
            named |= {"beta_1": repr(spec.beta1), "beta_2": repr(spec.beta2)}
            named["epsilon"] = repr(spec.eps)
            if isinstance(spec, AdamW):
                named["weight_decay"] = repr(spec.weight_decay)
            why = "# Keras adds epsilon before it corrects the bias of v; PyTorch after."
            return call(f"keras.optimizers.{spec.type}", **named), why
        case _:
            named |= {"rho": repr(spec.alpha), "momentum": repr(spec.momentum)}
            named["epsilon"] = repr(spec.eps)
            why = "# Keras adds epsilon inside the square root; PyTorch outside."
            return call("keras.optimizers.RMSprop", **named), why


def _train(subject: Subject) -> str:
    made, why = optimizer_call(subject.recipe.optimizer)
    lines = [*tuning(subject), *([why] if why else []), f"optimizer = {made}"]
    shape = ", ".join(map(str, last(subject.recipe.network.input)))
    return f'''def train(network: keras.Sequential, images, labels, epochs: int = 1) -> None:
    """images (N, {shape}) as floats{range_of(subject)}, labels (N,) as whole numbers."""
{indented(lines, 1)}
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    network.fit(images, labels, batch_size={subject.recipe.batch_size}, epochs=epochs)'''


def _main(subject: Subject) -> str:
    size = (1, *last(subject.recipe.network.input))
    black = reads(subject, f"keras.ops.zeros({size})")
    return f"""if __name__ == "__main__":
    keras.utils.set_random_seed({subject.recipe.seed % 2**32})
    model = make_network()
    if len(sys.argv) > 1:
        load_weights(model, sys.argv[1])
    model.summary()
    print(model({black}))"""
