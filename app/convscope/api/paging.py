"""Lists that come in pages: how many entries, and from where on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from convscope.errors import InvalidError
from convscope.types import JsonObject

MOST_ENTRIES = 200  # of a page


@dataclass(frozen=True)
class Page:
    """Which entries of a list are asked for; the answer's `next` is the `cursor` of those after."""

    cursor: str | None
    limit: int

    def first_number(self) -> int:
        """The number that the page begins with, of a list whose cursors are numbers; InvalidError
        for a cursor that is none."""
        if self.cursor is None:
            return 0
        if not (self.cursor.isascii() and self.cursor.isdecimal() and len(self.cursor) < 9):
            raise InvalidError(f"cursor: expected `next` of the page before, got {self.cursor!r}.")
        return int(self.cursor)

    def by_id(self, entries: Sequence[JsonObject]) -> tuple[Sequence[JsonObject], str | None]:
        """The entries of this page, of all that a list has, and the cursor of the page after it;
        they are in the order of their `id`."""
        first = self.first_number()
        later = [entry for entry in entries if entry["id"] >= first]
        after = str(later[self.limit]["id"]) if len(later) > self.limit else None
        return later[: self.limit], after


async def _page(
    cursor: Annotated[
        str | None,
        Query(max_length=200, description="`next` of the page before; if absent, the first page"),
    ] = None,
    limit: Annotated[
        int, Query(ge=1, le=MOST_ENTRIES, description="the maximum number of entries")
    ] = 50,
) -> Page:
    return Page(cursor, limit)


ThePage = Annotated[Page, Depends(_page)]
