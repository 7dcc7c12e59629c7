"""The page of contracts says what the OpenAPI document says."""

import runpy
from pathlib import Path

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "write_contracts.py"))
PAGE, updated = SCRIPT["PAGE"], SCRIPT["updated"]
KNOWN = SCRIPT["document"]()


def test_the_tables_are_those_of_the_document() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert updated(page, KNOWN) == page, "python -m scripts.write_contracts writes them anew"


def test_every_operation_and_every_field_of_a_run_is_in_them() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for methods in KNOWN["paths"].values():
        for operation in methods.values():
            assert f"(`{operation['operationId']}`)" in page
    for field in KNOWN["components"]["schemas"]["RunAnswer"]["properties"].values():
        assert field["description"].replace("|", "\\|") in page


def test_a_page_that_has_lost_a_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="<!-- end of run -->"):
        updated(PAGE.read_text(encoding="utf-8").replace("<!-- end of run -->", ""), KNOWN)
