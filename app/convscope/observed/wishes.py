"""What of the viewers' wishes a message to the server has room for."""

from collections.abc import Sequence
from math import prod

from convscope.ipc.commands import Wanted
from convscope.recipe.observed_layer import ObservedLayer

MOST_BYTES = 12 * 2**20  # of one frame, whose message may have 16 MB


def within(wanted: Wanted, layers: Sequence[ObservedLayer], most: int = MOST_BYTES) -> Wanted:
    """The same, less what does not fit: the largest goes first, and layers that there are not."""
    by_name = {layer.name: layer for layer in layers}
    sizes: dict[tuple[str, ...], int] = {}
    for entry in wanted.tensors:
        shape = by_name[entry[0]].tensors.get(entry[1]) if entry[0] in by_name else None
        if shape is not None:
            sizes[entry] = 4 * prod(shape)
    for pair in wanted.maps:
        if pair[0] in by_name:
            sizes[pair] = prod(by_name[pair[0]].output_shape) + 8 * by_name[pair[0]].output_shape[0]
    total = sum(sizes.values())
    for largest in sorted(sizes, key=lambda one: sizes[one], reverse=True):
        if total <= most:
            break
        total -= sizes.pop(largest)
    return Wanted(
        tensors=tuple(entry for entry in wanted.tensors if entry in sizes),
        maps=tuple(pair for pair in wanted.maps if pair in sizes),
        probes=wanted.probes,
    )
