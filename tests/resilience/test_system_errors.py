"""Whatever the machine refuses is answered with 503 and a sentence, and never with a 500."""

import io
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.resilience.disk import filled, small_disk
from tests.support.api_calls import photograph
from tests.support.server import LiveRun, Server

BIG = 3 * 10**6  # bytes of an upload, more than is kept in memory
LOW = 80  # files that a process may have open
FILL: dict[str, Any] = {"type": "fill", "layer": "conv1", "filter": 0, "with": "random"}


def uploaded(content: bytes) -> dict[str, Any]:
    return {"files": {"file": ("a", content)}}


def calls(run: LiveRun, exported: bytes, weights: bytes) -> dict[str, Callable[[], httpx.Response]]:
    """Every way in which a request comes to write."""
    http = run.server.http
    return {
        "create": lambda: http.post("/runs", json={}),
        "from weights": lambda: http.post("/runs/from-weights", files={"weights": ("w", weights)}),
        "import": lambda: http.post("/runs/import", **uploaded(exported)),
        "export": lambda: run.send("GET", "/export"),
        "fork": lambda: run.send("POST", "/fork", json={"step": 1}),
        "rename": lambda: run.send("PATCH", json={"name": "another"}),
        "upload": lambda: run.send("POST", "/images", **uploaded(photograph())),
        "intervene": lambda: run.send("POST", "/interventions", json=FILL),
        "history": lambda: run.send("GET", "/history"),
        "deleted": lambda: http.get("/runs/deleted"),
        "restore": lambda: http.post("/runs/aaaaaaaaaa/restore"),
        "thumbnails": lambda: http.get("/runs/thumbnails", params={"run": run.id}),
        "past": lambda: run.send("GET", "/weights", params={"step": 1}),
        "reset": lambda: run.send("POST", "/reset"),
        "delete": lambda: run.send("DELETE"),
    }


def assert_said(name: str, answer: httpx.Response, *, never_a_path: Path) -> None:
    """It went well, or a sentence says why it did not, without a path of the server's."""
    assert answer.status_code < 500 or answer.status_code == 503, f"{name}: {answer.text}"
    if answer.status_code >= 400:
        assert answer.json()["detail"].endswith("."), name
        assert str(never_a_path) not in answer.text, f"{name}: {answer.text}"


def trained(server: Server) -> tuple[LiveRun, bytes, bytes]:
    run = server.run()
    run.post("/step", steps=4)
    return run, run.send("GET", "/export").content, run.send("GET", "/weights").content


def test_with_the_folder_of_the_runs_gone_every_call_is_answered_with_a_sentence(
    tmp_path: Path,
) -> None:
    with Server(tmp_path) as server:
        run, exported, weights = trained(server)
        runs = tmp_path / "state/convscope/runs"
        runs.rename(runs.with_name("elsewhere"))
        found = {}
        for name, call in calls(run, exported, weights).items():
            answer = call()
            assert_said(name, answer, never_a_path=tmp_path)
            found[name] = answer.status_code
        wanted = ("create", "import", "from weights", "fork")
        assert {name: found[name] for name in wanted} == dict.fromkeys(wanted, 503)
        runs.with_name("elsewhere").rename(runs)
        assert server.http.post("/runs", json={}).status_code == 201, "it goes on by itself"


def test_on_a_full_disk_every_call_is_answered_with_a_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "state", "8m") as disk, Server(tmp_path) as server:
        run, exported, weights = trained(server)
        with filled(disk):
            for name, call in calls(run, exported, weights).items():
                assert_said(name, call(), never_a_path=tmp_path)


def test_a_body_that_finds_no_room_on_the_temporary_disk_says_so(tmp_path: Path) -> None:
    with ExitStack() as stack:
        scratch = stack.enter_context(small_disk(tmp_path / "tmp", "1m"))
        server = stack.enter_context(
            Server(
                tmp_path, command=("env", f"TMPDIR={scratch}", sys.executable, "-m", "convscope")
            )
        )
        answer = server.http.post("/runs/import", files={"file": io.BytesIO(bytes(BIG))})
        assert answer.status_code == 503
        assert "The disk is full" in answer.json()["detail"]


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Server]:
    """A server that may open few files, and cannot have more."""
    limited = ("prlimit", f"--nofile={LOW}:{LOW}", sys.executable, "-m", "convscope")
    with Server(tmp_path, command=limited) as server:
        yield server


def test_with_too_many_files_open_the_answer_names_that_and_it_goes_on(narrow: Server) -> None:
    said = set()
    with ExitStack() as stack:
        for _ in range(LOW):
            answer = narrow.http.post("/runs", json={})
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 503:
                said.add(answer.json()["detail"])
                break
            run = LiveRun(narrow, answer.json()["id"])
            stack.enter_context(run)
    assert any("files and connections are open as may be" in words for words in said), said
    assert narrow.http.get("/health").status_code == 200
    assert narrow.http.post("/runs", json={}).status_code == 201


def test_a_server_takes_as_many_files_as_it_may_have(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    low_at_first = ("prlimit", f"--nofile={LOW}:{hard}", sys.executable, "-m", "convscope")
    with Server(tmp_path, command=low_at_first) as server:
        limits = Path(f"/proc/{server.process.pid}/limits").read_text()
        (line,) = [line for line in limits.splitlines() if line.startswith("Max open files")]
        assert int(line.split()[3]) == min(hard, 65_536)
