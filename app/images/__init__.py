"""Pictures that people give: read within bounds, fitted to a network's input, written as PNG."""

from app.images.preparing import Prepared, preprocess
from app.images.reading import KEPT_SIDE, Picture, decode
from app.images.writing import png, sheet_png

__all__ = ["KEPT_SIDE", "Picture", "Prepared", "decode", "png", "preprocess", "sheet_png"]
