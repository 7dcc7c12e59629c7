"""What several runs of pytest are added up from."""

import json
from pathlib import Path

from tests.support.tally import write_tally


def test_an_error_and_a_pass_that_was_not_expected_count_as_failed(tmp_path: Path) -> None:
    stats = {"passed": "ab", "xfailed": "c", "failed": "d", "error": "ef", "xpassed": "g", "": "h"}
    write_tally(tmp_path / "tally", stats)
    counted = json.loads((tmp_path / "tally").read_text())
    assert counted == {"passed": 3, "failed": 4, "skipped": 0}
