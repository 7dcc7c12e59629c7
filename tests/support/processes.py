"""What Linux tells of a server's processes."""

from pathlib import Path

from tests.support.server import LiveRun, Server


def children(pid: int) -> set[int]:
    """All processes below one, by /proc."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    todo = [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found.update(below)
        todo.extend(below)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that are there and are no zombies."""
    running = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.add(pid)
    return running


def worker_of(server: Server, run: LiveRun, before: set[int]) -> int:
    """The process that a run came with."""
    run.post("/step", steps=1)
    [worker] = children(server.process.pid) - before
    return worker


def parent(pid: int) -> int:
    """The process that a process was forked from."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def environment(pid: int) -> dict[str, str]:
    """The variables that a process was started with."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def resident_bytes(pid: int) -> int:
    """The memory that a process has."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return 1024 * int(line.split()[1])
    raise AssertionError(f"Linux tells nothing of process {pid}.")
