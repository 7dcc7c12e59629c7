"""Pictures in folders: a folder a class, with or without halves above."""

import numpy as np

from convscope.data.own_sets import KEPT_SIDE
from convscope.errors import ConvscopeError
from convscope.images import decode, shrunk
from convscope.own_data.sources.found import Entry, Events, Found, Pixels, Progress, Refused
from convscope.own_data.sources.names import (
    clean,
    common_wrap,
    have_halves,
    natural,
    parts_of,
    place_of,
)

MAX_BYTES, MAX_PIXELS = 64 * 2**20, 16_000_000  # of one picture
EVERY = 20  # files between two tellings
_LOOSE = "it is in no folder, so that its class is not known"


def pictures(entries: list[Entry], class_name: str | None = None) -> Events:
    """Those that these files hold, in the order of their paths; what cannot be read is refused.

    With a `class_name` all are of that class; without, those in no folder are refused.
    """
    ordered = sorted(entries, key=lambda entry: natural(entry.path))
    paths = [parts_of(entry.path) for entry in ordered]
    wrap = common_wrap([parts for parts in paths if parts])
    halves = have_halves(paths, wrap)
    for number, (entry, parts) in enumerate(zip(ordered, paths, strict=True)):
        if number % EVERY == 0:
            yield Progress(number, len(ordered))
        place = place_of(parts, wrap, halves=halves)
        name = class_name or place.name
        if name is None:
            yield Refused(clean(entry.path), _LOOSE)
            continue
        try:
            yield Found(_read(entry), name, place.half)
        except ConvscopeError as error:
            yield Refused(clean(entry.path), error.detail)
    yield Progress(len(ordered), len(ordered))


def _read(entry: Entry) -> Pixels:
    """UploadError, or one of its kinds, with the reason."""
    with entry.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    picture = decode(data, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)
    return np.asarray(shrunk(picture.image, KEPT_SIDE), dtype=np.uint8)
