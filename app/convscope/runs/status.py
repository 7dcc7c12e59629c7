"""What is known of a run's present: from its worker, or from its file while it has none."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from convscope.runs.spec import Spec
from convscope.storage.reader import StoredRun
from convscope.types import JsonObject, RunState

DEFAULT_STEPS_PER_SECOND = 10.0
UNKNOWN = ("loss", "accuracy", "held_out_accuracy", "held_out_step")


@dataclass
class RunStatus:
    """What the worker last said, and what was done to it by hand."""

    status: JsonObject = field(default_factory=dict)
    about: JsonObject = field(default_factory=dict)  # {environment, taken}
    notice: str | None = None  # a sentence about what the server did to it
    interventions: list[JsonObject] = field(default_factory=list)
    lists: JsonObject = field(default_factory=lambda: {"silenced": [], "frozen": []})

    def forget(self) -> None:
        """It is at step 0 again, at the pace that it had."""
        self.interventions, self.lists = [], {"silenced": [], "frozen": []}
        self.status = {k: v for k, v in self.status.items() if k == "steps_per_second"}

    def record(self, intervention: JsonObject, lists: JsonObject) -> None:
        """A change by hand."""
        self.interventions = [*self.interventions, entry(intervention)]
        self.lists = lists

    def was(self, halted: str | None) -> JsonObject:
        """What a worker that comes back cannot compute again; `halted` says why it stopped."""
        step, accuracy = self.status.get("held_out_step"), self.status.get("held_out_accuracy")
        return {
            "state": RunState.HALTED if halted else RunState.READY,
            "problem": halted,
            "held_out": None if step is None else [step, accuracy],
        }


def now() -> str:
    """The present time as runs note it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entry(intervention: JsonObject) -> JsonObject:
    """A change by hand as a run lists it."""
    return {key: intervention[key] for key in ("id", "step", "says", "undoes")}


def of_new(spec: Spec) -> JsonObject:
    """What a worker says first, while there is none."""
    optimizer = spec.recipe.optimizer
    return dict.fromkeys(UNKNOWN) | {
        "state": RunState.STARTING,
        "step": 0,
        "images_per_second": 0.0,
        "steps_per_second": DEFAULT_STEPS_PER_SECOND,
        "learning_rate": optimizer.learning_rate,
        "momentum": getattr(optimizer, "momentum", None),
        "weight_decay": optimizer.weight_decay,
    }


def of_kept(spec: Spec, kept: StoredRun) -> RunStatus:
    """The present of a run that has no worker, from its file."""
    held_out_step, held_out = kept.held_out or (None, None)
    halted = kept.about.get("halted")
    settings = of_new(spec) | kept.segments[-1].settings
    for event in kept.events:
        if event["kind"] == "tune" and event["segment"] == kept.segments[-1].number:
            settings |= event["body"]["changes"]
    status = settings | {
        "state": RunState.HALTED if halted else RunState.READY,
        "problem": halted,
        "step": kept.steps,
        "loss": kept.last[0],
        "accuracy": kept.last[1],
        "held_out_accuracy": held_out,
        "held_out_step": held_out_step,
        "steps_per_second": kept.about.get("steps_per_second", DEFAULT_STEPS_PER_SECOND),
    }
    interventions = [event["body"] for event in kept.events if event["kind"] == "intervention"]
    about = {"environment": kept.segments[-1].environment, "taken": kept.about.get("taken", [])}
    return RunStatus(
        status,
        about,
        None,
        [entry(intervention) for intervention in interventions],
        _lists(interventions),
    )


def fixed(spec: Spec, about: JsonObject) -> JsonObject:
    """What seldom or never changes in a run."""
    return {
        "name": about.get("name"),
        "parent": about.get("parent"),
        "imported_from": about.get("imported_from"),
        "absent": spec.absent,
        "trainable": spec.trainable,
        "recipe": spec.recipe.model_dump(mode="json"),
        "network": about["network"],
        "classes": _classes(spec, about),
        "dataset_sha256": about["dataset_sha256"],
        "parameters": sum(plan.parameters for plan in spec.plans),
        "probe": "test-0",
        "created_at": about["created_at"],
    }


def _classes(spec: Spec, about: JsonObject) -> list[str]:
    """Their names, as its file says them where the data set is not here."""
    if spec.absent:
        return about.get("classes") or []
    return list(spec.dataset.classes) if spec.dataset and spec.trainable else []


def of_the_past(status: JsonObject, held_out: tuple[int | None, float | None]) -> JsonObject:
    """What was true of a run at a step, from what the worker there says."""
    step, accuracy = held_out
    then = ("step", "loss", "accuracy", "learning_rate", "momentum", "weight_decay")
    measured = {"held_out_step": step, "held_out_accuracy": accuracy}
    return {name: status[name] for name in then} | measured


def notable(status: JsonObject) -> JsonObject:
    """What of a status the viewers are told of at once, rather than with the next frame."""
    moving = {"step", "loss", "accuracy", "images_per_second"}
    return {key: value for key, value in status.items() if key not in moving}


def _lists(interventions: Iterable[JsonObject]) -> JsonObject:
    """Which filters are silenced and which are frozen after these changes."""
    on: dict[str, dict[tuple[str, int], bool]] = {"silence": {}, "freeze": {}}
    by_id = {intervention["id"]: intervention for intervention in interventions}
    for intervention in by_id.values():
        change = intervention["change"]
        if intervention["undoes"]:
            found = by_id[intervention["undoes"]]["undo_record"]
            change = found | {"type": found["what"]} if "what" in found else change
        if change["type"] in on:
            on[change["type"]][change["layer"], change["filter"]] = change["on"]
    return {"silenced": _chosen(on["silence"]), "frozen": _chosen(on["freeze"])}


def _chosen(switches: dict[tuple[str, int], bool]) -> list[JsonObject]:
    chosen = sorted(key for key, on in switches.items() if on)
    return [{"layer": layer, "filter": number} for layer, number in chosen]
