"""An untrusted file into a fresh one: every value is checked, and only then copied."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convscope.errors import RecipeError, UnreadableRunError
from convscope.recipe import LayerPlan, Recipe, named_models, plan, step_seconds
from convscope.recipe.class_names import check_class_names
from convscope.recipe.interventions import Tuned
from convscope.recipe.safetensors_header import tensors_in
from convscope.storage.about import About, Environment
from convscope.storage.importing.checkpoints import check_state, optimizers_of
from convscope.storage.importing.findings import copy_findings
from convscope.storage.importing.interventions import InterventionsValidator, check_tuned
from convscope.storage.importing.untrusted import Bounds, opened
from convscope.storage.importing.uploads import copy_uploads
from convscope.storage.importing.validation import (
    CheckpointAbout,
    InterventionBody,
    TuneBody,
    When,
    expect,
    parsed,
    validated,
)
from convscope.storage.metrics import COLUMNS
from convscope.storage.reader import MOST_SEEK_S
from convscope.storage.run_writer import Segment, insert_about, insert_checkpoint, insert_segment
from convscope.storage.schema import check_identity, create, json_text, remove
from convscope.storage.upgrade import (
    BALANCED_SINCE,
    FINDINGS_SINCE,
    event_of_version_1,
    recipe_of_version_1,
)
from convscope.types import JsonObject

MOST_STEPS = 2**53  # JSON's readers count no further
ALMOST_1 = 1 + 1e-6  # a mean of float32 numbers that are all 1


@dataclass(frozen=True)
class Part:
    """A segment, what its recipe makes, and the last step that lies in it."""

    segment: Segment
    recipe: Recipe
    plans: list[LayerPlan]
    last: int


def import_to(source: Path, target: Path, bounds: Bounds, noted: JsonObject) -> None:
    """Make a run's file at `target` from an untrusted one at `source`, with `noted` about it.

    UnreadableRunError or TooLargeError, with a sentence, where it is not exactly what FORMAT.md
    says, and then nothing is left at `target`. Blocks as long as that takes.
    """
    try:
        with opened(source, bounds) as given, closing(create(target)) as made:
            made.execute("BEGIN IMMEDIATE")
            _copy(given, made, bounds, noted)
            made.execute("COMMIT")
            made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseException:
        remove(target)
        raise


def _copy(
    given: sqlite3.Connection, made: sqlite3.Connection, bounds: Bounds, noted: JsonObject
) -> None:
    _copy_about(given, made, noted)
    steps = _copy_history(given, made)
    version = check_identity(given, "This file")
    older = version == 1
    parts = list(_parts(given, steps, older=older))
    expect(bool(parts), "This file has no segment, and so no recipe.")
    _check_together(parts, bounds.most_batch)
    for part in parts:
        insert_segment(made, part.segment)
    _copy_held_out(given, made, steps, balanced=version >= BALANCED_SINCE)
    events = _copy_events(given, made, parts, older=older)
    _copy_checkpoints(given, made, parts, needed=bool(steps or events or len(parts) > 1))
    _copy_weights(given, made, parts)
    if version >= FINDINGS_SINCE:
        copy_findings(given, made, parts[-1].plans, steps)
    copy_uploads(given, made, parts[-1].recipe.network.input)


# --- what a run is ------------------------------------------------------------------------------


def _copy_about(given: sqlite3.Connection, made: sqlite3.Connection, noted: JsonObject) -> None:
    rows = given.execute("SELECT key, value FROM about").fetchall()
    about = validated(About, {key: parsed(value, "about") for key, value in rows}, "about")
    said = about.model_dump(mode="json", exclude_unset=True)
    if about.network not in named_models():
        said["network"] = None
    exported = said.pop("exported", None) or {"run": None}
    noted = noted | {"imported_from": noted["imported_from"] | {"run": exported["run"]}}
    insert_about(made, said | noted)


def _parts(given: sqlite3.Connection, steps: int, *, older: bool) -> Iterator[Part]:
    """The segments in their order, each beginning where the one before it ends or later."""
    rows = given.execute(
        "SELECT number, step, recipe, settings, optimizer, environment FROM segment ORDER BY number"
    ).fetchall()
    ends = [*(row[1] for row in rows), steps][1:]
    before = 0
    for place, (row, last) in enumerate(zip(rows, ends, strict=True)):
        number, step, *_ = row
        follows = number == place and before <= step <= last and (number > 0 or step == 0)
        expect(
            follows, f"In this file segment {number} begins at step {step}, which is impossible."
        )
        before = step
        yield _part(row, last, older=older)


def _part(row: tuple[Any, ...], last: int, *, older: bool) -> Part:
    number, step, *texts = row
    where = f"segment {number}"
    recipe_said, settings_said = (parsed(text, where) for text in texts[:2])
    if older and isinstance(recipe_said, dict) and "dataset" in recipe_said:
        recipe_said = recipe_of_version_1(recipe_said)
    recipe = validated(Recipe, recipe_said, f"the recipe of {where}")
    settings = validated(Tuned, settings_said, f"the settings of {where}")
    check_tuned(recipe.optimizer, settings, where)
    environment_said = parsed(texts[3], where)
    environment = validated(Environment, environment_said, where) if environment_said else None
    expect(texts[2] in (0, 1), f"In this file the optimizer of {where} is neither 0 nor 1.")
    try:
        plans = plan(recipe.network, recipe.batch_size)
        check_class_names(recipe.data.classes, plans[-1].output_shape)
    except RecipeError as error:
        raise UnreadableRunError(f"In this file the recipe is invalid: {error.detail}") from error
    segment = Segment(
        number,
        step,
        recipe.model_dump(mode="json"),
        settings.given(),
        bool(texts[2]),
        environment.model_dump(exclude_none=True) if environment else None,
    )
    return Part(segment, recipe, plans, last)


def _check_together(parts: list[Part], most_batch: int) -> None:
    largest = max(part.recipe.batch_size for part in parts)
    expect(largest <= most_batch, f"batch_size is {largest}: expected at most {most_batch}.")
    networks = {
        str([(plan.name, plan.tensors) for plan in part.plans if plan.tensors]) for part in parts
    }
    expect(len(networks) == 1, "In this file the segments have networks with other weights.")


def _copy_weights(given: sqlite3.Connection, made: sqlite3.Connection, parts: list[Part]) -> None:
    found = given.execute("SELECT tensors FROM weights").fetchone()
    taken = any(part.recipe.init.takes_weights for part in parts)
    expect(taken == bool(found), "In this file the initial weights do not match its init.")
    if found:
        tensors_in(found[0])
        made.execute("INSERT INTO weights VALUES (0, ?)", found)


# --- what it went through -------------------------------------------------------------------------


def _copy_history(given: sqlite3.Connection, made: sqlite3.Connection) -> int:
    """How many steps there are; they follow on each other from step 1."""
    steps = 0
    rows = given.execute(f"SELECT {COLUMNS} FROM history ORDER BY first")
    for first, every, loss, accuracy in rows:
        whole = len(loss) == len(accuracy) and len(loss) % 4 == 0 and len(loss) > 0
        last = steps + every * (len(loss) // 4)
        expect(
            first == steps + 1 and whole and every >= 1 and last <= MOST_STEPS,
            f"In this file the history continues at step {first} with {len(loss)} and "
            f"{len(accuracy)} bytes: expected step {steps + 1}, and 4 bytes a point.",
        )
        _check_numbers(np.frombuffer(loss, "<f4"), np.frombuffer(accuracy, "<f4"))
        made.execute("INSERT INTO history VALUES (?, ?, ?, ?)", (first, every, loss, accuracy))
        steps = last
    return steps


def _check_numbers(loss: "np.ndarray[Any, Any]", accuracy: "np.ndarray[Any, Any]") -> None:
    # a step whose loss is not finite is taken back, and never recorded
    sound = np.isfinite(loss).all() and ((accuracy >= 0) & (accuracy <= ALMOST_1)).all()
    expect(bool(sound), "In this file the history has numbers that no step can have.")


def _copy_held_out(
    given: sqlite3.Connection, made: sqlite3.Connection, steps: int, *, balanced: bool
) -> None:
    before = 0
    last = "balanced" if balanced else "NULL"
    rows = given.execute(f"SELECT id, step, accuracy, {last} FROM held_out ORDER BY id")
    for number, step, accuracy, even in rows:
        shares = (accuracy,) if even is None else (accuracy, even)
        sound = before <= step <= steps and all(0 <= share <= 1 for share in shares)
        expect(sound, f"In this file held-out accuracy {number}, of step {step}, is impossible.")
        made.execute("INSERT INTO held_out VALUES (?, ?, ?, ?)", (number, step, accuracy, even))
        before = step


def _copy_events(
    given: sqlite3.Connection, made: sqlite3.Connection, parts: list[Part], *, older: bool
) -> int:
    """How many there are."""
    interventions, before, count = InterventionsValidator(parts[-1].plans), (0, 0), 0
    rows = given.execute("SELECT id, segment, step, at, kind, body FROM event ORDER BY id")
    for number, segment, step, at, kind, text in rows:
        where = f"event {number}"
        in_order = before <= (segment, step) and segment < len(parts)
        expect(
            in_order and parts[segment].segment.step <= step <= parts[segment].last,
            f"In this file {where} is of step {step}, which is impossible.",
        )
        expect(1 <= number < 2**53, f"In this file {where} has a number that is impossible.")
        before, count = (segment, step), count + 1
        validated(When, {"at": at}, where)
        said = parsed(text, where)
        if older and isinstance(said, dict):
            kind, said = event_of_version_1(kind, said)
        body = _event_body(kind, said, step, parts[segment], interventions)
        values = (number, segment, step, at, kind, json_text(body))
        made.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", values)
    return count


def _event_body(
    kind: str, said: Any, step: int, part: Part, interventions: InterventionsValidator
) -> JsonObject:
    where = f"an event after step {step}"
    expect(
        kind in ("intervention", "tune"),
        f"In this file {where} is neither an intervention nor tuning.",
    )
    if kind == "intervention":
        intervention = validated(InterventionBody, said, where)
        interventions.take(intervention)
        expect(intervention.step == step, f"In this file {where} names another step.")
        return intervention.model_dump(by_alias=True)
    tuned = validated(TuneBody, said, where)
    check_tuned(part.recipe.optimizer, tuned.changes, where)
    expect(tuned.step == step, f"In this file {where} names another step.")
    return {"step": step, "changes": tuned.changes.given()}


def _copy_checkpoints(
    given: sqlite3.Connection, made: sqlite3.Connection, parts: list[Part], *, needed: bool
) -> None:
    begun, kept = set[int](), dict[int, int]()
    rows = given.execute(
        "SELECT segment, step, about, tensors FROM checkpoint ORDER BY segment, step"
    )
    for number, step, text, tensors in rows:
        where = f"the checkpoint of step {step}"
        inside = 0 <= number < len(parts)
        expect(
            inside and parts[number].segment.step <= step <= parts[number].last,
            f"In this file {where} lies in no segment.",
        )
        about = validated(CheckpointAbout, parsed(text, where), where)
        expect(about.step == step, f"In this file {where} says that it is of step {about.step}.")
        expect(
            about.updates <= step, f"In this file {where} has {about.updates} updates, too many."
        )
        part = parts[number]
        first = step == part.segment.step
        fresh = first and not part.segment.optimizer
        check_state(
            part.plans,
            optimizers_of(part.recipe, any_of_them=fresh),
            tensors,
            about.updates,
            where,
        )
        since = about.recomputed_from
        expect(
            since is None or (first and number > 0 and since < step),
            f"In this file {where} cannot be computed again from step {since}.",
        )
        insert_checkpoint(made, number, about.model_dump(exclude_unset=True), tensors)
        begun |= {number} if first else set()
        kept[number] = step
    last, end = parts[-1], parts[-1].last
    left = end - kept.get(last.segment.number, end)
    seconds = left * step_seconds(last.plans, last.recipe.batch_size)
    expect(
        seconds <= MOST_SEEK_S,
        f"This file's last checkpoint is {left:,} steps before its end, which may take "
        f"{seconds / 60:,.0f} minutes to make again.",
    )
    missing = set(range(len(parts))) - begun if needed else set()
    expect(not missing, "This file lacks the checkpoint that a segment begins with.")
