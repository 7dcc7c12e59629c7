"""Every random draw of a run as a pure function of its seed, what it is for, and the step."""

from enum import IntEnum

import numpy as np
import torch


class Purpose(IntEnum):
    """What a draw is for, so that no two purposes share a stream."""

    INIT = 1
    ORDER = 2
    STEP = 3
    INTERVENTIONS = 4


def seed_of(seed: int, purpose: Purpose, number: int = 0) -> int:
    """A 63-bit seed, mixed by numpy's SeedSequence (a documented, stable hash)."""
    sequence = np.random.SeedSequence([seed, int(purpose), number])
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def torch_generator(seed: int, purpose: Purpose, number: int = 0) -> torch.Generator:
    """A generator on the CPU for these draws."""
    return torch.Generator().manual_seed(seed_of(seed, purpose, number))


def seed_torch(seed: int, purpose: Purpose, number: int) -> None:
    """Set torch's own generators, which dropout draws from."""
    torch.manual_seed(seed_of(seed, purpose, number))
