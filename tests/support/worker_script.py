"""A worker's loop in the test's own process: commands in an order, and all that it says to them."""

import time
from collections import deque
from typing import Any

from convscope.ipc.codec import Answer, encode_command
from convscope.ipc.commands import Command
from convscope.ipc.messages import Message
from convscope.ipc.replies import Status
from convscope.ipc.reports import FrameNotice, Metrics, Notice, Report
from convscope.worker.pulse import Allowance, Allowances
from tests.support.messages import message_of


class OverError(Exception):
    """All commands are served and nothing is left to do."""


class Script:
    """Stands for the channel: the commands are numbered from 1."""

    def __init__(self, *commands: Command[Any]) -> None:
        encoded = (encode_command(command, n) for n, command in enumerate(commands, start=1))
        self._todo = deque(message_of(data) for data in encoded)
        self.said: list[Report] = []
        self.answers: list[Answer] = []
        self.allowances = Allowances()

    def begin(self, allowance: Allowance) -> None:
        """Nobody looks how long it takes."""

    def next(self, timeout_s: float | None) -> Message | None:
        """The next command; OverError where the worker would wait for ever."""
        if timeout_s == 0:
            return None  # one command at a time, each with all that it leads to
        if self._todo:
            return self._todo.popleft()
        if timeout_s is None:
            raise OverError
        time.sleep(timeout_s)
        return None

    def send(
        self, metrics: Metrics, status: Status | None, said: Answer | Notice | None = None
    ) -> None:
        """What it says."""
        notice = said if isinstance(said, Notice) else None
        if isinstance(notice, FrameNotice):  # whose payload changes with the next one
            notice = FrameNotice(**vars(notice) | {"payload": notice.payload})
        self.said.append(Report(metrics=metrics, status=status, notice=notice))
        if isinstance(said, Answer):
            self.answers.append(said)

    @property
    def events(self) -> list[FrameNotice]:
        """Its frames."""
        return [report.notice for report in self.said if isinstance(report.notice, FrameNotice)]

    @property
    def frames(self) -> list[tuple[str, int]]:
        """Each frame's reason and step."""
        return [
            (report.notice.reason, report.status.step)
            for report in self.said
            if isinstance(report.notice, FrameNotice) and report.status
        ]
