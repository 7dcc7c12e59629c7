"""Convscope: watch every weight of a CNN learn. `__init__.pyi` has the types."""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> object:
    """The clients are loaded when they are first used: servers and workers need none."""
    if name in ("AsyncClient", "Client"):
        return getattr(import_module("convscope.client"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
