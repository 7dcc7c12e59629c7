"""What the rows of a stranger's file may say, and how it is refused."""

import json
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from tests.support import small_run as small
from tests.support.importing import BOUNDS, change, refused, take

Sql = tuple[str, *tuple[Any, ...]]
RECORD: Any = small.INTERVENTION["undo_record"]


def text(value: Any) -> str:
    return json.dumps(value)


def recipe(**other: Any) -> Sql:
    return "UPDATE segment SET recipe = ?", text(small.RECIPE | other)


def network(*layers: Any) -> Sql:
    return recipe(network={"input": [1, 28, 28], "layers": list(layers)})


def intervention(**other: Any) -> Sql:
    return "UPDATE event SET body = ? WHERE id = 1", text(small.INTERVENTION | other)


def event(number: int, body: Any) -> Sql:
    return "UPDATE event SET body = ? WHERE id = ?", text(body), number


def finding(**other: Any) -> Sql:
    return "UPDATE finding SET body = ?", text(small.FINDING | other)


def changed(**other: Any) -> Sql:
    return intervention(change=small.INTERVENTION["change"] | other)


def checkpoint(**other: Any) -> Sql:
    return "UPDATE checkpoint SET tensors = ? WHERE step = 3", save(small.state(3, **other))


def about_3(**other: Any) -> Sql:
    about = {"step": 3, "loss": 0.5, "recent": [0.5], "updates": 3} | other
    return "UPDATE checkpoint SET about = ? WHERE step = 3", text(about)


def optimizer(key: str, value: float) -> Sql:
    """A state of Adam with one number that it cannot have."""
    shape = () if key == "step" else small.LEARNED["conv1.bias"]
    return checkpoint(**{f"optimizer/conv1.bias/{key}": np.full(shape, value, np.float32)})


def header(name: str, **other: Any) -> Sql:
    """A checkpoint whose header says something else of one tensor."""
    data = save(small.state(3))
    (length,) = struct.unpack_from("<Q", data)
    said = json.loads(data[8 : 8 + length])
    said[name] |= other
    head = json.dumps(said).encode()
    made = struct.pack("<Q", len(head)) + head + data[8 + length :]
    return "UPDATE checkpoint SET tensors = ? WHERE step = 3", made


WEIGHT = "network/conv1.weight"
NAN = np.full((2, 1, 3, 3), np.nan, np.float32)
LINEAR = {"type": "Linear", "out_features": 10}
HOSTILE: dict[str, Sql] = {
    "no about": ("DELETE FROM about",),
    "about is no JSON": ("UPDATE about SET value = '{' WHERE key = 'name'",),
    "recursive JSON": ("UPDATE about SET value = ? WHERE key = 'name'", "[" * 200_000),
    "recursive recipe": ("UPDATE segment SET recipe = ?", '{"network":' * 100_000),
    "a name that is a list": ("UPDATE about SET value = '[1]' WHERE key = 'name'",),
    "a long name": ("UPDATE about SET value = ? WHERE key = 'name'", text("x" * 5000)),
    "a text of many megabytes": ("UPDATE about SET value = ?", text("x" * 5_000_000)),
    "a number of a million digits": ("UPDATE about SET value = ?", "9" * 1_000_000),
    "NaN in JSON": ("UPDATE segment SET settings = '{\"learning_rate\": NaN}'",),
    "a parent that is none": ("INSERT INTO about VALUES ('parent', '{\"run\": \"../x\"}')",),
    "no segment": ("DELETE FROM segment",),
    "a segment that begins later": ("UPDATE segment SET step = 2",),
    "a negative step": ("UPDATE segment SET step = -1",),
    "a billion steps": ("UPDATE segment SET number = 1, step = 1000000000",),
    "a segment beyond the end": (
        "INSERT INTO segment SELECT 1, 1000000000, recipe, settings, 1, environment FROM segment",
    ),
    "a segment without its checkpoint": (
        "INSERT INTO segment SELECT 1, 4, recipe, settings, 1, environment FROM segment",
    ),
    "a huge network": network({"type": "Flatten"}, {"type": "Linear", "out_features": 10**9}),
    "an unknown layer": network({"type": "Lambda", "code": "import os"}),
    "a batch that is too large": recipe(batch_size=1000),
    "fewer names than classes": recipe(data={"dataset": "fashion-mnist-10k", "classes": ["a"]}),
    "a name that turns the text": recipe(data={"dataset": None, "classes": ["\u202ea"] * 10}),
    "names of no data set with a control character": (
        "INSERT INTO about VALUES ('classes', ?)",
        text(["a\u0007"] * 10),
    ),
    "weights that nobody takes": ("INSERT INTO weights VALUES (0, x'00')",),
    "no weights where they are taken": recipe(init={"type": "from_file"}),
    "a setting that Adam has not": ("UPDATE segment SET settings = '{\"momentum\": 0.9}'",),
    "an environment of another kind": ("UPDATE segment SET environment = '{\"torch\": 3}'",),
    "a history with a gap": ("UPDATE history SET first = 1000000000",),
    "points for no steps": ("UPDATE history SET every = 0",),
    "points for too many steps": ("UPDATE history SET every = 1 << 60",),
    "a history of odd length": ("UPDATE history SET loss = x'0000'",),
    "a history of two lengths": ("UPDATE history SET loss = zeroblob(12)",),
    "an empty history row": ("UPDATE history SET loss = x'', accuracy = x''",),
    "a loss that is NaN": ("UPDATE history SET loss = ?", b"\0\0\xc0\x7f" * 4),
    "an accuracy of 2": ("UPDATE history SET accuracy = ?", struct.pack("<4f", 2, 2, 2, 2)),
    "held out at a billion": ("UPDATE held_out SET step = 1000000000",),
    "a balanced accuracy of 2": ("UPDATE held_out SET balanced = 2",),
    "a held-out accuracy of infinity": ("UPDATE held_out SET accuracy = 9e999",),
    "an event of another kind": ("UPDATE event SET kind = 'pickle' WHERE id = 1",),
    "an event at a billion": ("UPDATE event SET step = 1000000000 WHERE id = 3",),
    "an event of no segment": ("UPDATE event SET segment = 7 WHERE id = 3",),
    "a moment that is none": ("UPDATE event SET at = 'yesterday'",),
    "an event without a number": ("UPDATE event SET id = 0 WHERE id = 1",),
    "an event whose number leaves no next": (
        "UPDATE event SET id = 9223372036854775807 WHERE id = 3",
    ),
    "events out of order": ("UPDATE event SET step = 1 WHERE id = 3",),
    "an intervention with another number": intervention(id=5),
    "an intervention at another step": intervention(step=1),
    "a change of no layer": changed(layer="conv9"),
    "a change outside of its tensor": changed(index=[0, 0, 3, 3]),
    "a change of statistics": changed(layer="norm1", tensor="running_mean", index=[0]),
    "a change to infinity": changed(value=float("inf")),
    "a change of another kind": changed(type="exec"),
    "a change that found too little": intervention(undo_record=RECORD | {"values": ""}),
    "a change that found another shape": intervention(undo_record=RECORD | {"shape": [10**9]}),
    "a change that found nothing": intervention(undo_record=None),
    "an undo of nothing": event(2, small.UNDONE | {"undoes": 9}),
    "an undo of itself": event(2, small.UNDONE | {"undoes": 2}),
    "tuning of something else": event(3, {"step": 3, "changes": {"x": 1}}),
    "a checkpoint at a billion": ("UPDATE checkpoint SET step = 1000000000 WHERE step = 3",),
    "a checkpoint of no segment": ("UPDATE checkpoint SET segment = 3 WHERE step = 3",),
    "a checkpoint that says another step": about_3(step=2),
    "recent accuracies without end": about_3(recent=[0.5] * 51),
    "a checkpoint that is empty": ("UPDATE checkpoint SET tensors = x''",),
    "a checkpoint of noise": ("UPDATE checkpoint SET tensors = randomblob(5000)",),
    "a pickle": ("UPDATE checkpoint SET tensors = ?", b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "a header without end": ("UPDATE checkpoint SET tensors = ?", b"\xff" * 8 + b"{}"),
    "a weight that is NaN": checkpoint(**{WEIGHT: NAN}),
    "a weight that is infinite": checkpoint(**{WEIGHT: NAN.copy() * 0 + np.inf}),
    "a weight of another shape": checkpoint(**{WEIGHT: np.zeros((2, 1, 3, 4), np.float32)}),
    "a weight of another type": checkpoint(**{WEIGHT: np.zeros((2, 1, 3, 3), np.float64)}),
    "a weight that is missing": checkpoint(**{WEIGHT: None}),
    "a tensor too many": checkpoint(**{"network/conv2.weight": NAN}),
    "a tensor of nobody": checkpoint(extra=NAN),
    "an optimiser of another kind": checkpoint(
        **{"optimizer/conv1.weight/momentum_buffer": np.zeros((2, 1, 3, 3), np.float32)}
    ),
    "a history row that stands for 2^48 steps": ("UPDATE history SET every = ?", 2**46),
    "an optimiser that is not finite": optimizer("exp_avg", np.inf),
    "a mean of squares below 0": optimizer("exp_avg_sq", -1e-9),
    "an optimiser of more updates than there were": optimizer("step", 4),
    "an optimiser of half an update": optimizer("step", 2.5),
    "an optimiser of fewer than no updates": optimizer("step", -1),
    "more updates than steps": about_3(updates=4),
    "a variance below 0": checkpoint(
        **{"network/norm1.running_var": np.array([1, -1], np.float32)}
    ),
    "a count of batches below 0": checkpoint(
        **{"network/norm1.num_batches_tracked": np.array(-1, np.int64)}
    ),
    "half of an optimiser": checkpoint(**{"optimizer/conv1.weight/exp_avg": None}),
    "an optimiser of another shape": checkpoint(
        **{"optimizer/conv1.bias/exp_avg": np.zeros(3, np.float32)}
    ),
    "tensors that overlap": header(WEIGHT, data_offsets=[0, 72]),
    "a tensor beyond the end": header(WEIGHT, data_offsets=[0, 2**60]),
    "a shape of a billion": header(WEIGHT, shape=[10**9, 10**9, 10**9, 10**9]),
    "a negative shape": header(WEIGHT, shape=[-2, -1, 3, 3]),
    "a finding of a step that it has not come to": ("UPDATE finding SET step = 5",),
    "a finding before step 0": ("UPDATE finding SET step = -1",),
    "a finding of another kind": ("UPDATE finding SET kind = 'lottery'",),
    "a finding without a number": ("UPDATE finding SET id = 0",),
    "a filter that died nowhere": finding(place=None),
    "a loss that jumped in a filter": ("UPDATE finding SET kind = 'loss_jumped'",),
    "a dead filter that is not there": finding(place={"layer": "conv1", "filter": 2}),
    "a dead filter of no convolution": finding(place={"layer": "linear1", "filter": 1}),
    "a finding that says too much": finding(says="x" * 501),
    "a finding with words for numbers": finding(numbers={"images": "many"}),
    "a finding with endless numbers": (
        "UPDATE finding SET body = replace(body, '1000.0', '1e999')",
    ),
    "a finding with many numbers": finding(numbers={str(n): n for n in range(17)}),
    "a finding with more to say": finding(html="<b>"),
    "an upload with a path for an id": ("UPDATE upload SET id = '../../etc/x'",),
    "an upload that is no picture": ("UPDATE upload SET image = x'00'",),
    "an upload of another kind": ("UPDATE upload SET image = ?", b"<svg onload='x'/>"),
    "an upload with false words": ("UPDATE upload SET about = '{\"name\": 3}'",),
    "wrong types": ("PRAGMA user_version = 1",),
}


@pytest.mark.parametrize("statement", HOSTILE.values(), ids=HOSTILE)
def test_a_row_that_no_run_can_have_is_refused(given: Path, statement: Sql) -> None:
    if statement == HOSTILE["wrong types"]:
        _write_wrong_types(given)
    else:
        change(given, *statement)
    refused(given)


def _write_wrong_types(path: Path) -> None:
    """A text where STRICT demands a number: the schema is loosened while that is written."""
    change(path, "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'event'")
    change(path, "UPDATE event SET step = 'three' WHERE id = 3")
    change(path, "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'event'")


def many(table: str, row: Callable[[int], tuple[Any, ...]], count: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            marks = ",".join("?" * len(row(0)))
            rows = (row(number) for number in range(count))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            connection.execute("COMMIT")

    return write


@pytest.mark.parametrize(
    "write",
    [
        many("about", lambda n: (f"key{n}", "1"), 100),
        many("segment", lambda n: (n + 1, 0, "{}", "{}", 1, "null"), 1001),
        many("event", lambda n: (n + 9, 0, 3, "", "intervention", "{}"), 100_000),
        many("finding", lambda n: (n + 9, 0, "filter_died", "{}"), 1001),
        many("upload", lambda n: (f"up-{n:08x}", "{}", b""), 5),
    ],
    ids=["about", "segment", "event", "finding", "upload"],
)
def test_more_rows_than_a_run_has_are_refused(given: Path, write: Callable[[Path], None]) -> None:
    write(given)
    assert "expected at most" in refused(given)


def test_many_long_changes_are_refused_before_they_are_read(given: Path) -> None:
    body = text(small.INTERVENTION | {"says": "x" * 3000})
    many("event", lambda n: (n + 9, 0, 3, "", "intervention", body), 15_000)(given)
    sentence = refused(given, replace(BOUNDS, most_bytes=10**8))
    assert "characters in event.body: expected at most" in sentence


def test_a_stranger_s_run_that_would_take_for_ever_to_come_to_its_end_is_refused(
    given: Path,
) -> None:
    """A row of 80 KB once said that it stands for 2^48 steps."""
    change(given, "UPDATE history SET every = ?", 2**46)
    assert "minutes to make again" in refused(given)
    change(given, "UPDATE history SET every = 1000")
    take(given)
