"""The gradients that the last step used, among those that are there."""

import weakref
from collections.abc import Iterable

import torch


class Gradients:
    """A parameter's `.grad` is the last step's until it is put to 0 or added to; torch counts the
    changes of a tensor."""

    def __init__(self) -> None:
        self._kept: dict[int, torch.Tensor] = {}  # by id of the parameter
        self._noted: dict[int, tuple[weakref.ref[torch.Tensor], int]] = {}

    def clear(self) -> None:
        """None is known."""
        self._kept.clear()
        self._noted.clear()

    def keep(self, parameters: Iterable[torch.Tensor]) -> None:
        """As they are now, whatever becomes of them."""
        for parameter in parameters:
            if parameter.grad is not None:
                self._kept[id(parameter)] = parameter.grad.clone()

    def note(self, parameters: Iterable[torch.Tensor]) -> None:
        """As they are now, unless they were kept before, and until they are changed."""
        for parameter in parameters:
            gradient = parameter.grad
            if gradient is not None:
                self._noted[id(parameter)] = weakref.ref(gradient), gradient._version

    def has(self, parameter: torch.Tensor) -> bool:
        """Whether it is known."""
        if id(parameter) in self._kept:
            return True
        gradient, noted = parameter.grad, self._noted.get(id(parameter))
        if gradient is None or noted is None:
            return False
        return noted[0]() is gradient and noted[1] == gradient._version

    def of(self, parameter: torch.Tensor) -> torch.Tensor:
        """The one of a parameter of which it is known."""
        found = self._kept.get(id(parameter), parameter.grad)
        assert found is not None
        return found.to_dense() if found.is_sparse else found
