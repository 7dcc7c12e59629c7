"""A weight that is dragged: its values one after the other are one change of the run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Drag:
    """Where a drag stands; it goes on from there alone, so that nothing can come in between."""

    key: str  # as the one who drags calls it
    layer: str
    tensor: str
    index: tuple[int, ...]
    step: int
    last_event: int  # the id of the run's last change
