"""What a server is sent, from what Python has: images, tensors to watch, addresses."""

import contextlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from convscope import tokens
from convscope.hosts import is_wildcard, url
from convscope.settings import default_state_dir
from convscope.storage.directory import address_of_server
from convscope.types import JsonObject

Pixels = npt.NDArray[np.uint8]
Picture = Path | str | bytes | Pixels | Image.Image
Images = Pixels | Sequence[Path | str | bytes]
Half = Literal["train", "test"]
Watched = str | tuple[str, str]  # weight, bias, output or input; or (weight, gradient)


def local_address(state_dir: Path | None) -> str | None:
    """Where the server that has this folder of runs can be asked; None where there is none."""
    return reachable(address_of_server(state_dir or default_state_dir()))


def reachable(address: str | None) -> str | None:
    """The same server, of one that listens on every address: this machine's own is one."""
    if not address:
        return None
    scheme, _, rest = address.partition("://")
    host, _, port = rest.rpartition(":")
    if scheme == "http" and is_wildcard(host.strip("[]")):
        return url("::1" if "::" in host else "127.0.0.1", int(port))
    return address


def known_token(*, here: bool) -> str | None:
    """What CONVSCOPE_TOKEN says, or of this machine's own server the usual file."""
    if found := tokens.from_environment():
        return found
    with contextlib.suppress(FileNotFoundError):
        return tokens.read(tokens.default_token_file()) if here else None
    return None


def given(**values: Any) -> JsonObject:
    """Without what is None."""
    return {name: value for name, value in values.items() if value is not None}


def content_of(file: Path | str | bytes) -> bytes:
    """What is in a file, or what it is."""
    return file if isinstance(file, bytes) else Path(file).read_bytes()


def opened(path: Path | str) -> IO[bytes]:
    """To be sent piece by piece."""
    return Path(path).open("rb")


def created(path: Path | str) -> IO[bytes]:
    """A new file; FileExistsError where there is one of that name."""
    return Path(path).open("xb")


def file_of(picture: Picture) -> tuple[str, bytes]:
    """(name, content) of a picture, as PNG where it is none yet."""
    if isinstance(picture, bytes):
        return "picture", picture
    if isinstance(picture, Path | str):
        path = Path(picture).expanduser()
        return path.name, path.read_bytes()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return "picture.png", stream.getvalue()


def many(
    images: Images | None, data: Half | None, start: int, count: int | None
) -> tuple[JsonObject, JsonObject]:
    """(query, what httpx takes) of a question about many images: pictures, an array uint8
    (N, C, H, W), or `count` of a half of the data set from `start` on."""
    if images is None:
        return given(data=data or "test", start=start, count=count), {}
    if isinstance(images, np.ndarray):
        stream = io.BytesIO()
        np.save(stream, images, allow_pickle=False)
        return {}, {
            "content": stream.getvalue(),
            "headers": {"Content-Type": "application/x-npy"},
        }
    return {}, {"files": [("file", file_of(picture)) for picture in images]}


def watch_message(
    tensors: Iterable[Watched], layers: Sequence[str] | None, image: str, max_fps: float
) -> JsonObject:
    """As docs/contracts.md has it."""
    pairs = [(one, "value") if isinstance(one, str) else one for one in tensors]
    return {
        "type": "watch",
        "layers": None if layers is None else list(layers),
        "tensors": [{"tensor": tensor, "of": of} for tensor, of in pairs],
        "probe": image,
        "max_fps": max_fps,
    }
