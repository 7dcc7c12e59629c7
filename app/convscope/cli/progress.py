"""Training progress: a bar on a terminal, else a plain line now and then."""

import sys
from time import monotonic
from typing import TextIO

from convscope.cli.terminal import can_write
from convscope.types import JsonObject

WIDTH = 24  # characters of the bar
BARS = ("█░", "#-")  # the first that the terminal can show
LINE_EVERY_S = 2.0
SPEED_WINDOW_S = 3.0


class Progress:
    """Told of the run after some steps; writes to a terminal or a log."""

    def __init__(self, first: int, last: int, out: TextIO = sys.stderr) -> None:
        self._first, self._last, self._out = first, last, out
        self._live = out.isatty()
        self._bars = next((pair for pair in BARS if can_write(pair, out)), BARS[-1])
        self._gap = " · " if can_write("·", out) else ", "
        self._marks = [(monotonic(), first)]
        self._next_line_s = monotonic() + LINE_EVERY_S

    def tell(self, run: JsonObject) -> None:
        """The run after some more steps."""
        now, step = monotonic(), run["step"]
        self._marks.append((now, step))
        while len(self._marks) > 2 and now - self._marks[0][0] > SPEED_WINDOW_S:
            self._marks.pop(0)
        if self._live:
            self._write(f"\r\x1b[K{self._bar(step)} {self.line(run)}")
        elif now >= self._next_line_s or step >= self._last:
            self._next_line_s = now + LINE_EVERY_S
            self._write(f"{self.line(run)}\n")

    def end(self) -> None:
        """What comes next begins a line of its own."""
        if self._live:
            self._write("\n")

    def line(self, run: JsonObject) -> str:
        """`step 137 of 500 · 412 steps/s · loss 0.812 · accuracy 72.1%`."""
        parts = [f"step {run['step']:,} of {self._last:,}", f"{self.speed:,.0f} steps/s"]
        if run["loss"] is not None:
            parts.append(f"loss {run['loss']:.4g}")
        if run["accuracy"] is not None:
            parts.append(f"accuracy {run['accuracy']:.1%}")
        if run["held_out_accuracy"] is not None:
            at = run["held_out_step"]  # it is measured now and then
            of = "" if at == run["step"] else f" at step {at:,}"
            parts.append(f"held out {run['held_out_accuracy']:.1%}{of}")
        return self._gap.join(parts)

    @property
    def speed(self) -> float:
        """Steps a second over the last few."""
        (began, first), (now, last) = self._marks[0], self._marks[-1]
        return (last - first) / max(now - began, 1e-6)

    def _bar(self, step: int) -> str:
        share = (step - self._first) / max(self._last - self._first, 1)
        full = round(WIDTH * min(max(share, 0.0), 1.0))
        return self._bars[0] * full + self._bars[1] * (WIDTH - full)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
