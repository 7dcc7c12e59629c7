"""Arrays that are sent while they come: what `numpy.load` reads, without being whole in memory."""

import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from math import prod

from numpy.lib import format as npy

from convscope.types import Shape


@dataclass(frozen=True)
class StreamedArray:
    """float32 of a known shape, its bytes row-major, piece by piece."""

    shape: Shape
    pieces: AsyncIterator[bytes]

    @property
    def head(self) -> bytes:
        """What stands before the numbers in a .npy."""
        stream = io.BytesIO()
        said = {"descr": "<f4", "fortran_order": False, "shape": self.shape}
        npy.write_array_header_1_0(stream, said)
        return stream.getvalue()

    @property
    def size(self) -> int:
        """Of the whole .npy, in bytes."""
        return len(self.head) + 4 * prod(self.shape)

    async def npy(self) -> AsyncIterator[bytes]:
        """The .npy."""
        yield self.head
        async for piece in self.pieces:
            yield piece


class _Sink(io.RawIOBase):
    """What is written, until it is taken; it can't be gone back in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile gives bytes
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """All since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def npz(arrays: Mapping[str, StreamedArray]) -> AsyncIterator[bytes]:
    """An .npz of arrays by name, one after the other, not compressed."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                async for piece in array.npy():
                    member.write(piece)
                    yield sink.take()
    yield sink.take()
