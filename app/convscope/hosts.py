"""Host names and addresses as they come in settings, `Host` and `Origin`."""

import re
from ipaddress import IPv6Address, ip_address, ip_network

NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#@\\]+)")
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def canonical(host: str) -> str | None:
    """The one spelling of a host: lower case, no brackets, no closing dot, addresses compressed.

    IPv4 within IPv6 is IPv4. None for what is neither a name nor an address. Addresses in octal,
    in hexadecimal or as one number are none here, as browsers never send them so; nor does a name
    end in a number.
    """
    bare = host.lower().removesuffix(".")
    bracketed = bare.startswith("[") and bare.endswith("]")
    try:
        address = ip_address(bare[1:-1] if bracketed else bare)
    except ValueError:
        is_name = len(bare) <= 253 and NAME.fullmatch(bare)
        return bare if is_name and not bare.rpartition(".")[2].isdigit() else None
    if not isinstance(address, IPv6Address):
        return None if bracketed else str(address)
    return str(address.ipv4_mapped or address)


def network(text: str) -> str:
    """The one spelling of an address, or of a range of them such as 172.16.0.0/12; ValueError says
    what was expected."""
    try:
        return str(ip_network(text.strip("[]"), strict=False))
    except ValueError:
        raise ValueError(
            "Expected a trusted proxy to be an address or a range of them, such as 127.0.0.1 or "
            f"172.16.0.0/12, got {text!r}."
        ) from None


def page_origin(text: str) -> str:
    """The one spelling of the origin of pages, such as http://localhost:8888; ValueError says what
    was expected."""
    parts = split_origin(text.removesuffix("/"))
    if parts is None:
        raise ValueError(
            "Expected the origin of a page that may embed the view, such as http://localhost:8888, "
            f"got {text!r}."
        )
    scheme, host, port = parts
    return url(host, port, scheme)


def is_address(host: str) -> bool:
    """Whether a canonical host is a literal address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a canonical host means this machine alone: `localhost`, 127.0.0.0/8, ::1."""
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def is_wildcard(host: str) -> bool:
    """Whether a canonical host means every address of this machine: 0.0.0.0, ::."""
    return is_address(host) and ip_address(host).is_unspecified


def split_authority(authority: str, scheme: str) -> tuple[str, int] | None:
    """`Host`'s value as (canonical host, port), the port by the scheme where none is written.

    None where it is not exactly a host and perhaps a port.
    """
    match = AUTHORITY.fullmatch(authority)
    host = canonical(match["host"]) if match else None
    if match is None or host is None:
        return None
    if ":" in host and not match["host"].startswith("["):
        return None
    return host, int(match["port"] or DEFAULT_PORTS[scheme])


def split_origin(origin: str) -> tuple[str, str, int] | None:
    """`Origin`'s value as (scheme, canonical host, port); None for `null` and anything else."""
    match = ORIGIN.fullmatch(origin)
    parts = split_authority(match["authority"], match["scheme"]) if match else None
    return (match["scheme"], *parts) if match and parts else None


def url(host: str, port: int, scheme: str = "http") -> str:
    """The address to type for a canonical host: brackets around IPv6, no port where it is usual."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if DEFAULT_PORTS[scheme] == port else f":{port}")
