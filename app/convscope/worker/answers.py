"""Questions about what the network takes the held-out images for."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from convscope.errors import NotFoundError
from convscope.ipc import commands
from convscope.ipc.replies import JsonReply
from convscope.learn.answers import Answers, Numbers, answers_in_pieces
from convscope.types import JsonObject
from convscope.worker.loop import Loop
from convscope.worker.queries import json_text
from convscope.worker.session import Session
from convscope.worker.tasks.measured import measured

Tell = Callable[[Session, Answers], JsonObject]


def confuse(loop: Loop, command: commands.Confuse, number: int) -> None:
    """The confusion matrix, what follows from it, and the most confident mistakes."""
    loop.session.must_train()
    _begin(loop, number, partial(_confusion, count=command.count))


def list_answers(loop: Loop, command: commands.ListAnswers, number: int) -> None:
    """The images of one cell of the matrix; NotFoundError for a class that there is not."""
    session = loop.session
    session.must_train()
    last = len(session.classes) - 1
    if max(command.true, command.predicted) > last:
        raise NotFoundError(f"The classes are 0 to {last}: there is none beyond.")
    _begin(loop, number, partial(_cell, command=command))


def _begin(loop: Loop, number: int, tell: Tell) -> None:
    loop.begin_task([number], _told(loop.session, tell))


def _told(session: Session, tell: Tell) -> Iterator[JsonReply | None]:
    answers = session.answers.of(session.state)
    if answers is None:
        how = session.recipe.data.preprocessing
        pieces = answers_in_pieces(session.observer.twin, session.data, session.device, how)
        answers = session.answers.keep(session.state, (yield from measured(session, pieces)))
    step = {"step": session.trainer.step}
    yield JsonReply(payload=json_text(step | tell(session, answers)))


def _confusion(session: Session, answers: Answers, *, count: int) -> JsonObject:
    names = session.classes
    matrix = answers.matrix(len(names))
    right, of_class, named = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    wrong = answers.labels != answers.predicted
    return {
        "count": len(answers.labels),
        "accuracy": float(right.sum() / len(answers.labels)),
        "matrix": matrix.tolist(),
        "classes": [
            {
                "index": number,
                "class": name,
                "count": int(of_class[number]),
                "recall": _share(right[number], of_class[number]),
                "precision": _share(right[number], named[number]),
            }
            for number, name in enumerate(names)
        ],
        "mistakes": _images(answers, answers.surest(wrong, count)),
    }


def _share(part: np.int64, whole: np.int64) -> float | None:
    return float(part / whole) if whole else None


def _cell(_: Session, answers: Answers, *, command: commands.ListAnswers) -> JsonObject:
    among = (answers.labels == command.true) & (answers.predicted == command.predicted)
    return {
        "true": command.true,
        "predicted": command.predicted,
        "count": int(among.sum()),
        "images": _images(answers, answers.surest(among, command.count)),
    }


def _images(answers: Answers, numbers: Numbers) -> list[JsonObject]:
    return [
        {
            "image": f"test-{number}",
            "true": int(answers.labels[number]),
            "predicted": int(answers.predicted[number]),
            "confidence": float(answers.confidence[number]),
        }
        for number in numbers.tolist()
    ]
