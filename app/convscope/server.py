"""One uvicorn server on one socket: bound first of all, announced once it answers."""

import asyncio
import contextlib
import dataclasses
import errno
import logging
import os
import resource
import signal
import socket
import sys
import webbrowser
from time import monotonic
from types import FrameType
from typing import Any
from urllib.parse import quote

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from convscope.hosts import is_wildcard, url
from convscope.ipc import forkserver
from convscope.logs import write_json
from convscope.main import create_app
from convscope.runs.registry import Registry
from convscope.settings import Settings
from convscope.signals import end_as_by_sigterm
from convscope.storage.directory import RunDirectory

IDLE_LOOK_S = 5.0  # between two looks whether somebody is there
log = logging.getLogger("convscope")
BACKLOG = 2048  # connections that wait to be accepted
ABORT_AFTER_S = 5.0  # what is unsent when a WebSocket is done
MOST_FILES = 65_536  # open at once: a viewer takes one, a run with a worker some six
SHUTDOWN_S = 2  # for requests and WebSockets that are still open
WS_MAX_BYTES = 16 * 2**20  # of one message from a training loop; viewers may say less


class CannotListenError(Exception):
    """The address cannot be listened on; the text is a sentence for a terminal."""


class AbortingProtocol(WebSocketsSansIOProtocol):
    """As uvicorn's; once the application is done, what is still unsent has five seconds to go.

    uvicorn closes a transport only after its buffer was sent, which never happens to a peer that
    stalls: it would hold its buffer and its socket until TCP gives up.
    """

    async def run_asgi(self) -> None:
        """Serve one WebSocket, then end its connection whatever the peer does."""
        await super().run_asgi()
        self.loop.call_later(ABORT_AFTER_S, self.transport.abort)


class AnnouncingServer(uvicorn.Server):
    """A server that says where it is once it answers, and opens the page if asked to."""

    def __init__(self, config: uvicorn.Config, settings: Settings, open_page: bool) -> None:
        super().__init__(config)
        self.settings = settings
        self.open_page = open_page

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then announce."""
        await super().startup(sockets)
        if not self.started:
            return
        self.announce()
        if self.open_page:
            webbrowser.open(links(self.settings)[0])
        if self.settings.end_when_idle_s:
            self.ending = asyncio.create_task(self.end_when_idle(self.settings.end_when_idle_s))

    async def end_when_idle(self, patience_s: float) -> None:
        """Stop once nobody has watched, and nothing has trained, for so long."""
        busy_s = monotonic()
        while monotonic() - busy_s < patience_s:
            await asyncio.sleep(min(IDLE_LOOK_S, patience_s / 4))
            if is_busy(self.config.app):
                busy_s = monotonic()
        self.should_exit = True

    def announce(self) -> None:
        """Say where the page is; a log is not told the link that signs in."""
        if self.settings.log_json:
            log.info("Convscope is at %s", url(self.settings.host, self.settings.port))
            return
        for line in announcement(self.settings):
            print(line, flush=True)


def is_busy(guard: Any) -> bool:
    """Whether somebody watches a run of this application, or one trains."""
    registry: Registry = guard.app.state.registry
    return registry.is_busy


def serve(settings: Settings, open_page: bool = False) -> None:
    """Serve until SIGINT or SIGTERM, or until the terminal is closed.

    CannotListenError where the address is not to be had; InUseError or OSError where the folder of
    the runs is not.
    """
    raise_file_limit()
    if settings.log_json:
        write_json()
    with listen(settings) as listening:
        port = listening.getsockname()[1]  # the one that was free, where 0 was asked for
        settings = dataclasses.replace(settings, port=port)
        directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
        directory.open(url(settings.host, port))
        server = AnnouncingServer(configure(settings, directory), settings, open_page)
        signal.signal(signal.SIGTERM, _end)  # raised again by uvicorn after it has stopped
        end_as_by_sigterm()
        with contextlib.suppress(KeyboardInterrupt):  # raised again by uvicorn after it has stopped
            server.run(sockets=[listening])
    if not server.started:
        sys.exit(3)  # the application did not start, and has said why


def raise_file_limit() -> None:
    """As many files and connections as the system lets this process have without asking."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # a container may forbid it
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _end(number: int, _frame: FrameType | None) -> None:
    """End by a signal, and leave no temporary file."""
    forkserver.clear()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def configure(settings: Settings, directory: RunDirectory) -> uvicorn.Config:
    """uvicorn's settings.

    Deflate would cost more than all the rest of a stream, and the sans-I/O protocol is the one
    that is not deprecated.
    """
    return uvicorn.Config(
        create_app(settings, directory),
        log_config=None if settings.log_json else uvicorn.config.LOGGING_CONFIG,
        ws=AbortingProtocol,
        ws_per_message_deflate=False,
        ws_max_size=WS_MAX_BYTES,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the guard's, which heeds those of trusted proxies alone
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the settings' host and port; CannotListenError says why not."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen(BACKLOG)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise CannotListenError(why_not(settings, error)) from error
    return bound


def why_not(settings: Settings, error: OSError) -> str:
    """A sentence that says why an address cannot be listened on, and what helps."""
    place = url(settings.host, settings.port)
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.port} is in use, perhaps by another Convscope: "
            f"look at {place}, or choose another with --port."
        )
    if error.errno == errno.EACCES:
        return f"Port {settings.port} needs more rights: choose 1024 or higher with --port."
    return f"Cannot listen on {place}: {error.strerror or error}."


def announcement(settings: Settings) -> list[str]:
    """What the terminal says at the start: the address, or the links that sign a browser in."""
    if settings.token is None:
        return [f"Convscope is at {links(settings)[0]}"]
    return [
        "Convscope is running at (this link signs you in):",
        *(f"  {it}" for it in links(settings)),
    ]


def links(settings: Settings) -> list[str]:
    """The addresses to open; with the token, where one is needed."""
    hosts = [settings.host]
    if is_wildcard(settings.host):
        hosts = ["127.0.0.1", *outward_address(settings)]
    query = f"/?token={quote(settings.token, safe='')}" if settings.token else ""
    end = settings.root_path + (query or "/" * bool(settings.root_path))
    return [url(host, settings.port) + end for host in (*hosts, *settings.allowed_hosts)]


def outward_address(settings: Settings) -> list[str]:
    """This machine's address towards its network, if it has one: nothing is sent to find it."""
    ipv6 = ":" in settings.host
    family, elsewhere = (socket.AF_INET6, "2001:db8::1") if ipv6 else (socket.AF_INET, "192.0.2.1")
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((elsewhere, 9))
        return [str(asking.getsockname()[0])]
    return []
