"""A client of a run's stream that reads and decodes every frame; a helper process."""

import json
import sys
import threading
from time import perf_counter

from websockets.sync.client import ClientConnection, connect

from benchmarks.helper import Answer, serve
from convscope.frames.format import decode_frame

OF = ("value", "gradient")
LEARNED = [{"tensor": name, "of": of} for name in ("weight", "bias") for of in OF]
TENSORS = [*LEARNED, {"tensor": "output"}, {"tensor": "input"}]
PATIENCE_S = 20.0


class Viewer:
    """Watches everything of a run between `watch` and `leave`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._socket: ClientConnection
        self._reading: threading.Thread
        self._frames = 0
        self._began_s = 0.0

    def watch(self, max_fps: float) -> Answer:
        """Connect, and read from now on."""
        wanted = {"type": "watch", "layers": None, "tensors": TENSORS, "max_fps": max_fps}
        opened = threading.Event()
        self._reading = threading.Thread(target=self._read, args=(json.dumps(wanted), opened))
        self._reading.start()
        if not opened.wait(PATIENCE_S):
            raise TimeoutError(f"{self._address} could not be opened")
        return self.count()

    def _read(self, wanted: str, opened: threading.Event) -> None:
        with connect(self._address, max_size=None, compression=None) as self._socket:
            self._socket.send(wanted)
            opened.set()
            for message in self._socket:
                if isinstance(message, bytes):
                    decode_frame(message)
                    self._frames += 1

    def count(self) -> Answer:
        """Frames a second since the last time that this was asked."""
        now = perf_counter()
        answer = {"fps": self._frames / (now - self._began_s)}
        self._frames, self._began_s = 0, now
        return answer

    def leave(self) -> Answer:
        """Disconnect."""
        self._socket.close()
        self._reading.join()
        return {}


if __name__ == "__main__":
    viewer = Viewer(sys.argv[1])
    serve({"watch": viewer.watch, "count": viewer.count, "leave": viewer.leave})
