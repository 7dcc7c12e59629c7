"""`shapes`: ten classes of coloured figures, 3×64×64, drawn by rule from a seed.

It is made so that colour has to be seen.  Figure and ground are nearly equally light and differ in
hue, so a network that adds its three channels up sees little; and the two targets are the same
figure with warm and cool exchanged.  Everything comes from Python's Mersenne Twister, one seed a
picture, drawn with Pillow at four times the size and averaged down.
"""

import colorsys
import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from convscope.data.idx import Bytes

ID, TITLE = "shapes", "Coloured shapes, generated"
CLASSES = (
    "circle", "ring", "square", "triangle", "star", "cross", "stripes", "checkerboard",
    "warm target", "cool target",
)  # fmt: skip
TRAIN, TEST = 4000, 1000
SIZE = 64  # px
SHAPES = ((TRAIN, 3, SIZE, SIZE), (TRAIN,), (TEST, 3, SIZE, SIZE), (TEST,))
# of all pixels and labels as `make` gives them with the Pillow that was used here
SHA256 = "d9fdc16d002880a60d7a48792b830cc2341ff288fdec54914d5c440fa91cfd28"

_SEED = 20_000
_SCALE = 4  # drawn this many times larger, for smooth edges
_NOISE = 6  # ± grey levels
_LUMA = (0.299, 0.587, 0.114)

Colour = tuple[int, int, int]
Point = tuple[float, float]


def make() -> list[Bytes]:
    """Training pictures (4000, 3, 64, 64) and labels (4000,), then held-out ones, as uint8."""
    return [*_half("train", TRAIN), *_half("test", TEST)]


def draw(label: int, seed: str) -> Bytes:
    """One picture (3, 64, 64) of a class, the same for the same seed."""
    rng = random.Random(seed)
    large = Image.new("RGB", (SIZE * _SCALE, SIZE * _SCALE))
    sketch = _Sketch(ImageDraw.Draw(large), rng)
    sketch.clutter()
    _FIGURES[label](sketch)
    pixels = np.asarray(large.reduce(_SCALE), dtype=np.int16)
    grain = np.frombuffer(rng.randbytes(pixels.size), dtype=np.uint8).reshape(pixels.shape)
    noisy = pixels + (grain % (2 * _NOISE + 1)).astype(np.int16) - _NOISE
    return noisy.clip(0, 255).astype(np.uint8).transpose(2, 0, 1)


def tinted(hue: float, lightness: float) -> Colour:
    """The most saturated RGB of a hue (0 … 1, 0 red) that has this luminance (0 … 1)."""
    pure = colorsys.hsv_to_rgb(hue % 1.0, 1.0, 1.0)
    own = sum(weight * part for weight, part in zip(_LUMA, pure, strict=True))
    if own >= lightness:
        parts = [part * lightness / own for part in pure]
    else:
        white = (lightness - own) / (1.0 - own)
        parts = [part + white * (1.0 - part) for part in pure]
    red, green, blue = (round(255 * part) for part in parts)
    return red, green, blue


def _half(half: str, count: int) -> tuple[Bytes, Bytes]:
    images = np.empty((count, 3, SIZE, SIZE), dtype=np.uint8)
    labels = np.empty(count, dtype=np.uint8)
    order = list(range(len(CLASSES)))
    for number in range(count):
        if number % len(CLASSES) == 0:  # every ten in a row hold each class once
            _shuffle(order, random.Random(f"{_SEED} {half} order {number}"))
        labels[number] = order[number % len(CLASSES)]
        images[number] = draw(int(labels[number]), f"{_SEED} {half} {number}")
    return images, labels


def _shuffle(items: list[int], rng: random.Random) -> None:
    """Fisher and Yates by `random()`, whose stream Python promises to keep."""
    for last in range(len(items) - 1, 0, -1):
        other = int(rng.random() * (last + 1))
        items[last], items[other] = items[other], items[last]


class _Sketch:
    """One picture in the making: where its figure lies, how it is turned, its two colours."""

    def __init__(self, pen: ImageDraw.ImageDraw, rng: random.Random) -> None:
        self.pen, self.rng = pen, rng
        self.radius = self._between(14, 25) * _SCALE
        room = SIZE * _SCALE / 2 - self.radius
        self.x = SIZE * _SCALE / 2 + self._between(-room, room)
        self.y = SIZE * _SCALE / 2 + self._between(-room, room)
        self.turn = self._between(0, 2 * math.pi)
        self.light = self._between(0.35, 0.6)
        self.hue = rng.random()  # of the ground
        self.ink = self._contrasting()

    def clutter(self) -> None:
        """Fill the ground and scatter a few blots that are only a little lighter or darker."""
        side = SIZE * _SCALE
        self.pen.rectangle((0, 0, side, side), fill=tinted(self.hue, self.light))
        for _ in range(5):
            x, y, r = self._between(0, side), self._between(0, side), self._between(8, 40)
            hue = self.hue + self._between(-0.05, 0.05)
            shade = tinted(hue, self.light * self._between(0.8, 1.2))
            self.pen.ellipse(_box(x, y, r), fill=shade)

    def disc(self, share: float, colour: Colour) -> None:
        """A disc of this share of the figure's radius."""
        self.pen.ellipse(_box(self.x, self.y, self.radius * share), fill=colour)

    def polygon(self, points: list[Point]) -> None:
        """A polygon given in the figure's own turned frame, where its radius is 1."""
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        self.pen.polygon(
            [
                (
                    round(self.x + self.radius * (u * cos - v * sin)),
                    round(self.y + self.radius * (u * sin + v * cos)),
                )
                for u, v in points
            ],
            fill=self.ink,
        )

    def ring(self) -> None:
        """A circle's outline; the ground is seen through it."""
        width = round(self.radius * 0.4)
        self.pen.ellipse(_box(self.x, self.y, self.radius), outline=self.ink, width=width)

    def bars(self, corners: list[tuple[float, float, float, float]]) -> None:
        """Rectangles (left, top, right, bottom) in the figure's own frame."""
        for left, top, right, bottom in corners:
            self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)])

    def target(self, *, warm: bool) -> None:
        """A disc in a wide rim, one warm and one cool, on a ground that is neither."""
        self.hue = self._between(0.22, 0.4) + (0.5 if self.rng.random() < 0.5 else 0.0)
        self.clutter()
        inner, outer = (self.warm(), self.cool()) if warm else (self.cool(), self.warm())
        self.disc(1.0, outer)
        self.disc(0.58, inner)

    def warm(self) -> Colour:
        """A red, orange or yellow as light as the ground."""
        return tinted(self._between(-0.04, 0.13), self.light)

    def cool(self) -> Colour:
        """A cyan or blue as light as the ground."""
        return tinted(self._between(0.48, 0.68), self.light)

    def _contrasting(self) -> Colour:
        hue = self.hue + self._between(0.3, 0.7)
        return tinted(hue, self.light * self._between(0.85, 1.15))

    def _between(self, low: float, high: float) -> float:
        return low + (high - low) * self.rng.random()


def _box(x: float, y: float, radius: float) -> tuple[int, int, int, int]:
    return round(x - radius), round(y - radius), round(x + radius), round(y + radius)


def _corners(*spokes: float) -> list[Point]:
    """Points at equal angles, one at each of these distances from the middle."""
    angles = [2 * math.pi * number / len(spokes) for number in range(len(spokes))]
    return [(r * math.cos(a), r * math.sin(a)) for r, a in zip(spokes, angles, strict=True)]


_BAR = 2 / 7
_STRIPES = [(-1 + 2 * i * _BAR, -0.9, -1 + (2 * i + 1) * _BAR, 0.9) for i in range(4)]
_CHECKS = [
    (-1 + i * 0.5, -1 + j * 0.5, -0.5 + i * 0.5, -0.5 + j * 0.5)
    for i in range(4)
    for j in range(4)
    if (i + j) % 2 == 0
]
_CROSS = [(-1.0, -0.3, 1.0, 0.3), (-0.3, -1.0, 0.3, 1.0)]

_FIGURES: tuple[Callable[[_Sketch], None], ...] = (  # in the order of CLASSES
    lambda sketch: sketch.disc(1.0, sketch.ink),
    lambda sketch: sketch.ring(),
    lambda sketch: sketch.polygon(_corners(1, 1, 1, 1)),
    lambda sketch: sketch.polygon(_corners(1, 1, 1)),
    lambda sketch: sketch.polygon(_corners(*([1.0, 0.42] * 5))),
    lambda sketch: sketch.bars(_CROSS),
    lambda sketch: sketch.bars(_STRIPES),
    lambda sketch: sketch.bars(_CHECKS),
    lambda sketch: sketch.target(warm=True),
    lambda sketch: sketch.target(warm=False),
)
