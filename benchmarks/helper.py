"""Processes of their own for what must not share one with the measuring: plain loops, viewers."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Answer = dict[str, Any]
ALLOCATOR = "MALLOC_"


class Helper:
    """A module of this package in a process of its own: one JSON line in, one out."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, command: str, **more: Any) -> Answer:
        """Send a command and wait for its answer; RuntimeError when the process is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"command": command} | more), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended while it was asked for {command}")
        answer: Answer = json.loads(line)
        return answer


@contextmanager
def helper(module: str, *arguments: str, **environment: str) -> Iterator[Helper]:
    """Start a module of this package as a helper; see `process_helper`."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    with process_helper(command, **environment) as started:
        yield started


@contextmanager
def process_helper(command: list[str], **environment: str) -> Iterator[Helper]:
    """Start a command as a helper, in an environment without settings of the allocator but those
    that are given; it ends when its input does."""
    usual = {key: value for key, value in os.environ.items() if not key.startswith(ALLOCATOR)}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=usual | environment,
    ) as process:
        try:
            yield Helper(process)
        finally:
            process.stdin and process.stdin.close()
            process.wait(30)


def serve(handlers: dict[str, Callable[..., Answer]]) -> None:
    """The helper's side: answer commands until the input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        answer = handlers[asked.pop("command")](**asked)
        print(json.dumps(answer), flush=True)
