"""A file of a known kind as a plain upright picture, in memory bounded by its header."""

import io
from dataclasses import dataclass

from PIL import Image, ImageFile, JpegImagePlugin

from convscope.errors import ConvscopeError, TooLargeError, UploadError
from convscope.images.colour import Box, on_paper, srgb, workable
from convscope.images.kinds import reader_of
from convscope.images.orientation import turn_of
from convscope.images.trim import Trimmed, trim

KEPT_SIDE = 1024  # px; no network's input is larger, so nothing is lost by keeping no more
# a usual progressive JPEG has about 10; each one costs a pass over the picture
_MAX_JPEG_SCANS = 100
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
    format: str  # a key of `kinds.MODULES`
    sentences: tuple[str, ...] = ()  # what was done to it, in plain words


def read(data: bytes, kind: str, max_pixels: int) -> DecodedImage:
    """The picture in the bytes of a file of this kind, a key of `kinds.MODULES`.

    Raises TooLargeError for more pixels, UploadError for one that is broken or cut short.
    """
    try:
        return _read(trim(data, kind), kind, max_pixels)
    except ConvscopeError:
        raise
    except MemoryError:
        raise UploadError(
            f"Expected a {kind} picture that takes less memory than this one."
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLargeError(f"Expected at most {max_pixels:,} pixels, got far more.") from error
    except Exception as error:  # a reader fed with hostile bytes may raise anything
        raise UploadError(
            f"Expected a whole {kind} picture, got one that is broken or cut short ({error})."
        ) from error


def _read(file: Trimmed, kind: str, max_pixels: int) -> DecodedImage:
    with reader_of(kind)(io.BytesIO(file.data)) as image:
        size = image.size
        told = _within(image, file, max_pixels) + _first_of_many(image, kind)
        covered = _covered(image)
        bits_told = _bits_told(file.data, kind, image)
        image.load()
        turn, turned = turn_of(image, kind)
        plain, converted = workable(image, covered)
        profile = image.info.get("icc_profile")
    plain, shrunk = _shrunk(plain, turn)  # first, so that the rest takes little memory
    plain, managed = srgb(plain, profile)
    plain, papered = on_paper(plain, kind)
    if turn is not None:
        plain = plain.transpose(turn)
        size = _turned(size, turn)
    told += [*bits_told, *converted, *managed, *papered, *turned, *shrunk]
    return DecodedImage(plain, *size, kind, tuple(told))


def _first_of_many(image: ImageFile.ImageFile, kind: str) -> list[str]:
    if not getattr(image, "is_animated", False):
        return []
    if kind == "HEIC":
        return ["Took the main one of its pictures"]
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
    box = image.tile[0].extents
    return None if box == (0, 0, *image.size) else box


def _bits_told(data: bytes, kind: str, image: ImageFile.ImageFile) -> list[str]:
    """Says that colours lose their lower bits; of 16-bit grey `workable` says it."""
    depth = _depth(data, kind, image)
    if kind == "PNG":
        _scale_key(depth, image)
    if depth <= 8 or image.mode.startswith("I"):
        return []
    return [f"Reduced from {depth} bits a channel to 8"]


def _depth(data: bytes, kind: str, image: ImageFile.ImageFile) -> int:
    """Bits a channel, as the file keeps them."""
    if kind == "PNG":
        return data[24]
    if kind == "AVIF":  # AV1 codec configuration: high_bitdepth, twelve_bit
        _, found, config = data.partition(b"av1C")
        flags = config[2] >> 5 & 3 if found and len(config) > 2 else 0
        return {2: 10, 3: 12}.get(flags, 8)
    return int(image.info.get("bit_depth", 8)) if kind == "HEIC" else 8


def _scale_key(depth: int, image: ImageFile.ImageFile) -> None:
    """The colour of a PNG that is transparent, scaled as its pixels are: Pillow leaves it as it
    stands in the file."""
    key = image.info.get("transparency")
    if isinstance(key, tuple) and depth == 16:
        image.info["transparency"] = tuple(value >> 8 for value in key)
    if isinstance(key, int) and image.mode == "L" and depth < 8:
        image.info["transparency"] = key * 255 // (2**depth - 1)


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
