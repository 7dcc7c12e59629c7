"""What a report tells, asked of a server: answers as they are, pictures as data addresses."""

import base64
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from convscope.api.filter_steps import doubling_steps
from convscope.client import AsyncClient
from convscope.heatmap import strip_png
from convscope.types import JsonObject

MOST_FILTERS = 16  # of each convolution
PATCHES = 6  # of each filter
MISTAKES = 12
PATCH_PX = 84
FLAT = 2  # kernels of a filter, at most
FRAME = "#e8590c"


@dataclass(frozen=True)
class Patches:
    """The pictures that a filter answers to, beside those before it learned."""

    best: list[str]
    before: list[str]
    before_is: str
    correlation: float | None


@dataclass(frozen=True)
class FilterPage:
    """A filter over the steps, and the pictures that it answers to."""

    number: int
    strip: str
    patches: Patches | None


@dataclass(frozen=True)
class LayerPage:
    """A convolution."""

    name: str
    words: str
    filters: list[FilterPage]
    left_out: int
    is_flat: bool  # strips of a few rows, with the pictures below them


@dataclass(frozen=True)
class Weights:
    """A layer's weights (out, in, kh, kw) at these steps."""

    steps: list[int]
    values: list[npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Report:
    """All of it."""

    run: JsonObject
    layers: list[JsonObject]
    history: JsonObject
    convolutions: list[LayerPage]
    confusion: JsonObject | None  # None where the network has no classes to confuse
    mistakes: list[tuple[str, JsonObject]]
    health: JsonObject | None


async def gather(client: AsyncClient, run: JsonObject) -> Report:
    """Of the run's last step; past steps are asked for at the end, since they take the second
    worker away from it."""
    at = f"/runs/{run['id']}"
    layers = (await client.get(f"{at}/layers"))["layers"]
    confusion = health = None
    patches: dict[str, list[Patches]] = {}
    convolutions = [layer for layer in layers if layer["type"] == "Conv2d"]
    if run["trainable"]:
        confusion = await client.get(f"{at}/confusion", count=MISTAKES)
        health = await client.get(f"{at}/health")
        for layer in convolutions:
            patches[layer["name"]] = [
                await _patches(client, at, layer["name"], number) for number in _shown(layer)
            ]
    found = confusion["mistakes"] if confusion else []
    mistakes = [(await _picture(client, at, one["image"], None), one) for one in found]
    history = await client.get(f"{at}/history", max_points=600)
    weights = await _weights(client, at, [layer["name"] for layer in convolutions], run["steps"])
    pages = [_page(layer, weights, patches.get(layer["name"], [])) for layer in convolutions]
    return Report(run, layers, history, pages, confusion, mistakes, health)


def _shown(layer: JsonObject) -> range:
    return range(min(layer["weight_shape"][0], MOST_FILTERS))


async def _patches(client: AsyncClient, at: str, layer: str, number: int) -> Patches:
    found = await client.get(f"{at}/layers/{layer}/filters/{number}/patches", count=PATCHES)
    control = found["control"]
    best, before = [
        [await _picture(client, at, one["image"], one["box"]) for one in some["best"]]
        for some in (found, control)
    ]
    return Patches(best, before, control["of"], control["correlation"])


async def _weights(
    client: AsyncClient, at: str, layers: list[str], last: int
) -> dict[str, Weights]:
    """Of each layer at steps 0, 1, 2, 4 … and the last."""
    found: dict[str, Weights] = {layer: Weights([], []) for layer in layers}
    for step in doubling_steps(last):
        for layer in layers:
            answer = await client.send(
                "GET",
                f"{at}/layers/{layer}/tensors/weight",
                params={"step": step, "format": "npy"},
            )
            found[layer].steps.append(step)
            found[layer].values.append(np.load(io.BytesIO(answer.content)))
    return found


def _page(layer: JsonObject, weights: dict[str, Weights], patches: list[Patches]) -> LayerPage:
    name, (count, inside, height, width) = layer["name"], layer["weight_shape"]
    of = weights[name]
    filters = []
    for number in _shown(layer):
        kernels = np.stack([values[number] for values in of.values])
        strip = strip_png(kernels, of.steps, title=f"{name}, filter {number}")
        shown = patches[number] if patches else None
        filters.append(FilterPage(number, _address(strip), shown))
    words = f"{count} filters of {inside} × {height} × {width} weights"
    return LayerPage(name, words, filters, count - len(filters), inside <= FLAT)


async def _picture(client: AsyncClient, at: str, image: str, box: list[int] | None) -> str:
    """A picture as the network sees it, enlarged, with a frame round a box of it."""
    answer = await client.send("GET", f"{at}/images/{image}/file", params={"stage": "input"})
    with Image.open(io.BytesIO(answer.content)) as opened:
        times = max(1, PATCH_PX // max(opened.size))
        size = opened.width * times, opened.height * times
        picture = opened.convert("RGB").resize(size, Image.Resampling.NEAREST)
    if box:
        y, x, height, width = (times * number for number in box)
        place = x, y, x + width - 1, y + height - 1
        ImageDraw.Draw(picture).rectangle(place, outline=FRAME, width=2)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return _address(file.getvalue())


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
