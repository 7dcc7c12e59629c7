"""Each finding on a run that really does it, once; and the default run does none of the others."""

from pathlib import Path
from typing import Any, cast

import pytest

from convscope.data import idx
from convscope.data.catalog import open_dataset
from convscope.ipc.commands import Before, Command, Intervene, Reset, Start, Step, Told, Tune
from convscope.ipc.replies import FilterId
from convscope.ipc.reports import Finding, FindingNotice
from convscope.recipe import Recipe
from convscope.recipe.interventions import SetWeight, SwitchFilter, UndoLast
from convscope.settings import Settings
from convscope.types import FindingKind, RunState
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop
from tests.support.data_cache import data_cache
from tests.support.networks import recipe
from tests.support.worker_script import OverError, Script
from tests.support.workers import setup

KILL = Intervene(
    change=SetWeight(type="set", layer="conv2", tensor="bias", index=[3], value=-1000.0)
)
UNDO = Intervene(change=UndoLast(type="undo"))
SMALL: dict[str, Any] = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3, "stride": 2},
        {"type": "ReLU"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


def found(of: Recipe, *asked: Command[Any], **start: Any) -> list[Finding]:
    """What a run that is asked all this tells."""
    where = start.pop("where", None) or setup(of.model_dump(mode="json"), data_cache())
    script = Script(Start(setup=where, **start), *asked)
    with pytest.raises(OverError):
        Loop(cast(Channel, script), HANDLERS).run()
    assert not [answer for answer in script.answers if answer.error]
    notices = [report.notice for report in script.said]
    return [notice.finding for notice in notices if isinstance(notice, FindingNotice)]


def of_kind(findings: list[Finding], kind: FindingKind) -> list[Finding]:
    """Those of a kind."""
    return [finding for finding in findings if finding.kind is kind]


@pytest.mark.slow
def test_the_default_run_passes_guessing_and_loses_a_filter_and_there_is_nothing_else() -> None:
    passed, *dead = found(recipe(batch_size=32, seed=0), Step(steps=1500))
    assert (passed.kind, passed.step) == (FindingKind.PASSED_GUESSING, 10)
    assert passed.numbers["held_out"] > 0.3 > passed.numbers["guessing"]
    assert {finding.kind for finding in dead} <= {FindingKind.FILTER_DIED}


def test_a_filter_that_dies_is_told_once_until_it_was_alive_again() -> None:
    of = recipe(batch_size=4)
    ends = found(of, Step(steps=2), KILL, Step(steps=8), UNDO, Step(steps=10), KILL)
    died = [one for one in of_kind(ends, FindingKind.FILTER_DIED) if one.place]
    assert [one.step for one in died if one.place == FilterId("conv2", 3)] == [2, 20]
    assert died[0].numbers == {"images": 1000.0}
    assert died[0].says.startswith("conv2, filter 3 is dead: its map was 0 everywhere on 1,000")


def test_of_a_network_that_nothing_has_trained_no_filter_is_said_to_have_died() -> None:
    [first] = of_kind(found(recipe(), KILL), FindingKind.FILTER_DIED)
    assert first.says == (
        "conv2, filter 3 gives only 0 before any training: its map is 0 everywhere on 1,000 "
        "held-out pictures. It may never learn."
    )


def test_a_filter_that_somebody_silenced_is_not_dead() -> None:
    silence = SwitchFilter(type="silence", layer="conv2", filter=3)
    assert not of_kind(found(recipe(), Intervene(change=silence)), FindingKind.FILTER_DIED)


def test_what_was_told_before_a_worker_came_back_is_not_told_again() -> None:
    passed = (Told(FindingKind.PASSED_GUESSING, None),)
    known = Before(state=RunState.READY, held_out=(0, 0.1), told=passed)
    assert not of_kind(found(recipe(), Step(steps=20), before=known), FindingKind.PASSED_GUESSING)


def test_batches_of_one_picture_are_no_jumps_of_the_loss() -> None:
    of = recipe(SMALL, batch_size=1, optimizer={"type": "SGD", "learning_rate": 0.005})
    ends = found(of, Step(steps=3000))
    assert {one.kind for one in ends} <= {FindingKind.PASSED_GUESSING, FindingKind.FILTER_DIED}


def test_after_a_reset_all_is_news_again() -> None:
    ends = found(recipe(), Step(steps=20), Reset(step=20, last_event=0), Step(steps=20))
    assert len(of_kind(ends, FindingKind.PASSED_GUESSING)) == 2


def test_a_learning_rate_far_too_large_makes_the_loss_jump_and_then_nothing_is_learned() -> None:
    of = recipe(batch_size=32, optimizer={"type": "SGD", "learning_rate": 0.05, "momentum": 0.9})
    ends = found(of, Step(steps=100), Tune(changes={"learning_rate": 2.0}), Step(steps=900))
    [jump] = of_kind(ends, FindingKind.LOSS_JUMPED)
    assert 100 < jump.step <= 110
    assert jump.numbers["after"] > 5 * jump.numbers["before"]
    assert jump.numbers["times"] == pytest.approx(jump.numbers["after"] / jump.numbers["before"])
    assert jump.says.startswith("The loss jumped ×")
    assert of_kind(ends, FindingKind.FILTER_DIED)
    [stuck] = of_kind(ends, FindingKind.NOTHING_LEARNED)
    assert stuck.numbers["held_out"] < 0.2
    assert not of_kind(ends, FindingKind.NOTHING_MOVED), "the last bias moves"


def test_nothing_moves_at_a_learning_rate_of_0() -> None:
    of = recipe(SMALL, batch_size=2, optimizer={"type": "SGD", "learning_rate": 0.0})
    [still] = of_kind(found(of, Step(steps=900)), FindingKind.NOTHING_MOVED)
    assert (still.step, still.numbers) == (500, {"steps": 500.0, "learning_rate": 0.0})
    assert still.says == "No weight has moved for 500 steps: the learning rate is 0."


def test_nothing_moves_where_all_filters_are_frozen_until_one_learns_again() -> None:
    def freeze(layer: str, number: int, *, on: bool = True) -> Intervene:
        change = SwitchFilter(type="freeze", layer=layer, filter=number, on=on)
        return Intervene(change=change)

    every = [freeze("conv1", n) for n in range(4)] + [freeze("linear1", n) for n in range(10)]
    thaw, again = freeze("linear1", 0, on=False), freeze("linear1", 0)
    more = thaw, Step(steps=100), again, Step(steps=600)
    ends = found(recipe(SMALL, batch_size=2), *every, Step(steps=600), *more)
    still = of_kind(ends, FindingKind.NOTHING_MOVED)
    assert [one.step for one in still] == [500, 1200]
    assert "all filters are frozen" in still[0].says


def few_pictures(folder: Path) -> None:
    """A data set of the first 200 training pictures of the embedded one, with its held-out ones."""
    whole = open_dataset("fashion-mnist-10k", Settings(cache_dir=data_cache()))
    folder.mkdir(parents=True)
    for name, images, labels, count in (
        ("train", whole.train_images, whole.train_labels, 200),
        ("t10k", whole.test_images, whole.test_labels, 1000),
    ):
        (folder / f"{name}-images-idx3-ubyte").write_bytes(idx.encode(images[:count, 0]))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(idx.encode(labels[:count]))


def test_a_network_that_learns_its_few_pictures_by_heart_is_said_to(tmp_path: Path) -> None:
    few_pictures(tmp_path / "data" / "mnist")
    of = recipe(batch_size=16).model_copy(update={"seed": 1})
    described = of.model_dump(mode="json") | {"data": {"dataset": "mnist"}}
    where = setup(described, tmp_path / "cache", data_dirs=[str(tmp_path / "data")])
    ends = found(of, Step(steps=1000), where=where)
    [apart] = of_kind(ends, FindingKind.ACCURACIES_DIVERGED)
    assert apart.numbers["training"] - apart.numbers["held_out"] > 0.1
    assert apart.says.startswith(f"Training {apart.numbers['training']:.0%} and held-out ")


def test_a_run_without_a_data_set_tells_nothing() -> None:
    of = recipe().model_dump(mode="json") | {"data": {"dataset": None}}
    assert found(recipe(), where=setup(of, data_cache())) == []
