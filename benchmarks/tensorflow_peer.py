"""The same network in TensorFlow, as anybody would train it; a helper process, by its file's path.

It runs in a virtual environment that has TensorFlow and nothing of ours: its network is the Keras
code that the app writes, its pictures are a file's. One thread; `step` is a `tf.function` that
gathers its batch from the same uint8 array, `fit` is Keras's own loop over the pictures as floats.
Neither keeps an account of accuracy.
"""

import json
import runpy
import sys
from collections.abc import Callable, Iterator
from time import perf_counter, process_time
from typing import Any

import keras  # type: ignore[import-not-found]  # only where this runs
import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]  # only where this runs

Answer = dict[str, Any]


class Peer:
    """Two copies of a network: one trained by `step`, one by `fit`."""

    def __init__(self, code: str, pictures: str, about: str) -> None:
        one_thread()
        self.about = json.loads(about)  # batch_size, learning_rate, momentum
        with np.load(pictures) as saved:
            self.images, self.labels = saved["images"], saved["labels"]  # (N, H, W, C) uint8, (N,)
        make = runpy.run_path(code)["make_network"]
        self.step = function_step(make(), self.optimizer())
        self.batches = self._batches()
        self.floats = self.images.astype(np.float32) / 255
        self.fitted = make()
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.fitted.compile(optimizer=self.optimizer(), loss=loss)

    def optimizer(self) -> Any:
        """SGD with momentum."""
        rate, momentum = self.about["learning_rate"], self.about["momentum"]
        return keras.optimizers.SGD(learning_rate=rate, momentum=momentum)

    def _batches(self) -> Iterator[tuple[Any, Any]]:
        random, size = np.random.default_rng(0), self.about["batch_size"]
        while True:
            order = random.permutation(len(self.labels))
            for start in range(0, len(order) - size + 1, size):
                chosen = order[start : start + size]
                yield tf.constant(self.images[chosen]), tf.constant(self.labels[chosen])

    def step_once(self) -> int:
        """One mini-batch through the compiled step."""
        self.step(*next(self.batches))
        return 1

    def fit_once(self) -> int:
        """One epoch by Keras: how many steps it has."""
        size: int = self.about["batch_size"]
        self.fitted.fit(self.floats, self.labels, batch_size=size, epochs=1, verbose=0)
        return len(self.labels) // size


def one_thread() -> None:
    """As the worker and the plain loop have it."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def function_step(network: Any, optimizer: Any) -> Callable[[Any, Any], Any]:
    """One mini-batch as a graph: images (B, H, W, C) uint8, labels (B,) -> the loss."""

    @tf.function  # type: ignore[untyped-decorator]  # TensorFlow's has no annotation
    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = network(tf.cast(images, tf.float32) / 255.0, training=True)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(each)
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        return loss

    return step  # type: ignore[no-any-return]


def train(once: Callable[[], int], seconds: float) -> Answer:
    """Steps a second over some seconds, and the processor time of one."""
    busy, began, steps = process_time(), perf_counter(), 0
    while (passed := perf_counter() - began) < seconds:
        steps += once()
    step_ms = (process_time() - busy) / steps * 1e3
    return {"steps_per_second": steps / passed, "step_ms": step_ms}


def main() -> None:
    """Answer `function` and `fit`, one JSON line each, until the input ends."""
    peer = Peer(*sys.argv[1:])
    ways = {"function": peer.step_once, "fit": peer.fit_once}
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(train(ways[asked["command"]], asked["seconds"])), flush=True)


if __name__ == "__main__":
    main()
