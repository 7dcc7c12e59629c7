"""`convscope runs`, `history`, `report`, `export` and `import`."""

import argparse
import json
import sys
from datetime import UTC, datetime

from convscope.cli.exported import output_file, whole, write_export
from convscope.cli.report.gather import gather
from convscope.cli.report.page import page
from convscope.cli.terminal import complain, say, visible
from convscope.client import AsyncClient
from convscope.storage.schema import SUFFIX
from convscope.types import JsonObject

HEAD = ("run", "name", "network", "data", "step", "accuracy", "held out", "state", "made")


async def runs(client: AsyncClient, options: argparse.Namespace) -> int:
    """A table of all runs, or their whole answers as JSON."""
    found = [run.info for run in await client.runs()]
    if options.json:
        print(json.dumps(found, indent=2))  # which escapes whatever is not ASCII
        return 0
    titles = {each["id"]: each["title"] for each in (await client.get("/datasets"))["datasets"]}
    rows = [HEAD, *(_row(run, titles) for run in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())
    return 0


def _row(run: JsonObject, titles: JsonObject) -> tuple[str, ...]:
    # its id, which stays where the set is gone; an observed run has none
    data = run["recipe"].get("data", {}).get("dataset")
    return (
        run["id"],
        visible(run["name"] or ""),
        run["network"] or "own",
        visible(titles.get(data, data) or ""),
        f"{run['steps']:,}",
        _share(run["accuracy"]),
        _held_out(run),
        run["state"],
        _age(run["created_at"]),
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _held_out(run: JsonObject) -> str:
    """With the step that it was measured at, where that is not the last."""
    at = run["held_out_step"]
    of = "" if at in (None, run["steps"]) else f" at {at:,}"
    return _share(run["held_out_accuracy"]) + of


def _age(moment: str) -> str:
    """How long ago, in its largest unit."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' * (count > 1)} ago"
    return "just now"


async def history(client: AsyncClient, options: argparse.Namespace) -> int:
    """A run's curves as CSV."""
    run = await client.run(options.run)
    async with client.stream(f"/runs/{run.id}/history", format="csv") as pieces:
        async for piece in pieces:
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    return 0


async def report(client: AsyncClient, options: argparse.Namespace) -> int:
    """One page of what a run did and learned; where it is, on the standard output."""
    run = await client.run(options.run)
    target = output_file(options, f"{run.id}.html")
    text = page(await gather(client, await run.refresh()))
    with whole(target) as file:
        file.write(text.encode())
    say(target)
    return 0


async def export(client: AsyncClient, options: argparse.Namespace) -> int:
    """A run's file; where it is, on the standard output."""
    run = await client.run(options.run)
    name = f"{run.id}-with-data.zip" if options.data else f"{run.id}{SUFFIX}"
    asked = {"uploads": options.uploads, "data": options.data}
    say(await write_export(client, options, name, f"/runs/{run.id}/export", **asked))
    return 0


async def import_(client: AsyncClient, options: argparse.Namespace) -> int:
    """A run from a file; its id on the standard output."""
    run = await client.import_run(options.file)
    if absent := run.info["absent"]:
        complain(f"It can be viewed but not trained. {absent}")
    say(run.id)
    return 0
