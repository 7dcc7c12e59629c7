"""The report's page: `templates/report.html`, filled in."""

from datetime import UTC, datetime
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from convscope.cli.report.curves import Line, chart
from convscope.cli.report.gather import Report
from convscope.settings import resources
from convscope.types import JsonObject

ALIKE = 0.5  # above it, what is shown says little of what was learned


def page(report: Report) -> str:
    """One HTML text that needs nothing beside it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    run, confusion = report.run, report.confusion
    return environment.get_template("report.html").render(
        report=report,
        run=run,
        name=run["name"] or run["id"],
        made=datetime.now(UTC).date().isoformat(),
        classes=[one["class"] for one in confusion["classes"]] if confusion else [],
        shares=_shares(confusion) if confusion else [],
        charts=_charts(report.history),
        alike=alike,
        figures=figures,
        parameters=sum(layer["parameters"] for layer in report.layers),
    )


def alike(correlation: float | None) -> str:
    """How much what a filter answers to is what it answered to before it learned."""
    if correlation is None:
        return "How alike the two are cannot be said"
    if correlation > ALIKE:
        return f"{correlation:.2f} alike: much the same before it learned"
    return f"{correlation:.2f} alike: it was learned"


def figures(value: float | None) -> str:
    """Two of them, never as a power of ten."""
    if value is None:
        return "–"
    return np.format_float_positional(value, precision=2, fractional=False, trim="-")


def _charts(history: JsonObject) -> list[tuple[str, Any]]:
    steps = history["step"]
    measured = history["held_out"]
    held_out = list(zip(measured["step"], measured["accuracy"], strict=True))
    return [
        _chart("Loss", [_line("loss", steps, history["loss"])], percent=False),
        _chart(
            "Accuracy: while training (line), held out (dots)",
            [
                _line("accuracy", steps, history["mean_accuracy"]),
                Line("held out", "held-out", held_out, dots=True),
            ],
            percent=True,
        ),
    ]


def _chart(title: str, lines: list[Line], *, percent: bool) -> tuple[str, Any]:
    return title, Markup(chart(title, lines, percent=percent))


def _line(style: str, steps: list[int], values: list[float | None]) -> Line:
    points = [(step, value) for step, value in zip(steps, values, strict=True) if value is not None]
    return Line(style, style, points)


def _shares(confusion: JsonObject) -> list[list[float]]:
    """Of each true class's pictures, how many are taken for each class, 0 … 1."""
    return [[value / (sum(row) or 1) for value in row] for row in confusion["matrix"]]
