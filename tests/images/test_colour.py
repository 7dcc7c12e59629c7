"""Colour profiles: the numbers are sRGB's, and the sentence says what they were."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from convscope.images import preprocess
from tests.support.pictures import DISPLAY_P3, display_p3, encoded, read

# sRGB's red, green and blue in CIE XYZ, adapted to D50 (IEC 61966-2-1, Bradford)
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))
COLOURS = np.array([[[200, 100, 50], [90, 140, 200], [128, 128, 128], [30, 60, 40]]], np.uint8)


def in_srgb(p3: NDArray[np.uint8]) -> NDArray[np.float64]:
    """By the standards' formulas, in float64."""
    share = p3 / 255
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    wanted = (light @ np.array(DISPLAY_P3) @ np.linalg.inv(np.array(SRGB))).clip(0, 1)
    coded = np.where(wanted <= 0.0031308, wanted * 12.92, 1.055 * wanted ** (1 / 2.4) - 0.055)
    return np.asarray(coded * 255, np.float64)


@pytest.mark.parametrize("kind", ["PNG", "WebP"])
@pytest.mark.parametrize("alpha", [False, True])
def test_display_p3_becomes_srgb_and_is_named(kind: str, alpha: bool) -> None:
    image = Image.fromarray(COLOURS).convert("RGBA" if alpha else "RGB")
    options = {"lossless": True} if kind == "WebP" else {}
    shown = read(encoded(image, kind, icc_profile=display_p3(), **options))
    assert np.abs(np.asarray(shown.image) - in_srgb(COLOURS)).max() <= 1
    assert shown.sentences == ("Converted from Display P3 to sRGB",)


def test_greys_are_the_same_in_display_p3_so_that_nothing_is_said() -> None:
    grey = Image.linear_gradient("L")
    for image in (grey, grey.convert("RGB")):
        shown = read(encoded(image, icc_profile=display_p3()))
        assert (
            np.abs(np.asarray(shown.image.convert("L")).astype(int) - np.asarray(grey)).max() <= 0
        )
        assert shown.sentences == ()


@pytest.mark.parametrize(
    "data",
    [
        encoded(Image.new("CMYK", (28, 28), (0, 255, 255, 0)), "JPEG"),
        encoded(Image.fromarray(np.full((28, 28), 60_000, np.uint16))),
        encoded(Image.new("RGB", (28, 28), (200, 100, 50)), icc_profile=display_p3()),
    ],
    ids=["CMYK", "16 bits", "Display P3"],
)
def test_used_as_it_is_is_said_of_no_picture_whose_values_changed(data: bytes) -> None:
    told = preprocess(read(data), (3, 28, 28), dark_background=False, invert=None).sentences
    assert not any(sentence.startswith("Used as it is") for sentence in told)
