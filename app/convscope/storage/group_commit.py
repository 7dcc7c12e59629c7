"""One thread that writes one run's file in groups, each durable before those who wait are told."""

import asyncio
import logging
import queue
import secrets
import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic

from convscope.errors import ConvscopeError, DiskLimitError, UnavailableError
from convscope.system_errors import Trouble, system_sentence, trouble_of

log = logging.getLogger("convscope")
METRICS_WAIT_S = 1.0  # how long what nobody waits for is gathered
RETRY_S = 1.0
MOST_AT_ONCE = 4096  # things to write in one group
UNTIL = {Trouble.FULL: "there is room", Trouble.FILES: "some are closed"}

Write = Callable[[sqlite3.Connection], object]
OnDiskError = Callable[[UnavailableError | None], None]
OnSaved = Callable[[int], None]


@dataclass(frozen=True)
class Steps:
    """The history of some steps in a row, which is written together with that of its neighbours."""

    first: int
    loss: "array[float]"
    accuracy: "array[float]"

    @property
    def last(self) -> int:
        """The last of the steps."""
        return self.first + len(self.loss) - 1


@dataclass(frozen=True)
class _Waiting:
    """Somebody who is told when all before is durable."""

    done: "asyncio.Future[None]"


class _Stop:
    """The last thing in the queue."""


_Item = Write | Steps | _Waiting | _Stop


class GroupCommitWriter:
    """What is put is written in order. Where the disk fails, nothing is lost: it is tried again."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        on_disk_error: OnDiskError,
        on_saved: OnSaved = lambda step: None,
    ) -> None:
        """`connect` opens the file, in the thread. In the event loop `on_disk_error` hears a
        error when the disk fails, and None when it works again; `on_saved` hears the last step
        whose history has become durable."""
        self._connect = connect
        self._on_disk_error = on_disk_error
        self._on_saved = on_saved
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._disk_error: UnavailableError | None = None
        self._doubt: tuple[str, int] | None = None  # a group's mark, and how many were in it
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def put(self, item: Write | Steps) -> None:
        """Write this, sooner or later."""
        self._queue.put(item)

    async def durable(self) -> None:
        """When all that was put before is on the disk; UnavailableError where the disk fails."""
        done: asyncio.Future[None] = self._loop.create_future()
        self._queue.put(_Waiting(done))
        await done

    async def close(self) -> None:
        """Write what is left, and let go of the file; after a failure, what can't be is dropped."""
        self._queue.put(_Stop())
        await asyncio.to_thread(self._thread.join)

    # --- in the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        pending: list[_Item] = []
        stopping = False
        while not stopping:
            pending += self._gather(RETRY_S if self._disk_error else None)
            stopping = any(isinstance(item, _Stop) for item in pending)
            waiting = [item for item in pending if isinstance(item, _Waiting)]
            writes = [item for item in pending if not isinstance(item, _Waiting | _Stop)]
            why = self._try(writes)
            pending = list(writes)
            for item in waiting:
                self._tell(_resolve, item.done, why)
            if _said(why) != _said(self._disk_error):
                self._disk_error = why
                self._tell(self._on_disk_error, why)
        self._let_go()

    def _gather(self, patience_s: float | None) -> list[_Item]:
        """What there is to write: at once if somebody waits for it, else after a while."""
        items: list[_Item] = []
        deadline: float | None = monotonic() + patience_s if patience_s else None
        while len(items) < MOST_AT_ONCE:
            try:
                wait = None if deadline is None else max(0.0, deadline - monotonic())
                item = self._queue.get(timeout=wait)
            except queue.Empty:
                break
            items.append(item)
            if isinstance(item, _Waiting | _Stop):
                deadline = monotonic()  # and whatever else has come by now
            elif deadline is None:
                deadline = monotonic() + METRICS_WAIT_S
        return items

    def _try(self, writes: list[Write | Steps]) -> UnavailableError | None:
        """One transaction, after which `writes` is empty; an error where it failed, and then
        nothing of what is left in `writes` was written."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._settle_doubt(self._connection, writes)
            if writes:
                self._commit(self._connection, writes)
        except DiskLimitError as error:
            return error
        except UnavailableError as error:
            return UnavailableError(error.detail, retry_after=int(RETRY_S))
        except (sqlite3.Error, OSError, ConvscopeError) as error:
            self._let_go()
            return _unavailable(error)
        except Exception as error:  # this thread must not end: somebody waits for it
            log.exception("a run's file could not be written")
            self._let_go()
            return _unavailable(error)
        return None

    def _commit(self, connection: sqlite3.Connection, writes: list[Write | Steps]) -> None:
        mark = secrets.token_hex(8)
        connection.execute("BEGIN IMMEDIATE")
        try:
            for write in _joined(writes):
                write(connection)
            connection.execute("INSERT OR REPLACE INTO about VALUES ('group', ?)", (f'"{mark}"',))
            self._doubt = mark, len(writes)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._doubt = None
        self._saved(writes)
        writes.clear()

    def _saved(self, writes: list[Write | Steps]) -> None:
        for last in [item.last for item in writes if isinstance(item, Steps)][-1:]:
            self._tell(self._on_saved, last)

    def _settle_doubt(self, connection: sqlite3.Connection, writes: list[Write | Steps]) -> None:
        """A group whose commit failed may be in the file all the same: the disk may fail after it
        has taken the bytes. It must not be written twice."""
        if self._doubt is None:
            return
        mark, count = self._doubt
        found = connection.execute("SELECT value FROM about WHERE key = 'group'").fetchone()
        if found == (f'"{mark}"',):
            self._saved(writes[:count])
            del writes[:count]
        self._doubt = None

    def _let_go(self) -> None:
        """After a failure a connection is not to be trusted."""
        if self._connection is None:
            return
        try:
            self._connection.close()
        except sqlite3.Error as error:
            log.warning("a run's file could not be closed: %s", error)
        self._connection = None

    def _tell(self, what: Callable[..., object], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *arguments)


def _joined(writes: Iterable[Write | Steps]) -> Iterator[Write]:
    """Steps that follow on each other become one row."""
    run: Steps | None = None
    for item in writes:
        if isinstance(item, Steps) and run and item.first == run.last + 1:
            run = Steps(run.first, run.loss + item.loss, run.accuracy + item.accuracy)
            continue
        if run:
            yield _row(run)
            run = None
        if isinstance(item, Steps):
            run = item
        else:
            yield item
    if run:
        yield _row(run)


def _row(steps: Steps) -> Write:
    values = (steps.first, steps.loss.tobytes(), steps.accuracy.tobytes())
    return lambda connection: connection.execute(
        "INSERT OR REPLACE INTO history VALUES (?, 1, ?, ?)", values
    )


def _resolve(done: "asyncio.Future[None]", why: UnavailableError | None) -> None:
    if done.done():
        return
    if why:
        done.set_exception(why)
    else:
        done.set_result(None)


def _said(error: UnavailableError | None) -> str | None:
    return error.detail if error else None


def _unavailable(error: Exception) -> UnavailableError:
    """What a person can do something about."""
    until = UNTIL.get(trouble_of(error), "it works")
    consequence = f", so this run cannot be saved: training waits until {until}"
    return UnavailableError(system_sentence(error, consequence), retry_after=int(RETRY_S))
