"""Pictures in folders: a folder a class, with or without halves above."""

import numpy as np

from convscope.data.own_sets import KEPT_SIDE
from convscope.errors import ConvscopeError
from convscope.images import ConfinedReader, decode, kind_of, shrunk
from convscope.own_data.sources.found import Entry, Events, Found, Note, Pixels, Progress, Refused
from convscope.own_data.sources.names import (
    class_level,
    clean,
    level_says,
    natural,
    parts_of,
    place_of,
)

MAX_BYTES, MAX_PIXELS = 64 * 2**20, 64_000_000  # of one picture
JPEG_PIXELS = 16_000_000  # of one that has more, an eighth of its sides is enough
_LOOSE = "it is in no folder, so that its class is not known"


def pictures(
    entries: list[Entry],
    class_name: str | None = None,
    wrap: int | None = None,
) -> Events:
    """Those that these files hold, in the order of their paths; what cannot be read is refused.

    With a `class_name` all are of that class; without, those in no folder are refused.  `wrap` is
    how many folders are around a class's, where these files are not all that there are.
    """
    ordered = sorted(entries, key=lambda entry: natural(entry.path))
    paths = [parts_of(entry.path) for entry in ordered]
    level = class_level([parts for parts in paths if parts]) if wrap is None else wrap
    if class_name is None and (says := level_says(paths, level)):
        yield Note(says)
    with ConfinedReader() as confined:
        for number, (entry, parts) in enumerate(zip(ordered, paths, strict=True)):
            yield Progress(number, len(ordered))
            place = place_of(parts, level)
            name = class_name or place.name
            if name is None:
                yield Refused(clean(entry.path), _LOOSE)
                continue
            try:
                yield Found(_read(entry, confined), name, place.half, clean(entry.path))
            except ConvscopeError as error:
                yield Refused(clean(entry.path), error.detail)
    yield Progress(len(ordered), len(ordered))


def _read(entry: Entry, confined: ConfinedReader) -> Pixels:
    """UploadError, or one of its kinds, with the reason."""
    with entry.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    most = JPEG_PIXELS if data and kind_of(data) == "JPEG" else MAX_PIXELS
    picture = decode(data, max_bytes=MAX_BYTES, max_pixels=most, confined=confined)
    return np.asarray(shrunk(picture.image, KEPT_SIDE), dtype=np.uint8)
