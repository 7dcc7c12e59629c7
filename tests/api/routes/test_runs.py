"""What the list of runs says beside them."""

from types import SimpleNamespace

import pytest

from convscope.api.paging import Page
from convscope.api.routes.runs import MOST_UNREADABLE, list_runs
from convscope.runs.run_list import RunList

pytestmark = pytest.mark.anyio


async def test_of_many_files_that_cannot_be_opened_the_first_are_named() -> None:
    many = {f"run{number:04}": "It is damaged." for number in range(3 * MOST_UNREADABLE)}
    registry = SimpleNamespace(runs=RunList(), unreadable=many)
    answer = await list_runs(registry, Page(None, 50))  # type: ignore[arg-type]  # all that it asks
    assert [entry["run"] for entry in answer["unreadable"]] == list(many)[:MOST_UNREADABLE]
