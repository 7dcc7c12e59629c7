"""One task of the reading process, started and listened to from the server's loop."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable

from convscope import errors
from convscope.errors import ConvscopeError, UploadError
from convscope.own_data.preview.process import Task
from convscope.safe_path import PACKAGES
from convscope.types import JsonObject

WALL_S = 3600.0
_LINE_BYTES = 2**24  # a summary of many classes
_MAIN = "from convscope.own_data.preview.process import main; main()"


async def run(task: Task, tell: Callable[[int, int], None]) -> JsonObject:
    """What the task came to; raises what it raised. Cancelled, it ends the process first."""
    path = os.pathsep.join(filter(None, [PACKAGES, os.environ.get("PYTHONPATH")]))
    bounds = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONPATH": path}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _MAIN),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | bounds,
        limit=_LINE_BYTES,
    )
    try:
        async with asyncio.timeout(WALL_S):
            return await _answer(process, task, tell)
    except TimeoutError as error:
        raise UploadError("Reading these files takes longer than an hour.") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answer(
    process: asyncio.subprocess.Process, task: Task, tell: Callable[[int, int], None]
) -> JsonObject:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(task.model_dump_json().encode() + b"\n")
    async for line in process.stdout:
        said = json.loads(line)
        if "done" in said:
            tell(said["done"], said["of"])
        elif "error" in said:
            raise _raised(said)
        else:
            return dict(said)
    raise UploadError("Reading these files takes more memory or time than it should.")


def _raised(said: JsonObject) -> ConvscopeError:
    kind = getattr(errors, said["error"], UploadError)
    return kind(said["detail"]) if issubclass(kind, ConvscopeError) else UploadError(said["detail"])
