"""Files as they were sent, and the members of a zip archive, in one form.

Nothing is ever written under a name that an archive gives: members are read as streams, each up to
the size that it announces, after the whole directory was held against the bounds.
"""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from convscope.errors import TooLargeError, UploadError
from convscope.own_data.bounds import (
    MOST_MEMBERS,
    MOST_RATIO,
    MOST_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
)

_LOCAL_HEADER_BYTES = 30
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class SentFile:
    """A file that lies on the disk under a name of ours."""

    path: str
    file: Path

    @property
    def size(self) -> int:
        """Bytes."""
        return self.file.stat().st_size

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its content."""
        with self.file.open("rb") as stream:
            yield stream


@dataclass(frozen=True)
class Member:
    """One file in an archive."""

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    path: str

    @property
    def size(self) -> int:
        """Bytes, unpacked, as the archive's directory announces."""
        return self.info.file_size

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its content; UploadError where the archive is not what its directory says."""
        if self.info.flag_bits & _ENCRYPTED:
            raise UploadError("it is encrypted")
        if self.info.compress_type not in _METHODS:
            raise UploadError("it is packed in a way that is not read here (expected deflate)")
        try:
            with self.archive.open(self.info) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise UploadError(f"it is damaged in the archive ({error})") from error


@contextlib.contextmanager
def opened_archive(file: Path) -> Iterator[list[Member]]:
    """The members of a zip archive in their order, folders left out.

    UploadError for a file that is no whole archive or whose members overlap, TooLargeError for one
    with more members, bytes or a higher ratio than may be.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError) as error:
        raise UploadError(f"Expected a whole zip archive, got a damaged one ({error}).") from error
    with archive:
        infos = archive.infolist()
        _check(infos, file.stat().st_size)
        yield [Member(archive, info, _name(info)) for info in infos if not info.is_dir()]


def _check(infos: list[zipfile.ZipInfo], archive_bytes: int) -> None:
    if len(infos) > MOST_MEMBERS:
        raise TooLargeError(
            f"Expected an archive of at most {MOST_MEMBERS:,} files, got {len(infos):,}."
        )
    unpacked = sum(info.file_size for info in infos)
    most = min(MOST_UNPACKED_BYTES, max(RATIO_FREE_BYTES, MOST_RATIO * archive_bytes))
    if unpacked > most:
        raise TooLargeError(
            f"Expected an archive of {archive_bytes:,} bytes to unpack to at most {most:,}, got "
            f"{unpacked:,}."
        )
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise UploadError("Expected an archive whose files do not overlap.")
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size


def _name(info: zipfile.ZipInfo) -> str:
    """macOS writes UTF-8 without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename
