"""Tests that need a tool are left out where it is missing, and never in CI."""

import pytest

from tests.resilience.tools import must_have


@pytest.mark.parametrize(
    ("ci", "ends"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_missing_tool_skips_a_test_and_fails_it_in_ci(
    ci: str, ends: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(ends, match="apt-get install nothing"):
        must_have("a-tool-that-nobody-has", "nothing")
    must_have("python3", "python3")
