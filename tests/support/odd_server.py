"""A server that says anything."""

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Say = Callable[["Conversation"], None]
RUN: dict[str, Any] = {"run": {"id": "abcdefghij"}, "token": "a"}
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455


class Conversation(BaseHTTPRequestHandler):
    """With one client."""

    protocol_version = "HTTP/1.1"  # as a WebSocket needs
    over: threading.Event  # the test is
    made: Say  # what a POST is answered
    dialled: Say  # and the WebSocket

    def do_POST(self) -> None:
        """A run is to be made."""
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).made(self)

    def do_GET(self) -> None:
        """Its loop dials in."""
        key = (self.headers["Sec-WebSocket-Key"] + MAGIC).encode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        accept = base64.b64encode(hashlib.sha1(key, usedforsecurity=False).digest()).decode()
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        self.close_connection = True
        type(self).dialled(self)

    def answer(self, status: int, body: bytes) -> None:
        """An HTTP answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def make(self) -> None:
        """What a server answers that means it."""
        self.answer(201, json.dumps(RUN).encode())

    def message(self, data: bytes, kind: int = 2) -> None:
        """On the WebSocket: bytes, or text (1)."""
        length = bytes([len(data)]) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2, "big")
        self.wfile.write(bytes([0x80 | kind]) + length + data)

    def wait(self) -> None:
        """Say nothing and read nothing any more."""
        self.over.wait(30)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextlib.contextmanager
def odd_server(made: Say, dialled: Say) -> Iterator[str]:
    """Its address."""
    over = threading.Event()
    kind = type("Odd", (Conversation,), {"over": over, "made": made, "dialled": dialled})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            over.set()
            server.shutdown()
            thread.join()
