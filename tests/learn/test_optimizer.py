"""One update is torch's own, bit for bit, whatever is tuned in between."""

from typing import Any

import pytest
import torch
from pydantic import TypeAdapter
from torch import nn, optim
from torch.optim import sgd

from convscope.learn.network import channels_last
from convscope.learn.optimizer import TUNABLE, make_optimizer, tune, update
from convscope.recipe.recipe import Optimizer

STEPS = 12
SPECS: list[dict[str, Any]] = [
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9},
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0},
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0, "weight_decay": 0.01},
    {"type": "SGD", "learning_rate": 0.03, "momentum": 0.9, "weight_decay": 0.01},
    {"type": "SGD", "learning_rate": 0.03, "momentum": 0.8, "nesterov": True},
    {
        "type": "SGD",
        "learning_rate": 0.03,
        "momentum": 0.8,
        "nesterov": True,
        "weight_decay": 0.02,
    },
    {"type": "SGD", "learning_rate": 0.03, "momentum": 0, "nesterov": True},
    {"type": "Adam", "learning_rate": 0.01},
    {"type": "AdamW", "learning_rate": 0.01, "weight_decay": 0.1},
    {"type": "RMSprop", "learning_rate": 0.01},
    {"type": "RMSprop", "learning_rate": 0.01, "momentum": 0.5},
]
TUNED: dict[int, dict[str, float]] = {
    3: {"learning_rate": 0.2},
    5: {"momentum": 0.0},
    7: {"momentum": 0.7},
    9: {"weight_decay": 0.1},
}


def network() -> nn.Sequential:
    """The same small one each time."""
    torch.manual_seed(0)
    layers = nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 3)
    return channels_last(nn.Sequential(*layers))


def set_gradients(of: nn.Sequential, step: int) -> None:
    """Some, the same for the same step, laid out as the weights are."""
    random = torch.Generator().manual_seed(step)
    for parameter in of.parameters():
        parameter.grad = torch.empty_like(parameter).normal_(generator=random)


def tunable(of: optim.Optimizer, changes: dict[str, float]) -> dict[str, float]:
    """Those that this optimiser has."""
    return {name: value for name, value in changes.items() if TUNABLE[name] in of.param_groups[0]}


@pytest.mark.parametrize("tuned", [{}, TUNED], ids=["as it is", "tuned"])
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_an_update_is_what_torchs_own_step_makes_bit_for_bit(
    spec: dict[str, Any], tuned: dict[int, dict[str, float]]
) -> None:
    recipe: Optimizer = TypeAdapter(Optimizer).validate_python(spec)
    ours, theirs = network(), network()
    pair = make_optimizer(ours, recipe), make_optimizer(theirs, recipe)
    for step in range(STEPS):
        for net, optimizer in zip((ours, theirs), pair, strict=True):
            set_gradients(net, step)
            tune(optimizer, tunable(optimizer, tuned.get(step, {})))
        update(pair[0])
        pair[1].step()
        assert all(map(torch.equal, ours.parameters(), theirs.parameters()))
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            mine, other = pair[0].state[a], pair[1].state[b]
            assert mine.keys() == other.keys()
            assert all(torch.equal(mine[key], other[key]) for key in mine)


def test_the_gradient_stays_as_the_loss_gave_it() -> None:
    recipe: Optimizer = TypeAdapter(Optimizer).validate_python(SPECS[5])
    net = network()
    optimizer = make_optimizer(net, recipe)
    for step in range(3):
        set_gradients(net, step)
        before = [p.grad.clone() for p in net.parameters() if p.grad is not None]
        update(optimizer)
        after = [p.grad for p in net.parameters() if p.grad is not None]
        assert all(map(torch.equal, before, after))


def test_torchs_own_bookkeeping_is_left_out_and_its_arithmetic_once_there_are_buffers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe: Optimizer = TypeAdapter(Optimizer).validate_python(SPECS[0])
    net = network()
    optimizer = make_optimizer(net, recipe)
    hooks, sums = [], []
    own = sgd.sgd

    def counted(*arguments: Any, **more: Any) -> None:
        sums.append(1)
        own(*arguments, **more)

    monkeypatch.setattr(sgd, "sgd", counted)
    optimizer.register_step_post_hook(lambda *_: hooks.append(1))
    for step in range(3):
        set_gradients(net, step)
        update(optimizer)
    assert (len(hooks), len(sums)) == (0, 1)
    optimizer.step()
    assert (len(hooks), len(sums)) == (1, 2), "they are what is counted here"


@pytest.mark.parametrize("began", [0.0, 0.5])
def test_nesterov_holds_at_whatever_momentum_it_was_tuned_to(began: float) -> None:
    spec: Optimizer = TypeAdapter(Optimizer).validate_python(
        {"type": "SGD", "learning_rate": 0.03, "momentum": began, "nesterov": True}
    )
    ours, theirs = network(), network()
    tuned = make_optimizer(ours, spec)
    for momentum in (0.0, 0.9):  # to none, where torch's plain SGD is the same, and up again
        tune(tuned, {"momentum": momentum})
        built = optim.SGD(theirs.parameters(), lr=0.03, momentum=momentum, nesterov=momentum > 0)
        for step in range(STEPS):
            set_gradients(ours, step)
            set_gradients(theirs, step)
            update(tuned)
            built.step()
        assert all(map(torch.equal, ours.parameters(), theirs.parameters()))
