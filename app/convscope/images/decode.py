"""From an upload's bytes to a plain upright picture, without trusting a single byte."""

import io
from dataclasses import dataclass

from PIL import Image, ImageFile, JpegImagePlugin

from convscope.errors import ConvscopeError, TooLargeError, UploadError
from convscope.images.colour import Box, on_paper, srgb, workable
from convscope.images.kinds import READERS, kind_of
from convscope.images.orientation import turn_of
from convscope.images.trim import Trimmed, trim

KEPT_SIDE = 1024  # px; no network's input is larger, so nothing is lost by keeping no more
_STORED_BYTES = 2**24  # of a PNG of that size
_MAX_JPEG_SCANS = (
    100  # a usual progressive JPEG has about 10; each one costs a pass over the picture
)
_JPEG_TIMES = 8  # as many pixels as others may have, since it can be decoded at a reduced scale
_PIXEL_BYTES, _COEFFICIENT_BYTES = 4, 2  # of a decoded pixel; of a progressive JPEG's sample
_SCALES = {2: "half its", 4: "a quarter of its", 8: "an eighth of its"}
_SIDEWAYS = {
    Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """A decoded upload without its metadata: pixels only, upright, nothing transparent."""

    image: Image.Image  # mode RGB or L, at most KEPT_SIDE px a side
    width: int  # px, upright, as uploaded
    height: int
    format: str  # a key of `READERS`
    sentences: tuple[str, ...] = ()  # what was done to it, in plain words


def decode_stored(data: bytes) -> "DecodedImage":
    """One that was stored, so that it has at most `KEPT_SIDE` pixels a side; UploadError for any
    other."""
    return decode(data, max_bytes=_STORED_BYTES, max_pixels=KEPT_SIDE**2)


def decode(data: bytes, *, max_bytes: int, max_pixels: int) -> DecodedImage:
    """The picture in an uploaded file, its first frame if it is animated.

    A JPEG may have more pixels than these if it has no more at a reduced scale.  Raises
    TooLargeError for more bytes or pixels, UnsupportedMediaError for a kind of file that is not in
    `READERS`, UploadError for one that is broken or cut short.
    """
    if len(data) > max_bytes:
        raise TooLargeError(f"Expected at most {max_bytes:,} bytes, got {len(data):,}.")
    kind = kind_of(data)
    try:
        return _decoded(trim(data, kind), kind, max_pixels)
    except ConvscopeError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLargeError(f"Expected at most {max_pixels:,} pixels, got far more.") from error
    except Exception as error:  # a reader fed with hostile bytes may raise anything
        raise UploadError(
            f"Expected a whole {kind} picture, got one that is broken or cut short ({error})."
        ) from error


def _decoded(file: Trimmed, kind: str, max_pixels: int) -> DecodedImage:
    with READERS[kind](io.BytesIO(file.data)) as image:
        size = image.size
        told = _within(image, file, max_pixels) + _first_of_many(image)
        covered = _covered(image)
        bits_told = _prepare_16_bits(file.data, kind, image)
        image.load()
        turn, turned = turn_of(image)
        plain, converted = workable(image, covered)
        profile = image.info.get("icc_profile")
    plain, shrunk = _shrunk(plain, turn)
    plain, managed = srgb(plain, profile)
    plain, papered = on_paper(plain, kind)
    if turn is not None:
        plain = plain.transpose(turn)
        size = _turned(size, turn)
    told += [*bits_told, *converted, *managed, *papered, *turned, *shrunk]
    return DecodedImage(plain, *size, kind, tuple(told))


def _first_of_many(image: ImageFile.ImageFile) -> list[str]:
    if not getattr(image, "is_animated", False):
        return []
    if getattr(image, "default_image", False):  # of a PNG
        return ["Took the still picture of an animation"]
    return ["Took the first frame of an animation"]


def _within(image: ImageFile.ImageFile, file: Trimmed, max_pixels: int) -> list[str]:
    """Sees that decoding it takes bounded memory: TooLargeError for what would take more."""
    width, height = image.size
    if width * height <= max_pixels:
        _few_scans(file, 1)
        return []
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        _few_scans(file, width * height / max_pixels)
        return _reduced(image, file, max_pixels)
    raise TooLargeError(f"Expected at most {max_pixels:,} pixels, got {width:,} × {height:,}.")


def _few_scans(file: Trimmed, size: float) -> None:
    """`size` is in units of the largest picture that is decoded at its full scale."""
    most = max(1, int(_MAX_JPEG_SCANS / size))
    if file.scans > most:
        raise UploadError(f"Expected a JPEG of at most {most} scans at its size, got more.")


def _reduced(image: JpegImagePlugin.JpegImageFile, file: Trimmed, max_pixels: int) -> list[str]:
    """Sets the largest scale at which a JPEG is within bounds."""
    width, height = image.size
    kept = _COEFFICIENT_BYTES * _samples(image) if file.progressive else 0
    bound = max_pixels * (_PIXEL_BYTES + 3 * _COEFFICIENT_BYTES)  # what full scale may take
    for scale in (2, 4, 8):
        pixels = -(-width // scale) * -(-height // scale)
        few = pixels <= max_pixels and kept + _PIXEL_BYTES * pixels <= bound
        if few and width * height <= _JPEG_TIMES * max_pixels and min(width, height) >= scale:
            image.draft(None, (width // scale, height // scale))
            return [f"Decoded at {_SCALES[scale]} scale, since it is {width:,} × {height:,}"]
    most = max_pixels * (1 if file.progressive else _JPEG_TIMES)
    raise TooLargeError(f"Expected at most {most:,} pixels, got {width:,} × {height:,}.")


def _samples(image: JpegImagePlugin.JpegImageFile) -> int:
    """How many numbers are stored for all of its components, some of which are stored coarser."""
    shares = [across * down for _, across, down, _ in image.layer]
    most = max(across for _, across, _, _ in image.layer) * max(
        down for _, _, down, _ in image.layer
    )
    return image.width * image.height * sum(shares) // most


def _covered(image: ImageFile.ImageFile) -> Box | None:
    """The part of a GIF's canvas that its first frame has pixels for; None for all."""
    if image.format != "GIF" or not image.tile:
        return None
    left, top, right, bottom = image.tile[0].extents or (0, 0, *image.size)
    box = (left, top, right, bottom)
    return None if box == (0, 0, *image.size) else box


def _prepare_16_bits(data: bytes, kind: str, image: Image.Image) -> list[str]:
    """Says that a PNG's colours lose their lower 8 bits, and scales the colour that is transparent
    as its pixels are: Pillow leaves that as it stands in the file."""
    depth, key = data[24] if kind == "PNG" else 8, image.info.get("transparency")
    if isinstance(key, tuple) and depth == 16:
        image.info["transparency"] = tuple(value >> 8 for value in key)
    if isinstance(key, int) and image.mode == "L" and depth < 8:
        image.info["transparency"] = key * 255 // (2**depth - 1)
    return ["Reduced from 16 bits a channel to 8"] if depth == 16 and image.mode[0] != "I" else []


def _turned(size: tuple[int, int], turn: Image.Transpose) -> tuple[int, int]:
    return size[::-1] if turn in _SIDEWAYS else size


def _shrunk(image: Image.Image, turn: Image.Transpose | None) -> tuple[Image.Image, list[str]]:
    factor = KEPT_SIDE / max(image.size)
    if factor >= 1:
        return image, []
    width, height = (max(1, round(side * factor)) for side in image.size)
    small = image.resize((width, height), Image.Resampling.BILINEAR)
    across, down = small.size if turn is None else _turned(small.size, turn)
    return small, [f"Shrunk to {across:,} × {down:,}"]
