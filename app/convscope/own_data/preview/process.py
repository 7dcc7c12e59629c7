"""The process of its own in which strangers' files are read, and pictures become a set.

Its memory and time are bounded; its first line of input is the task as JSON, and it ends when its
input ends, so that a server that is killed leaves nothing running.  Each line that it writes is
JSON: `{"done": …, "of": …}` now and then, at last one with a summary, the set or an error.
"""

import json
import os
import resource
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import BaseModel

from convscope.errors import ConvscopeError, InvalidError
from convscope.own_data.arrangement.arrange import arrange, summary
from convscope.own_data.arrangement.brought import Brought, read_brought, write_brought
from convscope.own_data.arrangement.options import Options
from convscope.own_data.arrangement.store import Store, cut
from convscope.own_data.kept.keep import keep
from convscope.own_data.sources.entries import SentFile
from convscope.own_data.sources.found import Progress
from convscope.own_data.sources.read import read_all
from convscope.system_errors import system_sentence

TELL_EVERY_S = 0.1
CPU_S = 1800
DATA_BYTES = 2 * 2**30  # of its own; the pictures that it maps do not count


class Group(BaseModel):
    """Files that were sent together."""

    files: list[tuple[str, Path]]  # as they were called, and where they lie
    class_name: str | None = None  # of all their pictures
    burst: bool = False  # whether they are frames of one
    wrap: int | None = None  # folders around a class's; None: as these files tell


class Task(BaseModel):
    """What is to be done in a preview's folder."""

    folder: Path
    options: Options = Options()
    groups: list[Group] = []  # to read first
    before: int = 0  # pictures that were read of the files that these were chosen with
    keep_in: Path | None = None  # where to keep the set
    keep_as: str = ""  # under this id


def main() -> None:
    """Do the task on the standard input."""
    task = Task.model_validate_json(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    _bound()
    try:
        _say(_done(task))
    except ConvscopeError as error:
        _say({"error": type(error).__name__, "detail": error.detail})
    except MemoryError:
        _say({"error": "TooLargeError", "detail": "Expected files that take less memory to read."})
    except OSError as error:
        _say({"error": "UnavailableError", "detail": system_sentence(error)})


def _done(task: Task) -> dict[str, Any]:
    brought = read_brought(task.folder)
    cut(task.folder, brought.pictures)
    failed: str | None = None
    counted = _Counted(task)
    for group in task.groups:
        counted.begin(group)
        try:
            brought = _read(group, task.folder, brought, counted)
        except ConvscopeError as error:
            cut(task.folder, brought.pictures)
            failed = error.detail
    if task.keep_in is not None:
        return _kept(task, brought, task.keep_in)
    arranged = arrange(task.folder, brought, task.options, _tell_on)
    return {"summary": summary(arranged), "failed": failed, "read": counted.before + counted.of}


def _kept(task: Task, brought: Brought, folder: Path) -> dict[str, Any]:
    """Each picture is looked at once and written once, which is told as twice as many."""
    arranged = arrange(task.folder, brought, task.options, lambda n, of: _tell(n, 2 * of))
    if problems := arranged.problems():
        raise InvalidError(" ".join(problems))
    own = keep(arranged, brought, folder, task.keep_as, lambda n, of: _tell(of + n, 2 * of))
    return {"kept": asdict(own)}


class _Counted:
    """How far it is with all groups together."""

    def __init__(self, task: Task) -> None:
        self.before, self.of = task.before, 0  # read in groups before, and there are in this one
        self.later = sum(len(group.files) for group in task.groups)

    def begin(self, group: Group) -> None:
        self.before, self.of = self.before + self.of, 0
        self.later -= len(group.files)

    def tell(self, done: int, of: int) -> None:
        self.of = of
        _tell(self.before + done, self.before + of + self.later)


def _read(group: Group, folder: Path, before: Brought, counted: _Counted) -> Brought:
    """What is known with these files; all of them, or an error that says why none."""
    brought = before.model_copy(deep=True)
    brought.bursts += group.burst
    burst = brought.bursts if group.burst else 0
    files = [SentFile(name, path) for name, path in group.files]
    with Store(folder) as store:
        for event in read_all(files, folder, group.class_name, group.wrap):
            brought.take(event, store, burst)
            if isinstance(event, Progress):
                counted.tell(event.done, event.of)
        brought.pictures = store.count
    write_brought(folder, brought)
    return brought


_told_s = 0.0


def _tell(done: int, of: int) -> None:
    global _told_s
    now = monotonic()
    if now - _told_s >= TELL_EVERY_S:
        _told_s = now
        _say({"done": done, "of": of})


def _tell_on(done: int, of: int) -> None:
    """Few are quick to arrange, and were counted as they were read."""
    if done:
        _tell(done, of)


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
