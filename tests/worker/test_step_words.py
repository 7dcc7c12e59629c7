"""What slow motion says is what the step does, of every layer kind and its special cases."""

from pathlib import Path
from typing import Any

import pytest

from convscope.learn.intervention_kinds import apply_intervention
from convscope.recipe import plan
from convscope.worker.step_trace import trace
from convscope.worker.step_words import backward_words, forward_words, update_words
from tests.support.networks import network, recipe
from tests.support.sessions import session

CONV = {"type": "Conv2d", "out_channels": 3, "kernel_size": 3, "stride": 2}


def said(*layers: dict[str, Any]) -> tuple[str, str]:
    """Of the last of these layers, forward and backward."""
    entry = plan(network(input=[1, 28, 28], layers=list(layers)))[-1]
    return forward_words(entry), backward_words(entry, 8)


@pytest.mark.parametrize("slope", [0, 0.01, 1, 2.5])
def test_a_leaky_relu_multiplies_by_its_slope(slope: float) -> None:
    forward, _ = said({"type": "LeakyReLU", "negative_slope": slope})
    assert f"below zero is multiplied by {slope:g};" in forward


def test_a_dropout_says_its_probability_and_one_of_zero_drops_nothing() -> None:
    assert "no value is set to zero" in said({"type": "Dropout", "p": 0})[0]
    forward, _ = said({"type": "Dropout", "p": 0.25})
    assert "with probability 0.25" in forward
    assert "divided by 0.75" in forward


def test_a_batch_norm_sums_the_normalised_input_and_has_scale_and_shift() -> None:
    forward, backward = said(CONV, {"type": "BatchNorm2d"})
    assert forward.endswith("then by its learned scale and shift.")
    assert "Each of the 3 scales sums normalised input × this over 169 places × 8" in backward
    assert backward.endswith("each shift this alone.")
    forward, backward = said(CONV, {"type": "BatchNorm2d", "affine": False})
    assert "learned" not in forward
    assert "sums" not in backward


def test_biases_are_spoken_of_where_there_are_some() -> None:
    assert said(CONV)[1].endswith("27 weights sums input × this over 169 places × 8 pictures, each "
                                  "bias this alone.")  # fmt: skip
    assert "bias" not in said(CONV | {"bias": False})[1]
    flat = {"type": "Flatten"}
    assert "plus a bias" in said(flat, {"type": "Linear", "out_features": 5})[0]
    assert "bias" not in said(flat, {"type": "Linear", "out_features": 5, "bias": False})[0]


def test_flattening_a_row_changes_nothing() -> None:
    assert "nothing changes" in said({"type": "Flatten"}, {"type": "Flatten"})[0]


def test_an_update_counts_what_it_changed() -> None:
    assert update_words("SGD", 10, 10, 0.5, 0) == (
        "SGD changes all 10 weights and biases, none by more than 0.5."
    )
    assert update_words("Adam", 7, 10, 0.5, 1) == (
        "Adam changes 7 of the 10 weights and biases, none by more than 0.5. 1 frozen filter "
        "stays as it is."
    )
    assert "changes none of the 10" in update_words("SGD", 0, 10, 0.0, 2)


def test_frozen_and_silenced_filters_are_counted_in_a_step(tmp_path: Path) -> None:
    made = session(recipe(), tmp_path)
    made.advance()
    for kind in ("freeze", "silence"):
        change = {"type": kind, "layer": "conv1", "filter": 2, "on": True}
        apply_intervention(made.interventions, change)
    made.advance()
    phases = trace(made)[0]["phases"]
    assert phases[1]["says"].endswith("Silenced: 1, with 0 everywhere.")
    says = phases[-1]["says"]
    updates = [made.observer.update(p) for p in made.trainer.network.parameters()]
    moved = sum(int((update != 0).sum()) for update in updates)
    assert moved < 9098
    assert says.startswith(f"SGD changes {moved:,} of the 9,098 weights and biases")
    assert says.endswith("1 frozen filter stays as it is.")
