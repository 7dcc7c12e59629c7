"""Which class a network takes each held-out image for, and how sure it is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from convscope.data.catalog import Dataset
from convscope.learn.evaluate import logits_in_pieces
from convscope.recipe import Preprocessing

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """Of all held-out images in their order, (N,) each."""

    labels: Numbers
    predicted: Numbers
    confidence: npt.NDArray[np.float64]  # the probability of the class that was predicted

    def matrix(self, classes: int) -> Numbers:
        """(true class, predicted class) -> how many, (classes, classes)."""
        pairs = self.labels * classes + self.predicted
        return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)

    def surest(self, among: npt.NDArray[np.bool_], count: int) -> Numbers:
        """The numbers of at most so many images, most confident first; of equally sure ones the
        lower number."""
        found = np.flatnonzero(among)
        return found[np.argsort(-self.confidence[found], kind="stable")][:count]


def answers_in_pieces(
    network: nn.Sequential,
    data: Dataset,
    device: torch.device,
    preprocessing: Preprocessing | None = None,
) -> Iterator[Answers | None]:
    """Yields None after each piece and at last the answers; weights must not change meanwhile."""
    labels = data.test_labels.astype(np.int64)
    predicted, confidence = np.empty_like(labels), np.empty(len(labels))
    chosen, start = np.arange(len(labels)), 0
    for logits, _ in logits_in_pieces(network, data, chosen, device, preprocessing):
        surest = logits.double().softmax(dim=1).max(dim=1)
        end = start + len(logits)
        predicted[start:end] = surest.indices.cpu().numpy()
        confidence[start:end] = surest.values.cpu().numpy()
        start = end
        yield None
    yield Answers(labels, predicted, confidence)
