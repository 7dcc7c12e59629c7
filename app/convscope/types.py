"""Small shared types, and how a shape is written; imports nothing of the project."""

from enum import StrEnum
from typing import Any, Literal

Shape = tuple[int, ...]
JsonObject = dict[str, Any]
Half = Literal["test", "train"]  # of a data set: held out, or trained on
Fit = Literal["crop", "pad", "stretch"]  # how a picture of other proportions is brought to a form


def shape_text(shape: Shape) -> str:
    """8 × 28 × 28."""
    return " × ".join(map(str, shape))


class RunKind(StrEnum):
    """Who makes a run's steps."""

    TRAINED = "trained"  # a worker of the server's, from a recipe
    OBSERVED = "observed"  # somebody's own training loop, which is watched


class LoopState(StrEnum):
    """Of the training loop of an observed run."""

    CONNECTED = "connected"
    LOST = "lost"  # it went without a word
    ENDED = "ended"  # it took its leave


class RunState(StrEnum):
    """The states of a run; the gates are in `app/convscope/worker/commands.py`."""

    STARTING = "starting"
    READY = "ready"
    STEPPING = "stepping"
    PLAYING = "playing"
    HALTED = "halted"
    FAILED = "failed"

    @property
    def is_training(self) -> bool:
        """Whether steps are made."""
        return self in (RunState.PLAYING, RunState.STEPPING)


class FindingKind(StrEnum):
    """What a run may do that is worth a sentence; when, is in `worker/findings/thresholds.py`."""

    FILTER_DIED = "filter_died"
    LOSS_JUMPED = "loss_jumped"
    ACCURACIES_DIVERGED = "accuracies_diverged"
    PASSED_GUESSING = "passed_guessing"
    NOTHING_MOVED = "nothing_moved"
    NOTHING_LEARNED = "nothing_learned"


class HealthKind(StrEnum):
    """What may be wrong with a run now; when, is in `worker/findings/thresholds.py`."""

    DEAD_FILTER = "dead_filter"
    DUPLICATE_FILTERS = "duplicate_filters"
    UPDATES_TOO_LARGE = "updates_too_large"
    UPDATES_TOO_SMALL = "updates_too_small"
    GRADIENT_VANISHES = "gradient_vanishes"
    MOSTLY_CLAMPED = "mostly_clamped"


class AttributionMethod(StrEnum):
    """How it is found where an answer comes from; see `learn/attribution/attribute.py`."""

    GRAD_CAM = "grad-cam"
    GRADIENT = "gradient"
    GRADIENT_TIMES_INPUT = "gradient-times-input"
    INTEGRATED_GRADIENTS = "integrated-gradients"
    OCCLUSION = "occlusion"


class Of(StrEnum):
    """Which number of a parameter is meant; an optimiser's own buffers go by torch's names."""

    VALUE = "value"
    GRADIENT = "gradient"
    UPDATE = "update"
