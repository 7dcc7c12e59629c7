"""A client of a run's stream that reads and decodes every frame; a helper process."""

import json
import sys
import threading
from time import perf_counter

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from app.wire.frame import decode_frame
from benchmarks.helper import Answer, serve

KINDS = ["weight", "bias", "weight_gradient", "bias_gradient", "feature_maps", "input"]


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
        self._socket = connect(self._address, max_size=None, compression=None)
        message = {"type": "watch", "layers": None, "kinds": KINDS, "max_fps": max_fps}
        self._socket.send(json.dumps(message))
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        return self.count()

    def _read(self) -> None:
        try:
            for message in self._socket:
                if isinstance(message, bytes):
                    decode_frame(message)
                    self._frames += 1
        except ConnectionClosed:
            return

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
