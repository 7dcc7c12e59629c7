"""How a run shows itself in a notebook, by what a kernel can know of its Jupyter."""

import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from convscope.client import Client, notebook
from tests.support.own_loop import OwnLoop, watched
from tests.support.server import Server

LAB = "http://localhost:8888"
SOURCE = re.compile(r'<iframe src="([^"]*)"')
LINK = re.compile(r'<a href="([^"]*)"')


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Jupyter's runtime folder, in which nothing is yet; no Jupyter is known."""
    paths = ModuleType("jupyter_core.paths")
    paths.jupyter_runtime_dir = lambda: str(tmp_path)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "jupyter_core", ModuleType("jupyter_core"))
    monkeypatch.setitem(sys.modules, "jupyter_core.paths", paths)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    return tmp_path


@pytest.fixture
def started_by(monkeypatch: pytest.MonkeyPatch, folder: Path) -> "StartedBy":
    """Says which Jupyter server started this process."""
    return StartedBy(monkeypatch, folder)


class StartedBy:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.monkeypatch, self.folder = monkeypatch, folder

    def __call__(self, address: str, base: str = "/") -> None:
        about = {"url": f"{address}{base}", "base_url": base, "token": "a secret of Jupyter's"}
        (self.folder / "jpserver-77.json").write_text(json.dumps(about))
        self.monkeypatch.setenv("JPY_PARENT_PID", "77")


@contextmanager
def jupyter(status: int) -> Iterator[tuple[str, list[str]]]:
    """One that answers so to whoever has not signed in, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            assert self.headers["authorization"] is None
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def allowing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets a JupyterLab embed its runs, once one has signed in."""
    folder = tmp_path_factory.mktemp("allowing")
    with Server(folder, "--allow-embed", LAB, token="the-token-of-this-test") as server:
        yield server


def port(server: Server) -> str:
    """The one that it listens on."""
    return server.url.rpartition(":")[2]


def test_where_nobody_may_embed_it_there_is_a_link_and_what_would_let_one(
    usual_server: Server, started_by: StartedBy
) -> None:
    page = f"{usual_server.url}/?run=abc"
    html = notebook.shown(page)
    assert LINK.findall(html) == [page]
    assert "--allow-embed and where this page is" in html
    started_by("http://127.0.0.1:9")
    html = notebook.shown(page)
    assert LINK.findall(html) == [page]
    assert "--allow-embed http://127.0.0.1:9<" in html
    assert "iframe" not in html


def test_a_notebook_of_this_machine_that_may_embed_it_does_by_its_own_host_name(
    allowing: Server, started_by: StartedBy
) -> None:
    started_by(LAB)
    html = notebook.shown(f"{allowing.url}/?run=abc")
    assert SOURCE.findall(html) == [f"http://localhost:{port(allowing)}/embed?run=abc"]
    assert LINK.findall(html) == [f"http://localhost:{port(allowing)}/?run=abc"]
    assert "secret" not in html
    started_by("http://localhost:8889")  # another, which it was not told of
    assert "--allow-embed http://localhost:8889<" in notebook.shown(f"{allowing.url}/?run=abc")


def test_a_notebook_that_is_not_known_embeds_what_some_page_may(allowing: Server) -> None:
    html = notebook.shown(f"{allowing.url}/?run=abc")
    assert SOURCE.findall(html) == [f"{allowing.url}/embed?run=abc"]


@pytest.mark.parametrize("status", [302, 403, 200])
def test_through_jupyter_server_proxy_where_there_is_one(
    usual_server: Server, started_by: StartedBy, status: int
) -> None:
    with jupyter(status) as (address, asked):
        started_by(address, "/lab/")
        html = notebook.shown(f"{usual_server.url}/?run=abc")
    at = f"/lab/proxy/{port(usual_server)}"
    assert asked == [f"{at}/embed"]
    assert SOURCE.findall(html) == [f"{at}/embed?run=abc"]
    assert LINK.findall(html) == [f"{at}/?run=abc"]


def test_a_jupyter_without_that_proxy_has_nothing_there(
    allowing: Server, started_by: StartedBy
) -> None:
    with jupyter(404) as (address, asked):
        started_by(address)
        html = notebook.shown(f"{allowing.url}/?run=abc")
    assert asked == [f"/proxy/{port(allowing)}/embed"]
    assert "--allow-embed http://localhost" in html


def test_on_a_hub_by_the_path_that_the_browser_sees(
    usual_server: Server, monkeypatch: pytest.MonkeyPatch, started_by: StartedBy
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    expected = [f"/user/ada/proxy/{port(usual_server)}/embed?run=abc"]
    assert SOURCE.findall(notebook.shown(f"{usual_server.url}/?run=abc")) == expected
    assert notebook.embedding_options() == []
    with jupyter(302) as (address, _):
        started_by(address)
        assert SOURCE.findall(notebook.shown(f"{usual_server.url}/?run=abc")) == expected


def test_a_server_elsewhere_is_asked_itself(started_by: StartedBy) -> None:
    with jupyter(302) as (address, asked):
        started_by(address)
        html = notebook.shown("https://nowhere.invalid/convscope/?run=abc")
    assert asked == []
    assert LINK.findall(html) == ["https://nowhere.invalid/convscope/?run=abc"]


def test_a_server_that_is_started_from_a_notebook_lets_its_jupyter_embed(
    started_by: StartedBy,
) -> None:
    assert notebook.embedding_options() == []
    started_by(LAB)
    both = ["--allow-embed", LAB, "--allow-embed", "http://127.0.0.1:8888"]
    assert notebook.embedding_options() == both
    started_by("http://lab.example:8888")
    assert notebook.embedding_options() == []


def test_a_run_and_a_watch_show_themselves(usual_server: Server) -> None:
    with Client(usual_server.url) as client:
        run = client.create()
        assert run._repr_html_() == notebook.shown(run.url)
    with watched(usual_server, OwnLoop()) as (watch, run):
        assert watch._repr_html_() == notebook.shown(run.url)
