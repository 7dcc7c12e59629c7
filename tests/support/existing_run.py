"""A run that a server finds in its folder: trained before it was started, perhaps elsewhere."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from tests.resilience.replay import file_of
from tests.support.server import LiveRun, Server

ELSEWHERE = "UPDATE segment SET environment = json_set(environment, '$.torch', 'x')"


@dataclass
class ExistingRun:
    """A run whose server was stopped, and which of its steps lie as checkpoints in its file."""

    folder: Path
    run_id: str
    kept: list[int]
    last: int  # is none of them

    @property
    def between(self) -> int:
        """A step that has to be computed again."""
        return next(step for step in range(3, self.last) if step not in self.kept)

    def copied(self, folder: Path) -> "ExistingRun":
        """The same in another folder, for a test that may do with it what it likes."""
        return replace(self, folder=shutil.copytree(self.folder, folder, dirs_exist_ok=True))


def train(folder: Path) -> ExistingRun:
    """150 steps or a few more, on a server of their own, which ends."""
    server = Server(folder)
    run = server.run()
    run.post("/step", until=150)
    while run.get()["steps"] in (kept := checkpoints(server, run.id)):
        run.post("/step", steps=1)
    last = run.get()["steps"]
    server.stop()
    return ExistingRun(folder, run.id, kept, last)


def checkpoints(server: Server, run_id: str) -> list[int]:
    """The steps whose state is in a run's file, of the last part of its life."""
    with closing(sqlite3.connect(file_of(server, run_id))) as connection:
        rows = connection.execute(
            "SELECT step FROM checkpoint WHERE segment = (SELECT max(number) FROM segment)"
        )
        return [step for (step,) in rows]


def move_elsewhere(run: LiveRun) -> None:
    """The server ends, and another begins in its folder, on another build of torch than the run
    was trained on, as its file says."""
    run.server.stop()
    with closing(sqlite3.connect(file_of(run.server, run.id))) as connection, connection:
        connection.execute(ELSEWHERE)
    run.server = Server(run.server.folder)
