"""What several runs of pytest are added up from, and the line that says the sum."""

import json
import runpy
from collections import Counter
from pathlib import Path

import pytest

from tests.support.tally import write_tally


def test_an_error_and_a_pass_that_was_not_expected_count_as_failed(tmp_path: Path) -> None:
    stats = {"passed": "ab", "xfailed": "c", "failed": "d", "error": "ef", "xpassed": "g", "": "h"}
    write_tally(tmp_path / "tally", stats)
    counted = json.loads((tmp_path / "tally").read_text())
    assert counted == {"passed": 3, "failed": 4, "skipped": 0}


SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.mark.parametrize(
    ("counts", "said", "status"),
    [
        ({"passed": 3, "failed": 0}, ["3 passed, 0 failed"], 0),
        ({"passed": 3, "skipped": 2}, ["2 skipped", "3 passed, 0 failed"], 0),
        ({"failed": 1, "skipped": 2}, ["2 skipped", "0 passed, 1 failed"], 1),
    ],
)
def test_the_last_line_says_what_passed_and_failed_and_nothing_else(
    counts: dict[str, int],
    said: list[str],
    status: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)
    script = runpy.run_path(str(SCRIPTS / "test.py"))
    assert script["report"](Counter(counts)) == status
    assert capsys.readouterr().out.splitlines() == said
