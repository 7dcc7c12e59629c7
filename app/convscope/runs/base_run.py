"""What every run is, whoever makes its steps: a file, a history, a status, and who watches."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, Generic, Protocol, TypeVar

from convscope.ipc.commands import Command, R
from convscope.ipc.replies import InterventionReply, Status
from convscope.ipc.reports import FindingNotice, FrameNotice, Report
from convscope.recipe.any_layer import AnyLayer
from convscope.runs.counts import Counts
from convscope.runs.history import History
from convscope.runs.run_file import RunFile
from convscope.runs.status import (
    RunStatus,
    changes_json,
    findings_json,
    notable,
    switches_json,
)
from convscope.runs.supervision.replay_worker import Looked
from convscope.runs.viewers import Frame, Viewers, quantities_of
from convscope.types import JsonObject, RunKind, RunState


class AnySpec(Protocol):
    """What a run of any kind is made of."""

    @property
    def plans(self) -> Sequence[AnyLayer]:
        """Its layers, in the order in which they run."""

    def layer(self, name: str) -> AnyLayer:
        """The layer of that name; NotFoundError lists the names there are."""

    def describe_layers(self) -> list[JsonObject]:
        """As `GET /runs/{id}/layers` lists them."""


S = TypeVar("S", bound=AnySpec, covariant=True)


class BaseRun(ABC, Generic[S]):
    """What is known of a run, and who watches it."""

    kind: RunKind
    probe = "test-0"  # the image that is shown until another is chosen

    def __init__(
        self,
        run_id: str,
        spec: S,
        file: RunFile,
        status: RunStatus,
        *,
        tell: Callable[[Command[Any]], None],
        counts: Counts,
    ) -> None:
        """`tell` reaches its worker, if it has one."""
        self.id = run_id
        self.spec = spec
        self.history = History()
        self.restarts = 0  # how often it went back to step 0
        self.number: int = file.about.get("number", 0)  # in the list; 0: none
        self.file = file
        self._status = status
        self._counts = counts
        quantities = {plan.name: quantities_of(plan.tensors) for plan in spec.plans}
        self.viewers = Viewers(tell, quantities, counts)

    # --- its worker -------------------------------------------------------------------------------

    @abstractmethod
    def wake(self) -> None:
        """Have a worker, for somebody who looks."""

    @abstractmethod
    async def up(self) -> None:
        """Wait for the worker; NotFoundError where the run is deleted meanwhile."""

    @abstractmethod
    async def suspend(self) -> None:
        """Let go of all but the file."""

    @abstractmethod
    async def close(self) -> None:
        """End the run for this server, and tell the viewers."""

    @abstractmethod
    def touch(self) -> None:
        """Somebody is interested."""

    @property
    @abstractmethod
    def touched_s(self) -> float:
        """When somebody last asked or watched, on the clock of `monotonic`."""

    @property
    @abstractmethod
    def is_untouched(self) -> bool:
        """Whether nobody has done, given or named anything, so that nothing is lost with it."""

    @property
    @abstractmethod
    def state(self) -> RunState:
        """Its state."""

    @property
    @abstractmethod
    def is_awake(self) -> bool:
        """Whether it has a worker, or is about to."""

    @property
    @abstractmethod
    def may_suspend(self) -> bool:
        """Whether it holds what nobody would miss."""

    @abstractmethod
    async def pause_unwatched(self) -> None:
        """What plays and nobody watches is paused, where that is the server's to do."""

    # --- what its worker says ---------------------------------------------------------------------

    def on_report(self, report: Report) -> None:
        """Recorded first of all, then told to the viewers."""
        self.file.record(report)
        self._counts.steps += len(report.metrics.step)
        self.history.apply(report.metrics)
        self.history.back_to(self.file.steps)
        if isinstance(report.reply, InterventionReply):
            self._status.record(report.reply)
            self.viewers.run_changed()
        if isinstance(report.notice, FindingNotice):
            self.viewers.run_changed()
        if report.status:
            self._heard(report.status)
            if isinstance(report.notice, FrameNotice):
                self.viewers.offer(Frame.of_notice(report.notice, report.status))

    def _heard(self, status: Status) -> None:
        before, self._status.worker = self._status.worker, status
        if notable(before) == notable(status):
            return
        self.viewers.run_changed()
        halted = status.problem if status.state is RunState.HALTED else None
        if halted != self.file.about.get("halted"):
            self.file.note(halted=halted)

    # --- what it says -----------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        """How far it has come."""
        return self.file.steps

    @property
    @abstractmethod
    def classes(self) -> list[str]:
        """What its class scores are called."""

    @property
    @abstractmethod
    def problem(self) -> str | None:
        """One sentence about what is wrong with it, or what was done about it."""

    @property
    @abstractmethod
    def fixed(self) -> JsonObject:
        """What seldom or never changes in it."""

    def describe(self) -> JsonObject:
        """The run as the API answers it."""
        status = self._status
        return (
            asdict(status.worker)
            | self.fixed
            | switches_json(status.switches)
            | changes_json(status.interventions)
            | findings_json(self.findings)
            | {
                "id": self.id,
                "kind": self.kind,
                "probe": self.probe,
                "state": self.state,
                "problem": self.problem,
                "environment": status.environment,
                "taken": status.taken,
                "restarts": self.restarts,
                "revision": self.viewers.changes,
                "viewers": len(self.viewers),
                "suspended": not self.is_awake,
                "steps": self.file.steps,
                "saved_step": self.file.saved_step,
                "recomputed": self.file.recomputed,
            }
        )

    @abstractmethod
    async def describe_at(self, step: int | None) -> JsonObject:
        """The run as it was at a step; NotFoundError for one that it has not come to."""

    @property
    def interventions(self) -> list[JsonObject]:
        """All that was done to it since step 0, in order."""
        return self._status.interventions

    @property
    def findings(self) -> Sequence[JsonObject]:
        """What its worker found worth a sentence since step 0: the latest, in order."""
        return self.file.findings

    async def metric_history(self) -> History:
        """Its history, also while it is suspended."""
        if not self.is_awake and self.history.steps < self.file.steps:
            self.history = await self.file.history()
        return self.history

    @property
    def parent_id(self) -> str | None:
        """The run that this one is a fork or copy of, if it is one."""
        parent = self.file.about.get("parent")
        return parent["run"] if parent else None

    # --- what it is asked -------------------------------------------------------------------------

    @abstractmethod
    async def ask(self, command: Command[R]) -> R:
        """A command to the worker; ConflictError when there is none."""

    @abstractmethod
    async def command(self, command: Command[Any]) -> JsonObject:
        """A command that changes the run; answers with the run after it."""

    @abstractmethod
    async def look(self, step: int | None, command: Command[R]) -> Looked[R]:
        """A question about a step of the past, or about the present where `step` is None."""

    @abstractmethod
    def needed(self) -> AbstractContextManager[None]:
        """It is not suspended meanwhile."""

    @abstractmethod
    async def note(self, **values: Any) -> None:
        """Keep what is known of it, by name; UnavailableError where the disk fails."""

    async def rename(self, name: str | None) -> JsonObject:
        """A name that people gave it, or none; it wakes no worker."""
        await self.note(name=name)
        self.viewers.run_changed()
        return self.describe()

    async def keep_number(self) -> None:
        """Its place in the list outlasts the server."""
        await self.note(number=self.number)


AnyRun = BaseRun[AnySpec]
