"""Everything in what was sent: each file by what it is, whatever it is called."""

import contextlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from convscope.errors import ConvscopeError, UploadError
from convscope.own_data.sources.cifar import cifar_pictures, is_cifar
from convscope.own_data.sources.entries import Member, SentFile, opened_archive
from convscope.own_data.sources.found import Entry, Events, PassedOver, Refused
from convscope.own_data.sources.idx_files import idx_pictures, is_idx
from convscope.own_data.sources.names import (
    PICTURES,
    clean,
    leads_outside,
    parts_of,
    passed_over,
)
from convscope.own_data.sources.npz import npz_pictures
from convscope.own_data.sources.pictures import pictures
from convscope.own_data.sources.shipped import MANIFEST, manifest

_PEEK = 512
_OUTSIDE = "its path leads outside the archive"
_ZIP = b"PK\x03\x04"
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def read_all(
    files: Sequence[SentFile],
    folder: Path,
    class_name: str | None = None,
    wrap: int | None = None,
) -> Events:
    """What these files hold; `class_name` is that of all pictures, where it is given, `wrap` how
    many folders are around each class's.

    `folder` is where a member can be unpacked for a moment. Raises UploadError, or TooLargeError,
    for an archive that cannot be read at all.
    """
    loose: list[Entry] = []
    for file in files:
        if _start(file).startswith(_ZIP):
            yield from _archive(file, folder, class_name, wrap)
        else:
            loose.append(file)
    yield from _entries(loose, folder, class_name, wrap)


def _archive(file: SentFile, folder: Path, class_name: str | None, wrap: int | None) -> Events:
    with _opened(file) as members:
        arrays = [member for member in members if member.path.endswith(".npy")]
        if arrays and len(arrays) == len(members):
            yield from npz_pictures(arrays, file.path, folder)
        else:
            inside: list[Member] = []
            for member in members:
                if leads_outside(member.path):
                    yield Refused(clean(member.path), _OUTSIDE)
                else:
                    inside.append(member)
            yield from _entries(inside, folder, class_name, wrap)


@contextlib.contextmanager
def _opened(file: SentFile) -> Iterator[list[Member]]:
    """`opened_archive`, whose refusal names the file: it may be one of many."""
    with contextlib.ExitStack() as stack:
        try:
            members = stack.enter_context(opened_archive(file.file))
        except UploadError as error:
            raise type(error)(f"{clean(file.path)}: {error.detail}") from error
        yield members


def _entries(
    entries: Sequence[Entry],
    folder: Path,
    class_name: str | None,
    wrap: int | None = None,
) -> Events:
    """Sorted by kind: a picture by its name's end, others by how they begin."""
    found: dict[str, list[Entry]] = {"picture": [], "idx": [], "cifar": []}
    for entry in entries:
        parts = parts_of(entry.path)
        if junk := passed_over(parts):
            yield PassedOver(junk)
            continue
        if parts and parts[-1] == MANIFEST:
            yield from manifest(entry)
            continue
        try:
            kind, why = _kind(entry)
        except ConvscopeError as error:
            kind, why = None, error.detail
        if kind:
            found[kind].append(entry)
        else:
            yield Refused(clean(entry.path), why)
    yield from chain(
        pictures(found["picture"], class_name, wrap),
        idx_pictures(found["idx"], folder),
        cifar_pictures(found["cifar"]) if found["cifar"] else (),
    )


def _kind(entry: Entry) -> tuple[str | None, str]:
    name = entry.path.lower()
    if name.endswith(PICTURES):
        return "picture", ""
    if is_cifar(name, entry.size):
        return "cifar", ""
    start = _start(entry)
    if is_idx(start):
        return "idx", ""
    if start.startswith(_PICKLES):
        return None, _pickle_says(name)
    if start.startswith(_ZIP):
        return None, "it is an archive in an archive: unpack it first"
    if start[257:262] == b"ustar" or name.endswith((".tar.gz", ".tgz", ".tar")):
        return None, "it is a tar archive: unpack it, and add the folder"
    return ("picture", "") if _may_be_picture(start) else (None, "it is no picture")


def _may_be_picture(start: bytes) -> bool:
    text = start[:200].strip()
    return bool(text) and not text.isascii()


def _pickle_says(name: str) -> str:
    if "batch" in name:
        return (
            "it is a pickle, which could run code, so it is not read: take CIFAR-10's binary "
            "version, cifar-10-binary.tar.gz, and add its .bin files"
        )
    return "it is a pickle, which could run code, so it is not read"


def _start(entry: Entry) -> bytes:
    with entry.open() as stream:
        return stream.read(_PEEK)
