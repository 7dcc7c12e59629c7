"""What requests hold and what answers hold, for validation and for OpenAPI."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from convscope.api.openapi.document import shown
from convscope.api.openapi.examples.run import HISTORY, RUN
from convscope.recipe.model import Fraction, Rate
from convscope.types import RunState

EXAMPLE_RECIPE: dict[str, Any] = {
    "network": "default",
    "init": {"type": "he_normal"},
    "optimizer": {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9},
    "batch_size": 32,
    "seed": 7,
}


ImageId = Annotated[
    str, Query(max_length=64, description="an image's id; the default picture without it")
]


class Body(BaseModel):
    """A request's body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class StepBody(Body):
    """How far to train: `steps` more, or `until` a step, which is safe to repeat."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=shown({"steps": 10}, {"until": 200})
    )
    steps: Annotated[StrictInt, Field(ge=1, le=1000)] | None = None
    until: Annotated[StrictInt, Field(ge=0, le=2**53)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "StepBody":
        if self.steps is not None and self.until is not None:
            raise ValueError("expected steps or until, and not both")
        if self.steps is None and self.until is None:
            self.steps = 1
        return self


class TuneBody(Body):
    """Settings that may change while a run trains; what is absent stays."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra=shown({"learning_rate": 0.01}, {"steps_per_second": None}),
    )
    learning_rate: Rate | None = None
    momentum: Fraction | None = None
    weight_decay: Rate | None = None
    steps_per_second: Annotated[float, Field(ge=0.1, le=10_000)] | None = None
    name: Annotated[str, Field(max_length=200)] | None = None

    def changes(self) -> dict[str, Any]:
        """The settings that were sent; only steps_per_second may be null (flat out)."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"name"}}
        return {k: v for k, v in sent.items() if v is not None or k == "steps_per_second"}


class Environment(BaseModel):
    """What a run's exact bits depend on."""

    device: str
    torch: str
    threads: int
    memory_format: str
    processor: str | None = None  # its model's name
    capability: str | None = None  # the instructions that torch uses of it
    convscope: str | None = None


class Filter(BaseModel):
    """One filter of a layer."""

    layer: str
    filter: int


class Intervention(BaseModel):
    """One change by hand: when it took effect, what it did, which one it put back."""

    id: int
    step: int
    says: str
    undoes: int | None


class Parent(BaseModel):
    """The run that another came from, and the step at which it left it."""

    run: str
    step: int | None


class Origin(BaseModel):
    """Of an imported run: the id that it had where it came from, and when it came."""

    run: str | None
    at: str


class RunAnswer(BaseModel):
    """A run as it is now, or as it was at a step."""

    model_config = ConfigDict(json_schema_extra=shown(RUN))
    id: str
    name: str | None
    parent: Parent | None
    state: RunState
    step: int
    loss: float | None
    accuracy: float | None
    held_out_accuracy: float | None
    held_out_step: int | None
    images_per_second: float
    steps_per_second: float | None
    learning_rate: float
    momentum: float | None
    weight_decay: float
    trainable: bool
    problem: str | None
    recipe: dict[str, Any]
    network: str | None
    classes: list[str]
    dataset_sha256: str | None
    parameters: int
    probe: str
    created_at: str
    environment: Environment | None
    restarts: int
    revision: int  # of two answers of one server the smaller is the older
    viewers: int
    taken: list[str]  # the tensors that came from trained weights
    interventions: list[Intervention]
    silenced: list[Filter]
    frozen: list[Filter]
    awake: bool  # whether it has a worker, which it gets when it is asked something
    steps: int  # how far it has come; `step` is the one that is described
    imported_from: Origin | None
    absent: str | None  # why it can't be trained here: its data set is not on this machine
    recomputed: str | None  # why the last digits of this step may differ from what they were
    kept: str | None = None  # after a reset: the run that it was


class UnreadableFile(BaseModel):
    """A file among the runs that cannot be opened: its name without ending, and why."""

    run: str
    why: str


class RunList(BaseModel):
    """A page of runs; `next` is the cursor of the page after it."""

    model_config = ConfigDict(
        json_schema_extra=shown({"runs": [RUN], "next": None, "unreadable": []})
    )
    runs: list[RunAnswer]
    next: str | None
    unreadable: list[UnreadableFile]


class HeldOut(BaseModel):
    """Held-out accuracies and their steps."""

    step: list[int]
    accuracy: list[float]


class HistoryAnswer(BaseModel):
    """Points of the curves."""

    model_config = ConfigDict(json_schema_extra=shown(HISTORY))
    step: list[int]
    loss: list[float]
    accuracy: list[float]
    held_out: HeldOut
