"""Pictures that people give: read within bounds, fitted to a network's input, written as PNG."""

from convscope.images.decode import decode, decode_stored
from convscope.images.encode import png, sheet_png, sheet_webp
from convscope.images.preprocess import Prepared, preprocess, shrunk
from convscope.images.reading import KEPT_SIDE, DecodedImage

__all__ = [
    "KEPT_SIDE",
    "DecodedImage",
    "Prepared",
    "decode",
    "decode_stored",
    "png",
    "preprocess",
    "sheet_png",
    "sheet_webp",
    "shrunk",
]
