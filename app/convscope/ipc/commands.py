"""What the server may ask of a worker, a frozen dataclass a command, each with its kind of reply.

reply = await worker.ask(Tensor(layer="conv1", tensor="weight"))  # a TensorReply
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar, get_args

from convscope.ipc.replies import (
    AblationReply,
    AttributionReply,
    BatchReply,
    CheckpointReply,
    Done,
    EvaluationReply,
    FilterId,
    FrameReply,
    ImageReply,
    InterventionReply,
    JsonReply,
    MaximizationReply,
    PredictionsReply,
    Reply,
    StartReplayReply,
    StartReply,
    SwitchesReply,
    TensorReply,
    TraceReply,
    TuneReply,
    WeightsReply,
)
from convscope.ipc.seek_plan import SeekPlan
from convscope.recipe.interventions import AnyIntervention, TunedSettings
from convscope.types import AttributionMethod, FindingKind, Half, JsonObject, Of, RunState

R = TypeVar("R", bound=Reply)


@dataclass(frozen=True, kw_only=True)
class Command(Generic[R]):
    """A question or an order; `payload` crosses as bytes, the other fields as JSON."""

    reply: ClassVar[type[Reply]]
    payload: bytes = b""

    def __init_subclass__(cls) -> None:
        """The kind of reply is the one that the class is a command of."""
        super().__init_subclass__()
        for base in getattr(cls, "__orig_bases__", ()):
            (cls.reply,) = get_args(base)
        COMMANDS[cls.__name__] = cls


COMMANDS: Final[dict[str, type[Command[Any]]]] = {}


# --- a run's beginning ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What a finding was about."""

    kind: FindingKind
    place: FilterId | None


@dataclass(frozen=True, kw_only=True)
class Before:
    """What a worker that comes back cannot compute again."""

    state: RunState
    problem: str | None = None
    held_out: tuple[int, float] | None = None  # step, accuracy
    held_out_balanced: float | None = None  # of the same measurement
    told: tuple[Told, ...] = ()  # the findings so far


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a run is built from, on which machine."""

    recipe: JsonObject
    device: str
    data_dirs: list[str]
    cache_dir: str
    own_data_dir: str


@dataclass(frozen=True, kw_only=True)
class Start(Command[StartReply]):
    """Build the run, at step 0 or where it was before.

    `payload` is the safetensors that the first weights come from, `weights_bytes` of them, and the
    tensors of the plan.
    """

    setup: Setup
    weights_bytes: int = 0
    steps_per_second: float | None = None
    plan: SeekPlan | None = None
    before: Before = Before(state=RunState.READY)
    checkpoints: bool = True  # whether the server is sent what it takes to come back


@dataclass(frozen=True, kw_only=True)
class StartReplay(Command[StartReplayReply]):
    """Build a run to look at its past steps; `payload` is as the first weights of Start."""

    setup: Setup


@dataclass(frozen=True, kw_only=True)
class Seek(Command[Done]):
    """Go to a step that was recorded; one that is under way is left off."""

    plan: SeekPlan


@dataclass(frozen=True, kw_only=True)
class BeginSegment(Command[CheckpointReply]):
    """A segment begins with the present state."""


@dataclass(frozen=True, kw_only=True)
class Attend(Command[Done]):
    """To a loop that dialled in: what the server has of it, whose steps go on from there."""

    steps: int


# --- training -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Play(Command[Done]):
    """Train until told otherwise."""


@dataclass(frozen=True, kw_only=True)
class Pause(Command[Done]):
    """Stop after the step in hand; safe to repeat."""


@dataclass(frozen=True, kw_only=True)
class Step(Command[Done]):
    """Train `steps` more, or until step `until`; answered when that is done."""

    steps: int | None = None
    until: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reset(Command[Done]):
    """Back to the very same first weights, from where the server kept what was."""

    step: int
    last_event: int


@dataclass(frozen=True, kw_only=True)
class Tune(Command[TuneReply]):
    """Change settings while it trains, from the next step on."""

    changes: TunedSettings


@dataclass(frozen=True, kw_only=True)
class Intervene(Command[InterventionReply]):
    """An intervention, as the API takes it; those of one drag share a key."""

    change: AnyIntervention
    drag: str | None = None


@dataclass(frozen=True, kw_only=True)
class TraceStep(Command[TraceReply]):
    """One real step, taken apart into its phases."""


@dataclass(frozen=True, kw_only=True)
class TraceLast(Command[TraceReply]):
    """The step that led to the present state, taken apart into its phases."""


@dataclass(frozen=True, kw_only=True)
class AblateFreezing(Command[AblationReply]):
    """What a filter's learning is worth from this step on; the step is left by it."""

    layer: str
    filter: int


# --- watching -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """Of a large layer the filters and the channels that are in view: `first`, and how many."""

    layer: str
    first: int
    filters: int
    first_channel: int
    channels: int

    @property
    def filter_slice(self) -> slice:
        """Of its filters, which are the channels of its maps too."""
        return slice(self.first, self.first + self.filters)

    @property
    def channel_slice(self) -> slice:
        """Of the channels that each filter reads."""
        return slice(self.first_channel, self.first_channel + self.channels)

    def around(self, other: "Window") -> "Window":
        """The smallest that holds both."""
        first = min(self.first, other.first)
        channel = min(self.first_channel, other.first_channel)
        last = max(self.filter_slice.stop, other.filter_slice.stop)
        last_channel = max(self.channel_slice.stop, other.channel_slice.stop)
        return Window(self.layer, first, last - first, channel, last_channel - channel)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The union of what all viewers watch, in an order that does not change."""

    tensors: tuple[tuple[str, str, str], ...] = ()  # (layer, tensor, of)
    maps: tuple[tuple[str, str], ...] = ()  # (layer, probe)
    probes: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()  # of an observed run's layers; the others are whole


@dataclass(frozen=True, kw_only=True)
class Watch(Command[Done]):
    """What the viewers together want to see from now on."""

    wanted: Wanted = Wanted()
    interval_s: float = 1 / 30
    watched: bool = False


@dataclass(frozen=True, kw_only=True)
class Credit(Command[Done]):
    """A viewer has taken the last frame: there is room for another."""


@dataclass(frozen=True, kw_only=True)
class Look(Command[FrameReply]):
    """A frame of the present state."""

    wanted: Wanted


# --- images ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PutImage(Command[Done]):
    """Keep an image; `payload` is uint8 (C, H, W) of the input's shape."""

    image: str


@dataclass(frozen=True, kw_only=True)
class DropImage(Command[Done]):
    """Forget an image."""

    image: str


@dataclass(frozen=True, kw_only=True)
class Image(Command[ImageReply]):
    """An image as the network sees it."""

    image: str


# --- questions ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ListSwitches(Command[SwitchesReply]):
    """The filters that are silenced or frozen."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint(Command[CheckpointReply]):
    """All it takes to go on from the present state."""


@dataclass(frozen=True, kw_only=True)
class Weights(Command[WeightsReply]):
    """All parameters and buffers."""


@dataclass(frozen=True, kw_only=True)
class Tensor(Command[TensorReply]):
    """A layer's tensor, its gradient, its update, or an optimiser's buffer."""

    layer: str
    tensor: str
    of: str = Of.VALUE


@dataclass(frozen=True, kw_only=True)
class FeatureMaps(Command[TensorReply]):
    """A layer's output for one image."""

    layer: str
    image: str


@dataclass(frozen=True, kw_only=True)
class Outputs(Command[TensorReply]):
    """A layer's output for several images, (N, …shape); `layer` None: the class scores.

    The images are `count` of a half from `start` on, or `payload`, uint8 (N, C, H, W).
    """

    layer: str | None
    half: Half | None = None
    start: int = 0
    count: int


@dataclass(frozen=True, kw_only=True)
class Batch(Command[BatchReply]):
    """The mini-batch of the step that led to the present state."""

    images: bool = False  # with its images


@dataclass(frozen=True, kw_only=True)
class DropoutMask(Command[TensorReply]):
    """What a Dropout layer multiplied by in the step that led to the present state."""

    layer: str


@dataclass(frozen=True, kw_only=True)
class Predict(Command[PredictionsReply]):
    """Class scores for one image."""

    image: str


@dataclass(frozen=True, kw_only=True)
class Evaluate(Command[EvaluationReply]):
    """Accuracy and loss on the whole held-out half."""


@dataclass(frozen=True, kw_only=True)
class ExplainOutput(Command[JsonReply]):
    """One value of a layer's output as arithmetic."""

    layer: str
    channel: int
    y: int
    x: int
    image: str


@dataclass(frozen=True, kw_only=True)
class ExplainWeight(Command[JsonReply]):
    """One weight's gradient and the update that followed, as arithmetic."""

    layer: str
    tensor: str
    index: tuple[int, ...]
    example: int = 0  # which of the batch is shown by itself


@dataclass(frozen=True, kw_only=True)
class Attribute(Command[AttributionReply]):
    """Where a class score of an image comes from, and the same before the run learned."""

    method: AttributionMethod
    layer: str | None  # of Grad-CAM
    image: str
    number: int | None  # of the class; None: the one with the highest score
    seed: int  # of the run's first weights


@dataclass(frozen=True, kw_only=True)
class Contribute(Command[JsonReply]):
    """What each filter of a layer adds to a class score, by a region (y, x, height, width) of its
    maps."""

    layer: str
    image: str
    number: int | None  # of the class; None: the one with the highest score
    region: tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Confuse(Command[JsonReply]):
    """Which class the network takes each held-out image for, and the most confident mistakes."""

    count: int  # of the mistakes


@dataclass(frozen=True, kw_only=True)
class ListAnswers(Command[JsonReply]):
    """The held-out images of a class that the network takes for a class, most confident first."""

    true: int
    predicted: int
    count: int  # of the images


@dataclass(frozen=True, kw_only=True)
class DropTask(Command[Done]):
    """Nobody waits any more for what is under way."""


@dataclass(frozen=True, kw_only=True)
class FindPatches(Command[JsonReply]):
    """The images whose patches excite a filter most and least, and the same before it learned."""

    layer: str
    filter: int
    half: Half
    among: int  # how many of the half's images, from the first on
    count: int
    seed: int  # of the run's first weights


@dataclass(frozen=True, kw_only=True)
class Maximise(Command[MaximizationReply]):
    """The picture that excites a filter most, step by step, and the last one before it learned."""

    layer: str
    filter: int
    image: str | None  # that it begins with; None: noise
    steps: int
    seed: int  # of the run's first weights


@dataclass(frozen=True, kw_only=True)
class AblateLayer(Command[JsonReply]):
    """What each filter of a layer is worth."""

    layer: str


@dataclass(frozen=True, kw_only=True)
class Examine(Command[JsonReply]):
    """How the run is: numbers by layer, and what they say."""


@dataclass(frozen=True, kw_only=True)
class Distribute(Command[JsonReply]):
    """Histograms of all numbers of each layer."""

    image: str
    bins: int


@dataclass(frozen=True, kw_only=True)
class Embed(Command[JsonReply]):
    """Held-out images in the plane of their main components."""

    count: int


@dataclass(frozen=True, kw_only=True)
class ListExamples(Command[JsonReply]):
    """The examples of the last step's batch that moved a filter most."""

    layer: str
    filter: int
    count: int
