"""What the README tells people to type, typed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.support.server import Server

README = Path(__file__).resolve().parents[1] / "README.md"
ADDRESS = "localhost:8000"
TYPED_S = 120


def examples() -> list[str]:
    """The lines for other tools, as they stand in the README."""
    section = README.read_text().partition("## From other tools")[2].partition("\n## ")[0]
    return re.findall(r"^ {4}(.+)$", section, re.MULTILINE)


@pytest.mark.slow
def test_what_the_readme_types_on_the_command_line_works(tmp_path: Path) -> None:
    section = README.read_text().partition("## From the command line")[2].partition("\n## ")[0]
    lines = re.findall(r"^ {4}(convscope .+)$", section, re.MULTILINE)
    assert len(lines) == 9
    for name, picture in (("oak", "L"), ("birch", "1")):
        (tmp_path / "leaves" / name).mkdir(parents=True)
        for number in range(4):
            shown = Image.linear_gradient("L").rotate(90 * number).convert(picture)
            shown.save(tmp_path / "leaves" / name / f"{number}.png")
    here = f'convscope() {{ {sys.executable} -m convscope "$@"; }}'
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("STATE", "CACHE")}
    folders |= {"PYTHONPATH": str(README.parent)}
    typed = subprocess.run(
        ["bash", "-c", "\n".join(["set -euo pipefail", here, *lines])],
        cwd=tmp_path,
        env=os.environ | folders,
        capture_output=True,
        text=True,
        timeout=2 * TYPED_S,
        check=False,
    )
    assert typed.returncode == 0, typed.stderr
    assert len((tmp_path / "first.csv").read_text().splitlines()) == 502


def test_what_the_readme_does_from_python_works(usual_server: Server, tmp_path: Path) -> None:
    section = README.read_text().partition("## From Python")[2].partition("\n## ")[0]
    code = textwrap.dedent("\n".join(re.findall(r"^(?: {4}.*)?$", section, re.MULTILINE)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"XDG_STATE_HOME": str(usual_server.folder / "state")},
        capture_output=True,
        text=True,
        timeout=TYPED_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    accuracy, *_ = done.stdout.split()
    assert float(accuracy) > 0.6


def test_the_loop_of_the_readme_is_watched_by_a_server_that_it_starts(tmp_path: Path) -> None:
    section = README.read_text().partition("## Your own training loop")[2].partition("\n## ")[0]
    code = textwrap.dedent("\n".join(re.findall(r"^(?: {4}.*)?$", section, re.MULTILINE)))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise RuntimeError('not Convscope')")
    state = tmp_path / "state" / "convscope"
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("STATE", "CACHE")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | folders,
        capture_output=True,
        text=True,
        timeout=TYPED_S,
        check=False,
    )
    try:
        assert (done.returncode, done.stderr) == (0, "")
        link = re.fullmatch(r"Convscope shows this run at (\S+/)\?run=(\S+)\n", done.stdout)
        assert link
        run = httpx.get(f"{link[1]}api/v1/runs/{link[2]}").json()
        assert (run["steps"], run["loop"]["state"]) == (300, "ended")
    finally:
        process, _, _ = (state / "lock").read_text().partition(" ")
        os.kill(int(process), signal.SIGINT)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_what_the_readme_types_for_other_tools_works(usual_server: Server, tmp_path: Path) -> None:
    lines = examples()
    assert len(lines) >= 6
    assert all(ADDRESS in line for line in lines)
    Image.linear_gradient("L").rotate(90).resize((320, 200)).save(tmp_path / "photo.jpg")
    script = "\n".join(["set -euo pipefail", *lines, "echo", "echo $R"])
    typed = subprocess.run(
        ["bash", "-c", script.replace(ADDRESS, usual_server.url.removeprefix("http://"))],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=TYPED_S,
        check=False,
    )
    assert typed.returncode == 0, typed.stderr
    run = typed.stdout.split()[-1]
    assert usual_server.http.get(f"/runs/{run}").json()["step"] == 100
    check_files(tmp_path)
    [image] = usual_server.http.get(f"/runs/{run}/images").json()["images"]
    assert (image["width"], image["height"]) == (320, 200)
    assert json.dumps(image["id"]) in typed.stdout


def check_files(folder: Path) -> None:
    """What curl was told to keep is what the names say."""
    assert np.load(folder / "conv1.npy").shape == (8, 1, 3, 3)
    assert np.load(folder / "maps.npy").shape == (8, 28, 28)
    with Image.open(folder / "gradient.png") as picture:
        assert picture.format == "PNG"
        assert len(set(picture.convert("RGB").tobytes())) > 20
