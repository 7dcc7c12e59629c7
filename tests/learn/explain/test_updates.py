"""Updates as arithmetic, against torch's own optimisers in float64."""

from typing import Any

import pytest
import torch
from torch import optim

from convscope.learn.explain.update import Moment, explain_update

SGD, ADAM, ADAMW, RMSPROP = optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop
OPTIMIZERS: list[tuple[type[optim.Optimizer], dict[str, Any]]] = [
    (SGD, {}),
    (SGD, {"weight_decay": 0.3}),
    (SGD, {"momentum": 0.9}),
    (SGD, {"momentum": 0.9, "weight_decay": 0.3}),
    (SGD, {"momentum": 0.8, "nesterov": True}),
    (SGD, {"momentum": 0.8, "nesterov": True, "weight_decay": 0.3}),
    (ADAM, {}),
    (ADAM, {"betas": (0.7, 0.95), "weight_decay": 0.3}),
    (ADAMW, {"weight_decay": 0.3}),
    (ADAMW, {"betas": (0.7, 0.95), "weight_decay": 0.0}),
    (RMSPROP, {}),
    (RMSPROP, {"alpha": 0.8, "weight_decay": 0.3}),
    (RMSPROP, {"momentum": 0.6, "weight_decay": 0.3}),
    # below a half, where 1 − share and 1% share differ
    (SGD, {"momentum": 0.3, "nesterov": True}),
    (ADAM, {"betas": (0.3, 0.4)}),
    (RMSPROP, {"alpha": 0.3, "momentum": 0.2}),
]
GRADIENTS = [0.75, -1.5, 0.0, 0.001, 12.0]  # of one weight, step for step


def moments(kind: type[optim.Optimizer], settings: dict[str, Any]) -> list[Moment]:
    """What one weight went through in some steps of torch's own optimiser."""
    weight = torch.tensor([0.6], dtype=torch.float64, requires_grad=True)
    optimizer = kind([weight], lr=0.1, **settings)  # type: ignore[call-arg]
    met = []
    for step, gradient in enumerate(GRADIENTS, start=1):
        group = {k: v for k, v in optimizer.param_groups[0].items() if k != "params"}
        kept = {k: t.item() for k, t in optimizer.state[weight].items() if t is not None and t.ndim}
        before = weight.item()
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        met.append(Moment(before, weight.item(), gradient, group, kept, step))
    return met


@pytest.mark.parametrize(("kind", "settings"), OPTIMIZERS)
def test_every_step_is_the_optimisers_own_in_float64(
    kind: type[optim.Optimizer], settings: dict[str, Any]
) -> None:
    for moment in moments(kind, settings):
        found = explain_update(moment, kind.__name__)
        assert found["total"] == pytest.approx(moment.after, rel=1e-12, abs=1e-13)
        assert found["lines"][-1]["result"] == pytest.approx(moment.after, rel=1e-12, abs=1e-13)
        assert sum(part["value"] for part in found["parts"]) == pytest.approx(found["total"])
        assert found["matches"]
        assert found["change"] == moment.after - moment.before


def test_an_explanation_that_is_not_the_optimisers_does_not_close() -> None:
    plain, heavy = ({"momentum": 0.0}, {"momentum": 0.9})
    [*_, moment] = moments(SGD, heavy)
    wrong = Moment(**(vars(moment) | {"settings": moment.settings | plain}))
    assert explain_update(moment, "SGD")["matches"]
    assert not explain_update(wrong, "SGD")["matches"]


def test_each_setting_that_takes_part_has_a_part_of_its_own() -> None:
    [_, moment, *_] = moments(SGD, {"momentum": 0.9, "weight_decay": 0.3})
    parts = {part["name"]: part["value"] for part in explain_update(moment, "SGD")["parts"]}
    assert parts["gradient"] == pytest.approx(-0.1 * -1.5)
    assert parts["weight decay"] == pytest.approx(-0.1 * 0.3 * moment.before)
    assert parts["momentum"] == pytest.approx(-0.1 * 0.9 * moment.state["momentum_buffer"])
