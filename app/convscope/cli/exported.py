"""What a server exports, written to a file whole or not at all."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from convscope.cli.connection import RefusedError
from convscope.client import AsyncClient


async def write_export(
    client: AsyncClient, options: argparse.Namespace, name: str, address: str, **query: object
) -> Path:
    """The file, which is called `name` unless `--output` says otherwise; RefusedError where there
    is one already and `--force` is not given."""
    target = output_file(options, name)
    with whole(target) as file:
        async with client.stream(address, **query) as pieces:
            async for piece in pieces:
                file.write(piece)
    return target


@contextlib.contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """A file that is there once all of it is written, and not otherwise."""
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def output_file(options: argparse.Namespace, name: str) -> Path:
    """Where to write: a file called `name`, unless `--output` says otherwise; RefusedError where
    there is one already and `--force` is not given."""
    target: Path = options.output or Path(name)
    if target.is_dir():
        target /= name
    if target.exists() and not options.force:
        raise RefusedError(f"{target} already exists: choose another file with -o, or add --force.")
    return target
