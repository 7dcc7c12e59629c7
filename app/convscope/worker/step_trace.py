"""One training step in slow motion: its phases in plain words, the true numbers, its maps."""

from collections.abc import Iterable, Iterator
from math import exp, log

import numpy as np
from torch import nn

from convscope.frames.format import Section, SectionSpec
from convscope.frames.quantize import Floats, quantize
from convscope.learn.explain.replay import Replay
from convscope.learn.observe import as_maps, softmax, to_numpy
from convscope.recipe import LayerPlan
from convscope.types import JsonObject, Of
from convscope.worker.capture.recorder import finite
from convscope.worker.metrics import number
from convscope.worker.session import Session

EXAMPLE = 0  # which of the batch is shown


def trace(session: Session, example: JsonObject) -> tuple[JsonObject, list[Section]]:
    """The last step, replayed: what to say of each phase, and what to show.

    Sections: the input, and each layer's output with its gradient, of the pictured one of the batch
    (state k-1, training mode); each parameter before the update, its gradient and its update.
    """
    replayed = session.explainer.replayed()
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
    says = f"{batch} training pictures are drawn. The one shown is a picture of: {name}."
    yield _phase("batch", None, says, batch_size=batch, step=replayed.step)
    for plan in session.plans:
        values = _of_example(replayed.outputs[plan.name].detach())
        ends = {"lowest": float(values.min()), "highest": float(values.max())}
        yield _phase("forward", plan.name, _forward_words(plan), **ends)
    yield _loss_phase(session, replayed, name)
    for plan in reversed(session.plans):
        largest = float(np.abs(_of_example(replayed.gradients[plan.name])).max())
        yield _phase("backward", plan.name, _backward_words(plan, batch), largest=largest)
    yield _update_phase(session)


def _phase(phase: str, layer: str | None, says: str, **numbers: float) -> JsonObject:
    shown = {name: number(value) for name, value in numbers.items()}
    return {"phase": phase, "layer": layer, "says": says, "numbers": shown}


def _of_example(values: object) -> Floats:
    shown: Floats = to_numpy(values[EXAMPLE])  # type: ignore[index]  # a tensor (B, …)
    return shown


def _by(plan: LayerPlan) -> str:
    return " × ".join(map(str, plan.output_shape[1:] or plan.output_shape))


def _forward_words(plan: LayerPlan) -> str:
    maps, size = plan.output_shape[0], _by(plan)
    words = {
        "Conv2d": f"Each of {maps} filters slides over all positions; each makes a map of {size}.",
        "BatchNorm2d": "Each map is shifted and scaled to mean 0 and spread 1 over the batch.",
        "ReLU": "Every value below zero becomes zero; the others pass.",
        "LeakyReLU": "Every value below zero is made much smaller; the others pass.",
        "Tanh": "Every value is squeezed between −1 and 1.",
        "Sigmoid": "Every value is squeezed between 0 and 1.",
        "MaxPool2d": f"Only the largest value under each window stays: maps of {size}.",
        "AvgPool2d": f"Each window becomes its mean: maps of {size}.",
        "AdaptiveAvgPool2d": f"Each region becomes its mean: maps of {size}.",
        "Dropout": "Some values, drawn at random, are set to zero for this step.",
        "Flatten": f"All maps are laid out in one row of {size} numbers.",
        "Linear": f"Each of {maps} outputs is a weighted sum of all numbers before it.",
    }
    return words[plan.type]


def _backward_words(plan: LayerPlan, batch: int) -> str:
    blame = "How the loss would change if each value here were a little larger."
    count = sum(int(np.prod(shape)) for name, shape in plan.tensors.items() if name == "weight")
    if not count:
        return blame
    if plan.type == "Linear":
        return f"{blame} Each of the {count:,} weights sums input × this over {batch} pictures."
    places = int(np.prod(plan.output_shape[1:]))
    where = f"{places} places × {batch} pictures"
    return f"{blame} Each of the {count:,} weights sums input × this over {where}."


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
    says = (
        f"{type(trainer.optimizer).__name__} moves all {count:,} weights and biases against their "
        f"gradients, none by more than {largest:.3g}."
    )
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
