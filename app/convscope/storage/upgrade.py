"""Files of versions 1 and 2 of the format, as version 3 has them: FORMAT.md says what differs."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from convscope.errors import UnreadableRunError
from convscope.storage.schema import TABLES, VERSION, check_version, connect, json_text
from convscope.types import JsonObject

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
            connection.execute(_FINDING)
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
    if version == VERSION:
        return TABLES
    without = TABLES.replace(_FINDING, "")
    return without.replace("image BLOB", "picture BLOB") if version == 1 else without


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
