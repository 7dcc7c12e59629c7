import io
from typing import Any

import pytest

from convscope.cli import progress
from convscope.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(step: int) -> dict[str, Any]:
    return {"step": step, "loss": 0.8123, "accuracy": 0.721, "held_out_accuracy": None}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def test_a_terminal_sees_one_line_that_fills_up(clock: list[float]) -> None:
    out = Terminal()
    bar = Progress(100, 200, out)
    clock[0] += 0.5
    bar.tell(run(150))
    bar.end()
    line = "step 150 of 200 · 100 steps/s · loss 0.8123 · accuracy 72.1%"
    assert out.getvalue() == f"\r\x1b[K{'█' * 12}{'░' * 12} {line}\n"


def test_a_log_gets_a_plain_line_now_and_then_and_one_at_the_end(clock: list[float]) -> None:
    out = io.StringIO()
    bar = Progress(0, 100, out)
    for step in range(10, 110, 10):
        clock[0] += 0.5
        bar.tell(run(step))
    bar.end()
    lines = out.getvalue().splitlines()
    assert [line.split(" · ")[0] for line in lines] == [
        "step 40 of 100",
        "step 80 of 100",
        "step 100 of 100",
    ]
    assert "\x1b" not in out.getvalue()


def test_the_speed_is_that_of_the_last_seconds(clock: list[float]) -> None:
    bar = Progress(0, 10**6, io.StringIO())
    for step in range(1, 11):
        clock[0] += 1
        bar.tell(run(step))
    for step in range(20, 70, 10):
        clock[0] += 1
        bar.tell(run(step))
    assert bar.speed == pytest.approx(10)


def test_a_held_out_accuracy_of_an_earlier_step_says_of_which() -> None:
    bar = Progress(0, 500, io.StringIO())
    measured = {"held_out_accuracy": 0.808, "held_out_step": 400}
    assert bar.line(run(500) | measured).endswith(" · held out 80.8% at step 400")
    assert bar.line(run(400) | measured).endswith(" · held out 80.8%")
