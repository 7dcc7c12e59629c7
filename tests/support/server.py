"""One real server, started and ended by a test."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from convscope.frames.format import Section, decode_frame
from tests.support import documented
from tests.support.data_cache import data_cache
from tests.support.device import DEVICE

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
ADDRESS, LINK = "Convscope is at ", "  http"  # with a token


class Server:
    """A running `convscope`, and a client for it; at the end of a `with` it is stopped."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        module: str = "convscope",
        command: Sequence[str] = (),
        cwd: Path | None = None,
        device: str = DEVICE,
        token: str | None = None,
    ) -> None:
        """Starts it on a free port of loopback; it keeps runs below `folder`. `module` is run in
        place of the app, to begin it otherwise; or a whole `command` is."""
        self.folder = folder
        # short, since the path of a socket is bounded; who is killed leaves the forkserver's there
        self._scratch = tempfile.mkdtemp(prefix="convscope-")
        started = [*(command or (sys.executable, "-m", module)), "--port", "0", "--device", device]
        started += ["--cache-dir", str(data_cache()), *arguments]
        own = {"XDG_STATE_HOME": str(folder / "state"), "TMPDIR": self._scratch}
        if token:
            own["CONVSCOPE_TOKEN"] = token
        if module != "convscope":  # in the checkout, where a server's workers do not look
            known = os.environ.get("PYTHONPATH", "")
            own["PYTHONPATH"] = f"{ROOT}{os.pathsep}{known}".rstrip(os.pathsep)
        self.process = subprocess.Popen(
            started,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | own,
        )
        self.url = self._address()
        self.http = httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=PATIENCE_S,
            event_hooks={"response": [documented.check]},
        )

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _address(self) -> str:
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if ADDRESS in line or line.startswith(LINK):  # in a JSON log it is a line's message
                return line[line.index("http") :].partition("/?")[0].strip('/"}\n')
        raise AssertionError("The server did not start:\n" + "".join(lines))

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()
        self.close()

    def close(self) -> None:
        """Let go of what belonged to a server that is gone."""
        self.http.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def stop(self) -> None:
        """Ends it, kindly at first."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        said = self._said()
        self.close()
        assert "Warning:" not in said, said

    def _said(self) -> str:
        """The last of what it printed; nobody that it left waits for more."""
        assert self.process.stdout is not None
        if self.process.stdout.closed:  # it was killed before
            return ""
        pipe = self.process.stdout.fileno()
        os.set_blocking(pipe, False)
        with contextlib.suppress(BlockingIOError):
            return os.read(pipe, 2**20).decode(errors="replace")
        return ""

    def run(self, **recipe: Any) -> "LiveRun":
        """A new run."""
        answer = self.http.post("/runs", json=recipe)
        assert answer.status_code == 201, answer.text
        return LiveRun(self, answer.json()["id"])


class LiveRun:
    """A run of a server, and short ways to ask of it; at the end of a `with` it is deleted."""

    def __init__(self, server: Server, run_id: str) -> None:
        self.server = server
        self.id = run_id

    def __enter__(self) -> "LiveRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.delete()

    def get(self, path: str = "", **parameters: Any) -> Any:
        """A GET that must succeed, as JSON."""
        answer = self.server.http.get(f"/runs/{self.id}{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        """Any request."""
        return self.server.http.request(method, f"/runs/{self.id}{path}", **more)

    def post(self, path: str, **body: Any) -> Any:
        """A POST that must succeed, as JSON."""
        answer = self.send("POST", path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def delete(self) -> None:
        """End it."""
        self.send("DELETE")

    @contextlib.contextmanager
    def stream(self) -> Iterator[ClientConnection]:
        """Its WebSocket."""
        address = f"{self.server.url}/api/v1/runs/{self.id}/stream".replace("http", "ws", 1)
        with connect(address, max_size=2**26, compression=None) as socket:
            yield socket

    def wait_for(self, state: str, patience_s: float = PATIENCE_S) -> Any:
        """The run, once it is in a state."""
        end = time.monotonic() + patience_s
        while (run := self.get())["state"] != state:
            assert time.monotonic() < end, f"still {run['state']}, and {state} was waited for"
            time.sleep(0.02)
        return run


Frame = tuple[dict[str, Any], list[Section]]


def next_frame(socket: ClientConnection, timeout_s: float = PATIENCE_S) -> Frame:
    """The next binary message, decoded."""
    while True:
        message = socket.recv(timeout=timeout_s)
        if isinstance(message, bytes):
            return decode_frame(message)
