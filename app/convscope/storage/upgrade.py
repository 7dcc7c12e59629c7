"""Files of version 1 of the format, as version 2 has them: FORMAT.md says what differs."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from convscope.errors import UnreadableRunError
from convscope.storage.schema import TABLES, VERSION, check_version, connect, json_text
from convscope.types import JsonObject


def upgrade_file(path: Path) -> None:
    """Bring a run's file, which nobody has open, to the present version, all at once or not at all.

    UnreadableRunError for one that is no run's, or that cannot be written.
    """
    if check_version(path) == VERSION:
        return
    try:
        with closing(connect(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            _upgrade(connection)
            connection.execute("COMMIT")
    except (sqlite3.Error, OSError, ValueError, LookupError) as error:
        raise UnreadableRunError(
            f"{path.name} is of an older version and cannot be brought up to date: {error}."
        ) from error


def _upgrade(connection: sqlite3.Connection) -> None:
    for number, text in connection.execute("SELECT number, recipe FROM segment").fetchall():
        recipe = json_text(recipe_of_version_1(json.loads(text)))
        connection.execute("UPDATE segment SET recipe = ? WHERE number = ?", (recipe, number))
    for number, kind, text in connection.execute("SELECT id, kind, body FROM event").fetchall():
        kind, body = event_of_version_1(kind, json.loads(text))
        values = kind, json_text(body), number
        connection.execute("UPDATE event SET kind = ?, body = ? WHERE id = ?", values)
    connection.execute("ALTER TABLE upload RENAME COLUMN picture TO image")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def tables_of_version_1() -> str:
    """The statements that made its tables."""
    return TABLES.replace("image BLOB", "picture BLOB")


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
