"""All data sets of a server that are not kept yet, and how one becomes a set."""

import contextlib
import re
import shutil
import time
import unicodedata
from collections.abc import Iterator
from secrets import token_hex

from convscope.data import own_sets
from convscope.data.own_sets import OwnSet
from convscope.errors import ConvscopeError, NotFoundError, UnavailableError
from convscope.own_data.preview.preview import Preview
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory

KEPT_S = 24 * 3600.0  # a preview that nobody touches
EMPTY_KEPT_S = 600.0  # one without a picture
MOST_NOTED = 1000  # of those that became sets
PREFIX = ".preview-"
_SLUG_LENGTH = 40


class Previews:
    """By id, which only who made one knows; a server that was restarted finds them again."""

    def __init__(self, settings: Settings, directory: RunDirectory) -> None:
        """`directory` is the folder whose quota they share."""
        self._settings = settings
        self._directory = directory
        self._folder = settings.own_data_dir
        self._all: dict[str, Preview] = {}
        self._kept_as: dict[str, str] = {}  # the newest that became sets, and their ids

    def open(self) -> None:
        """Find those that are on the disk; what a sudden end left half made goes."""
        if not self._folder.exists():
            return
        own_sets.sweep(self._folder)
        for folder in sorted(self._folder.glob(f"{PREFIX}*")):
            if time.time() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            shutil.rmtree(folder / "incoming", ignore_errors=True)
            preview = Preview(folder.name.removeprefix(PREFIX), folder, self._directory)
            self._all[preview.id] = preview

    async def close(self) -> None:
        """Stop what is under way; what was read stays on the disk."""
        for preview in self:
            await preview.stop()

    def __iter__(self) -> Iterator[Preview]:
        return iter(list(self._all.values()))

    def get(self, preview_id: str) -> Preview:
        """NotFoundError for an unknown one; one from before a restart is arranged first."""
        try:
            preview = self._all[preview_id]
        except KeyError:
            raise NotFoundError(f"There is no data set {preview_id!r} to be kept.") from None
        preview.touch()
        preview.begin()
        return preview

    async def new(self, *, lasting: bool = True) -> Preview:
        """An empty one; UnavailableError where there are as many as may be.

        One that is not `lasting` is for one request, and gone after a restart.
        """
        await self._forget_old()
        if len(self._all) >= self._settings.max_previews:
            raise UnavailableError(
                f"{len(self._all)} data sets are waiting to be kept, as many as may be: keep or "
                "discard one of them."
            )
        self._directory.must_have_room()
        preview_id = token_hex(16)  # so that nobody guesses it
        prefix = PREFIX if lasting else own_sets.UNFINISHED
        folder = self._folder / f"{prefix}{preview_id}"
        folder.mkdir(parents=True, mode=0o700)
        self._all[preview_id] = Preview(preview_id, folder, self._directory)
        return self._all[preview_id]

    async def _forget_old(self) -> None:
        """What nobody touched for a day goes, and sooner what nothing was brought to."""
        for preview in self:
            if preview.untouched_s > (KEPT_S if preview.brought.pictures else EMPTY_KEPT_S):
                await self.discard(preview)

    async def keep(self, preview: Preview, dataset_id: str | None = None) -> OwnSet:
        """The set that it becomes, under an id of its own or this one; the preview is gone then."""
        title = preview.describe()["title"] or "pictures"
        kept = await preview.keep(self._folder, dataset_id or new_id(title))
        self._note(preview.id, kept.id)
        with contextlib.suppress(ConvscopeError):
            await self.discard(preview)
        return kept

    def _note(self, preview_id: str, dataset_id: str) -> None:
        self._kept_as[preview_id] = dataset_id
        if len(self._kept_as) > MOST_NOTED:
            del self._kept_as[next(iter(self._kept_as))]

    def kept_as(self, preview_id: str) -> str | None:
        """The id of the set that a preview became; None for one that became none, and for one of
        before a restart or long ago."""
        return self._kept_as.get(preview_id)

    async def discard(self, preview: Preview) -> None:
        """All of it goes."""
        self._all.pop(preview.id, None)
        await preview.discard()


def new_id(title: str) -> str:
    """A word or some from the title, and four characters that make it the only one."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG_LENGTH].strip("-")
    return f"{slug or 'pictures'}-{token_hex(2)}"
