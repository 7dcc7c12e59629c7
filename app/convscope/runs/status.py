"""The present status of a run: from its worker, or from its file while it is suspended."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from convscope.data.held_out_sample import sample_size
from convscope.ipc.commands import Before, Told
from convscope.ipc.replies import FilterId, InterventionReply, Status, Switches
from convscope.recipe.class_names import class_names, score_count
from convscope.runs.history import HeldOutAt
from convscope.runs.spec import Spec
from convscope.storage.reader import StoredRun
from convscope.types import JsonObject, RunState

DEFAULT_STEPS_PER_SECOND = 10.0
SHOWN_CHANGES = 100  # in the run itself; its own list has all, in pages
MOVING = ("step", "loss", "accuracy", "images_per_second", "loop")  # told with the next frame


@dataclass
class RunStatus:
    """What the worker last said, and the interventions so far."""

    worker: Status
    new: Status  # as the run is at step 0
    environment: JsonObject | None = None
    taken: list[str] = field(default_factory=list)  # tensors that came from trained weights
    notice: str | None = None  # a sentence about what the server did to it
    interventions: list[JsonObject] = field(default_factory=list)
    switches: Switches = field(default_factory=Switches)

    def restart(self) -> None:
        """It is at step 0 again, at the pace that it had."""
        self.interventions, self.switches = [], Switches()
        self.worker = replace(self.new, steps_per_second=self.worker.steps_per_second)

    def record(self, reply: InterventionReply) -> None:
        """One more intervention, or another in the place of the last."""
        before = self.interventions[:-1] if reply.replaces else self.interventions
        self.interventions = [*before, entry(reply.intervention)]
        self.switches = reply.switches

    def before(self, halted: str | None, findings: Iterable[JsonObject]) -> Before:
        """What a worker that comes back cannot compute again; `halted` says why it stopped."""
        step, accuracy = self.worker.held_out_step, self.worker.held_out_accuracy
        return Before(
            state=RunState.HALTED if halted else RunState.READY,
            problem=halted,
            held_out=None if step is None or accuracy is None else (step, accuracy),
            held_out_balanced=self.worker.held_out_balanced_accuracy,
            told=tuple(Told(one["kind"], _filter_of(one["place"])) for one in findings),
        )


def _filter_of(place: JsonObject | None) -> FilterId | None:
    return FilterId(**place) if place else None


def now() -> str:
    """The present time as runs note it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entry(intervention: JsonObject) -> JsonObject:
    """An intervention as a run lists it."""
    return {key: intervention[key] for key in ("id", "step", "says", "undoes")}


def status_of_new(spec: Spec) -> RunStatus:
    """Of a run whose worker has not said anything yet."""
    optimizer = spec.recipe.optimizer
    status = Status(
        state=RunState.STARTING,
        step=0,
        loss=None,
        accuracy=None,
        held_out_accuracy=None,
        held_out_step=None,
        images_per_second=0.0,
        steps_per_second=DEFAULT_STEPS_PER_SECOND,
        problem=None,
        learning_rate=optimizer.learning_rate,
        momentum=getattr(optimizer, "momentum", None),
        weight_decay=optimizer.weight_decay,
    )
    return RunStatus(status, status)


def status_of_stored(spec: Spec, stored: StoredRun) -> RunStatus:
    """Of a run that has no worker, from its file."""
    held_out_step, held_out, balanced = stored.held_out or (None, None, None)
    halted = stored.about.get("halted")
    new = status_of_new(spec)
    worker = replace(
        new.worker,
        state=RunState.HALTED if halted else RunState.READY,
        problem=halted,
        step=stored.steps,
        loss=stored.last[0],
        accuracy=stored.last[1],
        held_out_accuracy=held_out,
        held_out_step=held_out_step,
        held_out_balanced_accuracy=balanced,
        steps_per_second=stored.about.get("steps_per_second", DEFAULT_STEPS_PER_SECOND),
        **_tuned(stored),
    )
    bodies = [event["body"] for event in stored.events if event["kind"] == "intervention"]
    return RunStatus(
        worker,
        new.worker,
        stored.segments[-1].environment,
        stored.about.get("taken", []),
        interventions=[entry(body) for body in bodies],
        switches=_switches_after(bodies),
    )


def _tuned(stored: StoredRun) -> JsonObject:
    """The optimiser's settings, where they are others than the recipe's."""
    last = stored.segments[-1]
    settings = dict(last.settings)
    for event in stored.events:
        if event["kind"] == "tune" and event["segment"] == last.number:
            settings |= event["body"]["changes"]
    return settings


def fixed(spec: Spec, about: JsonObject) -> JsonObject:
    """What seldom or never changes in a run."""
    return {
        "name": about.get("name"),
        "parent": about.get("parent"),
        "imported_from": about.get("imported_from"),
        "absent": spec.absent,
        "probes": None,
        "trainable": spec.trainable,
        "recipe": spec.recipe.model_dump(mode="json"),
        "network": about["network"],
        "classes": classes_of(spec, about),
        "dataset_sha256": about["dataset_sha256"],
        "held_out_images": _measured_on(spec),
        "parameters": sum(plan.parameters for plan in spec.plans),
        "first_weights": about.get("first_weights"),
        "created_at": about["created_at"],
    }


def _measured_on(spec: Spec) -> int | None:
    """How many held-out images its accuracy is measured on."""
    return sample_size(spec.dataset.test) if spec.dataset and spec.trainable else None


def classes_of(spec: Spec, about: JsonObject) -> list[str]:
    """Their names, as its file says them where the data set is not here; else numbers."""
    kept = about.get("classes") if spec.absent else None
    return class_names(score_count(spec.plans[-1].output_shape), spec.classes, kept)


def status_at(status: Status, held_out: HeldOutAt) -> JsonObject:
    """What was true of a run at a step, from what the worker there says."""
    then = ("step", "loss", "accuracy", "learning_rate", "momentum", "weight_decay")
    measured = {
        "held_out_step": held_out.step,
        "held_out_accuracy": held_out.accuracy,
        "held_out_balanced_accuracy": held_out.balanced_accuracy,
    }
    return {name: getattr(status, name) for name in then} | measured


def notable(status: Status) -> JsonObject:
    """What of a status the viewers are told of at once, rather than with the next frame."""
    return {key: value for key, value in vars(status).items() if key not in MOVING}


def switches_json(switches: Switches) -> JsonObject:
    """The filters that are switched off, as the API answers them."""
    return {
        "silenced": [asdict(filter_id) for filter_id in switches.silenced],
        "frozen": [asdict(filter_id) for filter_id in switches.frozen],
    }


def changes_json(interventions: list[JsonObject]) -> JsonObject:
    """The latest of these, and how many there are, as the API answers them."""
    undone = {entry["undoes"] for entry in interventions}
    left = [e for e in interventions if e["undoes"] is None and e["id"] not in undone]
    return {
        "interventions": interventions[-SHOWN_CHANGES:],
        "intervention_count": len(interventions),
        "undoable_count": len(left),
    }


def findings_json(findings: Sequence[JsonObject]) -> JsonObject:
    """The latest of these, and how many there are, as the API answers them."""
    return {"latest_finding": findings[-1] if findings else None, "finding_count": len(findings)}


def _switches_after(interventions: Iterable[JsonObject]) -> Switches:
    """Which filters are silenced and which are frozen after these interventions."""
    on: dict[str, dict[FilterId, bool]] = {"silence": {}, "freeze": {}}
    by_id = {body["id"]: body for body in interventions}
    for body in by_id.values():
        change = body["change"]
        if body["undoes"]:
            record = by_id[body["undoes"]]["undo_record"]
            change = record | {"type": record["what"]} if "what" in record else change
        if change["type"] in on:
            on[change["type"]][FilterId(change["layer"], change["filter"])] = change["on"]
    return Switches(_chosen(on["silence"]), _chosen(on["freeze"]))


def _chosen(switches: dict[FilterId, bool]) -> tuple[FilterId, ...]:
    chosen = [filter_id for filter_id, on in switches.items() if on]
    return tuple(sorted(chosen, key=lambda chosen: (chosen.layer, chosen.filter)))
