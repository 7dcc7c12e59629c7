"""How a run shows itself in a notebook: a link, and the view that pages of others may embed.

A kernel does not see its user's browser. What it can know is which Jupyter server started it
(JPY_PARENT_PID, by which that server's file in Jupyter's runtime folder is named) and, on a
JupyterHub, where a browser finds that server (JUPYTERHUB_SERVICE_PREFIX). Of the file no more than
the address is read. Whether jupyter-server-proxy is there is asked of the Jupyter server: without
it there is nothing at /proxy/PORT.
"""

import json
import os
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from convscope.hosts import DEFAULT_PORTS, is_loopback, url

PATIENCE_S = 2.0
HEIGHT_PX = 600
LOOPBACKS = ("localhost", "127.0.0.1")
FRAMERS = re.compile(r"frame-ancestors ([^;]*)")


@dataclass(frozen=True)
class Jupyter:
    """A Jupyter server: its address, None where only a hub knows that, and the path at which a
    browser finds it."""

    address: str | None
    path: str
    of_hub: bool = False

    @property
    def origins(self) -> list[str]:
        """Those that its pages may have in a browser of this machine; none where it is for others,
        as on a hub."""
        parts = urlsplit(self.address or "")
        host = parts.hostname or ""
        if self.of_hub or not is_loopback(host):
            return []
        names = dict.fromkeys((host, *LOOPBACKS))
        return [url(name, _port(parts), parts.scheme) for name in names]

    def proxied(self, port: int) -> str | None:
        """The path at which a browser finds what listens on a port of this machine; None where
        jupyter-server-proxy is not there."""
        path = f"{self.path}proxy/{port}"
        if self.address is None:
            return path
        # it tells us to sign in first; a slash at the end it would take off, whatever is there
        answer = _asked(f"{self.address}proxy/{port}/embed")
        return path if answer and answer.status_code != 404 else None


def this_jupyter() -> Jupyter | None:
    """The one that started this process; None where none did, or it cannot be known."""
    hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    about = _server_file()
    if about:
        return Jupyter(about["url"], hub or about["base_url"], bool(hub))
    return Jupyter(None, hub, of_hub=True) if hub else None


def embedding_options() -> list[str]:
    """How a server that is started from here is told that notebooks of this Jupyter may embed its
    runs."""
    jupyter = this_jupyter()
    return [
        word
        for origin in (jupyter.origins if jupyter else ())
        for word in ("--allow-embed", origin)
    ]


def shown(page: str) -> str:
    """HTML for a notebook, of a run's page `ADDRESS/?run=ID`: the view of it where the notebook may
    embed it; else a link, and what would let it."""
    address, _, run = page.partition("/?run=")
    parts, jupyter = urlsplit(address), this_jupyter()
    if not jupyter or not is_loopback(parts.hostname or ""):
        return _shown_at(address, run, _why_not(address, jupyter))
    if path := jupyter.proxied(_port(parts)):
        return _shown_at(path, run, None)
    return _shown_at(_by_name_of(jupyter, parts), run, _why_not(address, jupyter))


def _by_name_of(jupyter: Jupyter, parts: SplitResult) -> str:
    """The same server on this machine, by the host name that the notebook has: in a frame a
    browser sends a cookie to the same host alone."""
    host = (urlsplit(jupyter.address).hostname if jupyter.address else None) or "localhost"
    return url(host, _port(parts), parts.scheme) + parts.path


def _why_not(address: str, jupyter: Jupyter | None) -> str | None:
    """Why a browser would not show the view within the notebook; None: it would."""
    origins = jupyter.origins if jupyter else []
    answer = _asked(f"{address}/embed")
    policy = answer.headers.get("content-security-policy", "") if answer else ""
    found = FRAMERS.search(policy)
    framers = set(found[1].split()) - {"'self'", "'none'"} if found else set()
    if framers.intersection(origins) if origins else framers:
        return None
    wanted = origins[0] if origins else "and where this page is, such as https://lab.example"
    return f"To see it here, start Convscope with --allow-embed {wanted}"


def _shown_at(address: str, run: str, why_not: str | None) -> str:
    page = escape(f"{address}/?run={run}")
    link = f'<p><a href="{page}" target="_blank" rel="noopener">Run {run} in Convscope</a></p>'
    if why_not:
        return f"{link}<p>{escape(why_not)}</p>"
    return (
        f'{link}<iframe src="{escape(f"{address}/embed?run={run}")}" title="Run {run}" '
        f'style="width: 100%; height: {HEIGHT_PX}px; border: 1px solid #8884"></iframe>'
    )


def _server_file() -> Any:
    """What the Jupyter server that started this process says of itself, or None."""
    try:
        from jupyter_core.paths import jupyter_runtime_dir  # a kernel has it

        name = f"jpserver-{os.environ['JPY_PARENT_PID']}.json"
        return json.loads(Path(jupyter_runtime_dir(), name).read_text(encoding="utf-8"))
    except (ImportError, KeyError, OSError, ValueError):
        return None


def _asked(address: str) -> httpx.Response | None:
    """What this address answers, None where it does not; nothing of ours is sent."""
    local = is_loopback(urlsplit(address).hostname or "")
    try:  # the certificate of a server on this machine is seldom one that anybody signed
        return httpx.get(
            address,
            headers={"Accept": "text/html"},
            timeout=PATIENCE_S,
            verify=not local,
            trust_env=not local,
        )
    except httpx.HTTPError:
        return None


def _port(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]
