"""The example notebook, from top to bottom and in a real JupyterLab."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from benchmarks.browser import chromium
from convscope.storage.directory import address_of_server
from tests.integration.environment import python_with
from tests.integration.nginx import free_port
from tests.support.data_cache import data_cache
from tests.support.server import ROOT
from tests.support.waiting import wait_until

pytestmark = pytest.mark.integration
EXAMPLE = ROOT / "docs" / "watch.ipynb"
PACKAGES = ("ipykernel", "jupyter-server-proxy", "jupyterlab", "nbclient")
PATIENCE_S = 120
TOKEN = "the-token-of-this-jupyter"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Jupyter's programs."""
    return Path(python_with(tmp_path_factory.mktemp("jupyter") / "venv", *PACKAGES)).parent


@dataclass
class Home:
    """A user's folders: Jupyter's, and that of the Convscope that is started from a notebook."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "convscope"

    @property
    def variables(self) -> dict[str, str]:
        names = {f"JUPYTER_{name}_DIR": name for name in ("CONFIG", "DATA", "RUNTIME")}
        own = {key: str(self.folder / name) for key, name in names.items()}
        own |= {"XDG_STATE_HOME": str(self.folder), "HOME": str(self.folder)}
        own |= {"IPYTHONDIR": str(self.folder / "ipython")}
        return os.environ | own | {"XDG_CACHE_HOME": str(data_cache().parent)}

    def end_server(self) -> None:
        """The Convscope that a notebook has started."""
        if address_of_server(self.state):
            os.kill(int((self.state / "lock").read_text().split()[0]), signal.SIGTERM)
            wait_until(lambda: address_of_server(self.state) is None)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Fresh folders."""
    made = Home(tmp_path / "home")
    made.folder.mkdir()
    yield made
    made.end_server()


@contextmanager
def jupyterlab(programs: Path, home: Home, *arguments: str) -> Iterator[str]:
    """Its address; the example lies in its folder."""
    port, notebooks = free_port(), home.folder / "notebooks"
    notebooks.mkdir()
    shutil.copy(EXAMPLE, notebooks)
    command = [str(programs / "jupyter-lab"), "--no-browser", "--allow-root", f"--port={port}"]
    command += [f"--ServerApp.root_dir={notebooks}", f"--IdentityProvider.token={TOKEN}"]
    address = f"http://localhost:{port}"
    with (
        (home.folder / "jupyter.log").open("w") as log,
        subprocess.Popen(
            [*command, *arguments], env=home.variables, stdout=log, stderr=subprocess.STDOUT
        ) as child,
    ):
        try:
            wait_until(lambda: child.poll() is not None or answers(address), "JupyterLab")
            assert child.poll() is None, (home.folder / "jupyter.log").read_text()
            yield address
        finally:
            child.terminate()


def answers(address: str) -> bool:
    """Whether a Jupyter server does there."""
    try:
        return httpx.get(f"{address}/api").is_success
    except httpx.TransportError:
        return False


def run_cells(page: Page, address: str) -> FrameLocator:
    """Run the example up to its loop; the frame that stands above that."""
    page.goto(f"{address}/lab/tree/watch.ipynb?token={TOKEN}")
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=PATIENCE_S * 1000)
    page.get_by_role("heading", name="Your own training loop").click()
    for _ in range(4):
        page.keyboard.press("Shift+Enter")
    frame = page.locator("iframe[title^='Run ']")
    frame.wait_for(state="attached", timeout=PATIENCE_S * 1000)
    return page.frame_locator("iframe[title^='Run ']")


def outputs(notebook: Path) -> str:
    """All that its cells gave."""
    cells = json.loads(notebook.read_text())["cells"]
    return json.dumps([cell.get("outputs") for cell in cells])


def test_the_example_has_no_outputs_and_runs_from_top_to_bottom(programs: Path, home: Home) -> None:
    assert set(re.findall(r"\[[^]]*\]|null", outputs(EXAMPLE))) <= {"null", "[null, []", "[]"}
    notebook = home.folder / "watch.ipynb"
    shutil.copy(EXAMPLE, notebook)
    command = [str(programs / "jupyter-execute"), "--inplace", str(notebook)]
    subprocess.run(command, env=home.variables, check=True, timeout=PATIENCE_S)
    said = outputs(notebook)
    assert "Convscope shows this run at http://127.0.0.1" in said
    assert "text/html" in said
    assert "Warning" not in said


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        ((), r"/proxy/\d+/embed\?run="),
        (
            ("--ServerApp.jpserver_extensions={'jupyter_server_proxy': False}",),
            r"http://localhost:\d+/embed\?run=",
        ),
    ],
    ids=["through jupyter-server-proxy", "without it"],
)
def test_in_jupyterlab_the_run_is_live_below_its_cell(
    programs: Path, home: Home, arguments: tuple[str, ...], source: str
) -> None:
    with jupyterlab(programs, home, *arguments) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        frame = run_cells(page, address)
        assert re.match(source, page.locator("iframe").get_attribute("src") or "")
        expect(frame.locator("[data-test=step]")).to_have_text("200", timeout=PATIENCE_S * 1000)
        expect(frame.get_by_role("region", name="Curves")).to_be_visible()
