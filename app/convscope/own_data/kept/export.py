"""A data set as a zip of PNGs, a folder a class, which comes back in with the same digest."""

import re
import zipfile
from pathlib import Path

from convscope.data.catalog import Dataset, DatasetInfo
from convscope.images import png
from convscope.own_data.sources.shipped import MANIFEST, Manifest

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal sets give equal files
_UNSAFE = re.compile(r"[^\w.()+ -]+")


def export_zip(data: Dataset, info: DatasetInfo, path: Path) -> None:
    """Write it to `path`; slow, call it in a thread. Raises OSError, leaving nothing."""
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            said = Manifest(
                title=info.title,
                classes=list(data.classes),
                licence=info.licence,
                origin=info.origin,
                dark_background=info.dark_background,
                centred=info.centred,
                fit=info.fit,
            )
            usual = {"centred": False, "fit": "crop"}
            unsaid = {name for name, value in usual.items() if getattr(said, name) == value}
            _write(archive, MANIFEST, said.model_dump_json(indent=1, exclude=unsaid).encode())
            halves = (
                ("train", data.train_images, data.train_labels),
                ("test", data.test_images, data.test_labels),
            )
            for half, images, labels in halves:
                for number, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
                    folder = _folder(label, data.classes[label])
                    _write(archive, f"{half}/{folder}/{number:06d}.png", png(image))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _folder(label: int, name: str) -> str:
    """Its number is what counts; its name is for people, as far as every system takes it."""
    return f"{label:03d} {_UNSAFE.sub('-', name)[:60]}".rstrip(" .")


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content)
