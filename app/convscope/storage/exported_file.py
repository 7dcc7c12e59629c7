"""A file that was made to be sent once."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PIECE_BYTES = 2**18


@dataclass(frozen=True)
class ExportedFile:
    """An exported file that has no name any more: it is gone once it is closed."""

    file: IO[bytes]
    size: int

    @classmethod
    def of(cls, path: Path) -> "ExportedFile":
        """A file that is whole; it loses its name, so that nothing stays, however sending ends."""
        file = path.open("rb")
        path.unlink()
        return cls(file, os.fstat(file.fileno()).st_size)

    async def pieces(self) -> AsyncIterator[bytes]:
        """All of it, once."""
        with self.file:
            while piece := await asyncio.to_thread(self.file.read, PIECE_BYTES):
                yield piece
