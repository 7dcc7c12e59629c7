"""A run's metadata, stored as JSON beside its recipe and its history: see FORMAT.md."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

from convscope.recipe.class_names import ClassName
from convscope.recipe.interventions import Strict


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a date and time as ISO 8601 writes them") from None
    return text


Count = Annotated[StrictInt, Field(ge=0, le=2**53)]
Share = Annotated[float, Field(ge=0, le=1)]
Word = Annotated[str, Field(max_length=200)]
Sentence = Annotated[str, Field(max_length=2000)]
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
RunId = Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")]


class Environment(BaseModel):
    """What exact numbers depend on; older files record less of it."""

    model_config = ConfigDict(extra="forbid")
    device: Word
    gpu: Word | None = None
    torch: Word
    threads: Count
    memory_format: Word
    processor: Word | None = None
    capability: Word | None = None
    convscope: Word | None = None


class Parent(Strict):
    """The run that this one came from."""

    run: RunId
    step: Count | None


class Source(Strict):
    """Where a file came from: the run that it was, and when it left or came."""

    run: RunId
    at: Moment
    convscope: Word | None = None


class LayerWeights(Strict):
    """Which tensors of a file a layer began with, or why it took none."""

    layer: Word
    taken_from: Annotated[list[Word], Field(max_length=8)]
    problem: Sentence | None


class FirstWeights(Strict):
    """Which layers began with trained weights, and which did not."""

    says: Sentence
    matched_by: Literal["names", "shapes"]
    prefix: Word  # that the names had before the network's
    layers: Annotated[list[LayerWeights], Field(max_length=64)]
    unused: Annotated[list[Word], Field(max_length=100)]  # tensors that no layer took
    unused_count: Count


class About(BaseModel):
    """What is known of a run; what is not named here is left behind."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    created_at: Moment
    network: Word | None
    dataset_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    classes: Annotated[list[ClassName], Field(max_length=1000)] | None = None
    name: Word | None = None
    parent: Parent | None = None
    taken: Annotated[list[Word], Field(max_length=1000)] | None = None
    first_weights: FirstWeights | None = None
    steps_per_second: Annotated[float, Field(ge=0.1, le=10_000)] | None = None
    halted: Sentence | None = None
    exported: Source | None = None
