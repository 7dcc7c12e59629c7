"""The images that people gave a run: as uploaded, and as the network sees them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from convscope.budget import Budget
from convscope.errors import ConflictError, NotFoundError
from convscope.images import DecodedImage, Prepared, decode, decode_stored, png, preprocess, shrunk
from convscope.images.preprocess import Pixels
from convscope.ipc.commands import Command, DropImage, PutImage
from convscope.runs.run_file import RunFile
from convscope.runs.spec import Spec
from convscope.settings import Settings
from convscope.storage.reader import StoredUpload, read_uploads
from convscope.types import JsonObject


@dataclass(frozen=True)
class Asked:
    """What people ask to be done to an image; None is as the run's data has it."""

    invert: bool | None = None
    centre: bool | None = None


@dataclass(frozen=True)
class Upload:
    """One image as it is shown to the network; the file has what was uploaded."""

    id: str
    name: str
    width: int  # px, upright, as uploaded
    height: int
    format: str
    prepared: Prepared
    entered: tuple[str, ...] = ()  # what its recipe does to the pixels' numbers, in a sentence

    def describe(self) -> JsonObject:
        """As `GET /runs/{id}/images/{image}` answers."""
        return {
            "id": self.id,
            "source": "upload",
            "label": None,
            "class": None,
            "name": self.name,
            "width": self.width,
            "height": self.height,
            "format": self.format,
            "inverted": self.prepared.inverted,
            "centred": self.prepared.centred,
            "preprocessing": [*self.prepared.sentences, *self.entered],
        }


@dataclass(frozen=True)
class Made:
    """An upload, and as the file keeps it: in memory only on its way there."""

    upload: Upload
    about: JsonObject
    content: bytes  # PNG


class Uploads:
    """A run's uploads, all prepared for one input shape; kept by the workers and in the file."""

    def __init__(
        self,
        spec: Spec,
        settings: Settings,
        budget: Budget,
        *,
        file: RunFile,
        needed: Callable[[], AbstractContextManager[None]],
        send: Callable[[Command[Any]], Awaitable[Any]],
    ) -> None:
        """`needed` keeps the run from being suspended; `send` gives a command to its workers: it
        raises where the run has failed, or cannot be changed."""
        self._spec = spec
        self._settings = settings
        self._budget = budget
        self._file = file
        self._needed = needed
        self._send = send
        self._all: dict[str, Upload] = {}
        self._numbers: dict[str, int] = {}  # in which order they came, those that are gone too
        self._coming = 0  # places that are taken by what is being prepared

    def __iter__(self) -> Iterator[Upload]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def get(self, image: str) -> Upload:
        """NotFoundError for an unknown one."""
        try:
            return self._all[image]
        except KeyError:
            raise _unknown(image) from None

    def page(self, cursor: str | None, limit: int) -> tuple[list[Upload], str | None]:
        """Up to `limit` of them after the one `cursor` names, oldest first, and the next cursor.

        It may have been deleted meanwhile; NotFoundError for one that never was.
        """
        if cursor is not None and cursor not in self._numbers:
            self.get(cursor)
        after = 0 if cursor is None else self._numbers[cursor]
        later = [upload for upload in self if self._numbers[upload.id] > after]
        chosen = later[:limit]
        return chosen, chosen[-1].id if len(later) > limit else None

    def _take(self, upload: Upload) -> None:
        self._all[upload.id] = upload
        self._numbers.setdefault(upload.id, len(self._numbers) + 1)

    def commands(self) -> list[PutImage]:
        """All of them as a worker is told of them."""
        return [_put(upload) for upload in self._all.values()]

    # --- changing them ----------------------------------------------------------------------------

    async def add(self, data: bytes, name: str, how: Asked) -> Upload:
        """A new image.

        UploadError for what cannot be read, ConflictError where there are as many as a run may
        have, UnavailableError where the disk fails.
        """
        most = self._settings.max_uploads_per_run
        if len(self._all) + self._coming >= most:
            raise ConflictError(
                f"This run has {most} uploads, which is as many as it may have: delete one."
            )
        self._coming += 1
        try:
            with self._needed():
                return await self._keep(await self._decoded(data, name, how), new=True)
        finally:
            self._coming -= 1

    async def fitted(self, data: bytes) -> Pixels:
        """An image as the network would see it, uint8 (C, H, W); it is not kept.

        UploadError for what cannot be read.
        """
        return (await self._decoded(data, "", Asked())).upload.prepared.pixels

    async def replace(self, image: str, data: bytes, name: str, how: Asked) -> Upload:
        """Another image under the same id; NotFoundError for an unknown one."""
        self.get(image)
        with self._needed():
            return await self._keep(await self._decoded(data, name, how, image))

    async def prepare_again(self, image: str, how: Asked) -> Upload:
        """The same image prepared another way, where `how` says one; NotFoundError for an unknown
        one."""
        self.get(image)
        with self._needed():
            row = await self._stored(image)
            async with self._budget.decode():
                made = await asyncio.to_thread(self._otherwise, row, how)
            return await self._keep(made)

    async def original_png(self, image: str) -> bytes:
        """An image as uploaded, as the file has it; NotFoundError for an unknown one."""
        self.get(image)
        return (await self._stored(image)).content

    async def _stored(self, image: str) -> StoredUpload:
        await self._file.durable()
        found = await asyncio.to_thread(read_uploads, self._file.path, image)
        if not found:  # it was deleted meanwhile
            raise _unknown(image)
        return found[0]

    async def remove(self, image: str) -> None:
        """Forget one, also one that is being replaced; NotFoundError for an unknown one."""
        self.get(image)
        with self._needed():
            await self._send(DropImage(image=image))
            self.get(image)
            del self._all[image]
            self._file.writer.drop_upload(image)
            await self._file.durable()

    async def load(self) -> None:
        """Those that the run's file holds, prepared as they were."""

        def work() -> list[Upload]:
            return [self._restored(row).upload for row in read_uploads(self._file.path)]

        found = await asyncio.to_thread(work)
        self._all = {}
        for upload in found:
            self._take(upload)

    # --- making one -------------------------------------------------------------------------------

    async def _keep(self, made: Made, *, new: bool = False) -> Upload:
        """In the workers first, then here, then on the disk. NotFoundError where the one that it
        replaces was deleted meanwhile."""
        upload = made.upload
        if not new:
            self.get(upload.id)
        await self._send(_put(upload))
        if not new and upload.id not in self._all:
            await self._send(DropImage(image=upload.id))
            self.get(upload.id)
        self._take(upload)
        self._file.writer.upload(upload.id, made.about, made.content)
        await self._file.durable()
        return upload

    async def _decoded(self, data: bytes, name: str, how: Asked, image: str | None = None) -> Made:
        """From what came, under a new id unless one is given."""
        settings, new_id = self._settings, image or f"up-{token_hex(4)}"

        def work() -> Made:
            decoded = decode(
                data, max_bytes=settings.max_upload_bytes, max_pixels=settings.max_pixels
            )
            return self._made(new_id, name[:200], decoded, png(decoded.image), how)

        async with self._budget.decode():
            return await asyncio.to_thread(work)

    def _made(
        self, image: str, name: str, decoded: DecodedImage, content: bytes, asked: Asked
    ) -> Made:
        """Slow (a fraction of a second): call it in a thread."""
        recipe, shown = self._spec.recipe, self._spec.shown
        how = recipe.data.preprocessing
        prepared = preprocess(
            _shrunk(decoded, shown.kept_side),
            recipe.network.input,
            dark_background=shown.dark_background,
            invert=asked.invert,
            fit=how.resize if how else shown.fit,
            centre=asked.centre if shown.centred or asked.centre else False,
        )
        size = decoded.width, decoded.height
        entered = (how.in_words(),) if how else ()
        upload = Upload(image, name, *size, decoded.format, prepared, entered)
        about = {
            "name": name,
            "width": decoded.width,
            "height": decoded.height,
            "format": decoded.format,
            "sentences": list(decoded.sentences),
            "inverted": prepared.inverted,
            "centred": prepared.centred,
        }
        return Made(upload, about, content)

    def _again(self, stored: StoredUpload, asked: Asked) -> Made:
        about = stored.about
        decoded = DecodedImage(
            decode_stored(stored.content).image,
            about["width"],
            about["height"],
            about["format"],
            tuple(about["sentences"]),
        )
        return self._made(stored.id, about["name"], decoded, stored.content, asked)

    def _restored(self, stored: StoredUpload) -> Made:
        """As it was; its sentences say why it was inverted, where nobody had to ask for it."""
        return self._otherwise(stored, Asked())

    def _otherwise(self, stored: StoredUpload, asked: Asked) -> Made:
        """As it was, but for what is asked."""
        centre = stored.about.get("centred", False) if asked.centre is None else asked.centre
        if asked.invert is not None:
            return self._again(stored, Asked(asked.invert, centre))
        made = self._again(stored, Asked(None, centre))
        inverted = stored.about["inverted"]
        same = made.upload.prepared.inverted == inverted
        return made if same else self._again(stored, Asked(inverted, centre))


def _shrunk(decoded: DecodedImage, side: int | None) -> DecodedImage:
    """As the pictures of an own data set were, before they were fitted."""
    return decoded if side is None else replace(decoded, image=shrunk(decoded.image, side))


def _unknown(image: str) -> NotFoundError:
    return NotFoundError(f"There is no image {image!r} among this run's uploads.")


def _put(upload: Upload) -> PutImage:
    return PutImage(image=upload.id, payload=upload.prepared.pixels.tobytes())
