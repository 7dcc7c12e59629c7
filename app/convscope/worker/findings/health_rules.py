"""What the numbers of a run's health say, each with a remedy that a fork can try."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from convscope.learn.health import LayerSizes, MapHealth, weight_cosines
from convscope.types import HealthKind, JsonObject
from convscope.worker.findings import thresholds as at


@dataclass(frozen=True)
class Remedy:
    """What to try, in words, and as the body of a fork."""

    sentence: str
    recipe: JsonObject
    interventions: list[JsonObject]


@dataclass(frozen=True)
class HealthFinding:
    """What may be wrong, and where."""

    kind: HealthKind
    sentence: str
    remedy: Remedy
    layer: str
    filter: int | None = None
    other: int | None = None  # the filter that it is a duplicate of


@dataclass(frozen=True)
class Filters:
    """The filters of a convolution."""

    weight: torch.Tensor
    has_bias: bool
    silenced: frozenset[int]  # those whose map is 0 since somebody wants it so

    def drawn_anew(self, layer: str, number: int) -> Remedy:
        """One of them begins again."""
        draw = {"type": "fill", "layer": layer, "filter": number, "with": "random"}
        at_0 = {"type": "set", "layer": layer, "tensor": "bias", "index": [number], "value": 0.0}
        too = " and its bias 0" if self.has_bias else ""
        return Remedy(
            f"Fork here with filter {number} of {layer} drawn anew{too}.",
            {},
            [draw, at_0] if self.has_bias else [draw],
        )


def filter_findings(maps: MapHealth, filters: Mapping[str, Filters]) -> Iterator[HealthFinding]:
    """Dead and duplicate filters of these convolutions."""
    for layer, alive in maps.alive.items():
        for number in (~alive).nonzero().flatten().tolist():
            if number not in filters[layer].silenced:
                yield HealthFinding(
                    HealthKind.DEAD_FILTER,
                    f"{layer}, filter {number} is dead: its map is 0 everywhere on "
                    f"{maps.images:,} held-out pictures.",
                    filters[layer].drawn_anew(layer, number),
                    layer,
                    number,
                )
    for layer, alike in maps.alike.items():
        yield from _duplicates(layer, filters[layer], alike)


def _duplicates(layer: str, filters: Filters, maps: torch.Tensor) -> Iterator[HealthFinding]:
    weights = weight_cosines(filters.weight)
    same = (weights.abs() > at.ALIKE) & (maps.abs() > at.ALIKE)
    for first, second in torch.triu(same, diagonal=1).nonzero().tolist():
        yield HealthFinding(
            HealthKind.DUPLICATE_FILTERS,
            f"{layer}, filters {first} and {second} do the same: the cosine of their weights is "
            f"{weights[first, second]:.2f}, of their maps {maps[first, second]:.2f}.",
            filters.drawn_anew(layer, second),
            layer,
            second,
            first,
        )


def size_findings(
    sizes: Sequence[LayerSizes], maps: MapHealth, rate: float
) -> Iterator[HealthFinding]:
    """What moves too fast or hardly at all, where gradients vanish, and ReLUs that let nothing
    through; `rate` is the learning rate."""
    for entry in sizes:
        if entry.ratio is not None and entry.ratio > at.LARGEST_RATIO:
            yield _ratio(entry, HealthKind.UPDATES_TOO_LARGE, rate / at.CHANGE_OF_RATE)
        if entry.ratio is not None and 0 < entry.ratio < at.SMALLEST_RATIO:
            yield _ratio(entry, HealthKind.UPDATES_TOO_SMALL, rate * at.CHANGE_OF_RATE)
    yield from _vanishing(sizes)
    for layer, share in maps.clamped.items():
        if share > at.MOST_CLAMPED:
            yield HealthFinding(
                HealthKind.MOSTLY_CLAMPED,
                f"{layer} makes {share:.1%} of what comes to it 0.",
                _with_rate(rate / at.CHANGE_OF_RATE),
                layer,
            )


def _ratio(entry: LayerSizes, kind: HealthKind, rate: float) -> HealthFinding:
    large = kind is HealthKind.UPDATES_TOO_LARGE
    sentence = (
        f"{entry.layer} changes by {entry.ratio:.2g} of its size in one step, which is too much to "
        "settle."
        if large
        else f"{entry.layer} changes by {entry.ratio:.2g} of its size in a step: it hardly learns."
    )
    return HealthFinding(kind, sentence, _with_rate(rate), entry.layer)


def _vanishing(sizes: Sequence[LayerSizes]) -> Iterator[HealthFinding]:
    known = [entry for entry in sizes if entry.gradient is not None]
    if len(known) < 2:
        return
    first, last = known[0], known[-1]
    assert first.gradient is not None
    assert last.gradient is not None
    if first.gradient < at.FALLEN * last.gradient:
        yield HealthFinding(
            HealthKind.GRADIENT_VANISHES,
            f"The gradient is {first.gradient:.2g} in {first.layer} and {last.gradient:.2g} in "
            f"{last.layer}: little of it comes to the first layers.",
            Remedy(
                "Fork here with Adam, which gives each weight steps of its own size.",
                {"optimizer": {"type": "Adam", "learning_rate": 0.001}},
                [],
            ),
            first.layer,
        )


def _with_rate(rate: float) -> Remedy:
    return Remedy(
        f"Fork here with the learning rate {rate:.3g}.", {"optimizer": {"learning_rate": rate}}, []
    )
