"""Workers without a process: what a run is told, and replies of every kind."""

from typing import Any, Final

from convscope.ipc.commands import Command, R, Setup
from convscope.ipc.protocol import OnDeath, OnReport
from convscope.ipc.replies import (
    Done,
    Reply,
    StartReplayReply,
    StartReply,
    Status,
    Switches,
    WeightsReply,
)
from convscope.ipc.reports import Metrics
from convscope.types import RunState
from tests.support.device import DEVICE

HOME: Final[dict[str, Any]] = {"torch": "here"}  # the environment that they compute in
REPLIES: Final[dict[type[Reply], Reply]] = {
    Done: Done(),
    StartReply: StartReply(environment={}, taken=[], switches=Switches()),
    StartReplayReply: StartReplayReply(environment=HOME),
    WeightsReply: WeightsReply(step=0),
}


class FakeWorker:
    """Comes up, says yes to everything, and does nothing."""

    def __init__(self) -> None:
        self.asked: list[Command[Any]] = []
        self.told: list[Command[Any]] = []
        self.ended = False

    async def start(self, on_report: OnReport, on_death: OnDeath) -> None:
        """Nothing has to come up."""

    async def ask(self, command: Command[R]) -> R:
        """All is well."""
        self.asked.append(command)
        reply: Any = REPLIES[command.reply]
        return reply  # type: ignore[no-any-return]  # the very kind that the command names

    def tell(self, command: Command[Any]) -> None:
        """It is remembered."""
        self.told.append(command)

    async def close(self) -> None:
        """End it."""
        self.ended = True


def setup(recipe: dict[str, Any], cache_dir: object, **more: Any) -> Setup:
    """What a worker builds a run from, on this machine."""
    known: dict[str, Any] = {
        "device": DEVICE,
        "data_dirs": [],
        "cache_dir": str(cache_dir),
        "own_data_dir": f"{cache_dir}/own",
    }
    return Setup(recipe=recipe, **known | more)


def status(step: int = 0, **more: Any) -> Status:
    """A status of a run that rests at a step."""
    usual: dict[str, Any] = {
        "state": RunState.READY,
        "loss": None,
        "accuracy": None,
        "held_out_accuracy": None,
        "held_out_step": None,
        "images_per_second": 0.0,
        "steps_per_second": None,
        "problem": None,
        "learning_rate": 0.05,
        "momentum": 0.9,
        "weight_decay": 0.0,
    }
    return Status(step=step, **usual | more)


Measured = tuple[int, float, float | None]


def metrics(first: int, *losses: float, held_out: tuple[Measured, ...] = ()) -> Metrics:
    """What a worker's message brings of some steps in a row; the accuracies equal the losses."""
    steps = list(range(first, first + len(losses)))
    return Metrics(step=steps, loss=list(losses), accuracy=list(losses), held_out=list(held_out))
