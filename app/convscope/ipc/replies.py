"""What a worker answers; `payload` crosses as bytes, the other fields as JSON."""

from dataclasses import dataclass

from convscope.recipe.interventions import TunedSettings
from convscope.types import JsonObject, RunState, Shape


@dataclass(frozen=True)
class FilterId:
    """One filter of a layer."""

    layer: str
    filter: int


@dataclass(frozen=True)
class Switches:
    """The filters that are silenced and those that are frozen."""

    silenced: tuple[FilterId, ...] = ()
    frozen: tuple[FilterId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LoopStatus:
    """How it goes in somebody's own training loop, which is watched."""

    steps_per_second: float  # 0 while it does not train
    overhead: float  # the share of the loop's time that watching takes
    frames_per_second: float  # while somebody looks
    waits: bool = False  # it was paused from the page
    skipped_steps: int = 0  # that a gradient scaler left out


@dataclass(frozen=True, kw_only=True)
class Status:
    """The present state of a run, as its worker tells it with every message."""

    state: RunState
    step: int
    loss: float | None
    accuracy: float | None
    held_out_accuracy: float | None
    held_out_step: int | None
    held_out_balanced_accuracy: float | None = None  # where sizes of classes differ
    images_per_second: float
    steps_per_second: float | None
    problem: str | None
    learning_rate: float | None
    momentum: float | None
    weight_decay: float | None
    loop: LoopStatus | None = None  # of an observed run


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer to a command."""

    payload: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Done(Reply):
    """What was asked for has been done."""


@dataclass(frozen=True, kw_only=True)
class StartReply(Reply):
    """The run is built."""

    environment: JsonObject  # what the same bits depend on
    taken: list[str]  # the tensors that came from trained weights
    switches: Switches


@dataclass(frozen=True, kw_only=True)
class StartReplayReply(Reply):
    """The run is built, to look at its past steps."""

    environment: JsonObject


@dataclass(frozen=True, kw_only=True)
class SwitchesReply(Reply):
    """The filters that are switched off, and what else is true of this step."""

    switches: Switches
    status: Status


@dataclass(frozen=True, kw_only=True)
class CheckpointReply(Reply):
    """All it takes to go on from the present state; `payload` is safetensors."""

    checkpoint: JsonObject
    settings: JsonObject  # the optimiser's, as they are now


@dataclass(frozen=True, kw_only=True)
class AblationReply(Reply):
    """Held-out accuracies some steps ahead, with a filter learning and with it frozen."""

    steps_ahead: int
    learning: float | None
    frozen: float | None


@dataclass(frozen=True, kw_only=True)
class FrameReply(Reply):
    """A frame of the present state; `payload` is the sections' bytes."""

    sections: list[JsonObject]
    predictions: dict[str, JsonObject]  # by probe
    switches: Switches
    status: Status


@dataclass(frozen=True, kw_only=True)
class TensorReply(Reply):
    """A tensor, exact: `payload` is float32, row-major."""

    shape: Shape
    step: int


@dataclass(frozen=True, kw_only=True)
class ImageReply(Reply):
    """An image as the network sees it: `payload` is uint8 (C, H, W)."""

    shape: Shape


@dataclass(frozen=True, kw_only=True)
class BatchReply(Reply):
    """A mini-batch: `payload` is its images as the network gets them, float32 (B, C, H, W),
    row-major, where they were asked for."""

    step: int
    shape: Shape
    numbers: list[int]  # of the images in the training half
    labels: list[int]
    seed: int  # of torch's generator before the forward pass, 63 bits


@dataclass(frozen=True, kw_only=True)
class PredictionsReply(Reply):
    """Class scores; a number that is not finite is None."""

    step: int
    logits: list[float | None]
    probabilities: list[float | None]


@dataclass(frozen=True, kw_only=True)
class EvaluationReply(Reply):
    """The whole held-out half as the network of this step sees it."""

    step: int
    count: int  # images
    accuracy: float  # 0 … 1
    balanced_accuracy: float | None  # None where all classes have as many pictures
    loss: float | None  # mean cross-entropy; None where it is not finite


@dataclass(frozen=True, kw_only=True)
class AttributionReply(Reply):
    """Where a class score comes from: `payload` is float32, row-major, the values and those of the
    control."""

    step: int
    shape: Shape  # of each
    number: int  # of the class
    layer: str | None  # of Grad-CAM
    completeness: JsonObject | None  # total, expected
    control_of: str  # what the control is
    correlation: float | None  # of the ranks of the absolute values


@dataclass(frozen=True, kw_only=True)
class MaximizationReply(Reply):
    """The way to the picture that a filter wants: `payload` is uint8, row-major, the frames and,
    like one more frame, where the network before it learned comes to."""

    step: int
    shape: Shape  # (frames, C, height, width)
    values: list[float | None]  # of the unit, by frame
    unit: tuple[int, int]  # its place in the map
    box: tuple[int, int, int, int]  # row, column, height and width of what it sees of the input
    control_of: str
    control_value: float | None
    correlation: float | None  # of the ranks of the last picture and the control's


@dataclass(frozen=True, kw_only=True)
class JsonReply(Reply):
    """`payload` is the JSON text that the API answers."""


@dataclass(frozen=True, kw_only=True)
class InterventionReply(Reply):
    """An intervention as it is recorded, and the held-out accuracies around it."""

    intervention: JsonObject
    replaces: bool = False  # it takes the place of the last one, as the same drag went on
    held_out_before: float | None
    held_out_after: float | None
    switches: Switches


@dataclass(frozen=True, kw_only=True)
class TuneReply(Reply):
    """Settings that are others from the next step on."""

    step: int
    changes: TunedSettings


@dataclass(frozen=True, kw_only=True)
class TraceReply(Reply):
    """One step taken apart; `payload` is the sections' bytes."""

    trace: JsonObject
    sections: list[JsonObject]


@dataclass(frozen=True, kw_only=True)
class WeightsReply(Reply):
    """All parameters and buffers: `payload` is safetensors."""

    step: int
