"""What a set would be: classes, form, halves, and what stands in the way, from what was brought."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convscope.data.fit import fitted
from convscope.own_data.arrangement import store
from convscope.own_data.arrangement.brought import Brought
from convscope.own_data.arrangement.options import ClassChoice, Options
from convscope.own_data.arrangement.split import Asked, in_order, split
from convscope.own_data.bounds import LEAST_SIDE
from convscope.own_data.sources.found import Pixels
from convscope.own_data.sources.names import natural
from convscope.types import JsonObject, Shape

USUAL_SIDE = 64  # px, where pictures are of many sizes, or large
SMALL_SIDE = 96  # px; pictures that are all of one size up to this stay as they are
LOOKED_AT = 200  # pictures, to see whether they are grey, and dark at their borders
EVERY = 2000
MOST_EQUAL, MOST_EQUAL_PICTURES = 100, 12  # that are told one by one; the others are counted
_LIGHT = 128
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """A set as it would be kept; `numbers`, `labels` and `held_out` have a row a picture."""

    folder: Path
    options: Options
    shape: Shape
    classes: tuple[str, ...]
    sources: tuple[tuple[str, int], ...]  # each class as it was brought, and its pictures
    numbers: Numbers  # places in the store
    labels: Numbers
    held_out: NDArray[np.bool_]
    digests: NDArray[np.uint8]  # (N, 32), of the pixels as the network sees them
    dark_background: bool
    brought_split: bool  # whether it came with halves of its own
    moved: NDArray[np.bool_]  # brought as held out, and equal to one to learn from

    @cached_property
    def records(self) -> store.Records:
        """Of the pictures that were brought."""
        return store.records(self.folder)

    def half(self, *, held_out: bool) -> Numbers:
        """Rows of one half, in the order in which they are kept."""
        rows = np.flatnonzero(self.held_out == held_out)
        return rows[in_order(self.labels[rows], self.digests[rows])]

    def picture(self, row: int) -> Pixels:
        """(C, H, W), as the network would see it."""
        pixels = store.picture(self._pixels, self.records[self.numbers[row]])
        return fitted(pixels, self.shape, self.options.fit)

    @cached_property
    def _pixels(self) -> NDArray[np.uint8]:
        return store.pixels(self.folder)

    def counts(self, *, held_out: bool) -> tuple[int, ...]:
        """Pictures a class in one half."""
        chosen = self.labels[self.held_out == held_out]
        return tuple(np.bincount(chosen, minlength=len(self.classes)).tolist())

    @cached_property
    def equal(self) -> list[list[int]]:
        """Rows of pictures that are equal, those in more than one class first."""
        rows: dict[bytes, list[int]] = {}
        for row, digest in enumerate(self.digests):
            rows.setdefault(digest.tobytes(), []).append(row)
        several = [equal for equal in rows.values() if len(equal) > 1]
        return sorted(several, key=lambda equal: not self._conflict(equal))

    def _conflict(self, rows: list[int]) -> bool:
        return len(set(self.labels[rows].tolist())) > 1

    def repeated(self) -> list[int]:
        """Of each class, how many pictures equal one that came before."""
        later = [row for rows in self.equal for row in rows[1:]]
        counts: list[int] = np.bincount(self.labels[later], minlength=len(self.classes)).tolist()
        return counts

    def problems(self) -> list[str]:
        """Why it cannot be kept as it is; none where it can."""
        if not len(self.numbers):
            return ["There is no picture yet."]
        found = []
        sizes = np.bincount(self.labels, minlength=len(self.classes)).tolist()
        few = [name for name, size in zip(self.classes, sizes, strict=True) if size < 2]
        if few:
            found.append(
                f"{_listed(few)}: fewer than two pictures, where one is to learn from and one to "
                f"hold out. Add some, or leave {'it' if len(few) == 1 else 'them'} out."
            )
        if len(self.classes) < 2:
            found.append("There is one class: at least two are needed to tell them apart.")
        taught = self.counts(held_out=False)
        unlearned = [
            name
            for name, count, size in zip(self.classes, taught, sizes, strict=True)
            if size > 1 and not count
        ]
        if unlearned:
            found.append(
                f"{_listed(unlearned)}: nothing to learn from, since all pictures were brought "
                f"as held out. Add some, or leave {'it' if len(unlearned) == 1 else 'them'} out."
            )
        if not found and not self.held_out.any():
            found.append(
                "Nothing can be held out: every picture that was brought as held out equals one to "
                "learn from."
                if self.brought_split
                else "Nothing can be held out: the pictures of each class are all equal, or of one "
                "burst. Add others."
            )
        return found

    def warnings(self) -> list[str]:
        """What is worth knowing before it is kept."""
        kept = self.counts(held_out=True)
        sizes = np.bincount(self.labels, minlength=len(self.classes)).tolist()
        rows = zip(kept, sizes, strict=True)
        none = [label for label, (count, size) in enumerate(rows) if size > 1 and not count]
        found = []
        if moved := int(self.moved.sum()):
            found.append(_moved_say(moved))
        why: dict[str, list[str]] = {}
        for label in none:
            why.setdefault(self._why_none(label), []).append(self.classes[label])
        found += [f"{_listed(names)}: {says}." for says, names in why.items()]
        if conflicting := sum(map(self._conflict, self.equal)):
            found.append(_conflicts_say(conflicting))
        return found

    def _why_none(self, label: int) -> str:
        """Why nothing of a class is held out."""
        if self.moved[self.labels == label].any():
            return "nothing is held out, since what was brought for it equals what is learned from"
        if self.brought_split:
            return "nothing is held out, as they were brought"
        return "nothing can be held out, since all pictures are equal or of one burst"

    def describe_equal(self) -> list[JsonObject]:
        """The first of `equal`, with the first of each one's pictures."""
        names = dict(enumerate(store.names(self.folder)))
        return [
            {
                "pictures": self.numbers[rows[:MOST_EQUAL_PICTURES]].tolist(),
                "names": [
                    names.get(number, "")
                    for number in self.numbers[rows[:MOST_EQUAL_PICTURES]].tolist()
                ],
                "labels": self.labels[rows[:MOST_EQUAL_PICTURES]].tolist(),
                "count": len(rows),
            }
            for rows in self.equal[:MOST_EQUAL]
        ]


def _moved_say(count: int) -> str:
    if count == 1:
        return (
            "A picture that was brought as held out equals one to learn from: it is learned from."
        )
    return (
        f"{count:,} pictures that were brought as held out equal ones to learn from: they are "
        "learned from."
    )


def _conflicts_say(count: int) -> str:
    if count == 1:
        return "A picture stands in more than one class."
    return f"{count:,} pictures stand in more than one class each."


def arrange(
    folder: Path,
    brought: Brought,
    options: Options,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Arrangement:
    """What the pictures in this folder would be with these options; `tell` hears how far it is."""
    records, numbers = store.records(folder), store.pixels(folder)
    choices = options.classes or usual_classes(brought, records)
    label_of = {source: n for n, choice in enumerate(choices) for source in choice.sources}
    by_source = np.array([label_of.get(name, -1) for name in brought.source_classes] or [-1])
    labels = by_source[records["source_class"].astype(np.int64)].astype(np.int64)
    chosen = np.flatnonzero((labels >= 0) & store.there(records))
    shape = _shape(records[chosen], numbers, options)
    digests = np.zeros((len(chosen), 32), np.uint8)
    for row, number in enumerate(chosen.tolist()):
        if row % EVERY == 0:
            tell(row, len(chosen))
        pixels = fitted(store.picture(numbers, records[number]), shape, options.fit)
        digests[row] = np.frombuffer(hashlib.sha256(pixels.tobytes()).digest(), np.uint8)
    given, bursts = (records[name][chosen].astype(np.int64) for name in ("half", "burst"))
    if not {1, 2} <= set(given.tolist()):  # one half alone is no split
        given[:] = 0
    asked = Asked(labels[chosen], digests, bursts, given)
    counted = np.bincount(
        records["source_class"][store.there(records)], minlength=len(brought.source_classes)
    ).tolist()
    held_out = split(asked, options.held_out, options.seed)
    return Arrangement(
        folder=folder,
        options=options,
        shape=shape,
        classes=tuple(choice.name for choice in choices),
        sources=tuple(zip(brought.source_classes, counted, strict=True)),
        numbers=chosen,
        labels=labels[chosen],
        held_out=held_out,
        digests=digests,
        brought_split=bool(given.any()),
        moved=(given == 2) & ~held_out,
        dark_background=_dark(records[chosen], numbers, brought, options),
    )


def usual_classes(brought: Brought, records: store.Records) -> list[ClassChoice]:
    """Each class as it was brought that has a picture, in the order of its source or its name."""
    there = set(records["source_class"][store.there(records)].tolist())
    names = [name for n, name in enumerate(brought.source_classes) if n in there]
    place = {name: number for number, name in enumerate(brought.class_order)}
    ordered = sorted(names, key=lambda name: (place.get(name, len(place)), natural(name)))
    return [ClassChoice(name=name, sources=[name]) for name in ordered]


def _shape(records: store.Records, numbers: NDArray[np.uint8], options: Options) -> Shape:
    channels = options.channels or (1 if _all_grey(records, numbers) else 3)
    return (channels, *(options.size or _usual_size(records)))


def _usual_size(records: store.Records) -> tuple[int, int]:
    sizes = {
        (int(row["height"]), int(row["width"])) for row in np.unique(records[["height", "width"]])
    }
    one = next(iter(sizes)) if len(sizes) == 1 else (USUAL_SIDE, USUAL_SIDE)
    fits = all(LEAST_SIDE <= side <= SMALL_SIDE for side in one)
    return one if fits else (USUAL_SIDE, USUAL_SIDE)


def _some(records: store.Records) -> store.Records:
    """Spread over all of them."""
    places = np.linspace(0, len(records) - 1, min(LOOKED_AT, len(records))).astype(np.int64)
    return records[places]


def _all_grey(records: store.Records, numbers: NDArray[np.uint8]) -> bool:
    for record in _some(records):
        pixels = store.picture(numbers, record)
        if pixels.ndim == 3 and not (pixels == pixels[..., :1]).all():
            return False
    return bool(len(records))


def _dark(
    records: store.Records, numbers: NDArray[np.uint8], brought: Brought, options: Options
) -> bool:
    """Whether most pictures are dark at their borders, so that others are inverted to be alike."""
    if options.dark_background is not None:
        return options.dark_background
    if brought.words:
        return brought.words.dark_background
    dark = [_border(store.picture(numbers, record)) < _LIGHT / 4 for record in _some(records)]
    return bool(dark) and sum(dark) > len(dark) / 2


def _border(pixels: Pixels) -> float:
    grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def summary(arranged: Arrangement) -> JsonObject:
    """As the preview answers it."""
    rows = zip(
        arranged.classes,
        arranged.counts(held_out=False),
        arranged.counts(held_out=True),
        arranged.repeated(),
        strict=True,
    )
    sources = [choice.sources for choice in arranged.options.classes or ()] or [
        [name] for name in arranged.classes
    ]
    classes = [
        {"name": name, "sources": source, "train": train, "test": test, "repeated": repeated}
        for (name, train, test, repeated), source in zip(rows, sources, strict=True)
    ]
    used = {source for choice in sources for source in choice}
    return {
        "shape": arranged.shape,
        "classes": classes,
        "equal": arranged.describe_equal(),
        "equal_count": len(arranged.equal),
        "left_out": [
            {"name": name, "pictures": count}
            for name, count in arranged.sources
            if name not in used
        ],
        "train": int((~arranged.held_out).sum()),
        "test": int(arranged.held_out.sum()),
        "dark_background": arranged.dark_background,
        "problems": arranged.problems(),
        "warnings": arranged.warnings(),
    }
