"""Measuring the whole held-out half when somebody asks, apart from the curve."""

from collections.abc import Iterator

from convscope.ipc.replies import EvaluationReply
from convscope.learn.evaluate import evaluation_in_pieces
from convscope.worker.metrics import number
from convscope.worker.session import Session
from convscope.worker.tasks.measured import measured


def evaluate_whole(session: Session) -> Iterator[EvaluationReply | None]:
    """Yields None after each piece, and at last the reply; training waits meanwhile.

    ConflictError where an intervention, a traced step or a reset comes in between.
    """
    how = session.recipe.data.preprocessing
    found = yield from measured(
        session, evaluation_in_pieces(session.observer.twin, session.data, session.device, how)
    )
    yield EvaluationReply(
        step=session.trainer.step,
        count=found.count,
        accuracy=found.accuracy,
        balanced_accuracy=found.balanced_accuracy,
        loss=number(found.loss),
    )
