"""What the package says of itself, and the Makefile by which the project is run."""

import shutil
import subprocess
import tomllib

import pytest

from convscope.settings import PACKAGE

ROOT = PACKAGE.parents[1]


def test_the_package_says_where_it_runs_and_that_it_is_typed() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    systems = {each for each in classifiers if each.startswith("Operating System")}
    assert systems == {"Operating System :: MacOS", "Operating System :: POSIX"}
    assert "Typing :: Typed" in classifiers
    assert (PACKAGE / "py.typed").is_file()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
@pytest.mark.parametrize("target", ["run", "test", "test-all", "bench", "mutants", "clean", "help"])
def test_make_knows_each_of_its_targets_and_help_tells_of_it(target: str) -> None:
    tried = subprocess.run(
        ["make", "--dry-run", target],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stderr
    told = (ROOT / "Makefile").read_text().partition("help:")[2].partition("\n\n")[0]
    assert target == "help" or f"make {target}" in told


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
@pytest.mark.parametrize(
    ("target", "does"),
    [
        ("run", ".venv/bin/convscope"),
        ("test", "scripts/test.py"),
        ("test-all", "scripts/test.py --all"),
        ("mutants", "scripts/mutants.py"),
    ],
)
def test_each_target_does_its_own_and_takes_more_to_go_by(target: str, does: str) -> None:
    command = ["make", "--dry-run", target, "ARGS=--as-said"]
    tried = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert f"{does} --as-said" in tried.stdout
