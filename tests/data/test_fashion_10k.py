"""The subset of Fashion-MNIST that is shipped, and the script that makes it."""

import hashlib
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from convscope.data import fashion_10k, idx

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = Path("/usr/share/datasets/fashion-mnist")
HALVES = ("train", "t10k")
# what the zlib with which the shipped files were packed makes of these bytes
ZLIB_SHA256 = "84dbb0377568d33376b3e17851283f2aedbe21e1bbbc85b1c184de9ea7b98f94"

needs_the_complete_set = pytest.mark.skipif(
    not COMPLETE.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed"
)


def zlib_is_the_one_that_packed() -> bool:
    plain = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(256)) * 9
    return hashlib.sha256(zlib.compress(plain, idx.GZIP_LEVEL)).hexdigest() == ZLIB_SHA256


def shipped(half: str, kind: str) -> idx.Bytes:
    return idx.read(fashion_10k.FOLDER / f"{half}-{kind}-ubyte.gz")


@needs_the_complete_set
@pytest.mark.parametrize("half", HALVES)
def test_the_shipped_pictures_are_the_complete_sets_own(half: str) -> None:
    images = idx.read(COMPLETE / f"{half}-images-idx3-ubyte.gz")
    labels = idx.read(COMPLETE / f"{half}-labels-idx1-ubyte.gz")
    chosen = fashion_10k.choose(labels, half)
    assert len(set(chosen.tolist())) == len(chosen)
    assert np.array_equal(shipped(half, "images-idx3"), images[chosen])
    assert np.array_equal(shipped(half, "labels-idx1"), labels[chosen])


@needs_the_complete_set
@pytest.mark.skipif(
    not zlib_is_the_one_that_packed(), reason="this Python's zlib packs into other bytes"
)
def test_the_script_reproduces_the_shipped_files_byte_for_byte() -> None:
    command = [sys.executable, "-m", "scripts.make_fashion_10k", "--check"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("same") == 4


@needs_the_complete_set
def test_the_script_reports_a_file_that_differs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.make_fashion_10k", "--check"]
    command += ["--target", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert done.stdout.count("DIFFERS") == 4


@pytest.mark.parametrize("half", HALVES)
def test_any_beginning_of_the_subset_is_balanced(half: str) -> None:
    labels = shipped(half, "labels-idx1")
    assert np.bincount(labels).tolist() == [fashion_10k.PER_CLASS[half]] * 10
    for end in (1, 32, 77, len(labels) // 2 + 3):
        counts = np.bincount(labels[:end], minlength=10)
        assert counts.max() - counts.min() <= 1


def test_the_order_within_a_round_is_not_always_the_same() -> None:
    rounds = shipped("train", "labels-idx1").reshape(-1, 10)
    assert len({tuple(ten) for ten in rounds.tolist()}) > 900


def test_the_licence_is_shipped_with_the_pictures() -> None:
    text = (fashion_10k.FOLDER / "LICENSE").read_text()
    assert "© 2017 Zalando SE" in text
    assert "Permission is hereby granted" in text
