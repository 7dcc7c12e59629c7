"""What a filter is worth, against silencing each by itself."""

from pathlib import Path

import pytest
import torch

from convscope.data.held_out_sample import held_out_sample
from convscope.learn.filters.ablation import Ablation, ablation_in_pieces
from convscope.learn.filters.front import front_of
from convscope.worker.session import Session
from tests.support.networks import recipe
from tests.support.sessions import session


def ablated(run: Session, layer: str) -> Ablation:
    front = front_of(run.observer.twin, run.plans, layer, run.device)
    *_, found = ablation_in_pieces(front, run.data)
    assert found is not None
    return found


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_each_count_is_what_silencing_it_measures(tmp_path: Path, layer: str) -> None:
    run = session(recipe(), tmp_path)
    for _ in range(60):
        run.advance()
    found = ablated(run, layer)
    sample = len(held_out_sample(2000))
    assert int(found.seen.sum()) == sample
    *_, whole = run.evaluation()
    assert int(found.right.sum()) == round((whole or 0) * sample)
    for number in (0, 3, 7):
        run.interventions.silence(layer, number, True)
        *_, accuracy = run.evaluation()
        run.interventions.silence(layer, number, False)
        assert int(found.without[number].sum()) == round((accuracy or 0) * sample)


def test_a_filter_that_alone_counts_is_worth_all_and_a_dead_one_nothing(tmp_path: Path) -> None:
    run = session(recipe(), tmp_path)
    for _ in range(60):
        run.advance()
    with torch.no_grad():
        weight = run.trainer.network.get_parameter("linear1.weight").view(10, 16, 49)
        weight[:, :4] = 0
        weight[:, 5:] = 0
    found = ablated(run, "conv2")
    worthless = [number for number in range(16) if number != 4]
    assert torch.equal(found.without[worthless], found.right.expand(15, -1))
    assert int(found.without[4].sum()) < int(found.right.sum())
