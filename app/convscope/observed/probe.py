"""The images through which a model is looked at, by id."""

import torch

from convscope.errors import NotFoundError


class ProbeImages:
    """`probe-0`, `probe-1`, … as the model takes them."""

    version = 0  # they stay the same

    def __init__(self, images: torch.Tensor) -> None:
        """`images` is (P, C, H, W) or (P, N)."""
        self.batch = images
        self._numbers = {f"probe-{number}": number for number in range(len(images))}

    def __len__(self) -> int:
        return len(self._numbers)

    def get(self, image: str) -> torch.Tensor:
        """One of them, (C, H, W); NotFoundError where there is none."""
        if image not in self._numbers:
            raise NotFoundError(f"There is no image {image!r} among the {len(self)} of the probe.")
        return self.batch[self._numbers[image]]
