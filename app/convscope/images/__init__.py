"""Pictures that people give: read within bounds, fitted to a network's input, written as PNG."""

from convscope.images.colour import on_paper
from convscope.images.confined import ConfinedReader
from convscope.images.decode import decode, decode_stored
from convscope.images.encode import png, sheet_png, sheet_webp
from convscope.images.kinds import kind_of
from convscope.images.preprocess import Prepared, preprocess, shrunk
from convscope.images.reading import KEPT_SIDE, DecodedImage

__all__ = [
    "KEPT_SIDE",
    "ConfinedReader",
    "DecodedImage",
    "Prepared",
    "decode",
    "decode_stored",
    "kind_of",
    "on_paper",
    "png",
    "preprocess",
    "sheet_png",
    "sheet_webp",
    "shrunk",
]
