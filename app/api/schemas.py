"""What requests hold and what answers hold, for validation and for OpenAPI."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from app.recipe.model import Fraction, Rate
from app.types import RunState

EXAMPLE_RECIPE: dict[str, Any] = {
    "network": "default",
    "init": {"type": "he_normal"},
    "optimizer": {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9},
    "batch_size": 32,
    "seed": 7,
}
EXAMPLE_RUN_ID = "k3f9x0a1bc"


ImageId = Annotated[
    str, Query(max_length=64, description="an image's id; the default picture without it")
]


class Body(BaseModel):
    """A request's body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class StepBody(Body):
    """How far to train: `steps` more, or `until` a step, which is safe to repeat."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"steps": 10}, {"until": 200}]}
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
        json_schema_extra={"examples": [{"learning_rate": 0.01}, {"steps_per_second": None}]},
    )
    learning_rate: Rate | None = None
    momentum: Fraction | None = None
    weight_decay: Rate | None = None
    steps_per_second: Annotated[float, Field(ge=0.1, le=10_000)] | None = None

    def changes(self) -> dict[str, Any]:
        """What was sent; only steps_per_second may be null (flat out)."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {k: v for k, v in sent.items() if v is not None or k == "steps_per_second"}


class InvertBody(Body):
    """How a picture is to be prepared again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"invert": True}]})
    invert: StrictBool


class Environment(BaseModel):
    """What a run's exact bits depend on."""

    device: str
    torch: str
    threads: int
    memory_format: str


class Filter(BaseModel):
    """One filter of a layer."""

    layer: str
    filter: int


class Deed(BaseModel):
    """One change by hand: when it took effect, what it did, which one it put back."""

    id: int
    step: int
    says: str
    undoes: int | None


class RunAnswer(BaseModel):
    """A run as it is now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": EXAMPLE_RUN_ID, "state": "ready", "step": 0}]}
    )
    id: str
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
    viewers: int
    taken: list[str]  # the tensors that came from trained weights
    interventions: list[Deed]
    silenced: list[Filter]
    frozen: list[Filter]


class RunList(BaseModel):
    """A page of runs; `next` is the cursor of the page after it."""

    runs: list[RunAnswer]
    next: str | None


class HeldOut(BaseModel):
    """Held-out accuracies and their steps."""

    step: list[int]
    accuracy: list[float]


class HistoryAnswer(BaseModel):
    """Points of the curves."""

    step: list[int]
    loss: list[float]
    accuracy: list[float]
    held_out: HeldOut


class LayerAnswer(BaseModel):
    """One layer, with how its parameters are counted."""

    index: int
    name: str
    type: str
    arguments: dict[str, Any]
    input_shape: list[int]
    output_shape: list[int]
    weight_shape: list[int] | None
    bias_shape: list[int] | None
    tensors: list[str]
    parameters: int
    counted: str
    receptive_field: int | None


class LayerList(BaseModel):
    """All layers of a network, in order."""

    layers: list[LayerAnswer]


class TensorAnswer(BaseModel):
    """A tensor as nested lists, in the order that `axes` names."""

    layer: str
    kind: str
    step: int
    layout: Literal["torch", "keras"]
    axes: list[str]
    shape: list[int]
    values: list[Any]


class ImageAnswer(BaseModel):
    """A picture that can be looked at, and what preprocessing did to it."""

    id: str
    source: Literal["test", "upload"]
    label: int | None
    class_: Annotated[str | None, Field(alias="class")]
    name: str
    width: int
    height: int
    format: str | None
    inverted: bool
    preprocessing: list[str]


class ImageList(BaseModel):
    """A run's uploads."""

    images: list[ImageAnswer]


class ClassAnswer(BaseModel):
    """One class's score."""

    index: int
    class_: Annotated[str, Field(alias="class")]
    probability: float | None
    logit: float | None


class PredictionAnswer(BaseModel):
    """What the network says of one picture; `top` is null where no score is finite."""

    image: str
    step: int
    top: ClassAnswer | None
    classes: list[ClassAnswer]


class HealthAnswer(BaseModel):
    """That the server is up."""

    status: Literal["ok"]
    version: str
    torch: str | None
    device: str


class Closing(BaseModel):
    """What the network has, what the parts add up to, and how far apart the two may be."""

    model_config = ConfigDict(extra="allow")
    value: float
    total: float
    bound: float
    closes: bool


class OutputExplanation(Closing):
    """One value of a layer's output; what else there is depends on `kind`."""

    step: int
    layer: str
    type: str
    channel: int
    y: int
    x: int
    image: str
    kind: str
    activation: dict[str, Any] | None


class GradientExplanation(Closing):
    """A weight's gradient as a sum over positions and pictures."""

    layer: str
    tensor: str
    index: list[int]
    step: int
    positions: list[int]
    picture: int
    picture_map: list[list[float]]
    batch_map: list[list[float]]
    picture_sums: list[float]


class UpdateExplanation(Closing):
    """From the weight before to the weight after, line by line."""

    optimizer: str
    before: float
    gradient: float
    after: float
    change: float
    parts: list[dict[str, Any]]
    lines: list[dict[str, Any]]


class WeightExplanation(BaseModel):
    """A weight's gradient in the last step, and the update that followed."""

    gradient: GradientExplanation
    update: UpdateExplanation


class WatchMessage(Body):
    """What a viewer asks of the stream; see `docs/contracts.md`."""

    type: Literal["watch"]
    layers: list[Annotated[str, Field(max_length=64)]] | None = None
    kinds: list[
        Literal[
            "weight",
            "bias",
            "weight_gradient",
            "bias_gradient",
            "weight_update",
            "bias_update",
            "feature_maps",
            "input",
        ]
    ]
    probe: Annotated[str, Field(max_length=64)] = "test-0"
    max_fps: Annotated[float, Field(ge=0.1, le=120)] = 30.0
