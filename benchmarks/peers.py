"""How fast the default network trains in the app, unwatched, beside plain PyTorch and TensorFlow.

By turns: the worker, the plain loop, a `tf.function` and Keras's `fit`; one thread each, the same
pictures, batch size and optimiser. TensorFlow has a virtual environment of its own, made once.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.app_run import flat_out_run, folder, rest, server, trained
from benchmarks.helper import Helper, helper, process_helper
from benchmarks.measure import Bar, Effort, Figure, alternate, ratios
from convscope.codegen import Subject, generate
from convscope.data.catalog import open_dataset
from convscope.recipe import NamedModel, named_model, plan
from convscope.settings import Settings
from tests.support.processes import children, worker_of
from tests.support.server import LiveRun, Server

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".peers"  # git ignores it
PYTHON = ENVIRONMENT / "bin" / "python"
PINS = HERE / "peers-constraints.txt"
MADE_WITH = ENVIRONMENT / ".made-with"  # a copy of the pins
PACKAGES = ("tensorflow-cpu", "safetensors")
FUNCTION_BAR = Bar(0.95, at_least=True)
NETWORK = "default"
LABELS = {
    "unwatched": "the app, unwatched",
    "plain": "plain PyTorch loop",
    "function": "tf.function",
    "fit": "Keras's fit",
}


def is_installed() -> bool:
    """Whether TensorFlow's environment has been made, with the versions that are asked for."""
    return MADE_WITH.is_file() and MADE_WITH.read_bytes() == PINS.read_bytes()


def install() -> None:
    """Make it; CalledProcessError where a package cannot be had."""
    if is_installed():
        return
    print(f"Installing TensorFlow into {ENVIRONMENT.name}: once, some minutes …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "-c", str(PINS), *PACKAGES], check=True)
    MADE_WITH.write_bytes(PINS.read_bytes())


@contextmanager
def tensorflow_peer(home: Path) -> Iterator[Helper]:
    """A process that trains the same network in TensorFlow, and knows nothing of ours."""
    model = named_model(NETWORK)
    code, pictures = _code(model, home), _pictures(model, home)
    optimizer = model.recipe.optimizer
    about = {
        "batch_size": model.recipe.batch_size,
        "learning_rate": optimizer.learning_rate,
        "momentum": getattr(optimizer, "momentum", 0.0),
    }
    program = str(HERE / "tensorflow_peer.py")
    command = [str(PYTHON), "-I", program, str(code), str(pictures), json.dumps(about)]
    with process_helper(command, TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="") as peer:
        yield peer


def _code(model: NamedModel, home: Path) -> Path:
    """The Keras code that the app writes for the network."""
    layers = tuple(plan(model.recipe.network))
    path = home / "network.py"
    written = generate(Subject(model.recipe, layers, model.name, trainable=True), "keras")
    path.write_text(written.code, encoding="utf-8")
    return path


def _pictures(model: NamedModel, home: Path) -> Path:
    """The training half, channels last, in whole batches."""
    assert model.recipe.data.dataset is not None
    data = open_dataset(model.recipe.data.dataset, Settings(cache_dir=home / "cache"))
    count = len(data.train_labels) // model.recipe.batch_size * model.recipe.batch_size
    images = np.ascontiguousarray(data.train_images[:count].transpose(0, 2, 3, 1))
    path = home / "pictures.npz"
    np.savez(path, images=images, labels=data.train_labels[:count].astype(np.int64))
    return path


class Windows:
    """The four windows."""

    def __init__(
        self, effort: Effort, run: LiveRun, worker: int, plain: Helper, peer: Helper
    ) -> None:
        self.effort = effort
        self.run = run
        self.worker = worker
        self.plain = plain
        self.peer = peer
        self.step_ms: dict[str, list[float]] = defaultdict(list)  # processor time

    def parts(self) -> dict[str, Callable[[], float]]:
        """All four, by name."""
        return {
            "unwatched": self.unwatched,
            "plain": lambda: self.asked("plain", self.plain, "train"),
            "function": lambda: self.asked("function", self.peer, "function"),
            "fit": lambda: self.asked("fit", self.peer, "fit"),
        }

    def asked(self, part: str, process: Helper, command: str) -> float:
        """Steps a second of a helper, after a warm-up, while the worker rests."""
        process.ask(command, seconds=self.effort.warm_s)
        answer = process.ask(command, seconds=self.effort.window_s)
        self.step_ms[part].append(answer["step_ms"])
        return float(answer["steps_per_second"])

    def unwatched(self) -> float:
        """Steps a second of the worker, from its own counter, after a warm-up."""
        self.run.post("/play")
        try:
            speed, step_ms = trained(self.run, self.worker, self.effort)
        finally:
            rest(self.run)
        self.step_ms["unwatched"].append(step_ms)
        return speed


def measure(effort: Effort) -> list[Figure]:
    """The figures, TensorFlow installed first where it is not."""
    install()
    with folder() as home, server(home) as started, tensorflow_peer(home) as peer:
        return _measure(started, home, peer, effort)


def _measure(started: Server, home: Path, peer: Helper, effort: Effort) -> list[Figure]:
    before = children(started.process.pid)
    run = flat_out_run(started, NETWORK)
    worker = worker_of(started, run, before)
    with helper("pytorch_baseline", NETWORK, str(home / "cache")) as plain:
        windows = Windows(effort, run, worker, plain, peer)
        parts = windows.parts()
        for part in ("function", "fit"):
            parts[part]()  # the first call compiles
        windows.step_ms.clear()
        speeds = alternate(parts, effort.rounds)
    run.delete()
    return figures(speeds, windows.step_ms)


def figures(speeds: dict[str, list[float]], step_ms: dict[str, list[float]]) -> list[Figure]:
    """Our speed by each other's, by time and by processor time; then each as it is."""
    others = [part for part in LABELS if part != "unwatched"]
    bars = {"function": FUNCTION_BAR}
    by_time = [
        Figure(
            f"unwatched ÷ {LABELS[part]}",
            "×",
            ratios(speeds["unwatched"], speeds[part]),
            bars.get(part),
        )
        for part in others
    ]
    by_processor = [
        Figure(
            f"by processor time, unwatched ÷ {LABELS[part]}",
            "×",
            ratios(step_ms[part], step_ms["unwatched"]),
        )
        for part in others
    ]
    alone = [Figure(LABELS[part], "steps/s", speeds[part]) for part in LABELS]
    costs = [Figure(f"{LABELS[part]}: processor time", "ms", step_ms[part]) for part in LABELS]
    return [*by_time, *by_processor, *alone, *costs]
