"""The server's end of a worker's line, with a line that a test holds the other end of."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from threading import Event
from typing import Any

import pytest

from convscope.errors import ConflictError, WorkerDiedError
from convscope.ipc import forkserver, process
from convscope.ipc.codec import Answer, decode_command, encode_report
from convscope.ipc.commands import Pause, Play
from convscope.ipc.heartbeat import ENDLESS, SILENT, encode_pulse, is_ping
from convscope.ipc.messages import receive
from convscope.ipc.process import ProcessWorker
from convscope.ipc.replies import Done
from convscope.ipc.reports import Metrics
from tests.support.waiting import comes_true

pytestmark = pytest.mark.anyio
NOTHING = Metrics(step=[], loss=[], accuracy=[], held_out=[])


class Child:
    """Stands for the process: what it ended with, and whether it was killed."""

    pid = 2**30  # beyond any
    exitcode: int | None = 0
    killed = False

    def join(self, timeout: float) -> None:
        """It has ended, or never will."""

    def kill(self) -> None:
        self.killed = True


class Line:
    """A worker of the server's, the other end of its line, and what was heard of it."""

    def __init__(self) -> None:
        self.worker = ProcessWorker("cpu")
        self.child = Child()
        self.deaths: list[str] = []
        self.reports: list[Any] = []
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def next_number(self) -> int:
        """Of the next command that came across, pings aside."""
        while is_ping(message := await receive(self.reader)):
            pass
        return decode_command(message)[1]

    def say(self, answer: Answer | None) -> None:
        self.writer.write(encode_report(NOTHING, None, answer))

    async def died(self, exit_code: int | None) -> str:
        """The line ends; what the server makes of it."""
        self.child.exitcode = exit_code
        self.writer.close()
        await comes_true(lambda: self.deaths, "the death is told")
        [why] = self.deaths
        return why


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    made = Line()
    ends: list[socket.socket] = []

    def spawn(theirs: socket.socket, device: str) -> Child:
        assert device == "cpu"
        ends.append(theirs)
        return made.child

    def kill(pid: int, how: int) -> None:
        assert (pid, how) == (made.child.pid, signal.SIGKILL)
        made.child.kill()

    monkeypatch.setattr(process, "spawn_worker", spawn)
    monkeypatch.setattr(os, "kill", kill)
    await made.worker.start(made.reports.append, made.deaths.append)
    made.reader, made.writer = await asyncio.open_unix_connection(sock=ends[0])
    yield made
    made.writer.close()
    with contextlib.suppress(OSError):
        await made.writer.wait_closed()
    await made.worker.close()


async def test_each_answer_comes_to_who_asked_whatever_their_order(line: Line) -> None:
    first = asyncio.create_task(line.worker.ask(Play()))
    number = await line.next_number()
    second = asyncio.create_task(line.worker.ask(Pause()))
    later = await line.next_number()
    assert 0 < number < later, "0 is of what wants no answer"
    line.say(Answer(number=later, error=ConflictError("No.")))
    line.say(Answer(number=number, reply=Done()))
    assert await first == Done()
    with pytest.raises(ConflictError, match="No"):
        await second
    assert len(line.reports) == 2


async def test_what_is_told_wants_no_answer(line: Line) -> None:
    line.worker.tell(Play())
    assert await line.next_number() == 0
    line.say(None)
    await comes_true(lambda: line.reports, "a report is heard")
    assert not line.deaths


async def test_an_answer_that_nobody_waits_for_any_more_harms_nobody(line: Line) -> None:
    gone = asyncio.create_task(line.worker.ask(Play()))
    number = await line.next_number()
    gone.cancel()
    await asyncio.wait([gone])
    line.say(Answer(number=number, reply=Done()))
    asked = asyncio.create_task(line.worker.ask(Pause()))
    line.say(Answer(number=await line.next_number(), reply=Done()))
    assert await asked == Done()
    assert not line.deaths


@pytest.mark.parametrize(
    ("exit_code", "why"),
    [
        (0, "ended by itself, with exit code 0."),
        (3, "ended by itself, with exit code 3."),
        (-signal.SIGKILL, "was killed by SIGKILL (out of memory, perhaps)."),
        (-signal.SIGSEGV, "was killed by SIGSEGV."),
    ],
)
async def test_how_a_worker_ended_is_told_once_and_to_all_who_wait(
    line: Line, exit_code: int, why: str
) -> None:
    asked = asyncio.create_task(line.worker.ask(Play()))
    await line.next_number()
    assert await line.died(exit_code) == f"The worker of this run {why}"
    with pytest.raises(WorkerDiedError):
        await asked
    assert not line.child.killed


async def test_a_worker_that_only_closed_its_line_is_ended(line: Line) -> None:
    assert "closed its line" in await line.died(None)
    assert line.child.killed


async def test_a_worker_that_cannot_be_followed_is_ended(line: Line) -> None:
    line.say(Answer(number=99, reply=Done()))  # nobody asked
    await comes_true(lambda: line.deaths, "the death is told")
    assert "could not follow" in line.deaths[0]
    assert line.child.killed


async def test_who_asks_before_a_worker_is_up_or_after_its_end_is_told_at_once(line: Line) -> None:
    with pytest.raises(WorkerDiedError):
        await asyncio.wait_for(ProcessWorker("cpu").ask(Play()), 5)
    await line.died(0)
    with pytest.raises(WorkerDiedError):
        await asyncio.wait_for(line.worker.ask(Play()), 5)


@pytest.mark.parametrize("exit_code", [0, -signal.SIGTERM, None])
async def test_one_that_is_closed_tells_of_no_death_and_is_killed_if_it_does_not_end(
    line: Line, exit_code: int | None
) -> None:
    line.child.exitcode = exit_code
    await line.worker.close()
    with pytest.raises(asyncio.IncompleteReadError):
        await line.next_number()
    assert not line.deaths
    assert line.child.killed is (exit_code is None)


async def test_one_that_leaves_pings_unanswered_is_ended_and_those_who_wait_are_told(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BEAT_S", 0.01)
    with pytest.raises(WorkerDiedError, match="stopped, or swapped out") as told:
        await asyncio.wait_for(line.worker.ask(Play()), 5)
    assert told.value.extra["retry_after"] > 0
    await comes_true(lambda: line.deaths, "the death is told")
    assert line.deaths == [SILENT]
    assert line.child.killed


@pytest.mark.parametrize("answered", ["by its watchdog", "by what it says"])
async def test_one_that_answers_in_whatever_way_goes_on(
    line: Line, answered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BEAT_S", 0.01)
    for _ in range(20):
        assert is_ping(await receive(line.reader))
        if answered == "by its watchdog":
            line.writer.write(encode_pulse(endless=False))
        else:
            line.say(None)
    assert not line.deaths
    assert bool(line.reports) is (answered == "by what it says"), "a pulse is no report"


async def test_one_whose_watchdog_finds_it_endless_is_ended(line: Line) -> None:
    line.writer.write(encode_pulse(endless=True))
    await comes_true(lambda: line.deaths, "the death is told")
    assert line.deaths == [ENDLESS]
    assert line.child.killed


async def test_one_that_is_closed_is_ended_also_where_nobody_can_tell_of_its_end(
    line: Line,
) -> None:
    line.child.exitcode = forkserver.UNKNOWN_EXIT
    await line.worker.close()
    assert line.child.killed


@pytest.mark.parametrize("broken", [EOFError, ConnectionRefusedError])
async def test_where_the_forkserver_ends_the_worker_is_forked_from_the_next(
    broken: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[socket.socket] = []

    def spawn(theirs: socket.socket, device: str) -> Child:
        ends.append(theirs)
        if len(ends) < 3:  # whose end takes a moment
            raise broken
        return Child()

    monkeypatch.setattr(process, "spawn_worker", spawn)
    worker = ProcessWorker("cpu")
    await worker.start(lambda report: None, lambda why: None)
    await worker.close()
    assert len(ends) == 3
    for end in ends:
        end.close()


async def test_where_each_forkserver_ends_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def spawn(theirs: socket.socket, device: str) -> Child:
        with theirs:
            raise EOFError

    monkeypatch.setattr(process, "spawn_worker", spawn)
    monkeypatch.setattr(process, "FORK_PAUSE_S", 0.001)
    with pytest.raises(WorkerDiedError, match="forked from ended"):
        await ProcessWorker("cpu").start(lambda report: None, lambda why: None)


async def test_where_none_can_be_forked_in_time_the_forkserver_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = Event()

    def spawn(theirs: socket.socket, device: str) -> Child:
        with theirs:
            ended.wait(60)
        raise EOFError

    monkeypatch.setattr(process, "spawn_worker", spawn)
    monkeypatch.setattr(process, "FORK_LIMIT_S", 0.05)
    monkeypatch.setattr(forkserver, "kill", ended.set)
    with pytest.raises(WorkerDiedError, match="No worker came up"):
        await ProcessWorker("cpu").start(lambda report: None, lambda why: None)
    assert ended.is_set()
