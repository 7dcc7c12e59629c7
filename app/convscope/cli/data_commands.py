"""`convscope data`: one's own labelled pictures, added, listed, exported and deleted."""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from convscope.cli.connection import RefusedError
from convscope.cli.exported import write_export
from convscope.cli.terminal import complain, confirmed, fail, say, visible
from convscope.client import AsyncClient, UnreachableError
from convscope.errors import ConvscopeError
from convscope.own_data.sources.names import PICTURES, class_level, parts_of, passed_over
from convscope.types import JsonObject

HEAD = ("data set", "title", "pictures", "held out", "classes", "shape")
ARCHIVE_BYTES = 256 * 2**20  # of a folder's files, sent at once
LOOK_EVERY_S = 0.2
MOST_NAMED = 10  # refused files that are named
SENT_FIELDS = ("title", "licence", "origin", "fit", "held_out", "seed", "centred")


async def data(client: AsyncClient, options: argparse.Namespace) -> int:
    """Do what `convscope data ACTION` says."""
    return await ACTIONS[options.action](client, options)


async def add(client: AsyncClient, options: argparse.Namespace) -> int:
    """A data set from files and folders; its id on the standard output."""
    async with _preview(client) as preview:
        address = f"/datasets/preview/{preview['id']}"
        if chosen := _options(options):
            await client.send("PATCH", address, json=chosen)
        for path in options.paths:
            fields = _fields(path)
            for name, file in _sent(path):
                with file:
                    sent = {"file": (name, file), **fields}
                    await client.send("POST", f"{address}/files", files=sent)
        preview = await _read(client, address)
        _complain_of(preview)
        if preview["error"] or preview["arranged"]["problems"]:
            raise RefusedError(" ".join(_problems(preview)))
        kept = (await client.send("POST", f"{address}/keep")).json()
    complain(
        f"{kept['title']}: {kept['train']:,} pictures to learn from, {kept['test']:,} held out, "
        f"{len(kept['classes'])} classes. To train on it: convscope train --steps 500 "
        f"--data {kept['id']}"
    )
    say(kept["id"])
    return 0


@contextlib.asynccontextmanager
async def _preview(client: AsyncClient) -> AsyncIterator[JsonObject]:
    """A preview that is discarded, however this ends, unless it was kept."""
    made = (await client.send("POST", "/datasets/preview", files={"burst": (None, "false")})).json()
    try:
        yield made
    finally:
        with contextlib.suppress(ConvscopeError, UnreachableError):
            await client.send("DELETE", f"/datasets/preview/{made['id']}")


def _options(options: argparse.Namespace) -> JsonObject:
    given = {name: getattr(options, name) for name in SENT_FIELDS}
    given["size"] = [options.size, options.size] if options.size else None
    given["channels"] = {True: 1, False: 3, None: None}[options.grey]
    if options.title is None:
        given["title"] = options.paths[0].resolve().name.partition(".")[0]
    return {name: value for name, value in given.items() if value is not None}


def _sent(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """A file as it is, a folder as archives of its files."""
    if path.is_dir():
        yield from _archives(path)
    else:
        yield path.name, path.open("rb")


def _fields(path: Path) -> JsonObject:
    """What is sent with each part of a folder: how many folders are around its classes'."""
    if not path.is_dir():
        return {}
    parts = [parts_of(file.relative_to(path).as_posix()) for file in _files(path)]
    pictures = [
        names for names in parts if names[-1].lower().endswith(PICTURES) and not passed_over(names)
    ]
    return {"wrap": (None, str(class_level(pictures)))}


def _archives(folder: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Its files with their paths, unpacked: pictures are compressed already."""
    name, files = f"{folder.resolve().name}.zip", _files(folder)
    path = next(files, None)
    while path is not None:
        whole = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
            while path is not None and whole.tell() < ARCHIVE_BYTES:
                archive.write(path, path.relative_to(folder).as_posix())
                path = next(files, None)
        whole.seek(0)
        yield name, whole


def _files(folder: Path) -> Iterator[Path]:
    """In one order on every machine."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


async def _read(client: AsyncClient, address: str) -> JsonObject:
    """The preview, once everything is read; a terminal sees how far it is."""
    live = sys.stderr.isatty()
    while True:
        preview: JsonObject = await client.get(address)
        if preview["state"] != "reading":
            break
        told = preview["progress"]
        if live and told["of"]:
            sys.stderr.write(f"\r\x1b[K{told['done']:,} of {told['of']:,} pictures")
            sys.stderr.flush()
        await asyncio.sleep(LOOK_EVERY_S)
    if live:
        sys.stderr.write("\r\x1b[K")
    return preview


def _complain_of(preview: JsonObject) -> None:
    """What was not taken, and why; what is passed over silently is only counted."""
    for file in preview["refused"][:MOST_NAMED]:
        complain(f"Refused {file['name']}: {file['why'].rstrip('.')}.")
    if (more := preview["refused_count"] - MOST_NAMED) > 0:
        complain(f"… and {more:,} more files were refused.")
    if preview["passed_over"]:
        counts = (f"{count:,} × {what}" for what, count in preview["passed_over"].items())
        complain(f"Passed over: {', '.join(counts)}.")
    for note in preview["notes"]:
        complain(note)
    for warning in (preview["arranged"] or {}).get("warnings", ()):
        complain(warning)
    _name_conflicts((preview["arranged"] or {}).get("equal", ()))


def _name_conflicts(equal: Sequence[JsonObject]) -> None:
    """Which files are the pictures that stand in more than one class, those of several first."""
    conflicts = [each for each in equal if len(set(each["labels"])) > 1]
    for each in conflicts[:MOST_NAMED]:
        complain(f"The same picture: {', '.join(filter(None, each['names']))}.")
    if (more := len(conflicts) - MOST_NAMED) > 0:
        complain(f"… and {more:,} more.")


def _problems(preview: JsonObject) -> list[Any]:
    """A file that cannot be read is why there is no picture."""
    if preview["error"]:
        return [preview["error"]]
    return list((preview["arranged"] or {}).get("problems", ()))


async def list_(client: AsyncClient, options: argparse.Namespace) -> int:
    """A table of the data sets that are here."""
    found = [each for each in (await client.get("/datasets"))["datasets"] if each["available"]]
    rows = [HEAD, *(_row(each) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())
    return 0


def _row(each: JsonObject) -> tuple[str, ...]:
    return (
        each["id"],
        visible(each["title"]),
        f"{each['train']:,}",
        f"{each['test']:,}",
        str(len(each["classes"])),
        " × ".join(map(str, each["shape"])),
    )


async def export(client: AsyncClient, options: argparse.Namespace) -> int:
    """A data set as a zip; where it is, on the standard output."""
    found = await find_dataset(client, options.dataset)
    address = f"/datasets/{found['id']}/export"
    say(await write_export(client, options, f"{found['id']}.zip", address))
    return 0


async def delete(client: AsyncClient, options: argparse.Namespace) -> int:
    """A data set goes, once that is confirmed; ConflictError names the runs that use it."""
    found = await find_dataset(client, options.dataset)
    if not options.yes:
        if not sys.stdin.isatty():
            return fail("Expected --yes, since there is no terminal to ask on.", 2)
        if not confirmed(_delete_says(found)):
            complain("Nothing was deleted.")
            return 1
    await client.send("DELETE", f"/datasets/{found['id']}", params={"force": options.force})
    return 0


def _delete_says(found: JsonObject) -> str:
    count = found["train"] + found["test"]
    return f"Delete {found['title']} ({found['id']}, {count:,} pictures) for good?"


async def find_dataset(client: AsyncClient, name: str) -> JsonObject:
    """The data set of this id or title; RefusedError where there is none or more than one."""
    found: list[JsonObject] = (await client.get("/datasets"))["datasets"]
    chosen = [each for each in found if name in (each["id"], each["title"])]
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        ids = ", ".join(each["id"] for each in chosen)
        raise RefusedError(f"{name!r} matches {len(chosen)} data sets: {ids}.")
    raise RefusedError(f"There is no data set {name!r}: `convscope data list` lists them.")


ACTIONS: Final[dict[str, Callable[[AsyncClient, argparse.Namespace], Awaitable[int]]]] = {
    "add": add,
    "list": list_,
    "export": export,
    "delete": delete,
}
