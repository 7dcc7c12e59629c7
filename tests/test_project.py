"""The files by which the project is run: Dockerfile and Makefile."""

import re
import shutil
import subprocess
import tomllib

import pytest

from convscope.settings import PACKAGE

ROOT = PACKAGE.parents[1]


def instructions(name: str) -> list[tuple[str, str]]:
    """A Dockerfile's: each word and what follows, continued lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    split = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [(word, rest) for word, rest in split]


def last_stage() -> list[tuple[str, str]]:
    """What the image that is run is made by."""
    every = instructions("Dockerfile")
    begins = [number for number, (word, _) in enumerate(every) if word == "FROM"]
    assert len(begins) > 1, "a build stage, and one without its tools"
    return every[begins[-1] :]


def said(word: str) -> str:
    """The last that the image's own stage says by this instruction."""
    found = [rest for first, rest in last_stage() if first == word]
    assert found, f"no {word} in the last stage"
    return found[-1]


def test_the_container_does_not_run_as_root() -> None:
    user = said("USER")
    assert user not in ("root", "0")
    made = [rest for word, rest in last_stage() if word == "RUN"]
    assert any("useradd" in rest and rest.split("&&")[0].split()[-1] == user for rest in made)
    order = [word for word, _ in last_stage()]
    assert order.index("USER") < order.index("ENTRYPOINT")


def test_the_container_asks_for_a_token_since_it_listens_on_every_address() -> None:
    entry = said("ENTRYPOINT")
    assert '"0.0.0.0"' in entry
    assert '"--token"' in entry


def test_the_container_says_whether_it_is_well_by_the_port_that_it_serves() -> None:
    check, entry = said("HEALTHCHECK"), said("ENTRYPOINT")
    assert "/api/v1/health" in check
    [port] = re.findall(r"127\.0\.0\.1:(\d+)/", check)
    assert f'"--port", "{port}"' in entry
    assert said("EXPOSE") == port


def test_another_build_of_torch_can_be_asked_for_and_the_usual_one_is_the_constrained() -> None:
    every = instructions("Dockerfile")
    [default] = [rest for word, rest in every if word == "ARG" and rest.startswith("TORCH=")]
    pinned = re.findall(r"^torch==.*$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert default == f'TORCH="{pinned[0]}"'
    assert any(word == "RUN" and "${TORCH}" in rest for word, rest in every)


def test_nothing_but_the_installation_goes_from_the_build_into_the_image() -> None:
    copied = [rest for word, rest in last_stage() if word in ("COPY", "ADD")]
    assert copied
    assert all(rest.startswith("--from=build ") for rest in copied)


def test_the_package_says_where_it_runs_and_that_it_is_typed() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    systems = {each for each in classifiers if each.startswith("Operating System")}
    assert systems == {"Operating System :: MacOS", "Operating System :: POSIX"}
    assert "Typing :: Typed" in classifiers
    assert (PACKAGE / "py.typed").is_file()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
@pytest.mark.parametrize("target", ["run", "test", "test-all", "bench", "clean", "help"])
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
    ],
)
def test_make_run_starts_the_server_and_make_test_all_checks(target: str, does: str) -> None:
    command = ["make", "--dry-run", target, "ARGS=--as-said"]
    tried = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert f"{does} --as-said" in tried.stdout
