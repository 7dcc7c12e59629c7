"""Looking at a run: tensors, feature maps, predictions. Looking never changes it."""

from collections.abc import Iterable, Mapping, Sequence
from math import exp
from typing import Any

import numpy as np
import torch
from torch import nn

from convscope.errors import ConflictError, NotFoundError
from convscope.frames.quantize import Floats
from convscope.learn.data import Pixels, to_input
from convscope.learn.network import evaluation_twin
from convscope.learn.trainer import Trainer
from convscope.recipe import LayerPlan, Preprocessing
from convscope.types import Of, Shape, shape_text


def to_numpy(tensor: torch.Tensor) -> Floats:
    """A copy in row-major order of torch's axes, float32."""
    plain = torch.contiguous_format
    copy = tensor.detach().to("cpu", torch.float32, copy=True, memory_format=plain)
    array: Floats = copy.numpy()
    return array


class Observer:
    """Everything about a trainer's present state that can be shown."""

    def __init__(
        self,
        trainer: Trainer,
        plans: Sequence[LayerPlan],
        device: torch.device,
        preprocessing: Preprocessing | None = None,
    ) -> None:
        self.trainer = trainer
        self._preprocessing = preprocessing
        self.device = device
        self.plans = {plan.name: plan for plan in plans}
        self.twin = evaluation_twin(trainer.network, plans)
        self._parameters = dict(trainer.network.named_parameters())
        self._places = {id(p): n for n, p in enumerate(self._parameters.values())}
        self._looked_through = list(zip(self.plans, self.twin, strict=True))

    def module(self, layer: str) -> nn.Module:
        """The layer by its name; NotFoundError lists the names there are."""
        if layer not in self.plans:
            names = ", ".join(self.plans)
            raise NotFoundError(f"There is no layer {layer!r}: expected one of {names}.")
        return self.trainer.network.get_submodule(layer)

    def parameter(self, layer: str, name: str) -> nn.Parameter:
        """A layer's weight or bias, which is there: the very tensor that is trained."""
        return self._parameters[f"{layer}.{name}"]

    def tensor(self, layer: str, name: str, of: str = Of.VALUE) -> Floats:
        """A layer's parameter or buffer, its gradient, its last update, or an optimiser's buffer.

        NotFoundError for an unknown layer, tensor or `of`; ConflictError where the layer has no
        such tensor, or there is no gradient at this step.
        """
        tensor = self._find(layer, name)
        if of == Of.VALUE:
            return to_numpy(tensor)
        if not isinstance(tensor, nn.Parameter):
            raise ConflictError(f"{layer}.{name} is measured, not learned: it has no {of}.")
        if of in (Of.GRADIENT, Of.UPDATE):
            return self._change(tensor, f"{layer}.{name}", Of(of))
        return self._optimizer_state(tensor, f"{layer}.{name}", of)

    def _find(self, layer: str, name: str) -> torch.Tensor:
        module = self.module(layer)
        buffers = {name: buffer for name, buffer in module.named_buffers() if buffer.ndim}
        tensors = dict(module.named_parameters()) | buffers
        if name in tensors:
            return tensors[name]
        if not tensors:
            kind = self.plans[layer].type
            raise ConflictError(f"{layer} ({kind}) has no weights.")
        raise NotFoundError(f"{layer} has no {name!r}: expected one of {', '.join(tensors)}.")

    def has_change(self, parameter: torch.Tensor, _: Of = Of.UPDATE) -> bool:
        """Whether an update led to the present state, and moved this parameter."""
        return self.trainer.has_update and parameter.grad is not None

    def _change(self, parameter: nn.Parameter, label: str, of: Of) -> Floats:
        if not self.has_change(parameter):
            raise ConflictError(
                f"{label} has no {of} at step {self.trainer.step}: a gradient belongs to the step "
                "that led to a state, and none led to this one."
            )
        return self.gradient(parameter) if of == Of.GRADIENT else self.update(parameter)

    def gradient(self, parameter: torch.Tensor) -> Floats:
        """The gradient that the last update used, as the loss gave it."""
        return to_numpy(self.last_gradient(parameter))

    def last_gradient(self, parameter: torch.Tensor) -> torch.Tensor:
        """The same as torch holds it: another object after each step."""
        assert parameter.grad is not None
        return parameter.grad

    def update(self, parameter: torch.Tensor) -> Floats:
        """What the last update added: the value now less the value before."""
        return to_numpy(parameter.detach() - self.before(parameter))

    def before(self, parameter: torch.Tensor) -> torch.Tensor:
        """The value before the last update."""
        return self.trainer.previous[self._places[id(parameter)]]

    def _optimizer_state(self, parameter: nn.Parameter, label: str, of: str) -> Floats:
        state = self.trainer.optimizer.state.get(parameter, {})
        buffers = [key for key, value in state.items() if torch.is_tensor(value) and value.ndim]
        if of in buffers:
            return to_numpy(state[of])
        kind = type(self.trainer.optimizer).__name__
        known = ", ".join([*Of, *buffers])
        raise NotFoundError(f"{label} has no {of!r} with {kind}: expected one of {known}.")

    def input(self, pixels: Sequence[Pixels]) -> torch.Tensor:
        """Some pictures as the network reads them, (P, C, H, W)."""
        return to_input(np.stack(pixels), self.device, self._preprocessing)

    def outputs(self, pixels: Sequence[Pixels], wanted: Iterable[str]) -> dict[str, Floats]:
        """What the named layers give for some pictures, each (P, …shape), evaluation mode.

        The last layer's output is always there, under the key "".
        """
        wanted = set(wanted)
        values = self.input(pixels)
        found: dict[str, Floats] = {}
        with torch.inference_mode():
            for name, layer in self._looked_through:
                values = layer(values)
                if name in wanted:
                    found[name] = values.to("cpu").contiguous().numpy()
        found[""] = values.to("cpu").contiguous().numpy()
        return found

    def write_outputs(
        self,
        images: torch.Tensor,
        places: Mapping[str, Sequence[tuple[int, torch.Tensor]]],
        _: Mapping[str, Any] | None = None,
    ) -> Floats:
        """Write what layers give for a batch (P, C, H, W) into tensors of their output's shape.

        `places` has for each layer the numbers of pictures and where their outputs go. Returns the
        last layer's output for all of them, (P, …shape); evaluation mode.
        """
        values, written, targets = images, [], []
        with torch.inference_mode():
            for name, layer in self._looked_through:
                values = layer(values)
                for number, place in places.get(name, ()):
                    written.append(values[number])
                    targets.append(place)
            if targets:
                torch._foreach_copy_(targets, written)
        scores: Floats = values.to("cpu").contiguous().numpy()
        return scores

    def feature_maps(self, layer: str, pixels: Pixels) -> Floats:
        """One layer's output for one picture, (C, H, W) or (N,)."""
        self.module(layer)
        return np.array(self.outputs([pixels], [layer])[layer][0])


def check_index(label: str, shape: Shape, index: tuple[int, ...]) -> None:
    """NotFoundError, with the shape, unless the index lies in it."""
    fits = len(index) == len(shape)
    if not fits or not all(0 <= at < size for at, size in zip(index, shape, strict=True)):
        raise NotFoundError(f"{label} is {shape_text(shape)}: there is no {list(index)} in it.")


def as_maps(values: Floats) -> Floats:
    """(C, H, W) as it is; a vector (N,) as one row, (1, 1, N)."""
    shape: Shape = values.shape if values.ndim == 3 else (1, 1, values.size)
    return values.reshape(shape)


def softmax(logits: Floats) -> Floats:
    """Probabilities of class scores (N,), safe for large ones; summed in float64.

    Without numpy's functions, whose code a training step does not have at hand: ten scores take a
    third of the time.
    """
    scores: list[float] = logits.tolist()
    largest = max(scores)
    exponentials = [exp(score - largest) for score in scores]
    total = sum(exponentials)
    return np.array([each / total for each in exponentials], np.float32)
