"""What the whole server holds at once: bytes of bodies on their way, and pictures it decodes."""

import asyncio
import ctypes
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from convscope.errors import UnavailableError

MOST_BYTES = 64 * 2**20
MOST_DECODES = 2  # each may take some hundred megabytes
PATIENCE_S = 30.0
RETRY_AFTER_S = 5
TRIM_AFTER_S = 0.5  # when nothing is in flight any more


class Places:
    """So many, given to whoever asks first; each asks for one or for several."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def take(self, wanted: int, patience_s: float) -> AsyncIterator[None]:
        """Hold `wanted` places, or all that there are; UnavailableError where they do not become
        free in time."""
        wanted = min(wanted, self.most)
        await self._wait(wanted, patience_s)
        try:
            yield
        finally:
            self.taken -= wanted
            self._serve()

    async def _wait(self, wanted: int, patience_s: float) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (wanted, turn)
        self._waiting.append(entry)
        self._serve()
        try:
            async with asyncio.timeout(patience_s):
                await asyncio.shield(turn)
        except BaseException as error:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:  # it was given the places in this very moment
                self.taken -= wanted
            self._serve()
            if isinstance(error, TimeoutError):
                raise UnavailableError(
                    "The server is busy with other uploads: try again in a moment.",
                    retry_after=RETRY_AFTER_S,
                ) from None
            raise

    def _serve(self) -> None:
        while self._waiting and self.taken + self._waiting[0][0] <= self.most:
            wanted, turn = self._waiting.popleft()
            self.taken += wanted
            turn.set_result(None)


class Budget:
    """One for a server; what was freed goes back to the system once nothing is in flight."""

    def __init__(
        self,
        most_bytes: int = MOST_BYTES,
        most_decodes: int = MOST_DECODES,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._bytes, self._decodes = Places(most_bytes), Places(most_decodes)
        self._patience_s = patience_s
        self.in_flight = 0  # bodies that hold room, or wait for it
        self._trimming: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def bytes(self, wanted: int) -> AsyncIterator[None]:
        """Room for a body of so many bytes, waited for before any of them is read; none for 0."""
        if not wanted:
            yield
            return
        self.in_flight += 1
        try:
            async with self._bytes.take(wanted, self._patience_s):
                yield
        finally:
            self.in_flight -= 1
        self._trim_later()

    @asynccontextmanager
    async def decode(self) -> AsyncIterator[None]:
        """Room for one picture to be decoded; its memory goes back before the next is."""
        async with self._decodes.take(1, self._patience_s):
            yield
            await asyncio.to_thread(give_memory_back)

    def _trim_later(self) -> None:
        if self._trimming:
            self._trimming.cancel()
        loop = asyncio.get_running_loop()
        self._trimming = loop.call_later(TRIM_AFTER_S, self._trim, loop)

    def _trim(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._bytes.taken:
            loop.run_in_executor(None, give_memory_back)


def give_memory_back() -> None:
    """What threads have freed goes back to the system, where its C library can do that (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
