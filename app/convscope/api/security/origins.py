"""Host and Origin checks: is a request meant for this server, and from its own page or none?"""

from starlette.datastructures import Headers
from starlette.types import Scope

from convscope.api.addresses import EMBED, path_within
from convscope.errors import ForbiddenError
from convscope.hosts import (
    canonical,
    is_address,
    is_loopback,
    is_wildcard,
    split_authority,
    split_origin,
    url,
)
from convscope.settings import Settings

OWN = ("same-origin", "none")  # none: typed, or from a bookmark
PAGE_SCHEMES = {"ws": "http", "wss": "https"}  # the scheme of the page that opens a WebSocket


def check_host(scope: Scope, settings: Settings) -> None:
    """Raise ForbiddenError unless there is one `Host` and it names this server, on any port.

    A page elsewhere can have its own name resolve to 127.0.0.1, but it cannot change the name that
    the browser then sends here.
    """
    given = Headers(scope=scope).getlist("host")
    authority = split_authority(given[0], scope["scheme"]) if len(given) == 1 else None
    if authority is None:
        raise ForbiddenError(
            "Expected one Host header, a name or an address, as the browser sends it and a proxy "
            f"must forward it, got {describe('Host', given)}."
        )
    if not allowed(authority[0], scope, settings):
        raise ForbiddenError(
            f"The host {authority[0]} is not allowed. To allow it, start convscope with "
            f"--allow-host {authority[0]}; a proxy must forward the Host that the browser sends "
            "(nginx: proxy_set_header Host $http_host;)."
        )


def allowed(host: str, scope: Scope, settings: Settings) -> bool:
    """Whether a canonical host is a loopback one, the one listened on, or one that was allowed.

    A server that listens on every address also answers to the one that the connection came in at:
    it is no name, so nobody can make it resolve to something else.
    """
    if is_loopback(host) or host in settings.allowed_hosts:
        return True
    if not is_wildcard(settings.host):
        return host == settings.host
    server = scope.get("server")
    return server is not None and is_address(host) and host == canonical(server[0])


def check_origin(scope: Scope) -> None:
    """Raise ForbiddenError where a page of another origin asks. `Host` must have been checked.

    Without `Origin` and `Sec-Fetch-Site` it is no browser, which is let in. A foreign page may link
    here: it may open a page, and neither write nor read, nor show anything of ours within itself
    but the embedded view, of which that page's policy says where a browser shows it.
    """
    headers = Headers(scope=scope)
    origins = headers.getlist("origin")
    if origins and (len(origins) > 1 or split_origin(origins[0]) != own_origin(scope)):
        raise ForbiddenError(
            f"Only this server's own pages may call it, got {describe('Origin', origins)} for "
            f"{_own_url(scope)}. A proxy must forward the browser's Host (nginx: proxy_set_header "
            "Host $http_host;), and its scheme as X-Forwarded-Proto, heeded where convscope is "
            f"started with --trust-proxy {_peer(scope)}."
        )
    sites = [site for site in headers.getlist("sec-fetch-site") if site not in OWN]
    if sites and not opens_page(scope, headers):
        raise ForbiddenError(
            f"Only this server's own pages may call it, got Sec-Fetch-Site {sites[0]!r}."
        )


def own_origin(scope: Scope) -> tuple[str, str, int] | None:
    """The origin of a page at the address that this request was sent to."""
    authority = split_authority(Headers(scope=scope).get("host", ""), scope["scheme"])
    scheme: str = PAGE_SCHEMES.get(scope["scheme"]) or scope["scheme"]
    return (scheme, *authority) if authority else None


def _own_url(scope: Scope) -> str:
    own = own_origin(scope)
    return url(own[1], own[2], own[0]) if own else "no address"


def _peer(scope: Scope) -> str:
    """Who sent this: where it is a proxy, the address to trust."""
    client = scope.get("client")
    return str(client[0]) if client else "ADDRESS"


def opens_page(scope: Scope, headers: Headers) -> bool:
    """Whether a browser opens this as a page of its own, as after a click on a link, or the
    embedded view in a frame."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest")
        in (("document", "iframe") if embeds(scope) else ("document",))
    )


def embeds(scope: Scope) -> bool:
    """Whether this is the address of the view that pages of others may embed."""
    return path_within(scope) == EMBED


def describe(header: str, values: list[str]) -> str:
    """What was sent, for the end of a sentence."""
    return f"{header} {values[0]!r}" if len(values) == 1 else f"{len(values)} {header} headers"
