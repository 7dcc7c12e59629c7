"""What a run keeps in its file beside its training: its curves and its pictures."""

import asyncio
from typing import TYPE_CHECKING

from convscope.images import Picture, decode, png
from convscope.runs.history import History
from convscope.runs.run_file import RunFile
from convscope.runs.uploads import Upload, Uploads
from convscope.storage.reader import read_history, read_uploads
from convscope.types import JsonObject

if TYPE_CHECKING:
    from convscope.runs.run import Run

MOST_BYTES = 2**24  # of a picture that is kept, which is at most 1,024 px a side
MOST_PIXELS = 2**20


async def load_history(file: RunFile) -> History:
    """The curves up to the last step."""
    await file.durable()
    return History(*await asyncio.to_thread(read_history, file.path))


async def load_uploads(file: RunFile, uploads: Uploads) -> None:
    """The pictures that were given to the run, prepared as they were."""

    def work() -> list[Upload]:
        return [_restored(uploads, *row) for row in read_uploads(file.path)]

    for upload in await asyncio.to_thread(work):
        uploads.keep(upload)


async def keep_upload(run: "Run", upload: Upload, *, replacing: bool = False) -> None:
    """Keep a picture, in the worker first; ConflictError, and it is not kept, where the run has
    failed; UnavailableError where the disk fails; NotFoundError where the one that it was
    `replacing` is deleted meanwhile."""
    row = await asyncio.to_thread(upload_row, upload)
    pixels = upload.prepared.pixels.tobytes()
    await run.do("put_image", pixels, image=upload.id)
    if replacing and upload.id not in run.uploads:
        await run.do("drop_image", image=upload.id)
        run.uploads.get(upload.id)
    run.uploads.keep(upload)
    run.replay.tell("put_image", pixels, image=upload.id)
    run.file.writer.upload(*row)
    await run.file.durable()


async def drop_upload(run: "Run", image: str) -> None:
    """Forget a picture; also one that was being replaced meanwhile."""
    run.uploads.get(image)
    await run.do("drop_image", image=image)
    run.uploads.drop(image)
    run.replay.tell("drop_image", image=image)
    run.file.writer.drop_upload(image)
    await run.file.durable()


def upload_row(upload: Upload) -> tuple[str, JsonObject, bytes]:
    """(id, about, PNG) as the file keeps it; slow, call it in a thread."""
    picture = upload.picture
    about = {
        "name": upload.name,
        "width": picture.width,
        "height": picture.height,
        "format": picture.format,
        "sentences": list(picture.sentences),
        "inverted": upload.prepared.inverted,
    }
    return upload.id, about, png(picture)


def _restored(uploads: Uploads, image: str, about: JsonObject, picture: bytes) -> Upload:
    decoded = decode(picture, max_bytes=MOST_BYTES, max_pixels=MOST_PIXELS)
    as_it_was = Picture(
        decoded.image,
        about["width"],
        about["height"],
        about["format"],
        tuple(about["sentences"]),
    )
    upload = uploads.make(as_it_was, about["name"], None, image)
    if upload.prepared.inverted == about["inverted"]:
        return upload  # its sentences say why, where nobody had to ask for it
    return uploads.again(upload, about["inverted"])
