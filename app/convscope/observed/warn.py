"""Warnings that never become errors in somebody's own loop."""

import logging
import warnings

log = logging.getLogger("convscope")


def warn(text: str) -> None:
    """A UserWarning; where the loop has made errors of them, a line in the log."""
    try:
        warnings.warn(text, stacklevel=3)
    except Warning:
        log.warning(text)
