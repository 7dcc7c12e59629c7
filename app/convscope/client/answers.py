"""What a server answers, as Python has it: arrays, frames, and errors by their code."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt

from convscope import errors
from convscope.errors import ConvscopeError
from convscope.frames.format import decode_frame
from convscope.types import JsonObject

Floats = npt.NDArray[np.float32]
ERRORS: dict[str, type[ConvscopeError]] = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ConvscopeError)
}


class UnreachableError(Exception):
    """No Convscope answers; the text is a sentence."""


def refusal(answer: httpx.Response) -> ConvscopeError:
    """What a server refused with, as its code names it."""
    try:
        said: JsonObject = answer.json()
        kind, detail = ERRORS.get(said["code"], ConvscopeError), str(said["detail"])
    except (ValueError, LookupError, TypeError):
        return ConvscopeError(f"The server answered {answer.status_code} without a reason.")
    known = ("type", "title", "status", "code", "detail")
    return kind(detail, **{key: value for key, value in said.items() if key not in known})


def array(content: bytes) -> Floats:
    """Of an npy, float32."""
    found: Floats = np.load(io.BytesIO(content), allow_pickle=False)
    return found


def arrays(content: bytes) -> dict[str, Floats]:
    """Of an npz, by name."""
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        return dict(found)


@dataclass(frozen=True)
class Predictions:
    """Class scores of images, (N, classes), and what was made of them."""

    step: int
    classes: list[str]
    probabilities: Floats
    predicted: npt.NDArray[np.int64]  # (N,) the class of the highest score
    labels: npt.NDArray[np.int64] | None  # (N,) of a slice of the data set

    @classmethod
    def of(cls, said: JsonObject) -> "Predictions":
        """From the server's answer; a number that is not finite is NaN."""
        labels = said["labels"]
        return cls(
            said["step"],
            said["classes"],
            np.array(said["probabilities"], np.float32),
            np.array(said["predicted"]),
            None if labels is None else np.array(labels),
        )


@dataclass(frozen=True)
class Frame:
    """One observation of a run that trains; `frame["conv1", "weight", "gradient"]` is an array."""

    step: int
    loss: float | None
    accuracy: float | None
    arrays: dict[tuple[str, str, str], Floats]  # by layer, tensor and of
    header: JsonObject  # all that came with them, as docs/contracts.md has it

    @classmethod
    def decode(cls, content: bytes) -> "Frame":
        """From the bytes of the stream; maps have 256 levels each, the rest is exact."""
        header, sections = decode_frame(content)
        found = {(s.spec.layer, s.spec.tensor, s.spec.of): s.values for s in sections}
        return cls(header["step"], header["loss"], header["accuracy"], found, header)

    def __getitem__(self, key: tuple[str, str] | tuple[str, str, str]) -> Floats:
        """(layer, tensor) or (layer, tensor, of); KeyError for what was not asked for."""
        layer, tensor, of = key if len(key) == 3 else (*key, "value")
        return self.arrays[layer, tensor, of]

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        return iter(self.arrays)


def history(parts: list[JsonObject]) -> dict[str, npt.NDArray[Any]]:
    """One entry a step: `step`, `loss`, `accuracy`; of each measurement on held-out images
    `held_out_step`, `held_out_accuracy`. What is not a finite number is NaN."""
    found: dict[str, npt.NDArray[Any]] = {}
    for name, kind in (("step", np.int64), ("loss", np.float64), ("accuracy", np.float64)):
        found[name] = np.concatenate([np.array(part[name], kind) for part in parts])
    held_out = parts[-1]["held_out"]
    found["held_out_step"] = np.array(held_out["step"], np.int64)
    found["held_out_accuracy"] = np.array(held_out["accuracy"], np.float64)
    return found
