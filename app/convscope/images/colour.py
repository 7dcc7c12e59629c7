"""From what a file stores to plain sRGB or grey of 8 bits, each change of a value in a sentence."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile

_LIGHT = 128  # of 255
_SEEN = 2  # of 255: a colour profile that changes no value by more is sRGB, whatever its name
_PLAIN_DEPTHS = (8, 10, 12)  # bits that are often kept in 16 without being scaled
_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # lcms's names, Pillow's modes
_TAKES = {  # by a picture's mode: those of profiles
    **dict.fromkeys(("L", "LA"), ("L", "RGB")),
    **dict.fromkeys(("RGB", "RGBA"), ("RGB",)),
    "CMYK": ("CMYK",),
}
Box = tuple[int, int, int, int]


def workable(image: ImageFile.ImageFile, covered: Box | None) -> tuple[Image.Image, list[str]]:
    """A loaded picture in mode L, LA, RGB, RGBA or CMYK, where values can be averaged; `covered` is
    the part of its canvas that it has pixels for, None for all."""
    if image.mode.startswith("I"):
        return _eight_bits(image)
    if covered is not None:
        clear = Image.new("RGBA", image.size)
        clear.paste(image.convert("RGBA").crop(covered), covered[:2])
        return clear, []
    if image.mode in ("LA", "CMYK"):
        return image, []
    if image.has_transparency_data:
        return image.convert("RGBA"), []
    return image.convert("L" if image.mode in ("1", "L") else "RGB"), []


def _eight_bits(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """16-bit grey as 8-bit, rounded: the brightest value of its depth becomes 255."""
    deep = np.asarray(image).astype(np.uint16)
    key = image.info.get("transparency")
    clear = deep == key if isinstance(key, int) else None
    brightest = int(deep.max() if clear is None else deep.max(where=~clear, initial=0))
    white, sentence = _white(brightest)
    table = (np.arange(65536, dtype=np.uint32) * 255 + white // 2) // white
    grey = Image.fromarray(table.clip(0, 255).astype(np.uint8)[deep])
    if clear is None:
        return grey, [sentence]
    alpha = Image.fromarray(np.where(clear, 0, 255).astype(np.uint8))
    return Image.merge("LA", (grey, alpha)), [sentence]


def _white(brightest: int) -> tuple[int, str]:
    """The value that is white, and what is said of it."""
    for depth in _PLAIN_DEPTHS:
        if 1 < brightest < 2**depth:
            white = 2**depth - 1
            return white, (
                f"Read as {depth} bits kept in 16, since no value is above {white:,}: that is white"
            )
    return 65535, "Reduced from 16 bits a channel to 8"


def srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, list[str]]:
    """The picture (a mode of `workable`) as sRGB by its ICC profile, its alpha as it is; a profile
    that can't be used is left out."""
    try:
        converted = _by_profile(image, profile) if profile else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, ImportError):
        converted = None
    if converted is not None:
        return converted
    if image.mode == "CMYK":
        return image.convert("RGB"), ["Converted from CMYK to RGB"]
    return image, []


def _by_profile(image: Image.Image, content: bytes) -> tuple[Image.Image, list[str]] | None:
    """None for a profile of other colours than the picture's."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
    mode = _SPACES.get(profile.profile.xcolor_space.strip())
    if mode is None or mode not in _TAKES[image.mode]:
        return None
    before = image if image.mode == mode else image.convert(mode)
    change = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
    after = ImageCms.applyTransform(before, change)
    if after is None or (mode != "CMYK" and _same(before.convert("RGB"), after)):
        return image, []
    return _as_before(after, image), [f"Converted from {_name(profile, mode)} to sRGB"]


def _same(one: Image.Image, other: Image.Image) -> bool:
    difference = np.asarray(one).astype(np.int16) - np.asarray(other)
    return bool(np.abs(difference).max() <= _SEEN)


def _as_before(after: Image.Image, image: Image.Image) -> Image.Image:
    if image.mode in ("LA", "RGBA"):
        after.putalpha(image.getchannel("A"))
    return after.convert("L") if image.mode == "L" else after


def _name(profile: ImageCms.ImageCmsProfile, mode: str) -> str:
    told = ImageCms.getProfileDescription(profile)
    name = "".join(sign for sign in told if sign.isprintable()).strip()[:60]
    return name or f"its own {'grey' if mode == 'L' else mode}"


def on_paper(image: Image.Image, kind: str) -> tuple[Image.Image, list[str]]:
    """A picture without transparency, on whichever paper what is drawn is seen better."""
    if image.mode not in ("LA", "RGBA"):
        return image, []
    image = image.convert("RGBA")
    alpha = np.asarray(image.getchannel("A"))
    if alpha.min() == 255:
        return image.convert("RGB"), []
    if alpha.max() == 0 and (kind == "BMP" or _shows_something(image.convert("RGB"))):
        return image.convert("RGB"), ["Left its transparency out, which would hide all of it"]
    paper, sentence = _paper(np.asarray(image.convert("L")), alpha)
    sheet = Image.new("RGBA", image.size, paper)
    return Image.alpha_composite(sheet, image).convert("RGB"), [sentence]


def _shows_something(image: Image.Image) -> bool:
    values = np.asarray(image)
    return bool((values != values[0, 0]).any())


def _paper(grey: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> tuple[str, str]:
    seen = int(alpha.sum(dtype=np.int64))
    light = int((grey.astype(np.int64) * alpha).sum())
    if seen and light >= _LIGHT * seen:
        return "black", "Put on black where it was transparent, since what is drawn is light"
    return "white", "Put on white where it was transparent"
