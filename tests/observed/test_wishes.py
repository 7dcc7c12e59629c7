"""What of the viewers' wishes fits into a message."""

from convscope.ipc.commands import Wanted, Window
from convscope.observed.wishes import within
from convscope.recipe.observed_layer import ObservedLayer

LAYERS = [
    ObservedLayer(
        name=name,
        type="Conv2d",
        input_shape=(8, 9, 9),
        output_shape=(filters, 9, 9),
        tensors={"weight": (filters, 8, 3, 3)},
    )
    for name, filters in (("small", 2), ("large", 512))
]
NAMES = {"small", "large"}
WANTED = Wanted(
    tensors=(("small", "weight", "value"), ("large", "weight", "value"), ("no", "weight", "value")),
    maps=(("small", "probe-0"), ("large", "probe-0")),
    probes=("probe-0",),
)


def test_the_largest_goes_first_and_what_is_not_there_goes() -> None:
    assert within(WANTED, LAYERS, NAMES).tensors == WANTED.tensors[:2]
    kept = within(WANTED, LAYERS, NAMES, most=100_000)
    assert kept.tensors == (("small", "weight", "value"),)
    assert kept.maps == WANTED.maps


def test_of_a_window_only_what_is_in_it_counts() -> None:
    window = Window("large", 500, 16, 0, 4)
    wanted = Wanted(tensors=WANTED.tensors[1:2], windows=(window, Window("no", 0, 1, 0, 1)))
    kept = within(wanted, LAYERS, NAMES, most=12 * 4 * 9 * 4)  # twelve filters are left of it
    assert kept.tensors == wanted.tensors
    assert kept.windows == (window,)
    assert within(wanted, LAYERS, NAMES, most=12 * 4 * 9 * 4 - 1).tensors == ()


def test_two_windows_of_a_layer_become_one_around_both() -> None:
    both = Window("large", 0, 8, 4, 4).around(Window("large", 16, 8, 0, 2))
    assert both == Window("large", 0, 24, 0, 8)
