"""The wheel and the source archive, built from a clean checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from convscope.settings import PACKAGE
from tests.support.server import Server

ROOT = PACKAGE.parents[1]
SERVED = ("static", "templates", "models")
PATIENCE_S = 300

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
        f"convscope/{name.removeprefix('app/convscope/')}"
        for name in files_of_the_project()
        if name.startswith(("app/convscope/", *(f"{folder}/" for folder in SERVED)))
    }
    assert len(expected) > 50
    assert expected - members(wheel) == set()


def test_the_wheel_has_the_browser_packages_and_their_licences(wheel: Path) -> None:
    names = members(wheel)
    assert {f"convscope/static/vendor/{name}" for name in vendored()} - names == set()
    assert "convscope/static/vendor/licenses/preact/LICENSE" in names
    assert "convscope/py.typed" in names, "type checkers read the package's own types"


def test_the_wheel_has_one_package_and_its_own_description(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in members(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"convscope"}
    assert any(name.endswith("/licenses/LICENSE") for name in members(wheel))


def test_the_source_archive_builds_the_same_wheel_without_node(
    checkout: Path, wheel: Path, tmp_path: Path
) -> None:
    archive = build(checkout, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as opened:
        safely: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # since 3.11.4
        opened.extractall(tmp_path / "source", **safely)
    (source,) = (tmp_path / "source").iterdir()
    again = build(source, "wheel", tmp_path / "wheel", path="")
    assert members(again) == members(wheel)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment's `bin`, with the wheel, and with the dependencies of this one."""
    folder = tmp_path_factory.mktemp("installed")
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    [packages] = folder.glob("lib/python3*/site-packages")
    # by its name alone, so that what is installed editable beside them is not on the path
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    target = ["--no-deps", "--no-index", "--disable-pip-version-check", "--quiet"]
    run([sys.executable, "-m", "pip", "--python", str(folder), "install", *target, str(wheel)])
    return folder / "bin"


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, timeout=PATIENCE_S)


PLANTED = ("app", "torch", "numpy", "fastapi", "argparse", "httpx", "multiprocessing", "json")


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder with modules of names that Convscope imports; each says that it was executed."""
    folder = tmp_path / "planted"
    folder.mkdir()
    for name in PLANTED:
        said = f"open({str(tmp_path / 'executed')!r}, 'a').write({name!r} + ' ')\n"
        (folder / f"{name}.py").write_text(f"{said}raise ImportError({name!r})\n")
    (folder / "app.py").rename(folder / "__init__.py")
    (folder / "app").mkdir()
    (folder / "__init__.py").rename(folder / "app" / "__init__.py")
    return folder


@pytest.mark.parametrize("command", ["convscope", "python -m convscope"])
@pytest.mark.parametrize("path", [None, "", ".:relative"])
def test_what_is_installed_trains_in_any_folder_and_imports_nothing_from_it(
    installed: Path, planted: Path, command: str, path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", path)
    name, *rest = command.split()
    with Server(planted.parent, command=(str(installed / name), *rest), cwd=planted) as server:
        assert server.run().post("/step", steps=1)["step"] == 1
        assert server.http.get(f"{server.url}/static/vendor/preact.mjs").status_code == 200
    assert not (planted.parent / "executed").exists()


def test_nothing_called_app_is_installed(installed: Path, tmp_path: Path) -> None:
    found = "import importlib.util as u; print(u.find_spec('app'), u.find_spec('convscope').origin)"
    done = subprocess.run(
        [installed / "python", "-c", found],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    nothing, origin = done.stdout.split()
    assert nothing == "None"
    assert Path(origin).is_relative_to(installed.parent)
