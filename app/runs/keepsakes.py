"""What comes back from a run's file into memory: its curves and its pictures."""

import asyncio

from app.images import Picture, decode, png
from app.journal.reading import read_history, read_uploads
from app.runs.file import RunFile
from app.runs.history import History
from app.runs.uploads import Upload, Uploads
from app.types import JsonObject

MOST_BYTES = 2**24  # of a picture that is kept, which is at most 1,024 px a side
MOST_PIXELS = 2**20


async def load_history(file: RunFile) -> History:
    """The curves up to the last step."""
    await file.durable()
    history = History()
    history.apply(await asyncio.to_thread(read_history, file.path))
    return history


async def load_uploads(file: RunFile, uploads: Uploads) -> None:
    """The pictures that were given to the run, prepared as they were."""

    def work() -> list[Upload]:
        return [_restored(uploads, *row) for row in read_uploads(file.path)]

    for upload in await asyncio.to_thread(work):
        uploads.keep(upload)


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
