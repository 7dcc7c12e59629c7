"""A twin gives what the model would in evaluation mode, and leaves no trace of being looked at."""

import copy
import pickle  # noqa: TID251 - what a user may do to their own model
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from convscope.observed.layers import walk
from convscope.observed.pace import Pace
from convscope.observed.twin import twin_of, unwrapped


class Functional(nn.Module):
    """With activations that are no modules, a shared layer, dropout and batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.shared = nn.Conv2d(4, 4, 3, padding=1)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(4, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        values = functional.relu(self.norm(self.first(images)))
        values = functional.relu(self.shared(self.shared(values)))
        logits: torch.Tensor = self.last(self.drop(values.mean(dim=(2, 3))))
        return logits


def trained(look: bool) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The tensors after some steps, and a number drawn after that."""
    torch.manual_seed(1)
    model = Functional()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    twin = twin_of(model)
    probe = torch.linspace(0, 1, 2 * 64).reshape(2, 1, 8, 8)
    for step in range(6):
        images = torch.rand(5, 1, 8, 8)
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(images), torch.arange(5) % 3)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if look:
            walk(twin, probe)
            assert model.training, step
    return [value.clone() for value in model.state_dict().values()], torch.rand(3)


def test_training_is_bit_equal_looked_at_and_not() -> None:
    (weights, draw), (watched, watched_draw) = trained(False), trained(True)
    assert all(map(torch.equal, weights, watched))
    assert torch.equal(draw, watched_draw)


def test_a_twin_follows_its_model_and_is_in_evaluation_mode() -> None:
    model, images = Functional(), torch.rand(2, 1, 8, 8)
    twin = twin_of(model)
    with torch.no_grad():
        model.first.weight.add_(0.1)
        expected = copy.deepcopy(model).eval()(images)
        assert torch.equal(twin(images), expected)
    assert model.training


def test_its_layers_come_in_the_order_in_which_they_run() -> None:
    model = Functional()
    found = walk(twin_of(model), torch.zeros(2, 1, 8, 8)).layers
    names = ["first", "norm", "shared", "drop", "last"]
    assert [layer.name for layer in found] == names
    first, last = found[0], found[-1]
    assert (first.type, first.input_shape, first.output_shape) == ("Conv2d", (1, 8, 8), (4, 8, 8))
    assert first.arguments["padding"] == [1, 1]
    assert first.tensors == {"weight": (4, 1, 3, 3), "bias": (4,)}
    assert (last.input_shape, last.output_shape) == ((4,), (3,))
    assert found[1].tensors["running_mean"] == (4,)


def test_the_models_own_hooks_are_not_the_twins_and_it_can_be_copied_afterwards() -> None:
    model, called = Functional(), []
    model.first.register_forward_hook(lambda *_: called.append(1))
    twin = twin_of(model)
    walk(twin, torch.zeros(1, 1, 8, 8))
    assert not called
    model(torch.zeros(1, 1, 8, 8))
    assert called
    copy.deepcopy(model)
    pickle.dumps(Functional())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.compile
@pytest.mark.parametrize("wrap", [nn.DataParallel, torch.compile])
def test_what_is_wrapped_is_found(wrap: Any) -> None:
    model = Functional()
    assert unwrapped(wrap(model)) is model


def test_a_pace_keeps_to_its_share_of_the_time() -> None:
    now = 0.0
    pace = Pace(0.05, lambda: now)
    for _ in range(2000):
        if pace.is_due:
            now += 0.004
            pace.spent(0.004)
        now += 0.001
    assert pace.overhead == pytest.approx(0.05, abs=0.01)
