"""The way to the server: one thread, which dials, says and hears, and dials again."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from convscope.errors import ConvscopeError
from convscope.hosts import is_loopback
from convscope.ipc.codec import decode_command
from convscope.ipc.messages import decode_message
from convscope.observed.warn import warn
from convscope.observed.watcher import Watcher, nothing
from convscope.types import JsonObject

LOOK_EVERY_S = 0.05  # for something to say
UNSEEN_LOOK_EVERY_S = 0.25  # while nobody looks
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 10.0  # before dialling again
MOST_BYTES = 16 * 2**20  # of a message
PATIENCE_S = 10.0
FAREWELL_S = 2.0
GONE = (4404, 4403)  # the run was deleted; or this is not its loop
NO_SERVER = (
    "convscope found no server at {address} ({why}). Your loop goes on without it, and is watched "
    "as soon as one is there."
)


@dataclass(frozen=True)
class Address:
    """Where the server is, and what it is told when the run is made."""

    url: str
    token: str | None
    about: JsonObject  # the body of POST /runs/observed

    @property
    def headers(self) -> dict[str, str]:
        """That let one in."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, where no proxy of the environment leads."""
        return is_loopback(urlsplit(self.url).hostname or "")


class Line:
    """Joins a watcher to a server, from its own thread; nothing here blocks the loop."""

    def __init__(
        self,
        watcher: Watcher,
        find: Callable[[], Address],
        find_again: Callable[[], str | None] | None = None,
    ) -> None:
        """`find` may take its time, and raise ConvscopeError or OSError; `find_again` says where
        the server is by then, of one that may be elsewhere."""
        self.watcher = watcher
        self.run: JsonObject | None = None  # once there is one
        self.address: Address | None = None
        self.why_not: str | None = None  # the last failure
        self._find, self._find_again = find, find_again
        self._worker_token = ""
        self._settled = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, patience_s: float) -> None:
        """Begin; returns once there is a run, or one could not be had at the first try."""
        self._thread = threading.Thread(target=self._run, name="convscope", daemon=True)
        self._thread.start()
        self._settled.wait(patience_s)

    def close(self) -> None:
        """Watch no more, between two steps; say what is left, take leave, and end."""
        if not self.watcher.is_over:
            self.watcher.close()
        self._over.set()
        if self._thread:
            self._thread.join(FAREWELL_S + 1)

    @property
    def _is_over(self) -> bool:
        return self._over.is_set() or self.watcher.is_over or self.watcher.is_forgotten

    @property
    def url(self) -> str | None:
        """The run's page; None before there is one."""
        if not (self.run and self.address):
            return None
        return f"{self.address.url.rstrip('/')}/?run={self.run['id']}"

    # --- in the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._dial())
        except Exception as error:
            self.watcher.stop(f"{type(error).__name__}: {error}")
        finally:
            self._settled.set()

    async def _dial(self) -> None:
        """Until it is over: a server, a run on it, and the line to it."""
        wait_s = FIRST_WAIT_S
        while not self._is_over:
            try:
                await self._make_run()
                self._settled.set()
                async with self._connected() as socket:
                    wait_s = FIRST_WAIT_S
                    await self._talk(socket)
            except ConnectionClosed as error:
                if error.rcvd and error.rcvd.code in GONE:
                    self.watcher.stop(error.rcvd.reason or "The run was deleted.")
            except (ConvscopeError, OSError, WebSocketException, httpx.HTTPError) as error:
                self._could_not(error)
            self.watcher.alone()
            await self._wait(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _could_not(self, error: Exception) -> None:
        """The first time that there is no server is told, once."""
        first, self.why_not = self.why_not is None, str(error) or type(error).__name__
        if first and self.run is None:
            place = self.address.url if self.address else "this machine"
            warn(NO_SERVER.format(address=place, why=self.why_not))
        self._settled.set()

    async def _wait(self, seconds: float) -> None:
        for _ in range(round(seconds / LOOK_EVERY_S)):
            if self._over.is_set():
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _make_run(self) -> None:
        if self.run and self.address:
            found = self._find_again() if self._find_again else None
            self.address = replace(self.address, url=found or self.address.url)
            return
        self.address = self._find()
        async with httpx.AsyncClient(
            headers=self.address.headers,
            timeout=PATIENCE_S,
            trust_env=not self.address.is_here,
        ) as client:
            place = f"{self.address.url.rstrip('/')}/api/v1/runs/observed"
            answer = await client.post(place, json=self.address.about)
        if not answer.is_success:
            raise ConvscopeError(_said(answer))
        made = answer.json()
        self.run, self._worker_token = made["run"], made["token"]

    def _connected(self) -> connect:
        assert self.address
        assert self.run
        base = self.address.url.rstrip("/").replace("http", "ws", 1)
        return connect(
            f"{base}/api/v1/runs/{self.run['id']}/worker",
            additional_headers={
                **self.address.headers,
                "Convscope-Worker-Token": self._worker_token,
            },
            compression=None,
            proxy=None if self.address.is_here else True,
            max_size=MOST_BYTES,
            open_timeout=PATIENCE_S,
            close_timeout=FAREWELL_S,
        )

    async def _talk(self, socket: ClientConnection) -> None:
        """Both directions, until either ends."""
        self._hear(await socket.recv())  # how far the server has come
        ready, loop = asyncio.Event(), asyncio.get_running_loop()
        self.watcher.on_ready = partial(_from_elsewhere, loop, ready)
        hearing = asyncio.create_task(self._listen(socket, ready))
        try:
            while not hearing.done():
                ready.clear()
                for data in self.watcher.outgoing():
                    await socket.send(data)
                if self._is_over:
                    await self._take_leave(socket)
                    return
                with contextlib.suppress(TimeoutError):
                    every_s = LOOK_EVERY_S if self.watcher.is_looked_at else UNSEEN_LOOK_EVERY_S
                    await asyncio.wait_for(ready.wait(), every_s)
            await hearing
        finally:
            self.watcher.on_ready = nothing
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def _take_leave(self, socket: ClientConnection) -> None:
        for data in self.watcher.outgoing(finally_=True):
            await socket.send(data)
        await socket.close()

    async def _listen(self, socket: ClientConnection, ready: asyncio.Event) -> None:
        try:
            while True:
                self._hear(await socket.recv())
                ready.set()
        finally:
            ready.set()

    def _hear(self, data: Any) -> None:
        command, number = decode_command(decode_message(data))
        self.watcher.hear(command, number)


def _from_elsewhere(loop: asyncio.AbstractEventLoop, ready: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the line is closed just now
        loop.call_soon_threadsafe(ready.set)


def _said(answer: httpx.Response) -> str:
    """The sentence of a refusal."""
    try:
        detail: str = answer.json()["detail"]
    except (ValueError, LookupError, TypeError):
        return f"It answered {answer.status_code}."
    return detail
