"""A network as PyTorch code: its layers' names are those of the exported tensors."""

import numpy as np

from convscope.codegen.source import (
    Subject,
    numbers,
    range_of,
    reads,
    scaled,
    summary,
    tuning,
)
from convscope.codegen.text import call, indented, spell
from convscope.recipe import LayerPlan
from convscope.recipe.recipe import SGD, Adam, Optimizer
from convscope.types import shape_text

POSITIONAL = {
    "Conv2d": ("in_channels", "out_channels"),
    "BatchNorm2d": ("num_features",),
    "AdaptiveAvgPool2d": ("output_size",),
    "Linear": ("in_features", "out_features"),
}
INIT_PURPOSE = 1  # app/convscope/learn/seeds.py: Purpose.INIT


def pytorch_code(subject: Subject) -> str:
    """The whole module."""
    parts = [_head(subject), _network(subject), LOAD, *_input(subject)]
    if not subject.starts_from_weights:
        parts.append(_initialise(subject))
    if subject.trainable:
        parts += [_optimizer(subject), _train(subject)]
    parts.append(_main(subject))
    return "\n\n\n".join(parts) + "\n"


def _head(subject: Subject) -> str:
    first = shape_text(subject.recipe.network.input)
    last = shape_text(subject.plans[-1].output_shape)
    iterable = "from collections.abc import Iterable\n" if subject.trainable else ""
    optim = ", optim" if subject.trainable else ""
    functional = "from torch.nn import functional\n" if subject.trainable else ""
    return f'''"""{subject.title} in PyTorch: {subject.parameters:,} parameters.

It reads pictures of {first} (channels × rows × columns), {numbers(subject)}, and gives {last}.
Its layers have the names that Convscope gives them, so that the weights which it exports
(GET /api/v1/runs/ID/weights) fit as they are. PyTorch keeps a convolution's weights as
(out, in, rows, columns).
"""

import sys
from collections import OrderedDict
{iterable}
import torch
from safetensors.torch import load_file
from torch import nn{optim}
{functional}'''.rstrip()


def _network(subject: Subject) -> str:
    lines: list[str] = []
    for plan in subject.plans:
        shapes = f"{shape_text(plan.input_shape)} → {shape_text(plan.output_shape)}"
        lines += [
            f"# {shapes}{summary(plan)}",
            f'("{plan.name}", {layer_code(plan)}),',
        ]
    return f'''def make_network() -> nn.Sequential:
    """All layers in order; above each, the shapes of one picture and how its weights count."""
    return nn.Sequential(
        OrderedDict(
            [
{indented(lines, 4)}
            ]
        )
    )'''


def layer_code(plan: LayerPlan) -> str:
    """One layer's constructor, without the arguments that are torch's defaults anyway."""
    first = POSITIONAL.get(plan.type, ())
    fields = type(plan.layer).model_fields
    named = {
        name: spell(value)
        for name, value in plan.arguments.items()
        if name not in first and value is not None and value != fields[name].default
    }
    return call(f"nn.{plan.type}", *(spell(plan.arguments[name]) for name in first), **named)


LOAD = '''def load_weights(network: nn.Sequential, path: str) -> None:
    """Take every weight and running statistic from a safetensors file."""
    network.load_state_dict(load_file(path))'''


def _input(subject: Subject) -> list[str]:
    """The function from pixels to what the network reads, where the recipe has preprocessing."""
    how = subject.recipe.data.preprocessing
    if how is None:
        return []
    shape = ", ".join(map(str, subject.recipe.network.input))
    means, stds = how.for_channels(subject.recipe.network.input[0])
    return [
        f'''def to_input(pixels: torch.Tensor) -> torch.Tensor:
    """Pixels (B, {shape}) from 0 to 255 as the network reads them."""
    mean = torch.tensor({list(means)}).view(-1, 1, 1)
    std = torch.tensor({list(stds)}).view(-1, 1, 1)
    return ({scaled("pixels.to(torch.float32)", how)} - mean) / std'''
    ]


def _initialise(subject: Subject) -> str:
    init, seed = subject.recipe.init, subject.recipe.seed
    fills = {
        "normal": call("normal_", "{}", std=repr(init.std), generator="generator"),
        "uniform": call(
            "uniform_", "{}", repr(-init.bound), repr(init.bound), generator="generator"
        ),
        "glorot_uniform": "xavier_uniform_({}, generator=generator)",
        "glorot_normal": "xavier_normal_({}, generator=generator)",
        "he_uniform": 'kaiming_uniform_({}, nonlinearity="relu", generator=generator)',
        "he_normal": 'kaiming_normal_({}, nonlinearity="relu", generator=generator)',
        "orthogonal": "orthogonal_({}, generator=generator)",
        "zeros": "zeros_({})",
    }
    state = np.random.SeedSequence([seed, INIT_PURPOSE, 0]).generate_state(1, np.uint64)[0]
    return f'''def initialise(network: nn.Sequential) -> None:
    """The first weights of seed {seed} ({init.type}); biases begin at 0."""
    generator = torch.Generator().manual_seed({int(state >> np.uint64(1))})
    for layer in network:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.{fills[init.type].format("layer.weight")}
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)'''


def optimizer_call(spec: Optimizer) -> str:
    """torch.optim's constructor for a recipe's optimiser."""
    named = {"lr": repr(spec.learning_rate)}
    match spec:
        case SGD():
            named["momentum"] = repr(spec.momentum)
            if spec.nesterov and spec.momentum > 0:  # torch refuses it without momentum
                named["nesterov"] = "True"
        case Adam():
            named |= {"betas": f"({spec.beta1!r}, {spec.beta2!r})", "eps": repr(spec.eps)}
        case _:
            named |= {"alpha": repr(spec.alpha), "eps": repr(spec.eps)}
            named["momentum"] = repr(spec.momentum)
    named["weight_decay"] = repr(spec.weight_decay)
    return call(f"optim.{spec.type}", "network.parameters()", **named)


def _optimizer(subject: Subject) -> str:
    return f'''def make_optimizer(network: nn.Sequential) -> optim.Optimizer:
    """The run's optimiser over all weights."""
{indented([*tuning(subject), f"return {optimizer_call(subject.recipe.optimizer)}"], 1)}'''


def _train(subject: Subject) -> str:
    shape = ", ".join(map(str, subject.recipe.network.input))
    return f'''def train(
    network: nn.Sequential,
    optimizer: optim.Optimizer,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor]],
) -> None:
    """One step for each batch: images (B, {shape}){range_of(subject)}, labels (B,) as int64.

    The recipe has batches of {subject.recipe.batch_size}.
    """
    network.train()
    for images, labels in batches:
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()'''


def _main(subject: Subject) -> str:
    size = ", ".join(map(str, (1, *subject.recipe.network.input)))
    black = reads(subject, f"torch.zeros({size})")
    otherwise = (
        'sys.exit("usage: python FILE weights.safetensors")'
        if subject.starts_from_weights
        else "initialise(model)"
    )
    return f"""if __name__ == "__main__":
    model = make_network()
    if len(sys.argv) > 1:
        load_weights(model, sys.argv[1])
    else:
        {otherwise}
    model.eval()
    with torch.no_grad():
        print(model({black}))"""
