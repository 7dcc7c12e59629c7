"""uvicorn's WebSocket protocol, with an end for a peer that takes nothing any more."""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

ABORT_AFTER_S: Final = 5.0


class AbortingProtocol(WebSocketsSansIOProtocol):
    """As uvicorn's; once the application is done, what is still unsent has five seconds to go.

    uvicorn closes a transport only after its buffer was sent, which never happens to a peer that
    stalls: it would hold its buffer and its socket until TCP gives up.
    """

    async def run_asgi(self) -> None:
        """Serve one WebSocket, then end its connection whatever the peer does."""
        await super().run_asgi()
        self.loop.call_later(ABORT_AFTER_S, self.transport.abort)
