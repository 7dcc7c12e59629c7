"""A GPU set up so that its numbers are float32's, and the same each time a step is made again."""

import warnings

import torch


def pick_device(name: str) -> torch.device:
    """A `cuda` that was guessed from a driver's presence ends on what torch really has."""
    if name == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    _be_exact()
    return torch.device("cuda")


def _be_exact() -> None:
    """Convolutions multiply in float32, not in TF32's 10 bits of mantissa, and by algorithms whose
    sums have one order; as https://docs.pytorch.org/docs/stable/notes/randomness.html has it.

    The backward pass of AdaptiveAvgPool2d alone has no such algorithm: it adds in any order.
    """
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    # nothing here reads memory before it is written, and to fill it costs a kernel each time
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # torch sets it by a module class
    warnings.filterwarnings("ignore", message=".*does not have a deterministic implementation")


def gpu_name(device: torch.device) -> str | None:
    """Its maker's name; None for a CPU."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else None
