"""Nothing that is asked waits for ever: an answer has to begin within some time."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convscope.errors import UnavailableError

ANSWER_WITHIN_S = 600.0  # from the last of the request; the longest seek is two minutes
RETRY_AFTER_S = 30


async def answer_in_time(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request; UnavailableError where no answer has begun in time."""
    limit = asyncio.timeout(ANSWER_WITHIN_S)

    async def received() -> Message:
        message = await receive()
        if limit.when() is not None and not limit.expired():  # no answer has begun
            limit.reschedule(asyncio.get_running_loop().time() + ANSWER_WITHIN_S)
        return message

    async def begun(message: Message) -> None:
        if not limit.expired():
            limit.reschedule(None)
        await send(message)

    try:
        async with limit:
            await app(scope, received, begun)
    except TimeoutError:
        if limit.expired():
            raise _too_late() from None
        raise


def _too_late() -> UnavailableError:
    return UnavailableError(
        f"There was no answer within {ANSWER_WITHIN_S / 60:g} minutes, so it is not waited for any "
        "longer. What was begun may go on: look at the run before you ask again.",
        retry_after=RETRY_AFTER_S,
    )
