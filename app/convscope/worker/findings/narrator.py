"""Asks the rules after each step and each measurement."""

from collections.abc import Iterable, Iterator

import numpy as np

from convscope.data.held_out_sample import held_out_sample
from convscope.ipc.commands import Told
from convscope.ipc.replies import FilterId
from convscope.ipc.reports import Finding
from convscope.worker.findings import rules
from convscope.worker.findings.thresholds import RECENT_BATCHES
from convscope.worker.session import Session


class Narrator:
    """What one run did that is worth a sentence; of a run that can be trained."""

    def __init__(
        self, session: Session, told: Iterable[Told] = (), known: float | None = None
    ) -> None:
        """`told` was said before; `known` is the last held-out accuracy that was measured."""
        self._session = session
        labels = session.data.test_labels
        sample = labels[held_out_sample(len(labels))]
        self._images = len(sample)
        guess = float(np.bincount(sample).max()) / self._images
        standing = rules.Standing(told)
        batch_size, classes = session.recipe.batch_size, len(session.data.classes)
        self._jump = rules.LossJump(standing, batch_size, classes)
        self._stillness = rules.Stillness(standing, session.trainer)
        self._dead = rules.DeadFilters(standing)
        self._guessing = rules.Guessing(standing, guess, self._images, known)
        self._divergence = rules.Divergence(standing)

    def stepped(self) -> Iterator[Finding]:
        """What is to be said after a step."""
        trainer = self._session.trainer
        assert trainer.loss is not None
        yield from self._jump.stepped(trainer.step, trainer.loss)
        yield from self._stillness.stepped(trainer.step)

    def measured(self, accuracy: float) -> Iterator[Finding]:
        """What is to be said when the held-out accuracy of the present state was measured."""
        now = self._measurement(accuracy)
        yield from self._dead.measured(now)
        yield from self._guessing.measured(now)
        yield from self._divergence.measured(now)

    def _measurement(self, accuracy: float) -> rules.Measurement:
        session = self._session
        silenced = {(one["layer"], one["filter"]) for one in session.interventions.silenced()}
        return rules.Measurement(
            step=session.trainer.step,
            accuracy=accuracy,
            images=self._images,
            training=self._training_accuracy(),
            training_images=RECENT_BATCHES * session.recipe.batch_size,
            active=_filters(session.activity.filters(active=True)),
            dead=_filters(session.activity.filters(active=False) - silenced),
        )

    def _training_accuracy(self) -> float | None:
        """None while some of its batches were trained on before the last intervention."""
        trainer, applied = self._session.trainer, self._session.interventions.applied
        since = trainer.step - (applied[-1].step if applied else 0)
        enough = len(trainer.recent) >= RECENT_BATCHES and since >= RECENT_BATCHES
        return trainer.accuracy if enough else None


def _filters(found: Iterable[tuple[str, int]]) -> frozenset[FilterId]:
    return frozenset(FilterId(layer, number) for layer, number in found)
