"""Files of versions 1 to 3 of the format, as version 4 has them: FORMAT.md says what differs."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from convscope.errors import UnreadableRunError
from convscope.storage.schema import TABLES, VERSION, check_version, connect, json_text
from convscope.types import JsonObject

FINDINGS_SINCE, BALANCED_SINCE = 3, 4  # versions
_BALANCED = "balanced REAL"
_FINDING = next(f"{each};\n" for each in TABLES.split(";\n") if "TABLE finding" in each)


def upgrade_file(path: Path) -> None:
    """Bring a run's file, which nobody has open, to the present version, all at once or not at all.

    UnreadableRunError for one that is no run's, or that cannot be written.
    """
    version = check_version(path)
    if version == VERSION:
        return
    try:
        with closing(connect(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if version == 1:
                _from_version_1(connection)
            if version < FINDINGS_SINCE:
                connection.execute(_FINDING)
            connection.execute(f"ALTER TABLE held_out ADD COLUMN {_BALANCED}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
    except (sqlite3.Error, OSError, ValueError, LookupError) as error:
        raise UnreadableRunError(
            f"{path.name} is of an older version and cannot be brought up to date: {error}."
        ) from error


def _from_version_1(connection: sqlite3.Connection) -> None:
    for number, text in connection.execute("SELECT number, recipe FROM segment").fetchall():
        recipe = json_text(recipe_of_version_1(json.loads(text)))
        connection.execute("UPDATE segment SET recipe = ? WHERE number = ?", (recipe, number))
    for number, kind, text in connection.execute("SELECT id, kind, body FROM event").fetchall():
        kind, body = event_of_version_1(kind, json.loads(text))
        values = kind, json_text(body), number
        connection.execute("UPDATE event SET kind = ?, body = ? WHERE id = ?", values)
    connection.execute("ALTER TABLE upload RENAME COLUMN picture TO image")


def tables_of(version: int) -> str:
    """The statements that made the tables of a version that is read here."""
    tables = TABLES
    if version < BALANCED_SINCE:
        tables = tables.replace(f", {_BALANCED}", "")
    if version < FINDINGS_SINCE:
        tables = tables.replace(_FINDING, "")
    return tables.replace("image BLOB", "picture BLOB") if version == 1 else tables


def recipe_of_version_1(recipe: JsonObject) -> JsonObject:
    """A recipe whose data set stood by itself; LookupError where it says none."""
    others = {key: value for key, value in recipe.items() if key != "dataset"}
    return others | {"data": {"dataset": recipe["dataset"]}}


def event_of_version_1(kind: str, body: JsonObject) -> tuple[str, JsonObject]:
    """An event whose interventions were called deeds, and which `found` what it replaced."""
    if kind != "deed":
        return kind, body
    others = {key: value for key, value in body.items() if key != "found"}
    return "intervention", others | {"undo_record": body.get("found")}
