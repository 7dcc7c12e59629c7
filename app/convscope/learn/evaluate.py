"""Held-out accuracy, in pieces short enough to answer other requests in between."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from convscope.data.catalog import Dataset
from convscope.data.held_out_sample import held_out_sample
from convscope.learn.class_tally import ClassTally
from convscope.learn.data import to_input
from convscope.learn.network import fused_relu_pool
from convscope.recipe import Preprocessing

PIECE = 200  # pictures between two chances to answer
Watching = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Evaluation:
    """What a network makes of the whole held-out half."""

    count: int  # images
    accuracy: float  # 0 … 1
    balanced_accuracy: float | None  # as ClassTally has it
    loss: float  # mean cross-entropy, in nats


def accuracy_in_pieces(
    network: nn.Sequential,
    data: Dataset,
    device: torch.device,
    preprocessing: Preprocessing | None = None,
    watching: Watching = nullcontext,
    tally: ClassTally | None = None,
) -> Iterator[float | None]:
    """Yields None after each piece and at last the accuracy in 0 … 1 on a fixed sample.

    `network` is the twin in evaluation mode; its weights must not change in between. Each pass
    through it is made within `watching`; `tally` counts each class.
    """
    chosen, right = held_out_sample(len(data.test_labels)), 0
    for logits, labels in logits_in_pieces(network, data, chosen, device, preprocessing, watching):
        hits = logits.argmax(dim=1) == labels
        right += int(hits.sum())
        if tally:
            tally.count(labels, hits)
        yield None
    yield right / len(chosen)


def evaluation_in_pieces(
    network: nn.Sequential,
    data: Dataset,
    device: torch.device,
    preprocessing: Preprocessing | None = None,
) -> Iterator[Evaluation | None]:
    """The same of all held-out images, with their loss."""
    count, right, loss = len(data.test_labels), 0, 0.0
    tally = ClassTally(data)
    for logits, labels in logits_in_pieces(network, data, np.arange(count), device, preprocessing):
        hits = logits.argmax(dim=1) == labels
        right += int(hits.sum())
        tally.count(labels, hits)
        loss += functional.cross_entropy(logits.double(), labels, reduction="sum").item()
        yield None
    yield Evaluation(count, right / count, tally.balanced_accuracy, loss / count)


def logits_in_pieces(
    network: nn.Sequential,
    data: Dataset,
    chosen: npt.NDArray[np.int64],
    device: torch.device,
    preprocessing: Preprocessing | None,
    watching: Watching = nullcontext,
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Logits (B, classes) and labels (B,) of the chosen held-out images, in their order; of a
    network in evaluation mode, each pass through it within `watching`."""
    network = fused_relu_pool(network)
    for start in range(0, len(chosen), PIECE):
        piece = chosen[start : start + PIECE]
        images = to_input(data.test_images[piece], device, preprocessing)
        labels = torch.from_numpy(data.test_labels[piece].astype(np.int64)).to(device)
        with torch.inference_mode(), watching():
            logits = network(images)
        yield logits, labels
