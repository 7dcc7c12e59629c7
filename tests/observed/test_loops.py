"""Loops of every kind: what is shown of a step is that step's, and nothing else."""

import copy
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from convscope.ipc.commands import Look, Pause, Tensor
from convscope.observed.watched_model import WatchedModel
from tests.support.watching import Viewing

IMAGES = torch.linspace(0, 1, 6 * 64).reshape(6, 1, 8, 8)
LABELS = torch.arange(6) % 3


def two_layers() -> nn.Sequential:
    torch.manual_seed(5)
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.Tanh(), nn.Linear(4, 3))


def part(model: nn.Module, name: str) -> nn.Linear:
    """A layer of the two."""
    found = model.get_submodule(name)
    assert isinstance(found, nn.Linear)
    return found


def compiled(model: nn.Module) -> nn.Module:
    """By torch's compiler, but for the code that needs another."""
    found = torch.compile(model, backend="eager")
    assert isinstance(found, nn.Module)
    return found


def backward(model: nn.Module, scale: float = 1.0) -> None:
    loss = functional.cross_entropy(model(IMAGES), LABELS)
    (scale * loss).backward()  # type: ignore[no-untyped-call]


def gradient(parameter: torch.Tensor) -> Any:
    assert parameter.grad is not None
    return parameter.grad.numpy().copy()


def test_of_several_optimisers_each_gradient_is_the_one_that_its_own_step_used() -> None:
    model = two_layers()
    first, last = model.get_parameter("1.weight"), model.get_parameter("3.weight")
    optimizers = [torch.optim.SGD([one], lr=0.1) for one in (first, last)]
    viewing = Viewing(model, *optimizers, probe=IMAGES[:1])
    for _ in range(3):
        model.zero_grad()
        backward(model)
        optimizers[0].step()
        used = gradient(first)
        last.grad = None
        backward(model)  # adds to the first's too
        optimizers[1].step()
        frame = viewing.frame()
        assert np.array_equal(frame.tensor("1.weight", "gradient"), used)
        assert np.array_equal(frame.tensor("3.weight", "gradient"), gradient(last))
        assert np.allclose(frame.tensor("1.weight", "update"), -0.1 * used, atol=1e-7)
    assert viewing.watcher.curves.step == 3


def test_each_parameter_group_has_its_own_update() -> None:
    model = two_layers()
    groups = [
        {"params": part(model, "1").parameters(), "lr": 0.1},
        {"params": part(model, "3").parameters(), "lr": 0.5},
    ]
    optimizer = torch.optim.SGD(groups)
    viewing = Viewing(model, optimizer, probe=IMAGES[:1])
    backward(model)
    optimizer.step()
    frame = viewing.frame()
    for name, rate in (("1.weight", 0.1), ("3.bias", 0.5)):
        shown = frame.tensor(name, "update"), frame.tensor(name, "gradient")
        assert np.allclose(shown[0], -rate * shown[1], atol=1e-7)


def test_gradients_that_accumulate_are_shown_once_a_step_used_them() -> None:
    model = two_layers()
    weight = model.get_parameter("1.weight")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:1])
    for _ in range(2):
        backward(model, 0.5)
    optimizer.step()
    whole = gradient(weight)
    assert np.array_equal(viewing.frame().tensor("1.weight", "gradient"), whole)
    for begins_anew in (False, True):
        if begins_anew:
            optimizer.zero_grad()
        backward(model, 0.5)
        with pytest.raises(Exception, match="no gradient just now"):
            viewing.model.observer.tensor("1", "weight", "gradient")
    optimizer.step()
    assert np.array_equal(viewing.frame().tensor("1.weight", "gradient"), gradient(weight))


def test_frozen_layers_have_no_gradient_until_they_are_not_frozen_any_more() -> None:
    model = two_layers()
    part(model, "1").requires_grad_(False)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:1])
    for frozen in (True, False, True):
        part(model, "1").requires_grad_(not frozen)
        optimizer.zero_grad()
        backward(model)
        before = part(model, "1").weight.detach().clone()
        optimizer.step()
        frame = viewing.frame()
        assert (frame.tensor("1.weight", "gradient") is None) == frozen
        assert frame.tensor("3.weight", "gradient") is not None
        moved = (part(model, "1").weight.detach() - before).numpy()
        shown = frame.tensor("1.weight", "update")
        assert shown is None if frozen else np.array_equal(shown, moved)


@pytest.mark.parametrize("fused", [False, True])
def test_gradients_of_a_scaled_loss_are_shown_without_the_scale(fused: bool) -> None:
    model = two_layers()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    viewing = Viewing(model, optimizer, probe=IMAGES[:1])
    for _ in range(3):
        twin = copy.deepcopy(model).double()
        twin.zero_grad()
        functional.cross_entropy(twin(IMAGES.double()), LABELS).backward()  # type: ignore[no-untyped-call]
        optimizer.zero_grad()
        scaled = scaler.scale(functional.cross_entropy(model(IMAGES), LABELS))
        scaled.backward()  # type: ignore[no-untyped-call]
        scaler.step(optimizer)
        scaler.update()
        frame = viewing.frame()
        for name, parameter in twin.named_parameters():
            assert frame.tensor(name, "gradient") == pytest.approx(gradient(parameter), abs=1e-7)


def test_a_model_that_is_compiled_is_neither_compiled_again_nor_blind() -> None:
    counters = torch._dynamo.utils.counters
    torch._dynamo.reset()
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    faster = compiled(model)
    backward(faster)
    optimizer.step()
    made = counters["stats"]["unique_graphs"]
    viewing = Viewing(faster, optimizer, probe=IMAGES[:2])
    for _ in range(3):
        optimizer.zero_grad()
        backward(faster)
        optimizer.step()
        frame = viewing.frame()
        assert np.array_equal(frame.tensor("1.weight"), model.state_dict()["1.weight"].numpy())
        assert frame.map("2") is not None
    assert counters["stats"]["unique_graphs"] == made > 0
    assert not counters["recompiles"]


def test_a_part_that_is_compiled_runs_as_it_is_written_in_the_twin() -> None:
    torch._dynamo.reset()
    model = two_layers()
    model[1] = compiled(model[1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    made = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    viewing = Viewing(model, optimizer, probe=IMAGES[:2])
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == made
    backward(model)
    optimizer.step()
    assert viewing.frame().map("1") is not None


@pytest.mark.parametrize("change", [nn.Module.double, nn.Module.bfloat16])
def test_a_model_that_gets_other_numbers_is_shown_on(change: Any) -> None:
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:2])
    for kind in (torch.float32, part(change(copy.deepcopy(model)), "1").weight.dtype):
        model.to(kind)
        optimizer.zero_grad()
        functional.cross_entropy(model(IMAGES.to(kind)), LABELS).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        frame = viewing.frame()
        assert np.array_equal(
            frame.tensor("3.bias"), part(model, "3").bias.detach().float().numpy()
        )


def test_a_layer_in_anothers_place_is_shown_if_it_has_the_same_shape() -> None:
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:2])
    model[1] = nn.Linear(64, 4)
    optimizer.step()
    assert np.array_equal(
        viewing.frame().tensor("1.weight"), part(model, "1").weight.detach().numpy()
    )


def test_a_layer_of_another_shape_in_its_place_is_warned_of_and_the_rest_shown() -> None:
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:2])
    model[3] = nn.Linear(4, 5)
    with pytest.warns(UserWarning, match="shows 3 no more"):
        optimizer.step()
    frame = viewing.frame()
    assert frame.tensor("3.weight") is None
    assert frame.map("2") is not None
    assert frame.predictions == {}


class Ends(nn.Module):
    """Class scores in some form."""

    def __init__(self, form: str, outputs: int = 3) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.form = form
        self.score = nn.Linear(64, outputs)

    def forward(self, images: torch.Tensor) -> Any:
        scores = self.score(images.flatten(1))
        forms = {"log_softmax": scores.log_softmax(1), "softmax": scores.softmax(1)}
        forms |= {"dict": {"loss": scores.sum(), "logits": scores}, "other": {"found": scores}}
        return forms.get(self.form, scores)


@pytest.mark.parametrize("form", ["scores", "softmax", "log_softmax", "dict"])
def test_probabilities_are_right_whatever_a_model_ends_in(form: str) -> None:
    model = Ends(form)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:2])
    optimizer.step()
    expected = model.score(IMAGES[:1].flatten(1)).softmax(1)[0].tolist()
    shown = viewing.frame().predictions["probe-0"]["probabilities"]
    assert shown == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("model", [Ends("other"), Ends("scores", outputs=1)])
def test_where_there_are_no_class_scores_none_are_told(model: Ends) -> None:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:2])
    optimizer.step()
    frame = viewing.frame()
    assert frame.predictions == {}
    assert frame.map("score") is not None


def test_a_sparse_gradient_is_shown_whole() -> None:
    embedding = nn.Embedding(10, 4, sparse=True)
    model = nn.Sequential(embedding, nn.Flatten(), nn.Linear(12, 3))
    words = torch.arange(6).reshape(2, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=words)
    functional.cross_entropy(model(words), LABELS[:2]).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    shown = viewing.frame().tensor("0.weight", "gradient")
    assert embedding.weight.grad is not None
    assert np.array_equal(shown, embedding.weight.grad.to_dense().numpy())


def test_an_optimiser_without_any_of_the_models_parameters_still_counts_steps() -> None:
    other = torch.optim.SGD([nn.Parameter(torch.zeros(2))], lr=0.1)
    viewing = Viewing(two_layers(), other, probe=IMAGES[:1])
    other.step()
    assert viewing.frame().tensor("1.weight", "gradient") is None


def test_a_model_of_buffers_alone_is_shown() -> None:
    norm = nn.BatchNorm2d(1, affine=False)
    other = torch.optim.SGD([nn.Parameter(torch.zeros(2))], lr=0.1)
    viewing = Viewing(norm, other, probe=IMAGES[:1])
    norm(IMAGES)
    other.step()
    shown = viewing.frame().tensor("BatchNorm2d.running_mean")
    assert np.array_equal(shown, norm.running_mean.numpy())  # type: ignore[union-attr]


def test_a_model_that_has_no_shape_yet_is_refused() -> None:
    with pytest.raises(ValueError, match="a first batch"):
        WatchedModel(nn.Sequential(nn.Flatten(), nn.LazyLinear(3)), IMAGES[:1])


def test_a_server_that_asks_for_nonsense_is_not_heeded() -> None:
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    viewing = Viewing(model, optimizer, probe=IMAGES[:1])
    watcher = viewing.watcher
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watcher.hear(Pause(), 1)  # it was told that it may not
        watcher.hear(Tensor(layer="no", tensor="weight", of="value"), 2)
        watcher.hear(Tensor(layer="1", tensor="weight", of="exp_avg"), 3)
        watcher.hear(Look(wanted=viewing.everything()), 4)
        optimizer.step()
        viewing.frame()
    assert not watcher.is_over
    assert not watcher.gate.is_closed


def test_what_is_recorded_is_told_though_the_line_speaks_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    watcher = Viewing(model, optimizer, probe=IMAGES[:1]).watcher
    take = watcher._recording.take

    def meanwhile(step: int) -> Any:
        notice = take(step)
        watcher.close_step()
        return notice

    monkeypatch.setattr(watcher._recording, "take", meanwhile)
    optimizer.step()
    watcher.close_step()
    assert any(b"RecordNotice" in data for data in watcher.outgoing())


def test_the_line_does_not_end_a_step_that_was_made_just_now() -> None:
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    watcher = Viewing(model, optimizer, probe=IMAGES[:1]).watcher
    optimizer.step()
    watcher.close_step(rest_s=60)
    watcher.log(0.5, None, None)
    watcher.close_step()
    assert watcher.curves.take(1).loss == [0.5]
