import argparse
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from convscope import __main__ as entry
from convscope import __version__, tokens
from convscope.cli import commands
from convscope.cli import main as command
from convscope.cli.arguments import existing, folder, path
from convscope.cli.train_commands import read_recipe
from convscope.ipc import forkserver
from convscope.settings import Settings

TOKEN = "the-token-of-this-test-0123456789"
PATIENCE_S = 60.0
SERVE = ("-m", "convscope", "--port", "0")


def settings_for(*arguments: str) -> Settings:
    return command.settings_from(command.parser().parse_args(arguments))


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CONVSCOPE_TOKEN", raising=False)


def test_the_command_without_arguments_has_the_usual_settings() -> None:
    assert settings_for() == Settings()


def test_arguments_become_settings(tmp_path: Path) -> None:
    line = "--host ::1 --port 81 --allow-host a.lan --allow-host b.lan --device cpu --max-runs 3"
    line += " --root-path /lab/ --trust-proxy 127.0.0.1 --trust-proxy 10.0.0.0/8"
    settings = settings_for(*line.split(), "--data-dir", str(tmp_path), "--cache-dir", "/c")
    assert (settings.host, settings.port, settings.max_runs) == ("::1", 81, 3)
    assert (settings.allowed_hosts, settings.device) == (("a.lan", "b.lan"), "cpu")
    assert settings.root_path == "/lab"
    assert settings.trusted_proxies == ("127.0.0.1/32", "10.0.0.0/8")
    assert settings.data_dirs == (tmp_path, *Settings().data_dirs), "first what was named"
    assert settings.cache_dir == Path("/c")


def test_the_token_is_made_where_the_user_keeps_state() -> None:
    settings = settings_for("--token")
    path = tokens.default_token_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert settings.token == path.read_text().strip()
    assert settings_for("--token").token == settings.token


def test_the_token_file_goes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVSCOPE_TOKEN", TOKEN)
    assert settings_for().token == TOKEN
    assert settings_for("--token-file", str(tmp_path / "t")).token == tokens.read(tmp_path / "t")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "0.0.0.0"], "a token is needed: add --token"),
        (["--host", "box.lan"], "a token is needed"),
        (["--host", "http://localhost"], "without scheme and port"),
        (["--port", "70000"], "Expected a port from 0 to 65535"),
        (["--max-runs", "0"], "Expected max_runs above 0"),
        (["--token-file", "/proc/nowhere/token"], "/proc/nowhere"),
        (["--max-disk", "1e-12"], "Expected max_disk_bytes above 0"),
    ],
)
def test_settings_that_cannot_be_end_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(arguments) == 2
    written = capsys.readouterr().err
    assert written.startswith("convscope: ")
    assert sentence in written


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command.main(["--version"])
    assert capsys.readouterr().out == f"convscope {__version__}\n"


class Started:
    """A `convscope` process that has announced itself, and what it wrote until then."""

    def __init__(self, *arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> None:
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-W", "error::DeprecationWarning", *SERVE, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
            start_new_session=True,  # a process group of its own, as a terminal's command is
        )
        assert self.process.stdout
        self.line = self.process.stdout.readline()

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """Send a signal; the exit status, and what was written after the first line.

        The last of the writing is waited for: the forkserver has the same terminal, and outlives
        the server for as long as it is still loading torch.
        """
        asked = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=PATIENCE_S)
        self.ended_after_s = time.monotonic() - asked
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@contextmanager
def running(*arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> Iterator[Started]:
    started = Started(*arguments, prefix=prefix, **environment)
    try:
        yield started
    finally:
        started.process.terminate()
        started.process.communicate(timeout=PATIENCE_S)


@pytest.mark.alone
def test_the_server_prints_its_address_answers_there_and_stops_quietly() -> None:
    with running() as server:
        assert server.line.startswith("Convscope is at http://127.0.0.1:")
        address = server.line.split()[-1]
        answer = httpx.get(f"{address}/api/v1/health", trust_env=False)
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert server.end() == (0, "", "")
        assert server.ended_after_s < 5


def slow(number: signal.Signals) -> Any:
    """A signal that is tried by `make test-all` only: it ends a server as another one does."""
    return pytest.param(number, marks=pytest.mark.slow)


@pytest.mark.parametrize("number", [signal.SIGTERM, *map(slow, (signal.SIGHUP, signal.SIGQUIT))])
def test_a_terminated_server_ends_and_says_nothing(number: signal.Signals) -> None:
    with tempfile.TemporaryDirectory() as folder:  # short: the path of a socket is bounded
        with running(TMPDIR=folder) as server:
            status, out, err = server.end(number)
        assert (status, out, err) == (-signal.SIGTERM, "", "")
        assert list(Path(folder).iterdir()) == [], "nothing is left"


@pytest.mark.parametrize("number", [signal.SIGHUP, *map(slow, (signal.SIGQUIT, signal.SIGINT))])
def test_a_terminal_that_is_closed_ends_all_its_processes_and_nothing_told_is_lost(
    number: signal.Signals, tmp_path: Path
) -> None:
    """As a terminal does it: the signal comes to the server and to all that it has started."""
    with tempfile.TemporaryDirectory() as folder:
        with running(TMPDIR=folder, XDG_STATE_HOME=str(tmp_path)) as server:
            api = f"{server.line.split()[-1]}/api/v1"
            with httpx.Client(trust_env=False, timeout=PATIENCE_S) as http:
                run = f"{api}/runs/{http.post(f'{api}/runs', json={}).json()['id']}"
                assert http.post(f"{run}/step", json={"steps": 20}).json()["step"] == 20
                http.post(f"{run}/play")
                told = http.get(run).json()["saved_step"]
            os.killpg(server.process.pid, number)
            status, out, err = server.end(signal.SIGCONT)
        assert (status, out) == (0 if number == signal.SIGINT else -signal.SIGTERM, "")
        assert err == ""
        assert list(Path(folder).iterdir()) == [], "nothing is left"
    with running(XDG_STATE_HOME=str(tmp_path)) as again:
        (kept,) = httpx.get(f"{again.line.split()[-1]}/api/v1/runs", trust_env=False).json()["runs"]
        assert kept["step"] >= told >= 20


def test_a_server_under_nohup_outlives_its_terminal() -> None:
    with running(prefix=("nohup",)) as server:
        server.process.send_signal(signal.SIGHUP)
        address = server.line.split()[-1]
        assert httpx.get(f"{address}/api/v1/health", trust_env=False).status_code == 200
        assert server.end()[0] == 0


def test_the_sign_in_link_is_printed_and_lets_a_browser_in() -> None:
    with running("--token") as server, httpx.Client(trust_env=False) as browser:
        assert "Convscope is running at" in server.line
        assert server.process.stdout
        link = server.process.stdout.readline().strip()
        assert link.endswith(f"/?token={tokens.read(tokens.default_token_file())}")
        page = link.split("?")[0]
        assert browser.get(page).status_code == 401
        assert browser.get(link, follow_redirects=True).url == page
        assert browser.get(page).status_code == 200
        assert server.end()[1:] == ("", ""), "the token is in no log"


def handshake(port: int, *headers: str) -> str:
    """The status line that a WebSocket's opening handshake with these headers gets."""
    lines = ["GET /api/v1/runs/none/stream HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==", *headers]
    return on_the_wire(port, "\r\n".join([*lines, "", ""]).encode())


def on_the_wire(port: int, request: bytes) -> str:
    """The status line that these bytes get."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        line.sendall(request)
        return line.makefile("rb").readline().decode().strip()


def test_the_guard_stands_at_the_door_on_the_wire_too() -> None:
    with running() as server:
        port = int(server.line.rpartition(":")[2])
        host, own = f"Host: localhost:{port}", f"Origin: http://localhost:{port}"
        assert handshake(port, host, "Origin: http://evil.com").startswith("HTTP/1.1 403")
        assert handshake(port, "Host: evil.com").startswith("HTTP/1.1 403")
        assert handshake(port, host, own).startswith("HTTP/1.1 101")
        two = f"GET / HTTP/1.1\r\n{host}\r\nHost: evil.com\r\n\r\n"
        assert on_the_wire(port, two.encode()).split()[1] in ("400", "403")
        assert on_the_wire(port, b"GET / HTTP/1.0\r\n\r\n").startswith("HTTP/1.1 403")
        chunked = f"POST /api/v1/runs HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = b"100000\r\n" + b" " * 0x100000 + b"\r\n1\r\n \r\n0\r\n\r\n"
        assert on_the_wire(port, chunked.encode() + body).startswith("HTTP/1.1 413")


def test_a_port_in_use_ends_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "convscope", "--port", port],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"convscope: Port {port} is in use")
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        *(
            ("--max-disk", value, "a number of GB above 0")
            for value in ("inf", "nan", "-1", "0", "x")
        ),
        ("--data-dir", "/nowhere", "expected a folder, got '/nowhere', which is none"),
        ("--state-dir", "~nobody-of-this-name/x", "of which none is known"),
    ],
)
def test_a_value_that_an_option_cannot_have_ends_in_a_sentence(
    option: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main([f"{option}={value}"])
    assert sentence in capsys.readouterr().err


def paths_of(command_line: argparse.ArgumentParser) -> list[argparse.Action]:
    """Every argument that names a file or a folder, of all commands."""
    found = []
    for action in command_line._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [path for below in action.choices.values() for path in paths_of(below)]
        elif action.type in (Path, path, folder, existing):
            found.append(action)
    return found


@pytest.mark.parametrize(
    ("make", "count"),
    [(command.parser, 4), (commands.parser, (7 + 4) * 4 + 5)],
    ids=["serve", "commands"],
)
def test_a_tilde_is_the_home_folder_in_every_path(
    make: Callable[[], argparse.ArgumentParser],
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "here").mkdir()
    found = paths_of(make())
    assert len(found) == count
    for action in found:
        assert callable(action.type)
        assert action.type("~/here") == tmp_path / "here", action.dest


def test_a_recipes_file_may_be_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "r.json").write_text('{"seed": 7}')
    assert read_recipe("~/r.json") == {"seed": 7}


@pytest.mark.parametrize("arguments", [[], ["--token"], ["runs"]])
def test_without_a_home_the_options_that_name_other_folders_are_told(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def nobodys() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(Path, "home", nobodys)
    monkeypatch.chdir(tmp_path)
    assert command.main(arguments) == 2
    said = capsys.readouterr().err
    assert "No home folder is known: set HOME, or name another place with --" in said
    assert list(tmp_path.iterdir()) == [], "no folder that is called ~"
    elsewhere = ["--state-dir", str(tmp_path / "s"), "--cache-dir", str(tmp_path / "c")]
    assert settings_for(*elsewhere).state_dir == tmp_path / "s"


def test_a_home_that_cannot_be_written_to_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    assert command.main(["--port", "0"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("convscope: Runs cannot be kept in /proc/nowhere/convscope (")
    assert said.endswith("): name another folder with --state-dir.\n")


def test_a_long_tmpdir_and_a_terminal_without_unicode_are_no_hindrance(tmp_path: Path) -> None:
    long = tmp_path / ("t" * 130)
    long.mkdir()
    with running(TMPDIR=str(long), PYTHONIOENCODING="ascii") as server:
        api = f"{server.line.split()[-1]}/api/v1"
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as http:
            run = f"{api}/runs/{http.post(f'{api}/runs', json={}).json()['id']}"
            assert http.post(f"{run}/step", json={"steps": 2}).json()["step"] == 2
        assert server.end() == (0, "", "")
    assert list(long.iterdir()) == []
    script = (
        "from convscope.ipc import forkserver; from multiprocessing.util import get_temp_dir; "
        "forkserver.configure('cpu'); print(get_temp_dir())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"TMPDIR": str(long)},
        capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert len(done.stdout.strip()) < forkserver.LONGEST_FOLDER_BYTES
    assert not Path(done.stdout.strip()).exists(), "what is put elsewhere goes too"


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"]])
def test_help_can_be_written_in_ascii(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "convscope", *arguments],
        capture_output=True, check=False, timeout=PATIENCE_S,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_where_processes_cannot_be_forked_it_says_so_at_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on Windows, where hardly a module of the server could even be imported."""
    monkeypatch.setattr(os, "name", "nt")
    status = entry.main(["--version"])
    monkeypatch.undo()
    assert status == 1
    assert "on Windows run it in WSL or in a container" in capsys.readouterr().err
