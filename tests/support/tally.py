"""How many tests passed, failed and were left out, for whoever adds up several runs of pytest."""

import json
from collections.abc import Mapping, Sized
from pathlib import Path

COUNTED = {
    "passed": ("passed", "xfailed"),  # one that is expected to fail, and does
    "failed": ("failed", "error", "xpassed"),
    "skipped": ("skipped",),
}


def write_tally(path: Path, stats: Mapping[str, Sized]) -> None:
    """What pytest counted, as JSON: `passed`, `failed` (errors are) and `skipped`."""
    tally = {
        name: sum(len(stats.get(kind, ())) for kind in kinds) for name, kinds in COUNTED.items()
    }
    path.write_text(json.dumps(tally))
