"""A data set that is not kept yet: what was brought to it, and what it would be."""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import IO

import numpy as np
from numpy.typing import NDArray

from convscope.data import own_sets
from convscope.data.atomic_write import write_atomically
from convscope.data.fit import fitted
from convscope.data.own_sets import OwnSet
from convscope.errors import ConflictError, ConvscopeError, NotFoundError, UploadError
from convscope.own_data.arrangement import store
from convscope.own_data.arrangement.arrange import usual_classes
from convscope.own_data.arrangement.brought import Brought, read_brought
from convscope.own_data.arrangement.options import ClassChoice, Options
from convscope.own_data.kept.offer import offered_recipe
from convscope.own_data.preview import job
from convscope.own_data.preview.process import Group, Task
from convscope.own_data.sources.names import clean, parts_of
from convscope.storage.directory import RunDirectory
from convscope.types import JsonObject

log = logging.getLogger("convscope")
Sent = tuple[str, IO[bytes]]  # a file's name, as its sender gives it, and its content
_OPTIONS = "options.json"


class PreviewState(StrEnum):
    """Where a preview is."""

    READING = "reading"  # files, or what they come to with other options
    READY = "ready"
    KEEPING = "keeping"
    FAILED = "failed"  # the last files could not be read; what was there before is
    GONE = "gone"  # kept or discarded


class Preview:
    """One of them; its files are in a folder of its own until it is kept or discarded."""

    def __init__(self, preview_id: str, folder: Path, directory: RunDirectory) -> None:
        """Of a folder that is there."""
        self.id = preview_id
        self.folder = folder
        self._directory = directory
        self.state = PreviewState.READY
        self.made_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.options = _stored_options(folder)
        self.brought = _stored_brought(folder)
        self.done = self.of = 0
        self.error: str | None = None
        self.summary: JsonObject | None = None
        self._turn = asyncio.Lock()
        self._groups: list[Group] = []  # that wait to be read
        self._before = 0  # pictures read since nothing waited
        self._stale = True  # whether the summary is of other pictures or options
        self._running: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[OwnSet] | None = None
        self._files = 0
        self._called: str | None = None  # as the first file is
        self._touched_s = monotonic()

    # --- bringing files ---------------------------------------------------------------------------

    async def bring(
        self,
        sent: Sequence[Sent],
        class_name: str | None = None,
        *,
        burst: bool = False,
        wrap: int | None = None,
    ) -> None:
        """Take files, which are read one after another, later; their content is copied now.

        All are of a class, where one is given, and of one burst, if that is said; `wrap` is how
        many folders are around a class's, where they are a part of more.
        """
        self._must_be_open()
        self._called = self._called or _title_of(sent)
        files = [(name, self._place()) for name, _ in sent]
        try:
            for (_, stream), (_, path) in zip(sent, files, strict=True):
                await asyncio.to_thread(_copy, stream, path)
            self._must_be_open()
        except BaseException:
            for _, path in files:
                path.unlink(missing_ok=True)
            self._must_be_open()
            raise
        group = Group(files=files, class_name=class_name, burst=burst, wrap=wrap)
        self._groups.append(group)
        self._arrange()

    def _place(self) -> Path:
        self._files += 1
        incoming = self.folder / "incoming"
        incoming.mkdir(exist_ok=True)
        return incoming / str(self._files)

    def _arrange(self) -> None:
        """See that what waits is read, and that the summary is of what there is then."""
        self._must_be_open()
        self._stale = True
        self.state = PreviewState.READING
        if self._running is None:
            self._running = asyncio.create_task(self._arrange_all())

    async def _arrange_all(self) -> None:
        failed: str | None = None
        self._before = 0
        try:
            while self._stale:
                self._stale = False
                failed = await self._arranged() or failed
        finally:
            self._running = None
        self.error = failed
        self.state = PreviewState.FAILED if failed else PreviewState.READY

    async def _arranged(self) -> str | None:
        """Read all that waits; why some of it could not be."""
        groups, self._groups = self._groups, []
        if not self._before:
            self.done = self.of = 0
        try:
            async with self._turn:
                task = Task(
                    folder=self.folder, options=self.options, groups=groups, before=self._before
                )
                told = await job.run(task, self._tell)
        except ConvscopeError as error:
            return error.detail
        except Exception:
            log.exception("a preview could not be read")
            return "These files could not be read."
        finally:
            for group in groups:
                for _, path in group.files:
                    path.unlink(missing_ok=True)
        before = self.brought
        self.brought = _stored_brought(self.folder)
        self.summary = told["summary"]
        self._before = told["read"]
        self._take_in(set(self.brought.source_classes) - set(before.source_classes))
        failed: str | None = told["failed"]
        return failed

    def _take_in(self, fresh: set[str]) -> None:
        """Classes that came after others were chosen join those of their name, or are new ones."""
        chosen = self.options.classes
        known = {source for choice in chosen or () for source in choice.sources}
        if chosen is None or not fresh - known:
            return
        sources = {choice.name: list(choice.sources) for choice in chosen}
        for name in self.brought.source_classes:
            if name in fresh - known:
                sources.setdefault(name, []).append(name)
        classes = [ClassChoice(name=name, sources=names) for name, names in sources.items()]
        self._keep_options(self.options.model_copy(update={"classes": classes}))
        self._stale = True

    def _keep_options(self, options: Options) -> None:
        self.options = options
        write_atomically(self.folder / _OPTIONS, [options.model_dump_json().encode()])

    def _tell(self, done: int, of: int) -> None:
        self.done, self.of = done, of + sum(len(group.files) for group in self._groups)

    async def settled(self) -> None:
        """When everything brought so far is read; NotFoundError where it is discarded before."""
        while self._running:
            await asyncio.wait([self._running])
        self._must_be_there()

    async def cancel_reading(self) -> None:
        """What is being read, and what waits for it, goes; what was read stays."""
        self._must_be_open()
        waiting, self._groups = self._groups, []
        for group in waiting:
            for _, path in group.files:
                path.unlink(missing_ok=True)
        await self.stop()
        self._arrange()
        await self.settled()

    def must_have_been_read(self) -> None:
        """UploadError where the last files could not be."""
        if self.error:
            raise UploadError(self.error)

    def touch(self) -> None:
        """Somebody looks at it."""
        self._touched_s = monotonic()

    @property
    def untouched_s(self) -> float:
        """For how long nobody did; 0 while it is being read or kept."""
        busy = self.state in (PreviewState.READING, PreviewState.KEEPING)
        return 0.0 if busy else monotonic() - self._touched_s

    def begin(self) -> None:
        """One that was found on the disk is arranged when it is first asked for."""
        if self.summary is None and self.state is PreviewState.READY:
            self._arrange()

    # --- choosing ---------------------------------------------------------------------------------

    async def choose(self, options: Options) -> None:
        """Other options; what it comes to with them is known when this returns."""
        self._must_be_open()
        self._keep_options(options)
        self._arrange()
        await self.settled()

    async def remove(self, number: int) -> None:
        """A picture goes; NotFoundError for a number that is none."""
        self._must_be_open()
        async with self._turn:
            store.remove(self.folder, number)
        self._arrange()
        await self.settled()

    # --- ending -----------------------------------------------------------------------------------

    async def keep(self, folder: Path, dataset_id: str) -> OwnSet:
        """The set, on the disk; InvalidError with what stands in the way, ConflictError where it is
        cancelled, which leaves nothing of the set."""
        self._must_be_open()
        await self.settled()
        self.must_have_been_read()
        self._must_be_open()
        self.state = PreviewState.KEEPING
        self.done = self.of = 0
        keeping = self._keeping = asyncio.create_task(self._keep(folder, dataset_id))
        try:
            await asyncio.wait([keeping])
        finally:
            await self._stop_keeping()
        if keeping.cancelled():
            raise ConflictError("This data set was not kept, since that was cancelled.")
        return keeping.result()

    async def _keep(self, folder: Path, dataset_id: str) -> OwnSet:
        if (folder / dataset_id).exists():
            self.state = PreviewState.READY
            raise ConflictError(f"There is a data set {dataset_id!r} already.")
        try:
            size = await asyncio.to_thread(own_sets.size_of, self.folder)
            options = self.options.model_copy(update={"title": self.title})
            task = Task(folder=self.folder, options=options, keep_in=folder, keep_as=dataset_id)
            async with self._turn:
                with self._directory.reserved(min(size, self._kept_bytes())):
                    await job.run(task, self._tell)
            return own_sets.read_own_set(folder, dataset_id)
        except BaseException:
            await asyncio.to_thread(_remove_kept, folder, dataset_id)
            if self.state is PreviewState.KEEPING:
                self.state = PreviewState.READY
            raise

    async def cancel_keeping(self) -> None:
        """What is being kept is not; all that was brought stays. Nothing where it is not."""
        await self._stop_keeping()
        self._must_be_there()

    async def _stop_keeping(self) -> None:
        if keeping := self._keeping:
            if not keeping.cancelling():  # a second time would cut short what the first one began
                keeping.cancel()
            await asyncio.wait([keeping])
            self._keeping = None

    def _kept_bytes(self) -> int:
        summary = self.summary or {"shape": (0,), "train": 0, "test": 0}
        return int(np.prod(summary["shape"])) * int(summary["train"] + summary["test"])

    async def stop(self) -> None:
        """What is under way ends; what was read stays."""
        if self._running:
            self._running.cancel()
            await asyncio.wait([self._running])
        await self._stop_keeping()

    async def discard(self) -> None:
        """Everything of it goes, whatever is under way."""
        self.state = PreviewState.GONE
        await self.stop()
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    def _must_be_there(self) -> None:
        if self.state is PreviewState.GONE:
            raise NotFoundError(f"There is no data set {self.id!r} to be kept.")

    def _must_be_open(self) -> None:
        self._must_be_there()
        if self.state is PreviewState.KEEPING:
            raise ConflictError("This data set is being kept: wait until it is.")

    # --- looking ----------------------------------------------------------------------------------

    @property
    def title(self) -> str | None:
        """As chosen, as an exported set says, as the first file is called, or its kind and day."""
        words = self.brought.words
        return (
            self.options.title or (words.title if words else None) or self._called or self._kind()
        )

    def _kind(self) -> str | None:
        day = datetime.fromisoformat(self.made_at)
        return self.brought.kind and f"{self.brought.kind}, {day.day} {day:%b %Y}"

    def describe(self) -> JsonObject:
        """As `GET /datasets/preview/{id}` answers."""
        options = self.options
        return {
            "id": self.id,
            "state": self.state,
            "error": self.error,
            "made_at": self.made_at,
            "progress": {"done": self.done, "of": self.of},
            "title": self.title,
            "options": options.model_dump(mode="json"),
            "refused": [file.model_dump() for file in self.brought.refused],
            "refused_count": self.brought.refused_count,
            "passed_over": self.brought.passed_over,
            "notes": self.brought.notes,
            "arranged": self.summary,
            "recipe": self._recipe(),
        }

    def _recipe(self) -> JsonObject | None:
        made = self.summary
        if made is None or made["problems"]:
            return None
        recipe = offered_recipe(made["shape"], len(made["classes"]), made["train"], "preview")
        return recipe.model_dump(mode="json")

    def numbers(self, label: int) -> NDArray[np.int64]:
        """Which pictures are of a class, by their numbers: none where there is no such class, which
        may have been one when it was asked for."""
        records = store.records(self.folder)
        choices = self.options.classes or usual_classes(self.brought, records)
        if label >= len(choices):
            return np.zeros(0, np.int64)
        known = self.brought.source_classes
        wanted = [known.index(name) for name in choices[label].sources if name in known]
        return np.flatnonzero(np.isin(records["source_class"], wanted) & store.there(records))

    def pictures(self, numbers: Sequence[int]) -> NDArray[np.uint8]:
        """As the network would see them, (N, C, H, W); slow, call it in a thread."""
        records, pixels = store.records(self.folder), store.pixels(self.folder)
        if self.summary is None:
            raise ConflictError("These pictures are being read: wait until they are.")
        missing = [number for number in numbers if not 0 <= number < len(records)]
        if missing:
            raise NotFoundError(f"There is no picture {missing[0]} in this preview.")
        shape = tuple(self.summary["shape"])
        seen = [
            fitted(store.picture(pixels, records[number]), shape, self.options.fit)
            for number in numbers
        ]
        return np.stack(seen)


def _title_of(sent: Sequence[Sent]) -> str | None:
    """The name of the first archive, or of the folder that the first file lies in."""
    parts = parts_of(sent[0][0]) if sent else []
    if len(parts) > 1:
        return clean(parts[0])
    if parts and parts[0].lower().endswith((".zip", ".npz")):
        return clean(parts[0].rpartition(".")[0])
    return None


def _copy(stream: IO[bytes], path: Path) -> None:
    stream.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file, 2**20)


def _remove_kept(folder: Path, dataset_id: str) -> None:
    """A set that was made in part, or whole by the time that it was not wanted any more."""
    shutil.rmtree(folder / f"{own_sets.UNFINISHED}{dataset_id}", ignore_errors=True)
    if (folder / dataset_id).exists():
        own_sets.remove_own_set(folder, dataset_id)


def _stored_options(folder: Path) -> Options:
    with contextlib.suppress(OSError, ValueError):
        return Options.model_validate_json((folder / _OPTIONS).read_bytes())
    return Options()


def _stored_brought(folder: Path) -> Brought:
    with contextlib.suppress(OSError, ValueError):
        return read_brought(folder)
    return Brought()
