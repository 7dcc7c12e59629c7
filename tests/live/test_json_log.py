"""The log of a server as JSON: a line a request, and nothing that people typed or sent."""

import json
import signal
from pathlib import Path
from typing import Any

import httpx

from convscope.logs import FORMAT
from tests.support.api_calls import photograph
from tests.support.processes import children, environment
from tests.support.server import LiveRun, Server
from tests.support.waiting import wait_until

TOKEN = "the-token-of-this-test-0123456789"
NAME = "annas-run"


def lines_of(server: Server) -> list[dict[str, Any]]:
    """All that a server has logged, once it has ended; every line must be JSON."""
    assert server.process.stdout is not None
    server.process.send_signal(signal.SIGINT)
    said = server.process.stdout.read()
    assert TOKEN not in said
    return [json.loads(line) for line in said.splitlines()]


def busy(server: Server, run: LiveRun) -> None:
    """Requests with what must not be logged in them."""
    run.send("PATCH", json={"name": NAME})
    sent = run.send("POST", "/images", files={"file": (f"{NAME}.jpg", photograph())})
    assert sent.status_code == 201
    server.http.get(f"/runs/{NAME}", headers={"X-Request-ID": "trace-1"})
    httpx.get(f"{server.url}/?token={TOKEN}")
    httpx.get(f"{server.url}/?token=wrong-{TOKEN}")
    httpx.get(f"{server.url}/{NAME}", headers={"Authorization": f"Bearer {TOKEN}"})


def told_to_workers(server: Server) -> set[str | None]:
    """How the processes are to log that workers are forked from, and they."""
    return {environment(pid).get(FORMAT) for pid in children(server.process.pid)}


def test_a_json_log_has_a_line_a_request_and_nothing_that_people_typed(tmp_path: Path) -> None:
    server = Server(tmp_path, "--log-json", token=TOKEN)
    try:
        run = server.run()
        busy(server, run)
        wait_until(lambda: run.get()["state"] == "ready")
        assert told_to_workers(server) == {"json"}
        lines = lines_of(server)
    finally:
        server.kill()
    assert NAME not in json.dumps(lines)
    [asked] = [line for line in lines if line.get("request") == "trace-1"]
    assert (asked["method"], asked["route"]) == ("GET", "/api/v1/runs/{run_id}")
    assert (asked["status"], asked["logger"]) == (404, "convscope.requests")
    assert asked["ms"] > 0
    of_requests = [line for line in lines if line["logger"] == "convscope.requests"]
    assert len({line["request"] for line in of_requests}) == len(of_requests)
    assert {line["status"] for line in of_requests} >= {200, 201, 303, 401, 404}
