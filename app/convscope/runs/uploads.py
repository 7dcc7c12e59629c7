"""The pictures that people gave a run: as uploaded, and as the network sees them."""

from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex

from convscope.errors import ConflictError, NotFoundError
from convscope.images import Picture, Prepared, png, preprocess
from convscope.types import JsonObject, Shape


@dataclass(frozen=True)
class Upload:
    """One picture; `picture` is what was uploaded, made no larger than is shown."""

    id: str
    name: str
    picture: Picture
    prepared: Prepared

    def describe(self) -> JsonObject:
        """As `GET /runs/{id}/images/{image}` answers."""
        return {
            "id": self.id,
            "source": "upload",
            "label": None,
            "class": None,
            "name": self.name,
            "width": self.picture.width,
            "height": self.picture.height,
            "format": self.picture.format,
            "inverted": self.prepared.inverted,
            "preprocessing": list(self.prepared.sentences),
        }

    def original_png(self) -> bytes:
        """The picture as uploaded, re-encoded."""
        return png(self.picture.image)


class Uploads:
    """A run's uploads, all prepared for one input shape."""

    def __init__(self, shape: Shape, *, dark_background: bool, most: int) -> None:
        self._shape = shape
        self._dark_background = dark_background
        self._most = most
        self._all: dict[str, Upload] = {}

    def __iter__(self) -> Iterator[Upload]:
        return iter(self._all.values())

    def __contains__(self, image: str) -> bool:
        return image in self._all

    def __len__(self) -> int:
        return len(self._all)

    def make(self, picture: Picture, name: str, invert: bool | None, image: str = "") -> Upload:
        """Prepare a picture, under a new id unless one is given; it is not kept yet.

        Slow (a large picture takes a fraction of a second): call it in a thread.
        """
        prepared = preprocess(
            picture, self._shape, dark_background=self._dark_background, invert=invert
        )
        return Upload(image or f"up-{token_hex(4)}", name[:200], picture, prepared)

    def again(self, upload: Upload, invert: bool | None) -> Upload:
        """The same picture prepared another way."""
        return self.make(upload.picture, upload.name, invert, upload.id)

    def must_have_room(self) -> None:
        """ConflictError when there are as many as a run may have."""
        if len(self._all) >= self._most:
            raise ConflictError(
                f"This run has {self._most} uploads, which is as many as it may have: delete one."
            )

    def keep(self, upload: Upload) -> None:
        """Add or replace."""
        self._all[upload.id] = upload

    def get(self, image: str) -> Upload:
        """NotFoundError for an unknown one."""
        try:
            return self._all[image]
        except KeyError:
            raise NotFoundError(f"There is no image {image!r} among this run's uploads.") from None

    def drop(self, image: str) -> None:
        """Forget one; NotFoundError for an unknown one."""
        self.get(image)
        del self._all[image]
