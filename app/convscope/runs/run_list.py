"""A server's runs by id, in the order in which they came, and in pages."""

from collections.abc import Iterable, Iterator

from convscope.errors import NotFoundError
from convscope.runs.base_run import AnyRun


class RunList:
    """Runs by their numbers; those of older files have none, and come first, by the clock."""

    def __init__(self, runs: Iterable[AnyRun] = ()) -> None:
        self._runs = {run.id: run for run in sorted(runs, key=_place)}
        self._last_number = max((run.number for run in self), default=0)

    def __iter__(self) -> Iterator[AnyRun]:
        return iter(self._runs.values())

    def get(self, run_id: str) -> AnyRun:
        """NotFoundError for an unknown one."""
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFoundError(f"There is no run {run_id!r}.") from None

    def page(self, cursor: str | None, limit: int) -> tuple[list[AnyRun], str | None]:
        """Up to `limit` runs after the one `cursor` names, oldest first, and the next cursor."""
        later = [run for run in self if cursor is None or _cursor(run) > cursor]
        chosen = later[:limit]
        return chosen, _cursor(chosen[-1]) if len(later) > limit else None

    def add(self, run: AnyRun) -> None:
        """The last of the list from now on, whatever the clock says; a number that it has already
        is its own again."""
        if not run.number:
            self._last_number += 1
            run.number = self._last_number
        self._runs = {one.id: one for one in sorted((*self, run), key=_place)}

    def remove(self, run_id: str) -> None:
        """One that is there or not."""
        self._runs.pop(run_id, None)


def _place(run: AnyRun) -> tuple[int, str, str]:
    return run.number, run.file.about["created_at"], run.id


def _cursor(run: AnyRun) -> str:
    """The place as a text that sorts as it does."""
    number, created_at, run_id = _place(run)
    return f"{number:016}~{created_at}~{run_id}"
