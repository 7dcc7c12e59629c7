"""What the JSON texts of a run's file may say: see FORMAT.md."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
)

from convscope.errors import UnreadableRunError
from convscope.recipe.base import LayerName
from convscope.recipe.interventions import AnyIntervention, Number, Strict, Tuned

Claim = TypeVar("Claim", bound=BaseModel)


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Count = Annotated[StrictInt, Field(ge=0, le=2**53)]
Share = Annotated[float, Field(ge=0, le=1)]
Word = Annotated[str, Field(max_length=200)]
Sentence = Annotated[str, Field(max_length=2000)]
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
RunId = Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")]


class Environment(BaseModel):
    """What the same bits depend on; older files say less of it."""

    model_config = ConfigDict(extra="forbid")
    device: Word
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


class About(BaseModel):
    """What is known of a run; what is not named here is left behind."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    created_at: Moment
    network: Word | None
    dataset_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    classes: Annotated[list[Word], Field(max_length=1000)] | None = None
    name: Word | None = None
    parent: Parent | None = None
    taken: Annotated[list[Word], Field(max_length=1000)] | None = None
    steps_per_second: Annotated[float, Field(ge=0.1, le=10_000)] | None = None
    halted: Sentence | None = None
    exported: Source | None = None


class When(Strict):
    """A moment, as ISO 8601 has it."""

    at: Moment


class CheckpointAbout(Strict):
    """What of a state is no tensor."""

    step: Count
    loss: float | None
    recent: Annotated[list[Share], Field(max_length=50)]
    updates: Count
    recomputed_from: Count | None = None


class UploadAbout(Strict):
    """What was said of a picture when it came."""

    name: Word
    width: Annotated[StrictInt, Field(ge=1, le=10**6)]
    height: Annotated[StrictInt, Field(ge=1, le=10**6)]
    format: Literal["PNG", "JPEG", "WebP", "GIF", "BMP"]
    sentences: Annotated[list[Word], Field(max_length=32)]
    inverted: StrictBool


class TuneBody(Strict):
    """Settings that changed after a step."""

    step: Count
    changes: Tuned


class PreviousValuesClaim(Strict):
    """The numbers that a change found, float32 in base64."""

    layer: LayerName
    tensor: Annotated[str, Field(max_length=32)]
    index: Annotated[list[Number], Field(max_length=4)]
    shape: Annotated[list[Number], Field(max_length=4)]
    values: str


class PreviousSwitchClaim(Strict):
    """Whether a filter was frozen, or silent."""

    what: Literal["freeze", "silence"]
    layer: LayerName
    filter: Number
    on: StrictBool


class InterventionBody(BaseModel):
    """An intervention that took effect after a step; unknown fields are dropped."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    id: Annotated[StrictInt, Field(ge=1, le=10**6)]
    step: Count
    says: Annotated[str, Field(max_length=500)]
    undoes: StrictInt | None
    change: Annotated[AnyIntervention, Field(discriminator="type")]
    undo_record: PreviousValuesClaim | PreviousSwitchClaim | None


def parsed(text: str, where: str) -> Any:
    """A JSON text; UnreadableRunError for what is none, is nested deeply, or has NaN in it."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON number")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableRunError(f"In this file {where} is not JSON: {error}.") from error


def claim(model: type[Claim], value: Any, where: str) -> Claim:
    """A value as a model has it; UnreadableRunError, with the first thing that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, wrong["loc"]))[:100]
        raise UnreadableRunError(
            f"In this file {where} is not as expected: {place + ': ' if place else ''}"
            f"{wrong['msg']}."
        ) from error


def expect(truth: bool, sentence: str) -> None:
    """UnreadableRunError, with a sentence, where something does not hold."""
    if not truth:
        raise UnreadableRunError(sentence)
