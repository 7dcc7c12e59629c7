"""How many held-out pictures of each class are named rightly."""

import numpy as np
import torch

from convscope.data.catalog import Dataset


class ClassTally:
    """Of the pictures that were counted so far."""

    def __init__(self, data: Dataset) -> None:
        sizes = np.bincount(data.test_labels, minlength=len(data.classes))
        there = sizes[sizes > 0]
        self._differ = bool(there.size and there.min() != there.max())
        self._seen = torch.zeros(len(sizes), dtype=torch.int64)
        self._right = torch.zeros_like(self._seen)

    def count(self, labels: torch.Tensor, right: torch.Tensor) -> None:
        """Some more pictures: their labels (B,), and whether each is named rightly (B,)."""
        if not self._differ:
            return
        labels, right = labels.cpu(), right.cpu()
        self._seen += torch.bincount(labels, minlength=len(self._seen))
        self._right += torch.bincount(labels[right], minlength=len(self._seen))

    @property
    def balanced_accuracy(self) -> float | None:
        """The mean of the classes' recalls, of those classes that were seen, 0 … 1.

        None where the held-out half has as many pictures of each class, so that it would say no
        more than the accuracy, and before anything was counted.
        """
        seen = self._seen > 0
        if not bool(seen.any()):
            return None
        return float((self._right[seen].double() / self._seen[seen]).mean())
