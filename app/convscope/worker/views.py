"""Views of the whole run: how its numbers are spread, and where its images lie."""

from collections.abc import Iterator
from dataclasses import asdict

from convscope.errors import ConflictError
from convscope.ipc import commands
from convscope.ipc.replies import JsonReply
from convscope.learn.distributions import distributions
from convscope.learn.embedding import Embedding, embedding_in_pieces, last_with_weights
from convscope.types import JsonObject
from convscope.worker.loop import Loop
from convscope.worker.queries import json_text
from convscope.worker.session import Session
from convscope.worker.tasks.measured import measured


def distribute(loop: Loop, command: commands.Distribute, _: int) -> JsonReply:
    """Histograms of all there is of each layer."""
    session = loop.session
    pixels = session.images.get(command.image)
    found = [asdict(one) for one in distributions(session.observer, pixels, command.bins)]
    about = {"step": session.trainer.step, "image": command.image}
    return JsonReply(payload=json_text(about | {"distributions": found}))


def embed(loop: Loop, command: commands.Embed, number: int) -> None:
    """Held-out images in the plane."""
    session = loop.session
    session.must_train()
    if last_with_weights(session.trainer.network) == 0:
        raise ConflictError("This network has one layer with weights: nothing comes before it.")
    loop.begin_task([number], _embedded(session, command.count))


def _embedded(session: Session, count: int) -> Iterator[JsonReply | None]:
    before = session.plans[last_with_weights(session.trainer.network) - 1]
    pieces = embedding_in_pieces(session.front(before.name), session.data, count)
    found = yield from measured(session, pieces)
    yield JsonReply(payload=json_text({"step": session.trainer.step} | _told(session, found)))


def _told(session: Session, found: Embedding) -> JsonObject:
    labels = session.data.test_labels
    return {
        "layer": found.layer,
        "explained": found.explained.tolist(),
        "images": [
            {"image": f"test-{number}", "label": int(labels[number]), "x": x, "y": y}
            for number, (x, y) in zip(found.numbers.tolist(), found.places.tolist(), strict=True)
        ],
    }
