"""Convscope: watch every weight of a CNN learn. `__init__.pyi` has the types."""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "Watch", "__version__", "watch"]
_HOMES = {
    "AsyncClient": "convscope.client",
    "Client": "convscope.client",
    "Watch": "convscope.observed.watch",
    "watch": "convscope.observed.watch",
}


def __getattr__(name: str) -> object:
    """What needs more than a server or a worker does is loaded when it is first used."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
