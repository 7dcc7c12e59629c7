"""What is done to a picture before it enters a network: data of a recipe, and in words."""

import struct
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictFloat,
    Tag,
    model_validator,
)

from convscope.errors import RecipeError
from convscope.types import Fit, Shape

FITS: Final[dict[Fit, str]] = {
    "crop": "Cropped to the middle part of the right proportions, then resized",
    "pad": "Resized whole, with black at its sides where the proportions differ",
    "stretch": "Resized to the input's size, whatever its proportions",
}
LEVELS: Final = 255  # a pixel is a whole number from 0 to this
UNIT: Final = 1 / LEVELS
_LARGEST: Final = 3.4028234663852886e38  # of float32
_COLOURS: Final = ("red", "green", "blue")


def _kind(value: object) -> str:
    return "each" if isinstance(value, list | tuple) else "one"


PerChannel = Annotated[
    Annotated[StrictFloat, Tag("one")]
    | Annotated[tuple[StrictFloat, ...], Tag("each"), Field(min_length=1, max_length=1024)],
    Discriminator(_kind),
]


class Preprocessing(BaseModel):
    """A pixel, 0 … 255, enters the network as (pixel × scale − mean) / std, in float32.

    `mean` and `std` are in units after `scale`, one number for all channels or one for each, as
    torchvision's Normalize has them.  With the scale of 1/255 pixels are divided by 255, which is
    what they are without any preprocessing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    scale: Annotated[StrictFloat, Field(gt=0, description="what a pixel is multiplied by")] = UNIT
    mean: Annotated[
        PerChannel, Field(description="taken away after that, one or one a channel")
    ] = 0.0
    std: Annotated[PerChannel, Field(description="divided by at last, above 0")] = 1.0
    channels: Annotated[
        Literal["as network"],
        Field(
            description="pictures become grey (0.299 R + 0.587 G + 0.114 B) or RGB (their grey "
            "three times) as the network's input asks"
        ),
    ] = "as network"
    resize: Annotated[
        Fit, Field(description="what is done to pictures of another size than the network's input")
    ] = "crop"

    @model_validator(mode="after")
    def _float32_holds_it(self) -> Self:
        """ValueError for numbers that float32 makes 0 or infinite."""
        for name, numbers in (("scale", (self.scale,)), ("std", _each(self.std))):
            for number in numbers:
                if _held(name, number) <= 0:
                    raise ValueError(f"expected {name} above 0 in float32, got {number:g}")
        for number in _each(self.mean):
            if number != 0 and _held("mean", number) == 0:
                raise ValueError(f"mean is {number:g}, which is 0 in float32: expected 0")
        self._must_stay_finite()
        return self

    def _must_stay_finite(self) -> None:
        """Each number on the way of the brightest pixel and of the darkest."""
        means, stds = self.for_channels(self._count)
        for mean, std in zip(means, stds, strict=True):
            for pixel in (0, LEVELS):
                scaled = pixel * self.scale
                for number in (scaled, scaled - mean, (scaled - mean) / _held("std", std)):
                    if abs(number) > _LARGEST:
                        raise ValueError(
                            f"pixel {pixel} becomes {number:g}, which is infinite in float32: "
                            "expected numbers with which it is not"
                        )

    @property
    def _count(self) -> int:
        """How many channels it is for, as far as it says."""
        return max(len(_each(self.mean)), len(_each(self.std)))

    def must_fit(self, shape: Shape) -> None:
        """RecipeError unless there is one number for all channels of an input, or one for each."""
        for name, numbers in (("mean", _each(self.mean)), ("std", _each(self.std))):
            if len(numbers) not in (1, shape[0]):
                raise RecipeError(
                    f"data.preprocessing.{name} has {len(numbers)} numbers: expected one, or one "
                    f"for each of the {shape[0]} channels of the network's input."
                )

    def for_channels(self, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and std of each of `count` channels.

        ValueError where there are as many of neither one nor `count`.
        """
        return _spread("mean", self.mean, count), _spread("std", self.std, count)

    def in_words(self) -> str:
        """What happens to a pixel's number, as one sentence."""
        scale = "divided by 255" if self.scale == UNIT else f"multiplied by {self.scale:g}"
        means, stds = self.for_channels(self._count)
        said = [f"less {_listed(means)}"] if any(means) else []
        said += [f"divided by {_listed(stds)}"] if any(std != 1 for std in stds) else []
        return ", then ".join([f"Each pixel (0 … 255) {scale}", *said])


def _each(numbers: float | tuple[float, ...]) -> tuple[float, ...]:
    return numbers if isinstance(numbers, tuple) else (numbers,)


def _spread(name: str, numbers: float | tuple[float, ...], count: int) -> tuple[float, ...]:
    each = _each(numbers)
    if len(each) not in (1, count):
        raise ValueError(f"expected one {name} or {count}, one a channel, got {len(each)}")
    return each * count if len(each) == 1 else each


def _held(name: str, value: float) -> float:
    """The number as float32 has it."""
    try:
        (held,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        raise ValueError(
            f"{name} is {value:g}, which is infinite in float32: expected at most 3.4e38"
        ) from None
    return float(held)


def _listed(numbers: tuple[float, ...]) -> str:
    if len(set(numbers)) == 1:
        return f"{numbers[0]:g}"
    if len(numbers) == len(_COLOURS):
        named = [f"{number:g} ({name})" for number, name in zip(numbers, _COLOURS, strict=True)]
        return ", ".join(named)
    return ", ".join(f"{number:g}" for number in numbers)
