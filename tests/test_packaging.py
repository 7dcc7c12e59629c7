"""The wheel and the source archive, built from a clean checkout."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from app.settings import PACKAGE

ROOT = PACKAGE.parent
SERVED = ("static", "templates", "models")
PATIENCE_S = 300

ASK_THE_INSTALLED = """
import asyncio, httpx, json
from pathlib import Path
from app.main import create_app
from app.settings import Settings, resources

async def statuses(*paths):
    transport = httpx.ASGITransport(create_app(Settings(cache_dir=Path("cache"))))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return [(await client.get(path)).status_code for path in paths]

places = [str(resources(name)) for name in ("static", "templates", "models")]
found = asyncio.run(statuses("/", "/static/vendor/preact.mjs", "/api/v1/models"))
print(json.dumps([places, found]))
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(PATIENCE_S)]


def files_of_the_project() -> list[str]:
    """What a clean checkout would have, from the working tree."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def build(source: Path, target: str, into: Path, path: str | None = None) -> Path:
    """Build one archive with the hatchling of this environment; `path` stands for $PATH."""
    environment = os.environ | ({"PATH": path} if path is not None else {})
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into],
        cwd=source,
        env=environment,
        check=True,
        timeout=PATIENCE_S,
    )
    return next(into.glob("*.whl" if target == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean checkout: no browser packages, no caches."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in files_of_the_project():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    assert not (folder / "static" / "vendor").exists()
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(checkout, "wheel", tmp_path_factory.mktemp("wheel"))


def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def vendored() -> set[str]:
    return set(json.loads((ROOT / "package.json").read_text())["vendor"])


def test_the_wheel_has_all_that_the_project_serves(wheel: Path) -> None:
    expected = {
        f"app/{name}" if name.startswith(tuple(f"{folder}/" for folder in SERVED)) else name
        for name in files_of_the_project()
        if name.startswith(("app/", *(f"{folder}/" for folder in SERVED)))
    }
    assert len(expected) > 50
    assert expected - members(wheel) == set()


def test_the_wheel_has_the_browser_packages_and_their_licences(wheel: Path) -> None:
    names = members(wheel)
    assert {f"app/static/vendor/{name}" for name in vendored()} - names == set()
    assert "app/static/vendor/licenses/preact/LICENSE" in names


def test_the_wheel_has_everything_inside_app_but_its_own_description(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in members(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"app"}
    assert any(name.endswith("/licenses/LICENSE") for name in members(wheel))


def test_the_source_archive_builds_the_same_wheel_without_node(
    checkout: Path, wheel: Path, tmp_path: Path
) -> None:
    archive = build(checkout, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    again = build(source, "wheel", tmp_path / "wheel", path="")
    assert members(again) == members(wheel)


def test_the_installed_wheel_runs_from_any_directory(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-c", ASK_THE_INSTALLED],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    places, statuses = json.loads(done.stdout)
    assert places == [str(tmp_path / "site" / "app" / name) for name in SERVED]
    assert statuses == [200, 200, 200]
