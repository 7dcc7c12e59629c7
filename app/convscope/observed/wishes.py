"""What of the viewers' wishes a message to the server has room for."""

from collections.abc import Container, Sequence
from math import prod

from convscope.ipc.commands import Wanted, Window
from convscope.recipe.observed_layer import ObservedLayer
from convscope.types import Of, Shape

OF = frozenset(Of)
MOST_BYTES = 12 * 2**20  # of one frame, whose message may have 16 MB


def within(
    wanted: Wanted,
    layers: Sequence[ObservedLayer],
    with_maps: Container[str],
    most: int = MOST_BYTES,
) -> Wanted:
    """The same, less what does not fit: the largest goes first, and what there is not."""
    by_name = {layer.name: layer for layer in layers}
    windows = {one.layer: one for one in wanted.windows if one.layer in by_name}
    sizes: dict[tuple[str, ...], int] = {}
    for entry in wanted.tensors:
        shape = by_name[entry[0]].tensors.get(entry[1]) if entry[0] in by_name else None
        if shape is not None and entry[2] in OF:
            sizes[entry] = 4 * prod(_cut(shape, windows.get(entry[0])))
    for pair in wanted.maps:
        if pair[0] in by_name and pair[0] in with_maps:
            shape = _cut(by_name[pair[0]].output_shape[:1], windows.get(pair[0]))
            sizes[pair] = shape[0] * (prod(by_name[pair[0]].output_shape[1:]) + 8)
    total = sum(sizes.values())
    for largest in sorted(sizes, key=lambda one: sizes[one], reverse=True):
        if total <= most:
            break
        total -= sizes.pop(largest)
    return Wanted(
        tensors=tuple(entry for entry in wanted.tensors if entry in sizes),
        maps=tuple(pair for pair in wanted.maps if pair in sizes),
        probes=wanted.probes,
        windows=tuple(windows.values()),
    )


def _cut(shape: Shape, window: Window | None) -> Shape:
    """What is left of a shape within a window."""
    if window is None:
        return shape
    parts = (window.filter_slice, window.channel_slice)[: len(shape)]
    cut = [len(range(size)[part]) for size, part in zip(shape, parts, strict=False)]
    return (*cut, *shape[len(cut) :])
