"""The pictures that are shipped for trying an upload."""

from pathlib import Path

import pytest

from convscope import data
from convscope.images import decode

FOLDER = Path(data.__path__[0]) / "samples"
SAMPLES = sorted(FOLDER.glob("*.png"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_small_readable_and_its_origin_is_told(path: Path) -> None:
    assert path.stat().st_size <= 60_000
    picture = decode(path.read_bytes(), max_bytes=60_000, max_pixels=100_000)
    assert picture.image.mode == "RGB"
    assert (
        f"`{path.name}`, {picture.width} × {picture.height}" in (FOLDER / "README.md").read_text()
    )


def test_there_is_one() -> None:
    assert SAMPLES
