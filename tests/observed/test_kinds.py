"""Loops of every kind: what is shown of a step is what a copy in float64 says of it."""

import copy
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.support.own_loop import Net
from tests.support.watching import Viewing

IMAGES = torch.linspace(0, 1, 6 * 64).reshape(6, 1, 8, 8)
STEPS = 4


class Scored(nn.Module):
    """One layer, then class scores after some function."""

    def __init__(self, end: Callable[[torch.Tensor], Any]) -> None:
        super().__init__()
        self.score = nn.Linear(64, 3)
        self.end = end

    def forward(self, images: torch.Tensor) -> Any:
        return self.end(self.score(images.flatten(1)))


class Shared(nn.Module):
    """Two layers with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(64, 64), nn.Linear(64, 64)
        self.other.weight = self.one.weight
        self.last = nn.Linear(64, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.last(self.other(torch.relu(self.one(images.flatten(1)))))
        return logits


class Words(nn.Module):
    """Numbers of words through an embedding and an LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(10, 6)
        self.lstm = nn.LSTM(6, 5, batch_first=True)
        self.last = nn.Linear(5, 3)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.last(self.lstm(self.embed(words))[0][:, -1])
        return logits


class Bytes(nn.Module):
    """Takes the levels of pictures."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, levels: torch.Tensor) -> Any:
        return self.inner(levels.to(next(self.inner.parameters()).dtype) / 255)


def lines() -> nn.Module:
    """Of sound."""
    convolutions = nn.Sequential(nn.Conv1d(2, 4, 3), nn.BatchNorm1d(4), nn.ReLU())
    return nn.Sequential(convolutions, nn.Flatten(), nn.Linear(4 * 14, 3))


def volumes() -> nn.Module:
    """Of scans."""
    return nn.Sequential(nn.Conv3d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 8, 3))


def channels_last(model: nn.Module) -> nn.Module:
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def upwards() -> nn.Module:
    """With a transposed convolution."""
    up = nn.ConvTranspose2d(2, 1, 2, stride=2)
    return nn.Sequential(nn.Conv2d(1, 2, 3, stride=2), up, nn.Flatten(), nn.Linear(36, 3))


@dataclass(frozen=True)
class Case:
    """A model, and what it takes."""

    model: Callable[[], nn.Module]
    inputs: torch.Tensor = field(default_factory=lambda: IMAGES)
    prepare: Callable[[nn.Module], nn.Module] = lambda model: model


CASES = {
    "functions, batch norm, dropout, a layer twice": Case(Net),
    "a single layer": Case(lambda: nn.Linear(8, 3), torch.rand(6, 8)),
    "numbers": Case(lambda: nn.Sequential(nn.Linear(8, 4), nn.Linear(4, 3)), torch.rand(6, 8)),
    "lines": Case(lines, torch.rand(6, 2, 16)),
    "volumes": Case(volumes, torch.rand(6, 1, 4, 4, 4)),
    "upwards": Case(upwards),
    "words": Case(Words, torch.arange(6 * 7).reshape(6, 7) % 10),
    "a shared weight": Case(Shared),
    "log_softmax": Case(lambda: Scored(lambda scores: functional.log_softmax(scores, 1))),
    "channels last": Case(Net, prepare=channels_last),
    "bfloat16": Case(Net, prepare=lambda net: net.to(torch.bfloat16)),
    "half": Case(lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 3)), prepare=nn.Module.half),
    "float64": Case(Net, prepare=nn.Module.double),
    "DataParallel": Case(Net, prepare=nn.DataParallel),
    "bytes": Case(
        lambda: Scored(lambda scores: scores),
        (IMAGES * 255).to(torch.uint8),
        Bytes,
    ),
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Nothing is warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def given(inputs: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """The inputs in the numbers of the model."""
    kind = next(model.parameters()).dtype
    return inputs.to(kind) if inputs.is_floating_point() else inputs


def loss_of(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(model(given(inputs, model)), torch.arange(len(inputs)) % 3)


def replayed(model: nn.Module, inputs: torch.Tensor) -> dict[str, Any]:
    """The gradients of the next step, in float64 on a copy."""
    state = torch.get_rng_state()
    twin = copy.deepcopy(model).double()
    twin.zero_grad()
    loss_of(twin, inputs).backward()  # type: ignore[no-untyped-call]
    torch.set_rng_state(state)
    return {name: one.grad.numpy() for name, one in twin.named_parameters() if one.grad is not None}


def held(model: nn.Module) -> dict[str, Any]:
    """Its parameters as they are now."""
    return {name: one.detach().double().numpy().copy() for name, one in model.named_parameters()}


@pytest.mark.parametrize("name", CASES)
def test_a_step_is_shown_with_its_gradients_updates_weights_and_scores(name: str) -> None:
    torch.manual_seed(3)
    case = CASES[name]
    model = case.prepare(case.model())
    inner = model.module if isinstance(model, nn.DataParallel) else model
    assert isinstance(inner, nn.Module)
    for part in inner.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0  # a copy in float64 would draw another mask
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    viewing = Viewing(model, optimizer, probe=case.inputs[:2])
    kind = next(model.parameters()).dtype
    tolerance = 60 * max(torch.finfo(kind).eps, torch.finfo(torch.float32).eps)
    for _ in range(STEPS):
        expected, before = replayed(inner, case.inputs), held(inner)
        optimizer.zero_grad()
        loss_of(model, case.inputs).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        frame = viewing.frame()
        prefix = "" if "." in next(iter(before)) else type(inner).__name__ + "."
        for each, after in held(inner).items():
            assert np.array_equal(frame.tensor(prefix + each), after.astype(np.float32))
            size = max(np.abs(one).max() for one in expected.values())
            shown = frame.tensor(prefix + each, "gradient")
            assert np.abs(shown - expected[each]).max() <= tolerance * size, each
            update = frame.tensor(prefix + each, "update")
            assert np.allclose(update, after - before[each], rtol=1e-6, atol=0), each
        twin = copy.deepcopy(inner).eval()
        with torch.no_grad():
            scores = functional.softmax(twin(given(case.inputs[:1], twin)).float(), 1)[0]
        shown = frame.predictions["probe-0"]["probabilities"]
        assert shown == pytest.approx(scores.tolist(), abs=1e-5)
