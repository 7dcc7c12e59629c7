"""The cost of freezing a filter: the same steps with it learning and with it frozen."""

from collections.abc import Iterator
from time import perf_counter

from convscope.ipc.replies import AblationReply
from convscope.learn.checkpoint import load_state, save_state
from convscope.learn.trainer import NotFiniteError
from convscope.worker.session import Session

STEPS = 100
PATIENCE_S = 1.0  # a large network looks less far


def freeze_ablation(session: Session, layer: str, number: int) -> Iterator[AblationReply | None]:
    """Yields None after each piece of work, and at last the reply: held-out accuracies so many
    steps ahead, None where the loss was no number on the way.

    Leaves the session where it ended; the next seek restores it.
    """
    about, tensors = save_state(session.trainer)
    accuracies: list[float | None] = []
    ahead = STEPS
    for frozen in (False, True):
        load_state(session.trainer, about, tensors)
        session.trainer.freeze(layer, number, frozen)
        until_s = perf_counter() + PATIENCE_S if not frozen else float("inf")
        try:
            for _ in _train(session, about["step"] + ahead, until_s):
                yield None
        except NotFiniteError:
            ahead = session.trainer.step - about["step"]  # no further for the other, then
            accuracies.append(None)
            continue
        ahead = session.trainer.step - about["step"]
        pieces, accuracy = session.evaluation(), None
        while accuracy is None:
            accuracy = next(pieces)
            yield None
        accuracies.append(accuracy)
    yield AblationReply(steps_ahead=ahead, learning=accuracies[0], frozen=accuracies[1])


def _train(session: Session, to: int, until_s: float) -> Iterator[None]:
    while session.trainer.step < to and perf_counter() < until_s:
        session.trainer.advance()
        yield
