"""Measuring the whole held-out half when somebody asks, apart from the curve."""

from collections.abc import Iterator

from convscope.errors import ConflictError
from convscope.ipc.replies import EvaluationReply
from convscope.learn.evaluate import evaluation_in_pieces
from convscope.worker.metrics import number
from convscope.worker.session import Session


def evaluate_whole(session: Session) -> Iterator[EvaluationReply | None]:
    """Yields None after each piece, and at last the reply; training waits meanwhile.

    ConflictError where an intervention, a traced step or a reset comes in between.
    """
    began = session.state
    how = session.recipe.data.preprocessing
    for found in evaluation_in_pieces(session.observer.twin, session.data, session.device, how):
        if session.state != began:
            raise ConflictError("The run changed while it was measured: ask again.")
        if found:
            yield EvaluationReply(
                step=session.trainer.step,
                count=found.count,
                accuracy=found.accuracy,
                balanced_accuracy=found.balanced_accuracy,
                loss=number(found.loss),
            )
        else:
            yield None
