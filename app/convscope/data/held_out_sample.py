"""Which held-out images the accuracy on the curve is measured on."""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

SAMPLE: Final = 1000  # images: 2,000 would cost a tenth of the speed
_SEED: Final = 20_260_101  # one for every run, so that their accuracies can be compared


def sample_size(count: int) -> int:
    """How many of `count` held-out images are looked at."""
    return min(SAMPLE, count)


@cache
def held_out_sample(count: int) -> npt.NDArray[np.int64]:
    """The numbers of these images, ascending; drawn, since a set may be ordered by class."""
    drawn = np.random.Generator(np.random.PCG64(_SEED)).permutation(count)[: sample_size(count)]
    sample = np.sort(drawn)
    sample.setflags(write=False)
    return sample
