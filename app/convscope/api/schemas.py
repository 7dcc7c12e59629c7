"""Request and response models, for validation and for OpenAPI."""

from typing import Annotated, Any, cast

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, model_validator

from convscope.api.openapi.document import shown
from convscope.api.openapi.examples.run import FINDING, HISTORY, RUN
from convscope.recipe.interventions import TunedSettings
from convscope.recipe.recipe import Fraction, Rate
from convscope.storage.about import Environment, FirstWeights, Parent
from convscope.types import FindingKind, LoopState, RunKind, RunState

EXAMPLE_RECIPE: dict[str, Any] = {
    "network": "default",
    "init": {"type": "he_normal"},
    "optimizer": {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9},
    "batch_size": 32,
    "seed": 7,
}


ImageId = Annotated[
    str, Query(max_length=64, description="an image's id; if absent, the default image")
]


ProbeId = Annotated[
    str | None,
    Query(max_length=64, description="an image's id; if absent, the run's own `probe`"),
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
            raise ValueError("expected steps or until, not both")
        if self.steps is None and self.until is None:
            self.steps = 1
        return self


class TuneBody(Body):
    """Settings that may change while a run trains; absent ones stay as they are."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra=shown({"learning_rate": 0.01}, {"steps_per_second": None}),
    )
    learning_rate: Rate | None = None
    momentum: Fraction | None = None
    weight_decay: Rate | None = None
    steps_per_second: Annotated[StrictFloat, Field(ge=0.1, le=10_000)] | None = None
    name: Annotated[str, Field(max_length=200)] | None = None

    def changes(self) -> TunedSettings:
        """The settings that were sent; only steps_per_second may be null (flat out)."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"name"}}
        given = {k: v for k, v in sent.items() if v is not None or k == "steps_per_second"}
        return cast(TunedSettings, given)


class Filter(BaseModel):
    """One filter of a layer."""

    layer: str
    filter: int


class Intervention(BaseModel):
    """One intervention: the step after which it took effect, what it did, which one it undid."""

    id: int
    step: int
    says: str
    undoes: int | None


class Finding(BaseModel):
    """Something that the run did at a step: a sentence, its numbers by name, and the filter that it
    is about, if it is about one."""

    model_config = ConfigDict(json_schema_extra=shown(FINDING))
    id: int
    kind: FindingKind
    step: int
    says: str
    place: Filter | None
    numbers: dict[str, float]


class Origin(BaseModel):
    """Where an imported run came from: its id there, and when it was imported."""

    run: str | None
    at: str


def _said(text: str, **more: Any) -> Any:
    """A field, and what it means."""
    return Field(description=text, **more)


class LoopAnswer(BaseModel):
    """The training loop of an observed run."""

    state: LoopState = _said(
        "`connected`; `lost`: it went without a word; `ended`: it took its leave"
    )
    controllable: bool = _said("whether it can be paused, stepped and let go on from here")
    waits: bool = _said("whether it was paused from here, and waits")
    steps_per_second: float = _said("0 while it does not train")
    overhead: float = _said("the share of the loop's time that watching takes")
    frames_per_second: float = _said("how many frames it gives while somebody looks")
    skipped_steps: int = _said("steps that its gradient scaler left out")


class RunAnswer(BaseModel):
    """A run as it is now, or as it was at a step. Numbers that are not finite are null."""

    model_config = ConfigDict(json_schema_extra=shown(RUN))
    id: str = _said("10 lower-case letters and digits")
    kind: RunKind = _said(
        "`trained`: its steps are made here, from its recipe; `observed`: in somebody's own "
        "training loop, which is watched (`loop` says how it goes)",
        default=RunKind.TRAINED,
    )
    name: str | None = _said("what people call it")
    parent: Parent | None = _said(
        "the run that it was forked from or kept from at a reset, and at which step"
    )
    state: RunState = _said(
        "`starting`; `ready`: not playing, but it can be; `stepping`; `playing`; `halted`: its "
        "loss was not finite; `failed`: its worker died too often. `problem` explains the last "
        "two, and `POST /runs/{id}/reset` takes both back to step 0"
    )
    step: int = _said("the step that this answer describes: the current one, or the one asked for")
    steps: int = _said("its latest step")
    saved_step: int = _said(
        "how far of that is on the disk, which a killed run comes back to; only a reset or a halt "
        "takes it down"
    )
    loss: float | None = _said("of the last batch; null where there is none, or it is not finite")
    accuracy: float | None = _said("mean over the last 50 batches")
    held_out_accuracy: float | None = _said(
        "on `held_out_images` of the held-out images; null until it is measured"
    )
    held_out_balanced_accuracy: float | None = _said(
        "the mean of the classes' recalls at the same measurement; null where the held-out half "
        "has as many pictures of each class, and in what was measured before this was kept",
        default=None,
    )
    held_out_images: int | None = _said(
        "how many held-out images `held_out_accuracy` is measured on: all, or 1,000 that are drawn "
        "once for all runs; null where there is nothing to measure. `POST /runs/{id}/evaluate` "
        "measures all",
        default=None,
    )
    held_out_step: int | None = _said("the step that `held_out_accuracy` was measured at")
    images_per_second: float = _said(
        "over the last two seconds of training; 0 while it is not training"
    )
    steps_per_second: float | None = _said("the speed that it plays at; null: flat out")
    learning_rate: float | None = _said(
        "the optimiser's current setting; null where an observed loop has not told it"
    )
    momentum: float | None = _said("the optimiser's current setting; null if it has none")
    weight_decay: float | None = _said(
        "the optimiser's current setting; null where an observed loop has not told it"
    )
    trainable: bool = _said(
        "whether its data set is here and its network ends in a score for each class"
    )
    problem: str | None = _said("one sentence about what is wrong, or what was done about it")
    recipe: dict[str, Any] = _said("the complete recipe; `{}` of an observed run")
    network: str | None = _said("the name of its network, or null")
    classes: list[str] = _said(
        "names of the network's class scores, if its output is flat: the recipe's own, else its "
        "data set's, else class 0, class 1, …"
    )
    dataset_sha256: str | None = _said("of the data set that it was trained on")
    parameters: int = _said("the number of trainable parameters")
    probe: str = _said("the image shown until another is chosen")
    probes: list[str] | None = _said(
        "the images that an observed run is watched with; null for another", default=None
    )
    loop: LoopAnswer | None = _said("of an observed run: how its loop goes", default=None)
    created_at: str = _said("ISO 8601, UTC")
    environment: Environment | None = _said(
        "what its exact numbers depend on; null until its worker has reported it"
    )
    restarts: int = _said("how often it was reset to step 0")
    revision: int = _said(
        "grows whenever anything here changes, except the numbers that training moves (step, loss, "
        "accuracy, images per second): of two answers from one server, the one "
        "with the smaller revision is older"
    )
    viewers: int = _said("the number of open streams")
    taken: list[str] = _said("the tensors that came from trained weights")
    first_weights: FirstWeights | None = _said(
        "which layers began with trained weights, from which tensors, and why the others did not; "
        "null where all weights were drawn",
        default=None,
    )
    interventions: list[Intervention] = _said(
        "the last 100 of what was done to it, in order (`GET /runs/{id}/interventions` has all); a "
        "reset undoes all of it"
    )
    intervention_count: int = _said("the number of all interventions", default=0)
    undoable_count: int = _said("the number of interventions that can still be undone", default=0)
    latest_finding: Finding | None = _said(
        "the last thing that its worker found worth a sentence (`GET /runs/{id}/findings` has all)",
        default=None,
    )
    finding_count: int = _said("the number of findings that are kept, at most 1,000", default=0)
    silenced: list[Filter] = _said("the filters whose maps are 0")
    frozen: list[Filter] = _said("the filters that learn nothing")
    suspended: bool = _said("whether it has no worker; it gets one when it is asked something")
    imported_from: Origin | None = _said("its id where it was exported, and when it was imported")
    absent: str | None = _said(
        "why it can be viewed but not trained: its data set is not on this machine, or has other "
        "images here"
    )
    recomputed: str | None = _said(
        "why the last digits of this step may differ from the original: it is computed again in "
        "another environment than it was trained in"
    )
    previous_run: str | None = _said(
        "in the answer to a reset: the id of the run that keeps the previous state; null elsewhere",
        default=None,
    )


class EvaluationAnswer(BaseModel):
    """The whole held-out half as the network of a step sees it."""

    model_config = ConfigDict(
        json_schema_extra=shown(
            {
                "step": 200,
                "count": 2000,
                "accuracy": 0.8115,
                "balanced_accuracy": None,
                "loss": 0.5213,
            }
        )
    )
    step: int = _said("the step that was measured")
    count: int = _said("the number of held-out images: all of them")
    accuracy: float = _said("the share that is classified correctly")
    balanced_accuracy: float | None = _said(
        "the mean of the classes' recalls; null where all have as many pictures"
    )
    loss: float | None = _said("mean cross-entropy; null where it is not finite")


class UnreadableFile(BaseModel):
    """A run's file that cannot be opened: its name without extension, and why."""

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
    balanced_accuracy: list[float | None] = Field(
        description="null where the held-out half has as many pictures of each class", default=[]
    )


class HistoryAnswer(BaseModel):
    """Points of the curves, each of one step or of several that follow on each other."""

    model_config = ConfigDict(json_schema_extra=shown(HISTORY))
    step: list[int] = Field(description="the last of each point's steps")
    steps: list[int] = Field(description="how many they are")
    loss: list[float | None] = Field(
        description="their mean; null where the loop of an observed run has not told it, like the "
        "others"
    )
    lowest: list[float | None] = Field(description="the lowest loss of them")
    highest: list[float | None] = Field(description="the highest loss of them")
    accuracy: list[float | None] = Field(
        description="at the last of them, mean of the last 50 batches"
    )
    mean_accuracy: list[float | None] = Field(description="the mean of that over them")
    held_out: HeldOut
