"""The report's page: `templates/report.html`, filled in."""

from datetime import UTC, datetime
from typing import Any

import jinja2
from markupsafe import Markup

from convscope.cli.report.curves import Line, chart
from convscope.cli.report.gather import Report
from convscope.settings import resources
from convscope.types import JsonObject


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
        parameters=sum(layer["parameters"] for layer in report.layers),
    )


def _charts(history: JsonObject) -> list[tuple[str, Any]]:
    steps = history["step"]
    measured = history["held_out"]
    held_out = list(zip(measured["step"], measured["accuracy"], strict=True))
    return [
        ("Loss", _chart([_line("loss", steps, history["loss"])], percent=False)),
        (
            "Accuracy: while training (line), held out (dots)",
            _chart(
                [
                    _line("accuracy", steps, history["mean_accuracy"]),
                    Line("held out", "held-out", held_out, dots=True),
                ],
                percent=True,
            ),
        ),
    ]


def _chart(lines: list[Line], *, percent: bool) -> Any:
    return Markup(chart(lines, percent=percent))


def _line(style: str, steps: list[int], values: list[float | None]) -> Line:
    points = [(step, value) for step, value in zip(steps, values, strict=True) if value is not None]
    return Line(style, style, points)


def _shares(confusion: JsonObject) -> list[list[float]]:
    """Of each true class's pictures, how many are taken for each class, 0 … 1."""
    return [[value / (sum(row) or 1) for value in row] for row in confusion["matrix"]]
