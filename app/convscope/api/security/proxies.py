"""What proxies hide of a request's address: the path, the scheme and the host that a browser sees.

A proxy may leave the path that Convscope is under in what it passes on, or strip it; both are
served. `X-Forwarded-Prefix`, `-Proto` and `-Host` are heeded only where they come from a proxy that
was named by `--trust-proxy`. Of several, each added by another proxy, the first is the browser's.
"""

from ipaddress import ip_address, ip_network
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

from convscope.errors import ForbiddenError
from convscope.hosts import canonical, is_address
from convscope.root_path import canonical_root_path
from convscope.settings import Settings

SCHEMES = {"http": ("http", "ws"), "https": ("https", "wss")}  # of a page, and of its WebSockets


class Proxies:
    """The proxies in front of one server."""

    def __init__(self, settings: Settings) -> None:
        self.root_path = settings.root_path
        self.trusted = [ip_network(one) for one in settings.trusted_proxies]

    def trust(self, scope: Scope) -> bool:
        """Whether a request comes from a proxy that was named."""
        client = scope.get("client")
        peer = canonical(client[0]) if client and self.trusted else None
        if peer is None or not is_address(peer):
            return False
        return any(ip_address(peer) in network for network in self.trusted)

    def as_browser_sees(self, scope: Scope) -> Scope:
        """The request at the address that the browser asked; ForbiddenError where what a trusted
        proxy says of it cannot be."""
        headers = Headers(scope=scope)
        given = headers if self.trust(scope) else Headers()
        scope = _under(scope, _prefix(given) or self.root_path)
        if proto := _first(given, "x-forwarded-proto"):
            scope["scheme"] = _scheme(proto, scope["type"])
        if host := _first(given, "x-forwarded-host"):
            kept = MutableHeaders(scope=scope)
            kept["host"] = host
        return scope


def _first(headers: Headers, name: str) -> str:
    return ",".join(headers.getlist(name)).partition(",")[0].strip()


def _prefix(headers: Headers) -> str:
    try:
        return canonical_root_path(_first(headers, "x-forwarded-prefix"))
    except ValueError as error:
        raise ForbiddenError(f"Of X-Forwarded-Prefix: {error}") from None


def _scheme(proto: str, kind: str) -> str:
    if proto.lower() not in SCHEMES:
        raise ForbiddenError(f"Expected X-Forwarded-Proto to be http or https, got {proto!r}.")
    page, socket = SCHEMES[proto.lower()]
    return socket if kind == "websocket" else page


def _under(scope: Scope, prefix: str) -> Scope:
    """A copy whose path begins with `prefix`, whether a proxy has stripped it or not."""
    scope = {**scope, "headers": list(scope["headers"])}
    if prefix:
        root, path = unquote(prefix), scope["path"]
        stripped = path != root and not path.startswith(f"{root}/")
        scope |= {"root_path": root, "path": root + path if stripped else path}
    return scope
