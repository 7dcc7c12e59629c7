"""Addresses within Convscope, whatever path it is under: relative, or without that path.

`root_path` of a scope is the path that Convscope is under, and `path` begins with it, as ASGI has
it. A proxy may hide that path; so what is answered says addresses from the one that was asked.
"""

from posixpath import dirname, relpath

from starlette.requests import Request
from starlette.types import Scope

EMBED = "/embed"  # the one page that others may show within theirs


def path_within(scope: Scope) -> str:
    """The path of a request without the one that Convscope is under; empty where it is that one,
    without a slash at its end."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def root_from(scope: Scope) -> str:
    """Where Convscope begins, from a page: `./` or `../` for each folder that the page is in."""
    return "../" * (path_within(scope).count("/") - 1) or "./"


def relative(request: Request, name: str, **names: str) -> str:
    """The address of a route, from the address that was asked."""
    target = str(request.app.url_path_for(name, **names))
    return relpath(target, dirname(path_within(request.scope)))
