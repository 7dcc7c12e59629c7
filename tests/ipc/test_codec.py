"""Every command, reply and event crosses as it is; and the table of commands is whole."""

import dataclasses
import inspect
import typing
from typing import Any

import pytest

from convscope.errors import ConflictError
from convscope.ipc import commands, replies, reports
from convscope.ipc.codec import (
    Answer,
    decode_command,
    decode_report,
    encode_command,
    encode_report,
    from_json,
    to_json,
)
from convscope.ipc.commands import COMMANDS, Command
from convscope.ipc.replies import FilterId, Reply, Switches
from convscope.ipc.reports import CheckpointNotice, Finding, FrameNotice, Metrics, RecordNotice
from convscope.ipc.seek_plan import SeekPlan
from convscope.recipe.interventions import FillKernel
from convscope.types import AttributionMethod, FindingKind, RunState
from convscope.worker.commands import HANDLERS
from tests.support.messages import message_of
from tests.support.workers import setup, status

FILL = {"type": "fill", "layer": "conv1", "filter": 2, "with": "blur"}
SETUP = setup({"seed": 1}, "cache")
PLAN = SeekPlan(
    to=7,
    segment=1,
    settings={"learning_rate": 0.1},
    checkpoint={"step": 5},
    tensors_bytes=3,
    events=[{"id": 1, "step": 6}],
    exact={"step": 7},
)
WANTED = commands.Wanted(
    tensors=(("conv1", "weight", "value"),), maps=(("conv1", "test-0"),), probes=("test-0",)
)
VALUES: dict[str, Any] = {  # of the fields, by their names
    "setup": SETUP,
    "plan": PLAN,
    "before": commands.Before(
        state=RunState.HALTED,
        problem="NaN",
        held_out=(4, 0.5),
        told=(commands.Told(FindingKind.FILTER_DIED, FilterId("conv1", 2)),),
    ),
    "wanted": WANTED,
    "method": AttributionMethod.GRAD_CAM,
    "number": 7,
    "region": (1, 2, 3, 4),
    "completeness": {"total": 1.0, "expected": 1.5},
    "control_of": "step 0 of this run",
    "correlation": None,
    "half": "train",
    "bins": 16,
    "among": 100,
    "values": [1.0, None],
    "unit": (3, 4),
    "box": (1, 2, 3, 4),
    "control_value": None,
    "steps": 3,
    "true": 1,
    "predicted": 2,
    "layer": "conv1",
    "tensor": "weight",
    "image": "test-3",
    "filter": 3,
    "channel": 1,
    "y": 2,
    "x": 3,
    "index": (0, 1, 2, 3),
    "step": 4,
    "last_event": 2,
    "changes": {"learning_rate": 0.1},
    "change": FillKernel.model_validate(FILL),
    "switches": Switches((FilterId("conv1", 2),), ()),
    "status": status(4),
    "environment": {"torch": "2"},
    "taken": ["conv1.weight"],
    "checkpoint": {"step": 4},
    "settings": {"momentum": None},
    "steps_ahead": 100,
    "learning": 0.5,
    "frozen": None,
    "sections": [{"layer": "conv1", "offset": 0}],
    "predictions": {"test-0": {"logits": [1.0, None]}},
    "shape": (8, 1, 3, 3),
    "numbers": [17, 4],
    "labels": [3, 9],
    "seed": 2**63 - 1,
    "count": 2000,
    "accuracy": 0.5,
    "balanced_accuracy": 0.25,
    "loss": None,
    "logits": [1.0, None],
    "probabilities": [0.5, None],
    "intervention": {"id": 1},
    "held_out_before": 0.5,
    "held_out_after": None,
    "trace": {"step": 4},
    "finding": Finding(
        kind=FindingKind.FILTER_DIED,
        step=4,
        says="conv1, filter 2 is dead.",
        place=FilterId("conv1", 2),
        numbers={"images": 1000.0},
    ),
    "seq": 3,
    "reason": "train",
    "time": 1.5,
    "layout": 1,
}


def made(kind: type[Any]) -> Any:
    """One with all that it must be given, and a payload."""
    needed = [
        name
        for name, entry in inspect.signature(kind).parameters.items()
        if entry.default is inspect.Parameter.empty or name in ("plan", "before", "wanted")
    ]
    return kind(payload=b"bytes", **{name: VALUES[name] for name in needed})


def kinds(module: Any, base: type[Any]) -> list[type[Any]]:
    """The classes of a module that are of a kind, and not the kind itself."""
    found = [value for value in vars(module).values() if inspect.isclass(value)]
    return [value for value in found if issubclass(value, base) and value is not base]


MESSAGES = [
    *kinds(commands, Command),
    *kinds(replies, Reply),
    *kinds(reports, reports.Notice),
    *(Command, Reply, reports.Notice, reports.Metrics, reports.Report, Answer, SeekPlan),
    *(replies.Status, commands.Setup, commands.Before, commands.Wanted, FilterId, Switches),
    *(commands.Told, Finding),
]


@pytest.mark.parametrize("kind", MESSAGES)
def test_what_crosses_is_frozen_and_has_the_fields_that_are_written_in_its_class(
    kind: type[Any],
) -> None:
    hints = typing.get_type_hints(kind)
    written = {name for name in hints if typing.get_origin(hints[name]) is not typing.ClassVar}
    assert {field.name for field in dataclasses.fields(kind)} == written
    assert kind.__dataclass_params__.frozen
    assert "__dataclass_fields__" in vars(kind), "it is a dataclass by itself"
    fields = dataclasses.fields(kind)
    assert kind in (FilterId, Switches, commands.Told) or all(field.kw_only for field in fields)


def test_a_command_that_says_nothing_more_asks_for_nothing_more() -> None:
    plain = commands.Setup(recipe={}, device="cpu", data_dirs=[], cache_dir="", own_data_dir="")
    start = commands.Start(setup=plain)
    assert (start.payload, start.weights_bytes, start.plan) == (b"", 0, None)
    assert (start.steps_per_second, start.checkpoints) == (None, True)
    assert start.before == commands.Before(state=RunState.READY, problem=None, held_out=None)
    watch = commands.Watch()
    assert (watch.watched, watch.interval_s) == (False, 1 / 30)
    assert watch.wanted == commands.Wanted(tensors=(), maps=(), probes=())
    assert (commands.Step().steps, commands.Step().until) == (None, None)
    assert commands.Tensor(layer="a", tensor="weight").of == "value"
    assert commands.ExplainWeight(layer="a", tensor="weight", index=(0,)).example == 0
    assert Metrics(step=[], loss=[], accuracy=[], held_out=[]).restarted is False
    rest = SeekPlan(to=1, segment=1, settings={}, checkpoint={}, tensors_bytes=0)
    assert (rest.events, rest.optimizer, rest.exact) == ([], True, None)


@pytest.mark.parametrize("kind", COMMANDS.values(), ids=COMMANDS)
def test_a_command_crosses_as_it_is(kind: type[Command[Any]]) -> None:
    command = made(kind)
    assert decode_command(message_of(encode_command(command, 7))) == (command, 7)


@pytest.mark.parametrize("kind", kinds(replies, Reply))
def test_a_reply_crosses_as_it_is_with_metrics_and_status(kind: type[Reply]) -> None:
    reply, metrics = (
        made(kind),
        Metrics(step=[1], loss=[0.5], accuracy=[0.25], held_out=[(0, 0.1, None)]),
    )
    data = encode_report(metrics, status(1), Answer(number=3, reply=reply))
    report, answer = decode_report(message_of(data), lambda number: kind)
    assert answer == Answer(number=3, reply=reply)
    assert (report.metrics, report.status, report.reply) == (metrics, status(1), reply)


@pytest.mark.parametrize("kind", [CheckpointNotice, FrameNotice, RecordNotice])
def test_an_event_crosses_as_it_is(kind: type[reports.Notice]) -> None:
    event, nothing = made(kind), Metrics(step=[], loss=[], accuracy=[], held_out=[])
    report, answer = decode_report(message_of(encode_report(nothing, None, event)), lambda _: Reply)
    assert (report.notice, report.status, answer) == (event, None, None)


def test_a_refusal_is_the_exception_that_it_was() -> None:
    nothing = Metrics(step=[], loss=[], accuracy=[], held_out=[])
    refused = Answer(number=2, error=ConflictError("No.", moved=True))
    _, answer = decode_report(message_of(encode_report(nothing, None, refused)), lambda _: Reply)
    assert answer is not None
    assert isinstance(answer.error, ConflictError)
    assert (answer.error.detail, answer.error.extra) == ("No.", {"moved": True})


def test_what_has_another_shape_is_refused() -> None:
    fields = to_json(commands.Tensor(layer="conv1", tensor="weight"))
    with pytest.raises(ValueError, match="layer"):
        from_json(commands.Tensor, fields | {"layer": None})


def test_every_command_has_a_handler_that_takes_it_and_gives_its_reply() -> None:
    assert HANDLERS.keys() == set(COMMANDS.values()) - {commands.Attend}  # for observed runs
    for kind, handler in HANDLERS.items():
        hints = typing.get_type_hints(handler)
        _, command, *_ = hints.values()
        assert command is kind
        returned = set(typing.get_args(hints["return"])) or {hints["return"]}
        assert returned <= {kind.reply, type(None)}, kind.__name__
