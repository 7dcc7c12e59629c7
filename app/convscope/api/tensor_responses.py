"""One tensor as it is asked for: JSON, what `numpy.load` reads, or a heatmap."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from convscope.errors import NotAcceptableError, TooLargeError
from convscope.heatmap import Scale, heatmap_png
from convscope.ipc.replies import BatchReply, TensorReply
from convscope.types import Shape

Format = Literal["json", "npy", "png"]
Layout = Literal["torch", "keras"]
Floats = npt.NDArray[np.float32]
MOST_JSON_VALUES = 1_000_000  # Python's lists of them take a hundred bytes each
MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "npy": "application/x-npy",
    "png": "image/png",
}


@dataclass(frozen=True)
class Representation:
    """How a tensor is answered; `scale` says which values of a heatmap share one colour scale."""

    format: Format
    scale: Scale = "layer"


@dataclass(frozen=True)
class Tensor:
    """A tensor and what is said with it."""

    layer: str
    tensor: str  # by torch's name; `output`: feature maps
    of: str
    step: int
    layout: Layout
    axes: tuple[str, ...]
    values: Floats

    @property
    def title(self) -> str:
        """What it is called by people."""
        name = "feature maps" if self.tensor == "output" else self.tensor.replace("_", " ")
        return f"{self.layer} {name}" + ("" if self.of == "value" else f" {self.of}")


def floats(reply: TensorReply | BatchReply) -> Floats:
    """The numbers that a worker answered with."""
    return np.frombuffer(reply.payload, np.float32).reshape(reply.shape)


def choose_format(
    accept: str, asked: Format | None, offered: Sequence[Format] = tuple(MEDIA_TYPES)
) -> Format:
    """The format asked for in the query, else the best that `Accept` allows; NotAcceptableError."""
    if asked:
        return asked
    allowed = {name: _quality(accept, MEDIA_TYPES[name]) for name in offered}
    best: Format = max(offered, key=lambda name: allowed[name])
    if allowed[best] > 0:
        return best
    known = ", ".join(MEDIA_TYPES[name] for name in offered)
    raise NotAcceptableError(f"Accept is {accept!r}: expected one of {known}.")


def _quality(accept: str, media: str) -> float:
    """How much a media type is wanted, 0 … 1; the most specific range counts (RFC 9110, 12.5.1)."""
    ranges = {"*/*": 0, f"{media.split('/')[0]}/*": 1, media: 2}
    found = (-1, 0.0)
    for entry in (accept or "*/*").split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        if name in ranges:
            found = max(found, (ranges[name], _q(parameters)))
    return found[1]


def _q(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


async def answer(tensor: Tensor, chosen: Representation, headers: Mapping[str, str]) -> Response:
    """The response, with the step and these headers."""
    if chosen.format == "json" and tensor.values.size > MOST_JSON_VALUES:
        raise TooLargeError(
            f"{tensor.title}: {tensor.values.size:,} numbers, and as JSON at most "
            f"{MOST_JSON_VALUES:,} are given; ask for format=npy."
        )
    encoders: dict[Format, Callable[[Tensor], Response]] = {
        "json": _json,
        "npy": _npy,
        "png": partial(_png, scale=chosen.scale),
    }
    encode = encoders[chosen.format]
    response = await run_in_threadpool(encode, tensor)
    response.headers["Convscope-Step"] = str(tensor.step)
    response.headers["Vary"] = "Accept"
    response.headers.update(headers)
    return response


def _json(tensor: Tensor) -> Response:
    return JSONResponse(
        {
            "layer": tensor.layer,
            "tensor": tensor.tensor,
            "of": tensor.of,
            "step": tensor.step,
            "layout": tensor.layout,
            "axes": tensor.axes,
            "shape": tensor.values.shape,
            "values": finite(tensor.values),
        }
    )


def finite(values: Floats) -> Any:
    """Nested lists in which what is not finite is None."""
    if np.isfinite(values).all():
        return values.tolist()
    return (
        [finite(inner) if inner.ndim else None for inner in values]
        if values.ndim > 1
        else [float(value) if np.isfinite(value) else None for value in values]
    )


def _npy(tensor: Tensor) -> Response:
    of = "" if tensor.of == "value" else f".{tensor.of}"
    return npy_response(tensor.values, f"{tensor.layer}.{tensor.tensor}{of}.step{tensor.step}.npy")


def npy_response(values: npt.NDArray[Any], name: str) -> Response:
    """What `numpy.load` reads, as a file of this name."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(values), allow_pickle=False)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), media_type=MEDIA_TYPES["npy"], headers=headers)


def _png(tensor: Tensor, scale: Scale) -> Response:
    title = f"{tensor.title}, step {tensor.step}"
    data = heatmap_png(tensor.values, title=title, scale=scale, axes=tensor.axes)
    return Response(data, media_type=MEDIA_TYPES["png"])


def axes_of(layer_type: str, tensor: str, shape: Shape) -> tuple[str, ...]:
    """The names of a tensor's axes, in torch's order."""
    if tensor == "output":
        return ("channel", "y", "x") if len(shape) == 3 else ("unit",)
    if len(shape) == 4:
        return ("out", "in", "ky", "kx")
    if len(shape) == 2:
        return ("out", "in")
    return ("channel",) if layer_type == "BatchNorm2d" else ("out",)


def to_keras(
    values: Floats, axes: tuple[str, ...], flat_from: Shape | None
) -> tuple[Floats, tuple[str, ...]]:
    """The same numbers in the order in which Keras keeps them.

    A convolution's (out, in, kh, kw) becomes (kh, kw, in, out); a linear layer's (out, in) becomes
    (in, out); maps (C, H, W) become (H, W, C). `flat_from` is the shape (C, H, W) of the maps that
    a vector, or a linear layer's inputs, were flattened from, if any: they are permuted too, since
    Keras flattens channel-fastest.
    """
    if flat_from is not None:
        maps = values.reshape(*values.shape[:-1], *flat_from)
        values = np.moveaxis(maps, -3, -1).reshape(values.shape)
    order = {4: (2, 3, 1, 0), 3: (1, 2, 0), 2: (1, 0), 1: (0,)}[values.ndim]
    return values.transpose(order), tuple(axes[place] for place in order)
