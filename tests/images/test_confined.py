"""AVIF and HEIC, whose headers need not tell what their streams hold: read in a process apart."""

import resource
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from convscope.errors import TooLargeError, UnsupportedMediaError, UploadError
from convscope.images import confined, kinds
from convscope.storage.importing.validation import UploadAbout
from tests.support.pictures import HEIC_IS_READ, encoded, gradient, read

CASES = Path(__file__).with_name("cases")


def test_a_stream_larger_than_its_header_says_is_refused_in_bounded_memory() -> None:
    lying = (CASES / "lying.avif").read_bytes()  # 64 × 64, and a stream of 16,384 × 16,000 greys
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UploadError, match="Expected a whole AVIF picture"):
        read(lying, max_pixels=10**6)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8_192


def test_what_an_avif_may_have_is_asked_before_it_is_decoded() -> None:
    data = encoded(gradient(40, 30), "AVIF")
    assert read(data, max_pixels=1200).width == 40
    with pytest.raises(TooLargeError, match="1,199 pixels, got 40 × 30"):
        read(data, max_pixels=1199)


def test_many_are_read_by_one_process_and_one_that_is_refused_ends_it_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    start = confined._started

    def started() -> subprocess.Popen[bytes]:
        begun.append(start())
        return begun[-1]

    monkeypatch.setattr(confined, "_started", started)
    small, lying = encoded(gradient(40, 30), "AVIF"), (CASES / "lying.avif").read_bytes()
    with confined.ConfinedReader() as reader:
        for height in (30, 20, 10):
            picture = encoded(gradient(40, height), "AVIF")
            assert reader.read(picture, "AVIF", 10**6).image.size == (40, height)
        assert len(begun) == 1
        with pytest.raises(UploadError, match="Expected a whole AVIF picture"):
            reader.read(lying, "AVIF", 64_000_000)
        assert reader.read(small, "AVIF", 1200).width == 40
    assert len(begun) == 2
    assert all(process.returncode is not None for process in begun)


def test_a_small_header_allows_little_memory_whatever_the_largest_picture_may_take() -> None:
    lying = (CASES / "lying.avif").read_bytes()
    with pytest.raises(UploadError, match="Expected a whole AVIF picture"):
        read(lying, max_pixels=500_000_000)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9])
def test_an_avif_cut_short_is_refused(share: float) -> None:
    whole = encoded(gradient(200, 150), "AVIF")
    with pytest.raises(UploadError, match="Expected a whole AVIF picture"):
        read(whole[: 14 + int(len(whole) * share)])


def test_the_largest_that_is_allowed_is_read_within_its_bounds() -> None:
    picture = read(encoded(gradient(4000, 4000).convert("RGBA"), "AVIF", speed=10))
    assert (picture.width, picture.sentences) == (4000, ("Shrunk to 1,024 × 1,024",))


@pytest.mark.parametrize("fault", ["slow", "killed"])
def test_a_reader_that_hangs_or_dies_is_a_refusal(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = {"slow": "while True: pass", "killed": "import os; os.abort()"}[fault]
    monkeypatch.setattr(confined, "_MAIN", main)
    monkeypatch.setattr(confined, "_WALL_S", 1)
    with pytest.raises(UploadError, match="takes more memory or time than it should"):
        read(encoded(gradient(9, 9), "AVIF"))


def test_it_starts_from_a_folder_with_modules_of_the_same_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert read(encoded(gradient(9, 9), "AVIF")).width == 9


def test_without_pi_heif_a_heic_is_415_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    with pytest.raises(UnsupportedMediaError, match=r"pip install 'convscope\[heic\]'"):
        read((CASES / "rgb.heic").read_bytes())


@pytest.mark.skipif(not HEIC_IS_READ, reason="pi-heif is not installed")
def test_a_broken_heic_is_refused() -> None:
    whole = (CASES / "rgb.heic").read_bytes()
    for end in (20, 300, len(whole) - 40):
        with pytest.raises(UploadError, match="Expected a whole HEIC picture"):
            read(whole[:end])


def test_a_run_that_is_imported_may_have_pictures_of_every_kind() -> None:
    assert {*get_args(UploadAbout.model_fields["format"].annotation)} == {*kinds.MODULES}


def test_other_brands_tell_the_kind_by_those_they_are_compatible_with() -> None:
    head = b"ftypmif1\0\0\0\0mif1avifmiaf"
    assert kinds.kind_of(b"\0\0\0\x1c" + head) == "AVIF"
    with pytest.raises(UnsupportedMediaError, match="a video"):
        kinds.kind_of(b"\0\0\0\x10" + b"ftypmif1\0\0\0\0avif")
