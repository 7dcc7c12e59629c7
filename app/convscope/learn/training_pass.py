"""One training step's loss and gradients, sooner: torch's own kernels without autograd's graph.

The very calls that autograd makes (torch's derivatives.yaml), in its order, so with the same bits;
what is saved is the graph that is built and freed at each step. Networks of other layers train by
autograd, as do some on a GPU, where it makes other calls for them.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn

from convscope.learn.network import with_channels_last

aten: Final[Any] = torch.ops.aten
Backward = Callable[[Tensor, bool], Tensor | None]  # gradient of the output, whether one is needed
Forward = Callable[[Any, Tensor], tuple[Tensor, Backward]]
MEAN, IGNORED = 1, -100  # of nll_loss: its reduction, and the label that it leaves out


def _conv2d(layer: nn.Conv2d, given: Tensor) -> tuple[Tensor, Backward]:
    weight, bias = layer.weight, layer.bias
    window: Any = (layer.stride, layer.padding, layer.dilation)
    output = aten.convolution(given, weight, bias, *window, False, (0, 0), layer.groups)
    sizes = None if bias is None else [len(bias)]

    def backward(grad: Tensor, needed: bool) -> Tensor | None:
        mask = [needed, True, bias is not None]
        found, weight.grad, bias_grad = aten.convolution_backward(
            grad, given, weight, sizes, *window, False, (0, 0), layer.groups, mask
        )
        if bias is not None:
            bias.grad = bias_grad
        return found if needed else None

    return output, backward


def _linear(layer: nn.Linear, given: Tensor) -> tuple[Tensor, Backward]:
    weight, bias = layer.weight, layer.bias
    output = nn.functional.linear(given, weight, bias)

    def backward(grad: Tensor, needed: bool) -> Tensor | None:
        weight.grad = grad.t().mm(given)
        if bias is not None:
            bias.grad = grad.sum(0)
        return grad.mm(weight) if needed else None

    return output, backward


def _batch_norm(layer: nn.BatchNorm2d, given: Tensor) -> tuple[Tensor, Backward]:
    assert layer.num_batches_tracked is not None
    layer.num_batches_tracked.add_(1)
    means = layer.running_mean, layer.running_var
    output, *saved = aten.native_batch_norm(
        given, layer.weight, layer.bias, *means, True, layer.momentum, layer.eps
    )

    def backward(grad: Tensor, needed: bool) -> Tensor | None:
        mask = [needed, layer.affine, layer.affine]
        found, weight_grad, bias_grad = aten.native_batch_norm_backward(
            grad, given, layer.weight, *means, *saved, True, layer.eps, mask
        )
        if layer.affine:
            layer.weight.grad, layer.bias.grad = weight_grad, bias_grad
        return found if needed else None

    return output, backward


def _relu(_: nn.ReLU, given: Tensor) -> tuple[Tensor, Backward]:
    output = torch.relu(given)
    return output, lambda grad, needed: aten.threshold_backward(grad, output, 0)


def _leaky_relu(layer: nn.LeakyReLU, given: Tensor) -> tuple[Tensor, Backward]:
    slope = layer.negative_slope
    output = nn.functional.leaky_relu(given, slope)
    return output, lambda grad, needed: aten.leaky_relu_backward(grad, given, slope, False)


def _tanh(_: nn.Tanh, given: Tensor) -> tuple[Tensor, Backward]:
    output = torch.tanh(given)
    return output, lambda grad, needed: aten.tanh_backward(grad, output)


def _sigmoid(_: nn.Sigmoid, given: Tensor) -> tuple[Tensor, Backward]:
    output = torch.sigmoid(given)
    return output, lambda grad, needed: aten.sigmoid_backward(grad, output)


def _pair(value: Any) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _max_pool(layer: nn.MaxPool2d, given: Tensor) -> tuple[Tensor, Backward]:
    window = [_pair(it) for it in (layer.kernel_size, layer.stride, layer.padding, layer.dilation)]
    output, winners = aten.max_pool2d_with_indices(given, *window, layer.ceil_mode)
    return output, lambda grad, needed: aten.max_pool2d_with_indices_backward(
        grad, given, *window, layer.ceil_mode, winners
    )


def _avg_pool(layer: nn.AvgPool2d, given: Tensor) -> tuple[Tensor, Backward]:
    window = [_pair(it) for it in (layer.kernel_size, layer.stride, layer.padding)]
    rest = layer.ceil_mode, layer.count_include_pad, layer.divisor_override
    output = aten.avg_pool2d(given, *window, *rest)
    return output, lambda grad, needed: aten.avg_pool2d_backward(grad, given, *window, *rest)


def _adaptive_pool(layer: nn.AdaptiveAvgPool2d, given: Tensor) -> tuple[Tensor, Backward]:
    output = aten._adaptive_avg_pool2d(given, _pair(layer.output_size))
    return output, lambda grad, needed: aten._adaptive_avg_pool2d_backward(grad, given)


def _dropout(layer: nn.Dropout, given: Tensor) -> tuple[Tensor, Backward]:
    if layer.p == 0:
        return given, lambda grad, needed: grad
    kept = torch.empty_like(given).bernoulli_(1 - layer.p).div_(1 - layer.p)
    return given * kept, lambda grad, needed: grad * kept


def _flatten(_: nn.Flatten, given: Tensor) -> tuple[Tensor, Backward]:
    def backward(grad: Tensor, needed: bool) -> Tensor:
        back = grad.reshape(given.shape)
        return with_channels_last(back) if back.ndim == 4 else back

    return given.flatten(1), backward


FORWARD: Final[dict[str, Forward]] = {
    "Conv2d": _conv2d,
    "Linear": _linear,
    "BatchNorm2d": _batch_norm,
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "Tanh": _tanh,
    "Sigmoid": _sigmoid,
    "MaxPool2d": _max_pool,
    "AvgPool2d": _avg_pool,
    "AdaptiveAvgPool2d": _adaptive_pool,
    "Dropout": _dropout,
    "Flatten": _flatten,
}


class Pass(Protocol):
    """Through a network and back: `forward`, and then, if its loss is finite, `backward`."""

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """(logits (B, classes), mean cross-entropy ()); what `backward` needs is kept."""

    def backward(self) -> None:
        """Each parameter's `.grad`, which was None, of the loss that `forward` gave."""


class AutogradPass:
    """By torch's autograd: any network, on any device."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._loss: Tensor | None = None

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """See Pass."""
        logits = self._network(images)
        self._loss = nn.functional.cross_entropy(logits, labels)
        return logits.detach(), self._loss

    def backward(self) -> None:
        """See Pass."""
        loss, self._loss = self._loss, None
        assert loss is not None
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation there


class DirectPass:
    """Forward and backward through a network of covered layers, each a function of its module."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        self._layers = [(FORWARD[type(layer).__name__], layer) for layer in layers]
        learns = [any(True for _ in layer.parameters()) for layer in layers]
        self._first = learns.index(True) if any(learns) else len(learns)  # that learns

    @staticmethod
    def covers(network: nn.Sequential) -> bool:
        """Whether each layer's calls are known, on the device where the parameters lie."""
        parameters = list(network.parameters())
        covered = _is_covered if all(p.device.type == "cpu" for p in parameters) else _is_on_gpu
        learn = bool(parameters) and all(p.requires_grad for p in parameters)
        return learn and all(map(covered, network))

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """See Pass."""
        self._backwards: list[Backward] = []
        with torch.no_grad():
            values = images
            for forward, layer in self._layers:
                values, backward = forward(layer, values)
                self._backwards.append(backward)
            logarithms = aten._log_softmax(values, 1, False)
            loss, total = aten.nll_loss_forward(logarithms, labels, None, MEAN, IGNORED)
        self._loss = loss, logarithms, labels, total
        return values, loss

    def backward(self) -> None:
        """See Pass."""
        loss, logarithms, labels, total = self._loss
        with torch.no_grad():
            one = torch.ones_like(loss)
            grad = aten.nll_loss_backward(one, logarithms, labels, None, MEAN, IGNORED, total)
            grad = aten._log_softmax_backward_data(grad, logarithms, 1, logarithms.dtype)
            for at in range(len(self._backwards) - 1, self._first - 1, -1):
                found = self._backwards[at](grad, at > self._first)
                if found is None:
                    break
                grad = found
        self._backwards = []


def _is_covered(layer: nn.Module) -> bool:
    if isinstance(layer, nn.BatchNorm2d):
        return layer.track_running_stats and layer.momentum is not None
    if isinstance(layer, nn.Conv2d):
        return layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        return _pair(layer.output_size) != [1, 1]  # for which torch takes a mean
    return type(layer).__name__ in FORWARD


def _is_on_gpu(layer: nn.Module) -> bool:
    """Whether it is the same on a GPU, where torch has other kernels for some."""
    return _is_covered(layer) and not isinstance(layer, nn.BatchNorm2d | nn.Dropout)


class FastestPass:
    """Direct where it can be, by autograd where a hook changes what a layer gives or a layer's
    calls are not known; the bits are the same."""

    def __init__(self, network: nn.Sequential) -> None:
        self._layers = list(network)
        self._autograd = AutogradPass(network)
        self._direct = DirectPass(self._layers) if DirectPass.covers(network) else None
        self._chosen: Pass = self._autograd

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """See Pass."""
        plain = self._direct and not any(layer._forward_hooks for layer in self._layers)
        self._chosen = self._direct if self._direct and plain else self._autograd
        return self._chosen.forward(images, labels)

    def backward(self) -> None:
        """See Pass."""
        self._chosen.backward()
