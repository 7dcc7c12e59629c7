"""Reading in a process of its own, whose memory and time are bounded.

An AVIF or HEIC of a thousand bytes can promise 64 × 64 pixels and hold a stream of 16,384 × 16,384,
which its decoder allocates before anything can be compared; no option bounds it.
"""

import contextlib
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import IO, Any, Self

from PIL import Image

from convscope.errors import ConvscopeError, TooLargeError, UnsupportedMediaError, UploadError
from convscope.images.kinds import reader_of
from convscope.images.reading import KEPT_SIDE, DecodedImage, read
from convscope.safe_path import PACKAGES

_PIXEL_BYTES = 40  # of address space: planes of 16 bits, a decoder's own, RGBA, and copies of it
_BASE_BYTES = 2**28  # for a decoder's threads and tables
_KEPT_BYTES = 2**27  # what a process may have kept of its pictures when it reads one more
_CPU_S, _WALL_S = 20, 60  # of one picture
_MAIN = f"from {__name__} import main; main()"
_ERRORS = {kind.__name__: kind for kind in (TooLargeError, UnsupportedMediaError, UploadError)}


def read_confined(data: bytes, kind: str, max_pixels: int) -> DecodedImage:
    """One picture, as a `ConfinedReader` of its own reads it."""
    with ConfinedReader() as reader:
        return reader.read(data, kind, max_pixels)


class ConfinedReader:
    """Pictures one after another in another process, which is there from the first on and is
    started anew where it ended; a context manager."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, data: bytes, kind: str, max_pixels: int) -> DecodedImage:
        """As `reading.read`; UploadError also where that takes more memory or time than a picture
        of the size that its header tells needs."""
        process = self._process = self._process or _started()
        timer = Timer(_WALL_S, process.kill)
        timer.start()
        try:
            about, content = _asked(process, data, kind, max_pixels)
        except (OSError, ValueError, EOFError):  # it ended
            self._end()
            raise UploadError(
                f"Expected a whole {kind} picture, got one that takes more memory or time than it "
                "should."
            ) from None
        finally:
            timer.cancel()
        if about.get("last"):
            self._end()
        return _answer(about, content)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with contextlib.suppress(OSError), process:  # closes its pipes
            pass


def _started() -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, [PACKAGES, os.environ.get("PYTHONPATH")]))
    bounds = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONPATH": path}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _MAIN],
        env=os.environ | bounds,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _asked(
    process: subprocess.Popen[bytes], data: bytes, kind: str, max_pixels: int
) -> tuple[dict[str, Any], bytes]:
    """What it answers; OSError, ValueError or EOFError where it ends before it does."""
    assert process.stdin is not None
    assert process.stdout is not None
    _write(process.stdin, {"kind": kind, "max_pixels": max_pixels}, data)
    return _next(process.stdout, most_bytes=3 * KEPT_SIDE**2)


def _answer(about: dict[str, Any], content: bytes) -> DecodedImage:
    if "error" in about:
        raise _ERRORS[about["error"]](about["detail"])
    image = Image.frombytes(about["mode"], tuple(about["kept"]), content)
    size = about["width"], about["height"]
    return DecodedImage(image, *size, about["format"], tuple(about["sentences"]))


# --- what crosses: a line of JSON, and as many bytes as it says -----------------------------------


def _write(stream: IO[bytes], about: dict[str, Any], content: bytes) -> None:
    stream.write(json.dumps(about | {"bytes": len(content)}).encode() + b"\n")
    stream.write(content)
    stream.flush()


def _next(stream: IO[bytes], most_bytes: int) -> tuple[dict[str, Any], bytes]:
    about = json.loads(stream.readline())
    content = stream.read(min(about["bytes"], most_bytes))
    if len(content) < about["bytes"]:
        raise EOFError
    return about, content


# --- in the process of its own --------------------------------------------------------------------


def main() -> None:
    """Standard input's pictures to standard output, until one is refused or too much is kept."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    first: int | None = None
    last = False
    while not last:
        try:
            about, data = _next(asked, sys.maxsize)
        except (ValueError, EOFError):  # nobody asks any more
            return
        reader_of(about["kind"])  # what it loads does not count
        first = first or _address_space()
        try:
            made = _read(data, about["kind"], about["max_pixels"])
        except ConvscopeError as error:
            told, content = {"error": type(error).__name__, "detail": error.detail}, b""
        else:
            told, content = _described(made), made.image.tobytes()
            del made
        del data
        last = "error" in told or _address_space() - first > _KEPT_BYTES
        _write(answers, told | {"last": last}, content)


def _described(made: DecodedImage) -> dict[str, Any]:
    return {
        "mode": made.image.mode,
        "kept": made.image.size,
        "width": made.width,
        "height": made.height,
        "format": made.format,
        "sentences": made.sentences,
    }


def _read(data: bytes, kind: str, max_pixels: int) -> DecodedImage:
    """Confined to what its header says that it needs."""
    _confine(max_pixels)
    with contextlib.suppress(Exception), reader_of(kind)(io.BytesIO(data)) as image:
        _confine(min(max_pixels, image.width * image.height))
    return read(data, kind, max_pixels)


def _confine(pixels: int) -> None:
    """What the process has taken by now does not count."""
    now = _address_space()
    if now:  # elsewhere than on Linux an address space can't be bounded
        _bound(resource.RLIMIT_AS, now + _BASE_BYTES + _PIXEL_BYTES * pixels)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _bound(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + _CPU_S)


def _bound(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _address_space() -> int:
    """Bytes; 0 where that is not known."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
