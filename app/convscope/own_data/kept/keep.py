"""An arrangement as a data set of its own, on the disk: whole, or not there."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from convscope.data import own_sets
from convscope.data.own_sets import OwnSet
from convscope.own_data.arrangement.arrange import Arrangement
from convscope.own_data.arrangement.brought import Brought
from convscope.recipe.preprocessing import FITS

EVERY = 1000


def keep(
    arranged: Arrangement,
    brought: Brought,
    folder: Path,
    dataset_id: str,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> OwnSet:
    """Write the set to `folder`; its order hangs on what its pictures are, not on how they came.

    Raises OSError, leaving nothing that is taken for a set.
    """
    part = folder / f"{own_sets.UNFINISHED}{dataset_id}"
    part.mkdir(parents=True, mode=0o700)
    own = _about(arranged, brought, dataset_id, _write(arranged, part, tell))
    own_sets.finish(folder, own)
    return own


def _write(arranged: Arrangement, part: Path, tell: Callable[[int, int], None]) -> str:
    total, done = hashlib.sha256(), 0
    with (part / own_sets.DATA).open("wb") as file:
        for held_out in (False, True):
            rows = arranged.half(held_out=held_out)
            for row in rows.tolist():
                pixels = arranged.picture(row).tobytes()
                total.update(pixels)
                file.write(pixels)
                done += 1
                if done % EVERY == 0:
                    tell(done, len(arranged.numbers))
            labels = arranged.labels[rows].astype(np.uint8).tobytes()
            total.update(labels)
            file.write(labels)
        file.write(total.digest())
    return total.hexdigest()


def _about(arranged: Arrangement, brought: Brought, dataset_id: str, sha256: str) -> OwnSet:
    options, words = arranged.options, brought.words
    return OwnSet(
        id=dataset_id,
        title=options.title or (words.title if words else "") or "My pictures",
        shape=arranged.shape,
        classes=arranged.classes,
        train=int((~arranged.held_out).sum()),
        test=int(arranged.held_out.sum()),
        sha256=sha256,
        licence=options.licence or (words.licence if words else ""),
        origin=options.origin or (words.origin if words else ""),
        dark_background=arranged.dark_background,
        centred=_first(options.centred, words.centred if words else False),
        fit=words.fit if words and not _resized(arranged) else options.fit,
        held_out=options.held_out,
        seed=options.seed,
        made_at=datetime.now(UTC).isoformat(),
        train_counts=arranged.counts(held_out=False),
        test_counts=arranged.counts(held_out=True),
        notes=(*brought.notes, *_fit_says(arranged)),
    )


def _first(asked: bool | None, usual: bool) -> bool:
    return usual if asked is None else asked


def _fit_says(arranged: Arrangement) -> tuple[str, ...]:
    """How its pictures were fitted, where any had to be."""
    records = arranged.records[arranged.numbers]
    grey = arranged.shape[0] == 1 and bool((records["channels"] != 1).any())
    said = [FITS[arranged.options.fit]] if _resized(arranged) else []
    return (*said, *(["Turned to grey (0.299 R + 0.587 G + 0.114 B)"] if grey else []))


def _resized(arranged: Arrangement) -> bool:
    """Whether any picture came in another size."""
    records = arranged.records[arranged.numbers]
    _, height, width = arranged.shape
    return bool(((records["height"] != height) | (records["width"] != width)).any())
