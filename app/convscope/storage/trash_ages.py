"""How long each deleted run has been kept, counted while a server runs: no clock's jump counts."""

import contextlib
import json
from pathlib import Path
from time import monotonic

NAME = "trash-ages.json"


class TrashAges:
    """Seconds by run, in a file of `folder`; where that is lost they begin again at 0."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._ages: dict[str, float] = {}
        self._counted_s = monotonic()

    def load(self) -> None:
        """As they were counted by the servers before; the time without a server is not."""
        self._counted_s = monotonic()
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            found = json.loads(self._path.read_text(encoding="utf-8"))
            self._ages = {str(run): float(age) for run, age in found.items()}

    def count(self, present: set[str]) -> dict[str, float]:
        """The age of each of these runs by now; those that are not there are forgotten.

        A disk that fails loses what was counted since, and so keeps runs for longer.
        """
        now = monotonic()
        passed, self._counted_s = now - self._counted_s, now
        before = self._ages
        self._ages = {run: before[run] + passed if run in before else 0.0 for run in present}
        if self._ages or before:
            with contextlib.suppress(OSError):
                self._path.write_text(json.dumps(self._ages), encoding="utf-8")
        return self._ages
