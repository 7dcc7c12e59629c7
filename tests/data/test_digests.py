"""Digests of files, and how they are remembered."""

import hashlib
import os
from pathlib import Path

import pytest

from convscope.data import digests


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name, text in (("a", b"one"), ("b", b"two")):
        (tmp_path / name).write_bytes(text)
    return [tmp_path / "a", tmp_path / "b"]


def test_the_digest_is_that_of_the_files_one_after_another(
    files: list[Path], tmp_path: Path
) -> None:
    assert digests.sha256_of(files, tmp_path / "c") == hashlib.sha256(b"onetwo").hexdigest()


def test_a_changed_file_is_hashed_again(files: list[Path], tmp_path: Path) -> None:
    digests.sha256_of(files, tmp_path / "c")
    files[1].write_bytes(b"TWO")
    os.utime(files[1], ns=(1, 1))
    assert digests.sha256_of(files, tmp_path / "c") == hashlib.sha256(b"oneTWO").hexdigest()


def test_another_process_recalls_the_digest_without_reading_the_file(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = digests.sha256_of(files, tmp_path / "c")
    digests._remembered.cache_clear()  # what another process begins with
    monkeypatch.setattr(digests, "_hash", lambda paths: pytest.fail("it was hashed again"))
    assert digests.sha256_of(files, tmp_path / "c") == expected


@pytest.mark.parametrize("broken", [b"", b"[1]", b'{"a": ', b"\xff\xfe"])
def test_a_broken_memory_is_no_error(files: list[Path], tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "digests.json").write_bytes(broken)
    assert digests.sha256_of(files, tmp_path / "c") == hashlib.sha256(b"onetwo").hexdigest()


def test_a_cache_directory_that_cannot_be_written_is_no_error(
    files: list[Path], tmp_path: Path
) -> None:
    assert digests.sha256_of(files, files[0] / "c") == hashlib.sha256(b"onetwo").hexdigest()
