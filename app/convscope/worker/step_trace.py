"""One training step in slow motion: its phases in plain words, the true numbers, its maps."""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import exp, log

import numpy as np
from torch import nn

from convscope.frames.format import Section, SectionSpec
from convscope.frames.quantize import Floats, quantize
from convscope.learn.explain.replay import Replay
from convscope.learn.observe import as_maps, softmax, to_numpy
from convscope.types import JsonObject, Of
from convscope.worker.capture.recorder import finite
from convscope.worker.metrics import number
from convscope.worker.session import Session
from convscope.worker.step_words import backward_words, forward_words, update_words

EXAMPLE = 0  # which of the batch is shown


def trace(session: Session) -> tuple[JsonObject, list[Section]]:
    """The last step, replayed: what to say of each phase, and what to show.

    Sections: the input, and each layer's output with its gradient, of the pictured one of the batch
    (state k-1, training mode); each parameter before the update, its gradient and its update.
    """
    replayed = session.explainer.replayed()
    example = session.batch_example(EXAMPLE)
    phases = list(_phases(session, replayed, example["example_class"]))
    about = {
        "step": replayed.step,
        "loss": replayed.loss,
        "batch_size": len(replayed.labels),
        "example": {
            "index": EXAMPLE,
            "id": example["example_id"],
            "label": example["example_label"],
            "class": example["example_class"],
            "probabilities": finite(softmax(_scores(session, replayed))),
        },
        "phases": phases,
    }
    return about, list(_sections(session, replayed))


def _phases(session: Session, replayed: Replay, name: str) -> Iterator[JsonObject]:
    batch = len(replayed.labels)
    drawn = "1 training picture is" if batch == 1 else f"{batch} training pictures are"
    says = f"{drawn} drawn. The one shown is a picture of: {name}."
    yield _phase("batch", None, says, batch_size=batch, step=replayed.step)
    silenced = Counter(entry["layer"] for entry in session.interventions.silenced())
    for plan in session.plans:
        values = _of_example(replayed.outputs[plan.name].detach())
        ends = {"lowest": float(values.min()), "highest": float(values.max())}
        yield _phase("forward", plan.name, forward_words(plan, silenced[plan.name]), **ends)
    yield _loss_phase(session, replayed, name)
    for plan in reversed(session.plans):
        largest = float(np.abs(_of_example(replayed.gradients[plan.name])).max())
        yield _phase("backward", plan.name, backward_words(plan, batch), largest=largest)
    yield _update_phase(session)


def _phase(phase: str, layer: str | None, says: str, **numbers: float) -> JsonObject:
    shown = {name: number(value) for name, value in numbers.items()}
    return {"phase": phase, "layer": layer, "says": says, "numbers": shown}


def _of_example(values: object) -> Floats:
    shown: Floats = to_numpy(values[EXAMPLE])  # type: ignore[index]  # a tensor (B, …)
    return shown


def _scores(session: Session, replayed: Replay) -> Floats:
    return _of_example(replayed.outputs[session.plans[-1].name].detach())


def _loss_phase(session: Session, replayed: Replay, name: str) -> JsonObject:
    """The cross-entropy of the pictured one: -ln of the right class's probability."""
    scores = _scores(session, replayed).astype(np.float64)
    label = int(replayed.labels[EXAMPLE])
    largest = float(scores.max())
    log_probability = float(scores[label]) - largest - log(float(np.exp(scores - largest).sum()))
    probability = exp(log_probability)
    says = (
        f"The scores become probabilities; the right class, {name}, gets {probability:.1%}. The "
        f"loss is −ln of that, {-log_probability:.3f}; the mean over the batch is "
        f"{replayed.loss:.3f}."
    )
    numbers = {"probability": probability, "example_loss": -log_probability}
    return _phase("loss", None, says, loss=replayed.loss, **numbers)


def _update_phase(session: Session) -> JsonObject:
    trainer = session.trainer
    rate = float(trainer.settings["lr"])
    updates = [session.observer.update(p) for p in trainer.network.parameters()]
    largest = max(float(np.abs(update).max()) for update in updates)
    count = sum(update.size for update in updates)
    moved = sum(int(np.count_nonzero(update)) for update in updates)
    optimizer = type(trainer.optimizer).__name__
    says = update_words(optimizer, moved, count, largest, len(trainer.held))
    return _phase("update", None, says, learning_rate=rate, largest=largest)


def _sections(session: Session, replayed: Replay) -> Iterable[Section]:
    first = _of_example(replayed.inputs[session.plans[0].name])
    yield _maps("", "input", Of.VALUE, first)
    for name, layer in session.trainer.network.named_children():
        for of, values in (
            (Of.VALUE, replayed.outputs[name].detach()),
            (Of.GRADIENT, replayed.gradients[name]),
        ):
            yield _maps(name, "output", of, as_maps(_of_example(values)))
        yield from _weight_sections(session, name, layer)


def _weight_sections(session: Session, name: str, layer: nn.Module) -> Iterable[Section]:
    observer = session.observer
    for tensor, parameter in layer.named_parameters():
        for of, values in (
            (Of.VALUE, to_numpy(observer.before(parameter))),
            (Of.GRADIENT, observer.gradient(parameter)),
            (Of.UPDATE, observer.update(parameter)),
        ):
            yield Section(SectionSpec(name, tensor, of, values.shape, "f32"), values.tobytes())


def _maps(layer: str, tensor: str, of: str, maps: Floats) -> Section:
    return Section(SectionSpec(layer, tensor, of, maps.shape, "u8", "batch"), quantize(maps))
