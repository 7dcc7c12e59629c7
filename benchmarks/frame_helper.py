"""One frame of everything, and TensorBoard's summaries of the same tensors; a helper process.

It holds the app's own session, and does what a worker and the server do for a frame, one after
the other: capture, encode, cross to the server, join, send over a WebSocket on loopback. A frame
is done when it is sent; the next one waits until the client, a process of its own, has decoded it.
"""

import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from time import time

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_socket

from benchmarks.helper import Answer, serve
from benchmarks.measure import milliseconds
from convscope.frames.format import Section, decode_frame
from convscope.ipc.codec import decode_report, encode_report
from convscope.ipc.commands import Setup, Wanted
from convscope.ipc.messages import receive_blocking
from convscope.ipc.replies import Done, Status
from convscope.ipc.reports import FrameNotice, Metrics
from convscope.learn.observe import as_maps
from convscope.recipe import named_model
from convscope.runs.viewers import INPUT, OUTPUT, Frame, Quantity, Viewers, Watch, frame_bytes
from convscope.settings import Settings
from convscope.types import RunState
from convscope.worker.capture.recorder import Recorder, capture
from convscope.worker.session import Session

OF = ("value", "gradient")
PROBE = "test-0"
STEPS = 50  # trained first, so that there are gradients
METRICS = Metrics(step=[49, 50], loss=[1.0, 0.9], accuracy=[0.5, 0.6], held_out=[])
STATUS = Status(
    state=RunState.PLAYING,
    step=50,
    loss=0.9,
    accuracy=0.6,
    held_out_accuracy=None,
    held_out_step=None,
    images_per_second=9000.0,
    steps_per_second=None,
    problem=None,
    learning_rate=0.05,
    momentum=0.9,
    weight_decay=0.0,
)
HISTORY = {"step": [49, 50], "loss": [1.0, 0.9], "accuracy": [0.5, 0.6]}


def trained_session(cache_dir: Path) -> Session:
    """The default network after some steps."""
    torch.set_num_threads(1)
    recipe = named_model("default").recipe.model_dump(mode="json")
    settings = Settings()
    setup = Setup(
        recipe=recipe,
        device="cpu",
        data_dirs=[str(path) for path in settings.data_dirs],
        cache_dir=str(cache_dir),
        own_data_dir=str(settings.own_data_dir),
    )
    session = Session(setup)
    for _ in range(STEPS):
        session.advance()
    return session


def everything(session: Session) -> Wanted:
    """Weights, biases, their gradients, the maps of every layer, the input."""
    pairs = [(plan.name, name) for plan in session.plans for name in plan.tensors]
    return Wanted(
        tensors=tuple((layer, name, of) for layer, name in pairs for of in OF),
        maps=tuple((plan.name, PROBE) for plan in session.plans),
        probes=(PROBE,),
    )


class Frames:
    """Ours: from the tensors to the WebSocket."""

    def __init__(self, session: Session, client: ServerConnection) -> None:
        self.session = session
        self.client = client
        self.wanted = everything(session)
        # each says once what lies where
        self.recorder, self.other_recorder = Recorder(), Recorder()
        self.viewers = Viewers(lambda *_, **__: None, {})
        learned = {Quantity(tensor, of) for _, tensor, of in self.wanted.tensors}
        layers = frozenset(plan.name for plan in session.plans)
        self.watch = Watch(layers, frozenset(learned | {OUTPUT, INPUT}), PROBE)
        self.worker_end, self.server_end = socket.socketpair()
        self.worker_end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)

    def in_worker(self) -> bytes:
        """Capture and encode: what a frame costs the training."""
        return self._message(self.other_recorder)

    def _message(self, recorder: Recorder) -> bytes:
        snapshot = recorder.take(self.session, self.wanted)
        event = FrameNotice(
            seq=1,
            reason="train",
            time=time(),
            layout=snapshot.layout,
            sections=snapshot.entries,
            predictions=snapshot.predictions,
            payload=bytes(snapshot.payload),
        )
        return encode_report(METRICS, STATUS, event)

    def whole(self) -> None:
        """And send it."""
        self.worker_end.sendall(self._message(self.recorder))
        report, _ = decode_report(receive_blocking(self.server_end), lambda number: Done)
        assert isinstance(report.notice, FrameNotice)
        assert report.status is not None
        own = {"history": HISTORY, "predictions": report.notice.predictions[PROBE]}
        frame = Frame.of_notice(report.notice, report.status)
        self.viewers.offer(frame)
        self.client.send(frame_bytes(frame, self.watch, own))

    def taken(self) -> None:
        """Wait until the client has it."""
        self.client.recv()


class Summaries:
    """TensorBoard's: histograms of weights and gradients, images of the maps and the input."""

    def __init__(self, session: Session, writer: SummaryWriter) -> None:
        self.writer = writer
        sections, _ = capture(session, everything(session))
        self.numbers = {name(s): s.values for s in sections if s.spec.dtype == "f32"}
        images = [s for s in sections if s.spec.dtype == "u8" and s.spec.shape[1] > 1]
        self.images = {name(s): unit(s) for s in images}  # (C, 1, H, W) in 0 … 1

    def write(self) -> None:
        """All of them; the time of the calls alone, without the flush to the disk."""
        for tag, values in self.numbers.items():
            self.writer.add_histogram(tag, values, STEPS)
        for tag, images in self.images.items():
            self.writer.add_images(tag, images, STEPS)


def name(section: Section) -> str:
    """As TensorBoard shows it."""
    return f"{section.spec.layer or 'input'}/{section.spec.tensor}/{section.spec.of}"


def unit(section: Section) -> torch.Tensor:
    """Maps (C, H, W) as TensorBoard takes images: (C, 1, H, W) in 0 … 1."""
    maps = as_maps(section.values)
    low, high = maps.min(), maps.max()
    return torch.from_numpy((maps - low) / np.float32(max(high - low, 1e-9)))[:, None]


@contextmanager
def client_connection() -> Iterator[ServerConnection]:
    """Our end of a WebSocket whose other end is a client in a process of its own."""
    came: SimpleQueue[ServerConnection] = SimpleQueue()
    done = threading.Event()

    def handle(connection: ServerConnection) -> None:
        came.put(connection)
        done.wait()

    with serve_socket(handle, "127.0.0.1", 0, compression=None) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        port = str(listening.socket.getsockname()[1])
        with subprocess.Popen([sys.executable, "-m", "benchmarks.frame_helper", "client", port]):
            try:
                yield came.get(timeout=30)
            finally:
                done.set()
                listening.shutdown()


def be_client(port: str) -> None:
    """Decode every frame, and say so."""
    with connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None) as server:
        for message in server:
            assert isinstance(message, bytes)
            decode_frame(message)
            server.send("taken")


def be_helper() -> None:
    """Answer for how long each takes, in ms: the median of some times in a row."""
    with tempfile.TemporaryDirectory(prefix="convscope-") as folder, client_connection() as client:
        session = trained_session(Path(folder) / "cache")
        frames = Frames(session, client)
        summaries = Summaries(session, SummaryWriter(folder))

        def answer(work: str, times: int) -> Answer:
            took = {
                "frame": lambda: milliseconds(frames.whole, times, frames.taken),
                "in_worker": lambda: milliseconds(frames.in_worker, times),
                "summaries": lambda: milliseconds(summaries.write, times),
            }
            return {"ms": took[work](), "bytes": len(frames.in_worker())}

        serve({"time": answer})


if __name__ == "__main__":
    be_client(sys.argv[2]) if sys.argv[1:2] == ["client"] else be_helper()
