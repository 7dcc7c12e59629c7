"""Whether a loop goes on, as its watchdog finds out beside it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from convscope.worker import pulse
from convscope.worker.pulse import Allowance, Pulse, allowances_of
from tests.support.networks import recipe
from tests.support.sessions import session

SHORT = Allowance(processor_s=1.0, asleep=3)


def pinged(clock: Callable[[], float], allowance: Allowance | None, pings: int) -> list[bool]:
    """What is found at so many pings in one piece, on a clock that each ping reads once."""
    found = Pulse()
    found._clock = clock
    found.begin(allowance)
    return [found.is_endless() for _ in range(pings)]


def ticking(each_s: float) -> Callable[[], float]:
    now = [0.0]

    def clock() -> float:
        now[0] += each_s
        return now[0]

    return clock


def test_a_piece_that_uses_more_of_the_processor_than_it_may_is_endless() -> None:
    assert pinged(ticking(0.4), SHORT, 4) == [False, False, False, True]


def test_a_piece_that_hardly_gets_the_processor_on_a_busy_machine_is_not() -> None:
    assert not any(pinged(ticking(0.01), SHORT, 60))


def test_a_piece_that_does_nothing_for_some_pings_is_endless() -> None:
    assert pinged(ticking(0.0), SHORT, 4) == [False, False, False, True]


def test_a_loop_that_waits_for_commands_may_do_so_for_ever() -> None:
    assert not any(pinged(ticking(0.0), None, 1000))


def test_pieces_of_which_none_is_long_are_not_added_up() -> None:
    found = Pulse()
    found._clock = ticking(0.4)
    for _ in range(100):
        found.begin(SHORT)
        assert not found.is_endless()


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="as on macOS")
def test_the_clock_is_the_loops_own_whoever_reads_it() -> None:
    clock = pulse._clock_of_this_thread()
    read: list[float] = []
    thread = threading.Thread(target=lambda: read.append(clock()))
    before = time.thread_time()
    thread.start()
    thread.join()
    assert before <= read[0] <= time.thread_time()


def test_a_large_network_may_take_longer_for_a_step_and_for_all_else(tmp_path: Path) -> None:
    small, large = (allowances_of(session(recipe(batch_size=size), tmp_path)) for size in (1, 1000))
    assert small.step.processor_s < large.step.processor_s
    assert small.usual.processor_s < large.usual.processor_s
    assert 2 < small.step.processor_s < 4, "an endless step is found in 5 s"
    assert small.usual.processor_s > 120, "as long as a seek may take"
