"""Pictures that people give: read within bounds, fitted to a network's input, written as PNG."""

from convscope.images.preparing import Prepared, preprocess
from convscope.images.reading import KEPT_SIDE, Picture, decode, decode_stored
from convscope.images.writing import png, sheet_png

__all__ = [
    "KEPT_SIDE",
    "Picture",
    "Prepared",
    "decode",
    "decode_stored",
    "png",
    "preprocess",
    "sheet_png",
]
