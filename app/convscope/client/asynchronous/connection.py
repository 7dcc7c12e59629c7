"""REST of one server; what it refuses is raised."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from convscope.client.answers import UnreachableError, refusal
from convscope.hosts import is_loopback
from convscope.types import JsonObject

PATIENCE_S = 600.0  # for one answer: some steps of a large network take a while
CONNECT_S = 5.0


class AsyncConnection:
    """REST, version 1."""

    def __init__(
        self,
        address: str,
        token: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` is asked in place of the network."""
        self.address = address.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(
            base_url=f"{self.address}/api/v1",
            headers=self.headers,
            timeout=None if transport else httpx.Timeout(PATIENCE_S, connect=CONNECT_S),
            transport=transport,
            trust_env=not is_loopback(urlsplit(self.address).hostname or ""),  # for its proxies
        )

    async def get(self, path: str, **query: Any) -> Any:
        """A document."""
        return (await self.send("GET", path, params=query)).json()

    async def post(self, path: str, body: JsonObject | None = None) -> Any:
        """What a POST answers."""
        return (await self.send("POST", path, json=body or {})).json()

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request, its answer whole; `more` is httpx's."""
        with self._explained():
            answer = await self._http.request(method, path, **more)
        if not answer.is_success:
            raise refusal(answer)
        return answer

    @contextlib.asynccontextmanager
    async def stream(self, path: str, **query: Any) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of a large document, piece by piece."""
        with self._explained():
            async with self._http.stream("GET", path, params=query) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise refusal(answer)
                yield answer.aiter_bytes()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise UnreachableError(
                f"The Convscope at {self.address} does not answer: {why}."
            ) from error

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()
