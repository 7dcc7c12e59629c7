"""The CPU's name, as its maker gives it."""

import platform
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
LONGEST = 200  # characters


@cache
def processor(cpuinfo: Path = CPUINFO) -> str:
    """Its model's name where the system tells it, else its architecture."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    name = next(named, "") or platform.processor() or platform.machine()
    return name[:LONGEST]
