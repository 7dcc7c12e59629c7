"""Untrusted images: decoded within bounds, and kept only re-encoded."""

import sqlite3

from convscope.errors import ConvscopeError, UnreadableRunError
from convscope.images import decode_stored, png
from convscope.storage.importing.validation import UploadAbout, expect, parsed, validated
from convscope.storage.schema import json_text
from convscope.types import Shape

ID_LENGTH = len("up-") + 8
HEXADECIMAL = set("0123456789abcdef")


def copy_uploads(given: sqlite3.Connection, made: sqlite3.Connection, shape: Shape) -> None:
    """Copy the uploads; UnreadableRunError for one that no run can have."""
    for image, text, content in given.execute("SELECT * FROM upload ORDER BY rowid"):
        where = f"image {image[:20]!r}"
        named = len(image) == ID_LENGTH and image[:3] == "up-" and set(image[3:]) <= HEXADECIMAL
        expect(named, f"In this file {where} has an invalid id.")
        expect(shape[0] in (1, 3), f"In this file {where} cannot be shown to its network.")
        about = validated(UploadAbout, parsed(text, where), where)
        said = json_text(about.model_dump())
        made.execute("INSERT INTO upload VALUES (?, ?, ?)", (image, said, _again(content, where)))


def _again(content: bytes, where: str) -> bytes:
    try:
        return png(decode_stored(content).image)
    except ConvscopeError as error:
        raise UnreadableRunError(f"In this file {where} cannot be read: {error.detail}") from error
