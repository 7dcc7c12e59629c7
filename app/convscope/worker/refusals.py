"""What goes wrong in a worker, as what the server is told of it."""

import logging

from convscope.errors import ConvscopeError, UnavailableError

log = logging.getLogger("convscope")
OUT_OF_MEMORY = (  # as torch and its parts say it
    "not enough memory",
    "allocate memory",
    "out of memory",
    "bad_alloc",
)
RETRY_AFTER_S = 30


def is_out_of_memory(error: Exception) -> bool:
    """Whether there was no room for what was to be computed."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(words in said for words in OUT_OF_MEMORY)


def refusal(error: Exception, what: str) -> ConvscopeError:
    """Why `what` (for the log) is not answered; the sentences are ours, torch's are in the log."""
    if isinstance(error, ConvscopeError):
        return error
    log.error("%s failed", what, exc_info=error)
    if is_out_of_memory(error):
        return UnavailableError(
            "That takes more memory than the worker of this run may have: ask for less, or start "
            "another run with a smaller network.",
            retry_after=RETRY_AFTER_S,
        )
    return ConvscopeError("Internal error in the worker; see the server log.")
