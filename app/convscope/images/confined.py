"""Reading in a process of its own, whose memory and time are bounded.

An AVIF or HEIC of a thousand bytes can promise 64 × 64 pixels and hold a stream of 16,384 × 16,384,
which its decoder allocates before anything can be compared; no option bounds it.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from convscope.errors import ConvscopeError, TooLargeError, UnsupportedMediaError, UploadError
from convscope.images.encode import png
from convscope.images.reading import KEPT_SIDE, DecodedImage, read
from convscope.safe_path import PACKAGES

_PIXEL_BYTES = 40  # of address space: planes of 16 bits, a decoder's own, RGBA, and copies of it
_BASE_BYTES = 2**28  # for a decoder's threads and tables
_CPU_S, _WALL_S = 20, 60
_MAIN = f"from {__name__} import main; main()"
_ERRORS = {kind.__name__: kind for kind in (TooLargeError, UnsupportedMediaError, UploadError)}


def read_confined(data: bytes, kind: str, max_pixels: int) -> DecodedImage:
    """As `reading.read`, which it calls in another process; UploadError also where that takes more
    memory or time than a picture of `max_pixels` needs."""
    command = [sys.executable, "-P", "-c", _MAIN, kind, str(max_pixels)]
    path = os.pathsep.join(filter(None, [PACKAGES, os.environ.get("PYTHONPATH")]))
    bounds = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONPATH": path}
    try:
        done = subprocess.run(
            command, input=data, env=os.environ | bounds, capture_output=True, timeout=_WALL_S
        )
    except subprocess.TimeoutExpired:
        raise _too_costly(kind) from None
    if done.returncode:
        raise _too_costly(kind)
    return _answer(done.stdout)


def _too_costly(kind: str) -> UploadError:
    return UploadError(
        f"Expected a whole {kind} picture, got one that takes more memory or time than it should."
    )


def _answer(output: bytes) -> DecodedImage:
    head, _, content = output.partition(b"\n")
    about = json.loads(head)
    if "error" in about:
        raise _ERRORS[about["error"]](about["detail"])
    image = read(content, "PNG", KEPT_SIDE**2).image
    size = about["width"], about["height"]
    return DecodedImage(image, *size, about["format"], tuple(about["sentences"]))


# --- in the process of its own --------------------------------------------------------------------


def main() -> None:
    """Standard input's picture to standard output: a line of JSON, and a PNG."""
    kind, max_pixels = sys.argv[1], int(sys.argv[2])
    data = sys.stdin.buffer.read()
    _confine(max_pixels)
    try:
        made = read(data, kind, max_pixels)
    except ConvscopeError as error:
        _write({"error": type(error).__name__, "detail": error.detail}, b"")
        return
    about = {"width": made.width, "height": made.height}
    _write(about | {"format": made.format, "sentences": made.sentences}, png(made))


def _confine(max_pixels: int) -> None:
    """What Python itself has taken by now does not count."""
    statm = Path("/proc/self/statm")
    if statm.exists():  # elsewhere than on Linux an address space can't be bounded
        now = int(statm.read_text().split()[0]) * resource.getpagesize()
        most = now + _BASE_BYTES + _PIXEL_BYTES * max_pixels
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(about: dict[str, object], content: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + content)
