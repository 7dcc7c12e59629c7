"""Questions about what a filter answers to, wants and is worth; none of them changes the run."""

from collections.abc import Generator, Hashable, Iterator

import numpy as np
import torch
from torch import nn

from convscope.data.idx import Bytes
from convscope.ipc import commands
from convscope.ipc.replies import JsonReply, MaximizationReply
from convscope.learn.attribution.rank_correlation import rank_correlation
from convscope.learn.filters.ablation import Ablation, ablation_in_pieces
from convscope.learn.filters.examples import example_gradients
from convscope.learn.filters.front import Front
from convscope.learn.filters.maximization import Frame, Unit, maximise
from convscope.learn.filters.patches import Patches, Ranked, patches_in_pieces
from convscope.types import Half, JsonObject, Of
from convscope.worker import metrics
from convscope.worker.kept import Kept
from convscope.worker.loop import Loop
from convscope.worker.queries import json_text
from convscope.worker.session import Session
from convscope.worker.tasks.measured import measured

DARKEST, BRIGHTEST = 0.4, 0.6  # of a pixel's range, between which noise is drawn


# --- answers to -----------------------------------------------------------------------------------


def find_patches(loop: Loop, command: commands.FindPatches, number: int) -> None:
    """The images that excite a filter most and least; the same of the network before it learned."""
    loop.session.must_train()
    loop.begin_task([number], _patches(loop.session, command))


def _patches(session: Session, command: commands.FindPatches) -> Iterator[JsonReply | None]:
    asked = command.layer, command.half, command.among, command.count
    front = session.front(command.layer)
    now = yield from _kept(session, front, command, session.patches, (session.state, *asked))
    control = session.front(command.layer, session.control(command.seed))
    key = (command.seed, *asked)
    before = yield from _kept(session, control, command, session.control_patches, key)
    k, labels = command.filter, _labels(session, command.half)
    yield JsonReply(
        payload=json_text(
            {
                "step": session.trainer.step,
                "layer": command.layer,
                "filter": k,
                "data": command.half,
                "images": now.highest.shape[1],
                "best": _listed(session, front, command, now.best, 1),
                "least": _listed(session, front, command, now.least, -1),
                "classes": [
                    {"index": index, "class": name, "value": metrics.number(float(value))}
                    for index, (name, value) in enumerate(
                        zip(session.classes, now.classes[k], strict=True)
                    )
                ],
                "control": {
                    "of": session.control_of,
                    "best": _listed(session, front, command, before.best, 1),
                    "correlation": rank_correlation(now.highest[k], before.highest[k]),
                },
                "of": len(labels),
            }
        )
    )


def _kept(
    session: Session,
    front: Front,
    command: commands.FindPatches,
    kept: Kept[Patches],
    key: Hashable,
) -> Generator[None, None, Patches]:
    """What was found of just this, or is found now."""
    found = kept.of(key)
    if found:
        return found
    data, labels = session.data, _labels(session, command.half)
    images = data.test_images if command.half == "test" else data.train_images
    pieces = patches_in_pieces(
        front,
        images[: command.among],
        labels[: command.among],
        classes=len(session.classes),
        count=command.count,
    )
    return kept.keep(key, (yield from measured(session, pieces)))


def _labels(session: Session, half: Half) -> Bytes:
    return session.data.test_labels if half == "test" else session.data.train_labels


def _listed(
    session: Session, front: Front, command: commands.FindPatches, ranked: Ranked, sign: int
) -> list[JsonObject]:
    labels, width = _labels(session, command.half), front.plan.output_shape[2]
    found: list[JsonObject] = []
    for value, image, place in zip(
        *(row[command.filter].tolist() for row in (ranked.values, ranked.images, ranked.places)),
        strict=True,
    ):
        y, x = divmod(place, width)
        found.append(
            {
                "image": f"{command.half}-{image}",
                "label": int(labels[image]),
                "value": metrics.number(sign * value),
                "y": y,
                "x": x,
                "box": _box(session, front, y, x),
            }
        )
    return found


def _box(session: Session, front: Front, y: int, x: int) -> tuple[int, int, int, int]:
    """Row, column, height and width of what a place sees of the input."""
    rows, columns = front.plan.seen_from(y, x, session.recipe.network.input)
    return rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start


# --- wants ----------------------------------------------------------------------------------------


def maximise_filter(loop: Loop, command: commands.Maximise, number: int) -> None:
    """The picture that excites a filter most, by gradient ascent, with its control."""
    loop.begin_task([number], _maximised(loop.session, command))


def _maximised(session: Session, command: commands.Maximise) -> Iterator[MaximizationReply | None]:
    front = session.front(command.layer)
    _, height, width = front.plan.output_shape
    y, x = height // 2, width // 2
    unit = Unit(command.filter, (y, x), front.plan.seen_from(y, x, session.recipe.network.input))
    frames = yield from _film(session, front, command, unit)
    control = session.front(command.layer, session.control(command.seed))
    *_, before = yield from _film(session, control, command, unit)
    last = frames[-1].picture
    pictures = torch.stack([frame.picture for frame in (*frames, before)])
    yield MaximizationReply(
        step=session.trainer.step,
        shape=(len(frames), *last.shape),
        values=[metrics.number(frame.value) for frame in frames],
        unit=(y, x),
        box=_box(session, front, y, x),
        control_of=session.control_of,
        control_value=metrics.number(before.value),
        correlation=rank_correlation(last, before.picture),
        payload=(pictures * 255).round().to(torch.uint8).cpu().contiguous().numpy().tobytes(),
    )


def _film(
    session: Session, front: Front, command: commands.Maximise, unit: Unit
) -> Generator[None, None, list[Frame]]:
    shape = session.recipe.network.input
    black, white = (session.observer.input([np.full(shape, level, np.uint8)]) for level in (0, 255))
    start = _start(session, command).to(session.device)
    frames: list[Frame] = []
    bounds = black, white
    for frame in maximise(
        front.layers, start, bounds, unit, steps=command.steps, seed=command.filter
    ):
        frames.append(frame)
        yield
    return frames


def _start(session: Session, command: commands.Maximise) -> torch.Tensor:
    """(1, C, H, W) in 0 … 1 of a pixel's range: an image, or noise, by the filter's number."""
    if command.image is not None:
        pixels = session.images.get(command.image)
        return torch.from_numpy(pixels.copy()).float()[None] / 255
    draws = torch.Generator().manual_seed(command.filter)
    noise = torch.rand(1, *session.recipe.network.input, generator=draws)
    return DARKEST + (BRIGHTEST - DARKEST) * noise


# --- is worth -------------------------------------------------------------------------------------


def ablate_layer(loop: Loop, command: commands.AblateLayer, number: int) -> None:
    """The accuracy that is lost without each filter of a layer."""
    loop.session.must_train()
    loop.begin_task([number], _ablated(loop.session, command.layer))


def _ablated(session: Session, layer: str) -> Iterator[JsonReply | None]:
    found = yield from measured(session, ablation_in_pieces(session.front(layer), session.data))
    about = {"step": session.trainer.step, "layer": layer}
    yield JsonReply(payload=json_text(about | _worth(found)))


def _worth(found: Ablation) -> JsonObject:
    seen, right = found.seen.double(), found.right.double()
    lost = (right - found.without) / seen  # (filters, classes); not a number where none was seen
    return {
        "images": int(found.seen.sum()),
        "accuracy": float(right.sum() / seen.sum()),
        "filters": [
            {
                "filter": number,
                "accuracy": float(without.sum() / seen.sum()),
                "lost": float((right.sum() - without.sum()) / seen.sum()),
                "classes": [metrics.number(value) for value in lost[number].tolist()],
            }
            for number, without in enumerate(found.without.double())
        ],
    }


# --- who taught it --------------------------------------------------------------------------------


def list_examples(loop: Loop, command: commands.ListExamples, _: int) -> JsonReply:
    """The examples whose gradients moved a filter most in the step that led here."""
    session, layer = loop.session, command.layer
    session.must_train()
    session.observer.tensor(layer, "weight", Of.GRADIENT)  # raises what there is to raise
    module = session.observer.module(layer)
    assert isinstance(module, nn.Conv2d)
    found = example_gradients(session.explainer.replayed(), module, layer, command.filter)
    order = found.along.abs().argsort(descending=True, stable=True).tolist()
    shown, others = order[: command.count], order[command.count :]
    return JsonReply(
        payload=json_text(
            {
                "step": session.trainer.step,
                "layer": layer,
                "filter": command.filter,
                "batch": len(order),
                "examples": [
                    session.batch_example(number)
                    | {
                        "image": f"train-{session.batch_example(number)['example_id']}",
                        "along": float(found.along[number]),
                        "size": float(found.sizes[number]),
                    }
                    for number in shown
                ],
                "others": float(found.along[others].sum()),
                "total": float(found.along.sum()),
                "length": found.length,
            }
        )
    )
