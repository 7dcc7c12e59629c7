"""Models of the JSON texts in a run's file: see FORMAT.md."""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
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
from convscope.storage.about import Count, Moment, Share, Word
from convscope.types import FindingKind
from convscope.validation_errors import sentence

Model = TypeVar("Model", bound=BaseModel)


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
    format: Literal["PNG", "JPEG", "WebP", "GIF", "BMP", "AVIF", "HEIC"]
    sentences: Annotated[list[Word], Field(max_length=32)]
    inverted: StrictBool
    centred: StrictBool = False


class TuneBody(Strict):
    """Settings that changed after a step."""

    step: Count
    changes: Tuned


class PreviousValues(Strict):
    """The numbers that a change found, float32 in base64."""

    layer: LayerName
    tensor: Annotated[str, Field(max_length=32)]
    index: Annotated[list[Number], Field(max_length=4)]
    shape: Annotated[list[Number], Field(max_length=4)]
    values: str


class PreviousSwitch(Strict):
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
    undo_record: PreviousValues | PreviousSwitch | None


class FindingRow(Strict):
    """Which finding it is, and of which step."""

    id: Annotated[StrictInt, Field(ge=1, le=2**53)]
    step: Count
    kind: FindingKind


class FindingPlace(Strict):
    """A filter."""

    layer: LayerName
    filter: Number


class FindingBody(Strict):
    """What a finding says."""

    says: Annotated[str, Field(max_length=500)]
    place: FindingPlace | None
    numbers: Annotated[dict[Annotated[str, Field(max_length=32)], float], Field(max_length=16)]


def parsed(text: str, where: str) -> Any:
    """A JSON text; UnreadableRunError for what is none, is nested deeply, or has NaN in it."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not a JSON number")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableRunError(f"In this file {where} is not JSON: {error}.") from error


def validated(model: type[Model], value: Any, where: str) -> Model:
    """A value as a model has it; UnreadableRunError, with the first thing that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, wrong["loc"]))[:100]
        raise UnreadableRunError(
            f"In this file {where} is not as expected. {sentence(wrong, place)}"
        ) from error


def expect(truth: bool, sentence: str) -> None:
    """UnreadableRunError, with a sentence, where something does not hold."""
    if not truth:
        raise UnreadableRunError(sentence)
