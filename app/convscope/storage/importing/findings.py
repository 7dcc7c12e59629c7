"""Validation of a file's findings: what a run can have told of its own steps and filters."""

import sqlite3
from collections.abc import Sequence

from convscope.recipe import LayerPlan
from convscope.storage.importing.validation import (
    FindingBody,
    FindingRow,
    expect,
    parsed,
    validated,
)
from convscope.types import FindingKind


def copy_findings(
    given: sqlite3.Connection, made: sqlite3.Connection, plans: Sequence[LayerPlan], steps: int
) -> None:
    """All of them; UnreadableRunError at the first that no run of so many steps has told."""
    filters = {plan.name: plan.output_shape[0] for plan in plans if plan.type == "Conv2d"}
    rows = given.execute("SELECT id, step, kind, body FROM finding ORDER BY id").fetchall()
    for number, step, kind, text in rows:
        where = f"finding {number}"
        validated(FindingRow, {"id": number, "step": step, "kind": kind}, where)
        expect(step <= steps, f"In this file {where} is of step {step}, which is impossible.")
        body = validated(FindingBody, parsed(text, where), where)
        _check_place(body, kind, filters, where)
        values = (number, step, kind, body.model_dump_json())
        made.execute("INSERT INTO finding VALUES (?, ?, ?, ?)", values)


def _check_place(body: FindingBody, kind: str, filters: dict[str, int], where: str) -> None:
    of_a_filter = kind == FindingKind.FILTER_DIED
    place = body.place
    fits = place is None or place.filter < filters.get(place.layer, 0)
    expect(
        fits and of_a_filter == (place is not None),
        f"In this file {where} is about a filter that its network has not.",
    )
