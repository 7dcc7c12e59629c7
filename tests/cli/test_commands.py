"""The real command in a process of its own, with and without a server."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convscope.__main__ import main
from convscope.ipc import forkserver
from tests.support.server import LiveRun, Server

pytestmark = pytest.mark.slow
PATIENCE_S = 90.0
TOKEN = "the-token-of-this-test-0123456789"
SMALL = {
    "network": {
        "input": [1, 28, 28],
        "layers": [
            {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "stride": 9},
            {"type": "Flatten"},
            {"type": "Linear", "out_features": 10},
        ],
    },
    "dataset": "fashion-mnist-10k",
    "batch_size": 4,
}
COMMAND = (sys.executable, "-m", "convscope")
RUN_ID = re.compile(r"[a-z0-9]{10}")


class Machine:
    """A person's account: a folder with state and cache, and the command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        self.environment.pop("CONVSCOPE_TOKEN", None)

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def do(self, *arguments: object, status: int = 0) -> tuple[str, str]:
        """What a command writes to its standard output and to its standard error.

        Into files, since a forkserver that still loads torch would hold a pipe open for longer.
        """
        with (self.folder / "out").open("w+") as out, (self.folder / "err").open("w+") as err:
            command = [*COMMAND, *map(str, arguments)]
            done = subprocess.run(
                command, stdout=out, stderr=err, env=self.environment, timeout=PATIENCE_S
            )
            written = [(file.seek(0), file.read().strip())[1] for file in (out, err)]
        assert done.returncode == status, f"{done.returncode}\n{written}"
        return written[0], written[1]

    def train(self, steps: int, *more: object) -> str:
        """A new small run's id."""
        out, _ = self.do("train", "--recipe", json.dumps(SMALL), "--steps", steps, *more)
        assert RUN_ID.fullmatch(out)
        return out

    def runs(self) -> list[Any]:
        found: list[Any] = json.loads(self.do("runs", "--json")[0])
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Server]]:
    """A machine on which a server runs, whose folder is the usual one."""
    folder = tmp_path_factory.mktemp("served")
    with Server(folder) as server:
        yield Machine(folder), server


def losses(text: str) -> list[str]:
    return [row["loss"] for row in csv.DictReader(text.splitlines())]


def test_a_run_trained_without_a_server_is_one_that_a_server_opens(machine: Machine) -> None:
    run_id = machine.train(40, "--name", "alone")
    assert re.search(r"alone +own +Fashion-MNIST, 10,000 pictures  ", machine.do("runs")[0])
    history = machine.do("history", "alone")[0]
    assert len(losses(history)) == 41
    with Server(machine.folder) as server:
        run = LiveRun(server, run_id)
        assert run.get()["step"] == 40
        assert run.get()["name"] == "alone"
        assert run.get("", step=17)["step"] == 17
        assert run.post("/step", until=45)["step"] == 45


def test_scrub_back_to_step_137_and_change_the_learning_rate_from_there(machine: Machine) -> None:
    parent = machine.train(150)
    change = ("--step", 137, "--learning-rate", 0.001, "--name", "slower")
    out, err = machine.do("fork", parent[:6], *change, "--steps", 13)
    assert f"was forked from {parent} at step 137" in err
    found = {run["id"]: run for run in machine.runs()}
    fork = found[out]
    assert fork["parent"] == {"run": parent, "step": 137}
    assert (fork["step"], fork["learning_rate"], fork["name"]) == (150, 0.001, "slower")
    assert found[parent]["step"] == 150
    theirs, ours = (losses(machine.do("history", run)[0]) for run in (parent, out))
    assert theirs[:139] == ours[:139], "step 138's loss is of the state at 137"
    assert theirs[139] != ours[139]
    with Server(machine.folder) as server:
        expect_the_same_over_rest(LiveRun(server, parent))


def expect_the_same_over_rest(run: LiveRun) -> None:
    """A run that this server finds suspended is forked at step 137, and stays as it is."""
    assert run.get()["suspended"] is True
    past = run.get(step=137)
    assert (past["step"], past["recomputed"]) == (137, None)
    change = {"optimizer": {"learning_rate": 0.3}}
    fork = LiveRun(run.server, run.post("/fork", step=137, recipe=change)["id"])
    assert fork.post("/step", until=150)["learning_rate"] == 0.3
    mine, parents = (one.get("/history")["loss"] for one in (fork, run))
    assert mine[:137] == parents[:137]
    assert mine[138:150] != parents[138:150]
    assert (run.get()["steps"], run.get()["learning_rate"]) == (150, 0.05)


def test_commands_ask_the_server_that_has_the_folder(served: tuple[Machine, Server]) -> None:
    machine, server = served
    run_id = machine.train(30, "--name", "asked")
    run = LiveRun(server, run_id)
    assert run.get()["step"] == 30, "the server's own run"
    listed = machine.do("runs")[0]
    assert re.search(r"% at (0|10|20)  ", listed), "the held-out accuracy is of an earlier step"
    assert machine.do("history", "asked")[0].splitlines()[0].startswith("step,")
    fork, _ = machine.do("fork", "asked", "--step", 7, "--recipe", '{"batch_size": 8}')
    assert LiveRun(server, fork).get()["recipe"]["batch_size"] == 8
    assert fork in machine.do("runs")[0]


def test_a_run_goes_from_one_machine_to_another_as_a_file(
    machine: Machine, served: tuple[Machine, Server], tmp_path: Path
) -> None:
    run_id = machine.train(20)
    target = tmp_path / "mine.convscope"
    assert machine.do("export", run_id, "-o", target)[0] == str(target)
    assert "already exists" in machine.do("export", run_id, "-o", target, status=1)[1]
    machine.do("export", run_id, "-o", target, "--force")
    other, server = served
    new_id, _ = other.do("import", target)
    run = LiveRun(server, new_id).get()
    assert (run["steps"], run["imported_from"]["run"]) == (20, run_id)
    assert other.do("history", new_id)[0] == machine.do("history", run_id)[0]
    assert sorted(path.name for path in tmp_path.glob("*.convscope*")) == ["mine.convscope"]


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_ctrl_c_pauses_and_keeps_what_was_done(machine: Machine, kind: signal.Signals) -> None:
    recipe = json.dumps(SMALL)
    process = machine.start("train", "--recipe", recipe, "--steps", 10**7, "--name", "long")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("step "), "it has begun"
    process.send_signal(kind)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    step = int(re.findall(r"Paused at step ([\d,]+)", err)[0].replace(",", ""))
    (run,) = machine.runs()
    assert (run["id"], run["step"], run["state"]) == (out.strip(), step, "ready")
    assert 0 < step < 10**7


def test_a_name_that_would_steer_the_terminal_is_shown_and_any_name_in_any_encoding(
    machine: Machine,
) -> None:
    machine.train(1, "--name", "\x1b]0;mine\x07\x1b[2J\u202eeman\nb")
    out, _ = machine.do("runs")
    assert len(out.splitlines()) == 2
    assert "\\x1b]0;mine\\x07\\x1b[2J\\u202eeman\\nb" in out
    machine.train(1, "--name", "größer 🙂")
    assert "größer 🙂" in machine.do("runs")[0]
    machine.environment["PYTHONIOENCODING"] = "ascii"
    assert "gr\\xf6\\xdfer \\U0001f642" in machine.do("runs")[0]
    machine.train(1)


def test_a_reader_who_has_enough_is_no_failure(machine: Machine) -> None:
    run_id = machine.train(3)
    for arguments in (["runs"], ["history", run_id]):
        with machine.start(*arguments) as process:
            assert process.stdout is not None
            process.stdout.close()
            assert process.stderr is not None
            assert process.stderr.read() == ""


def test_a_command_finds_its_way_to_a_server_with_a_token(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    path.chmod(0o600)
    arguments = ["--port", "0", "--token-file", str(path)]
    process = machine.start(*arguments)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Convscope is running at")
        out, err = machine.do("runs", status=1)
        assert "A valid token is needed" in err
        assert out == ""
        assert machine.do("runs", "--token-file", path)[0].startswith("run")
        machine.environment["CONVSCOPE_TOKEN"] = TOKEN
        assert machine.do("runs")[0].startswith("run")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)


def test_a_server_that_is_stopped_dead_is_said_to_be_silent(machine: Machine) -> None:
    """The lock is held by a process that does not answer at the address that it wrote."""
    runs = machine.folder / "state" / "convscope"
    runs.mkdir(parents=True)
    holder = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); "
        "f.write(sys.argv[2]); f.flush(); print(flush=True); time.sleep(60)"
    )
    for words, sentence in (
        ("77 http://127.0.0.1:9", "The Convscope at http://127.0.0.1:9 does not answer"),
        ("77", "It is a command that will finish by itself"),
    ):
        command = [sys.executable, "-c", holder, str(runs / "lock"), words]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert sentence in machine.do("runs", status=1)[1]
            process.kill()


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["train", "--recipe", "nix", "--steps", "3"], 1, "There is no model 'nix'"),
        (["train", "--recipe", "{", "--steps", "3"], 1, "The recipe is not JSON"),
        (
            ["train", "--recipe", "nix.json", "--steps", "3"],
            1,
            "nix.json: no such file or directory.",
        ),
        (["import", "nix.convscope"], 1, "convscope: nix.convscope: no such file or directory."),
        (["train", "--recipe", '{"seed": -1}', "--steps", "3"], 1, "expected at least 0"),
        (["train", "--steps", "-3"], 2, "expected 0 to"),
        (["train"], 2, "--steps"),
        (["fork", "nix", "--step", "3"], 1, "There is no run 'nix'"),
        (["history", "nix"], 1, "There is no run 'nix'"),
        (["export", "nix"], 1, "There is no run 'nix'"),
        (["import", "/nowhere/x"], 1, "/nowhere/x"),
        (["import", sys.executable], 1, "Expected a run's file"),
        (["runs", "--token-file", "/nowhere/token"], 2, "/nowhere/token"),
        (["runs", "--state-dir", "/proc/nowhere"], 1, "/proc/nowhere"),
    ],
)
def test_every_failure_ends_in_a_sentence_and_a_status(
    arguments: list[str],
    status: int,
    sentence: str,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In this process, since no failure comes as far as a worker: none is prepared."""
    for kind in ("STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", machine.environment[f"XDG_{kind}_HOME"])
    monkeypatch.setattr(forkserver, "prepare", lambda device: None)
    assert status_of(arguments) == status
    written = capsys.readouterr()
    assert sentence in written.err
    assert written.out == ""


def status_of(arguments: list[str]) -> int:
    """The exit status that a command line comes to."""
    try:
        return main(arguments)
    except SystemExit as end:  # of argparse
        return int(end.code or 0)


def test_a_failure_is_the_exit_status_and_the_whole_of_what_is_written(machine: Machine) -> None:
    out, err = machine.do("history", "nix", status=1)
    assert (out, err) == (
        "",
        "convscope: There is no run 'nix': `convscope runs` lists all runs.",
    )


def test_a_loss_that_is_not_finite_ends_the_training_with_why(machine: Machine) -> None:
    recipe = json.dumps(SMALL | {"optimizer": {"type": "SGD", "learning_rate": 1e30}})
    out, err = machine.do("train", "--recipe", recipe, "--steps", 50, status=1)
    assert "so training stopped" in err
    assert out == ""
    assert machine.runs()[0]["state"] == "halted"


def test_help_names_every_command_and_its_exit_statuses(machine: Machine) -> None:
    assert "train|fork|runs|history|report|export|import" in machine.do("--help")[0]
    for name in ("train", "fork", "runs", "history", "report", "export", "import"):
        assert machine.do(name, "--help")[0].startswith(f"usage: convscope {name}")


def test_a_command_sends_no_request_past_the_machine(served: tuple[Machine, Server]) -> None:
    machine, _ = served
    proxied = Machine(machine.folder)
    proxied.environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    assert proxied.do("runs")[0].startswith("run")
