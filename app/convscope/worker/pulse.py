"""Whether a worker's loop goes on, told by its watchdog, which need not ask it.

Work comes in pieces, and each has an allowance. A piece is endless when its thread has used more of
the processor than that, or none of it for some pings in a row: so neither a busy machine, where a
step takes twenty times as long, nor a long piece that computes is taken for a hang.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from convscope.learn.evaluate import PIECE
from convscope.recipe import step_seconds
from convscope.worker.session import Session

ASLEEP_S = 1e-3  # a thread that used less than this between two pings did nothing


@dataclass(frozen=True)
class Allowance:
    """How long a piece of work may take."""

    processor_s: float
    asleep: int  # pings


# its data may have to be unpacked, or another worker be waited for that unpacks it
STARTING = Allowance(processor_s=300.0, asleep=120)


@dataclass(frozen=True)
class Allowances:
    """Those of one run; the longest that was measured is far below each."""

    usual: Allowance = STARTING  # a question, a frame, a piece of a measurement
    step: Allowance = STARTING


def allowances_of(session: Session) -> Allowances:
    """Five times what a step takes at most by arithmetic, and what begins with the first; for all
    else as long as a seek may take, and some hundred passes of a large network."""
    batch = session.recipe.batch_size
    step_s = step_seconds(session.plans, batch)
    piece_s = step_seconds(session.plans, max(batch, PIECE))
    on_gpu = session.device.type == "cuda"  # what it does is waited for
    asleep = 30 if on_gpu else 3
    return Allowances(
        usual=Allowance(120 + 20 * piece_s, asleep),
        step=Allowance((30.0 if on_gpu else 2.5) + 5 * step_s, asleep),
    )


class Pulse:
    """What the loop is at: it sets one field, the watchdog looks at it with each ping."""

    def __init__(self) -> None:
        """In the loop's own thread."""
        self._clock = _clock_of_this_thread()
        self._piece: tuple[int, Allowance | None] = (0, None)  # None: it waits
        self._seen = -1  # the piece at the last ping
        self._began_s = self._before_s = 0.0  # the thread's clock when it was first seen, and then
        self._asleep = 0  # pings in a row

    def begin(self, allowance: Allowance | None) -> None:
        """A piece of work begins, the one before is over; None: the loop waits."""
        self._piece = (self._piece[0] + 1, allowance)

    def is_endless(self) -> bool:
        """Of the present piece, once a ping."""
        number, allowance = self._piece
        now_s = self._clock()
        if number != self._seen:
            self._seen, self._began_s, self._asleep = number, now_s, 0
        elif now_s - self._before_s < ASLEEP_S:
            self._asleep += 1
        else:
            self._asleep = 0
        self._before_s = now_s
        if allowance is None:
            return False
        too_long = now_s - self._began_s > allowance.processor_s
        return too_long or self._asleep >= allowance.asleep


def _clock_of_this_thread() -> Callable[[], float]:
    """Seconds of the processor that this thread has used; where a system does not tell of another
    thread's (macOS), those that have gone by."""
    clock_id = getattr(time, "pthread_getcpuclockid", None)
    if clock_id is None:
        return time.perf_counter
    mine: int = clock_id(threading.get_ident())
    return lambda: time.clock_gettime(mine)
