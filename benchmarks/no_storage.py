"""`convscope` without storage, to measure what that costs: nothing is kept or written."""

import sys
from dataclasses import replace
from typing import Any

from convscope.__main__ import main
from convscope.ipc.commands import Start
from convscope.ipc.process import ProcessWorker
from convscope.storage.group_commit import GroupCommitWriter

_ask = ProcessWorker.ask


async def _ask_to_keep_nothing(self: ProcessWorker, command: Any) -> Any:
    if isinstance(command, Start):
        command = replace(command, checkpoints=False)
    return await _ask(self, command)


if __name__ == "__main__":
    GroupCommitWriter.put = lambda self, item: None  # type: ignore[method-assign]  # that is the point
    ProcessWorker.ask = _ask_to_keep_nothing  # type: ignore[method-assign]  # and so is this
    sys.exit(main())
