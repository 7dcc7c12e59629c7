"""The process that workers are forked from: torch loaded and warmed once, inherited by each.

Environment variables count only if they are set before it starts: one thread for OpenMP (two
workers with two threads each spin in each other's barriers), and glibc's allocator told to keep
memory.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import multiprocessing.forkserver
import multiprocessing.process
import os
import shutil
import signal
import socket
import tempfile
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from multiprocessing.util import get_temp_dir
from pathlib import Path

log = logging.getLogger("convscope")
ENVIRONMENT = {
    "PYTHONSAFEPATH": "1",  # `python -c`, as the forkserver is started, imports from its folder
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # its sums then have one order
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "2147483648",
    "MALLOC_TOP_PAD_": "67108864",
}
NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}
# of TMPDIR: a socket's path has 103 (macOS) or 107 (Linux), of which 32 are names in that folder
LONGEST_FOLDER_BYTES = 70
SHORT_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
ENTRY = "convscope.worker.main"  # by name: the server never imports it
PRELOAD = "convscope.worker.preload"
LOOK_EVERY_S = 2.0
UNKNOWN_EXIT = 255  # what multiprocessing says of a process that ended after its forkserver


def configure(device: str) -> None:
    """Say how the forkserver is to be, for when the first worker needs it."""
    os.environ.update(ENVIRONMENT)
    if device == "cpu":
        os.environ.update(NO_GPU)
    _keep_socket_path_short()
    multiprocessing.set_forkserver_preload([PRELOAD])


def _keep_socket_path_short() -> None:
    """The path of a Unix socket is bounded, that of TMPDIR is not: elsewhere where it is too long.

    multiprocessing asks for its folder once, and removes it at the end wherever it is.
    """
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) <= LONGEST_FOLDER_BYTES:
        return
    short = (folder for folder in SHORT_FOLDERS if os.access(folder, os.W_OK | os.X_OK))
    tempfile.tempdir = next(short, usual)
    try:
        get_temp_dir()
    finally:
        tempfile.tempdir = usual


def prepare(device: str) -> None:
    """Start the forkserver; returns at once, while it loads torch and warms up."""
    configure(device)
    ensure_running()


async def keep_running() -> None:
    """Start it again where it ends, so that no run has to wait for it; for ever.

    Workers that it forked go on without it.
    """
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        known = _pid()
        if known is None:
            continue
        if not _has_ended(known):
            continue
        try:
            ensure_running()
        except OSError:
            log.exception("the process that workers are forked from could not be started")
        if _pid() != known:
            log.warning("the process that workers are forked from had ended, and was started again")


def _has_ended(pid: int) -> bool:
    """Without taking its end from multiprocessing, which also looks after other processes."""
    if not hasattr(os, "waitid"):  # macOS: multiprocessing looks itself
        return True
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return ended is not None


def _pid() -> int | None:
    """Its process; None before the first worker is needed."""
    found: int | None = getattr(multiprocessing.forkserver._forkserver, "_forkserver_pid", None)
    return found


def kill() -> None:
    """End one that hangs; the next worker has another."""
    pid = _pid()
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def clear() -> None:
    """Remove the folder of the forkserver's socket: for a process that a signal is about to end.

    One that ends by itself must not: Python removes it then, and expects it to be there.
    """
    shutil.rmtree(get_temp_dir(), ignore_errors=True)


def spawn_worker(connection: socket.socket, device: str) -> multiprocessing.process.BaseProcess:
    """A new worker process on its end of the channel; blocks until it has been forked.

    One on CUDA as well: it can be used in a process whose parent never did.
    """
    with connection:
        process = ForkServerProcess(target=enter, args=(connection, device), daemon=True)
        process.start()
    return process


def enter(connection: socket.socket, device: str) -> None:
    """The first function that runs in a worker."""
    import importlib

    importlib.import_module(ENTRY).main(connection, device)


def pick_device(asked: str) -> str:
    """`auto` becomes `cuda` where a driver's device is present, else `cpu`; torch is not asked,
    since the server does not import it. A worker that then finds no CUDA goes on on the CPU."""
    if asked != "auto":
        return asked
    return "cuda" if Path("/dev/nvidiactl").exists() else "cpu"
