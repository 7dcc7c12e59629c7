"""Training, one step at a time. It offers its state to observers, and imports none."""

from collections import deque
from math import isfinite, isinf
from typing import Any

import torch
from torch import nn, optim

from convscope.learn.data import Batches
from convscope.learn.network import fused_relu_pool
from convscope.learn.optimizer import make_optimizer, update
from convscope.learn.seeds import Purpose, seed_torch
from convscope.learn.training_pass import FastestPass, Pass
from convscope.recipe.recipe import Optimizer

RECENT = 50  # batches that the training accuracy is the mean of


class NotFiniteError(ArithmeticError):
    """The loss of a step became NaN or infinite; the weights are those of the last good state."""


class Trainer:
    """A network, an optimiser and the step that both have come to.

    State k is the network after k updates; `.grad` and `previous` belong to the update to k.
    """

    def __init__(
        self, network: nn.Sequential, optimizer: Optimizer, batches: Batches | None, seed: int
    ) -> None:
        self.network = network
        self.optimizer: optim.Optimizer = make_optimizer(network, optimizer)
        self.batches = batches
        self.step = 0
        self.loss: float | None = None
        self.recent: deque[float] = deque(maxlen=RECENT)
        self.updates = 0  # of this optimiser, which Adam corrects by
        self.has_update = False  # False at step 0, and after going back to the last good state
        self.seed = seed
        self._pass: Pass = FastestPass(fused_relu_pool(network))
        self._parameters: list[torch.Tensor] = list(network.parameters())
        self._statistics = list(network.buffers())  # and how many batches they are of
        self.draws = any(isinstance(layer, nn.Dropout) for layer in network)
        self._told_before: tuple[float | None, list[float]] = (None, [])  # loss, recent accuracies
        self.previous = [p.detach().clone() for p in self._parameters]
        self._previous_statistics = [b.clone() for b in self._statistics]
        # what the last update used, for explanations
        self.frozen: set[tuple[str, int]] = set()  # (layer, filter) that stay as they are
        self.held: frozenset[tuple[str, int]] = frozenset()  # those that the last update left
        self.settings: dict[str, Any] = {}
        self.previous_state: dict[torch.Tensor, dict[str, torch.Tensor]] = {}

    @property
    def accuracy(self) -> float | None:
        """The mean accuracy of the last 50 batches, or None before the first."""
        return sum(self.recent) / len(self.recent) if self.recent else None

    def advance(self) -> None:
        """One step: batch, forward, loss, backward, update.

        NotFiniteError when the loss is NaN or infinite: then the last update is taken back, since
        it led to weights with no finite loss, and `step` is that of the state before it.
        """
        assert self.batches is not None
        step = self.step + 1
        images, labels = self.batches.batch(step)
        if self.draws:
            seed_torch(self.seed, Purpose.STEP, step)
        statistics = [b.clone() for b in self._statistics]
        logits, loss = self._pass.forward(images, labels)
        value = loss.item()
        if not isfinite(value):
            self._go_back()
            what = "infinite" if isinf(value) else "not a number (NaN)"
            raise NotFiniteError(f"The loss became {what} in step {step}")
        self._previous_statistics = statistics
        self._told_before = self.loss, list(self.recent)
        self._update()
        self.step, self.loss = step, value
        right = (logits.argmax(dim=1) == labels).sum().item()
        self.recent.append(right / len(labels))

    def _update(self) -> None:
        with torch.no_grad():
            torch._foreach_copy_(self.previous, self._parameters)
        self._remember_optimizer()
        for parameter in self._parameters:
            parameter.grad = None
        self._pass.backward()
        update(self.optimizer)
        self.held = frozenset(self.frozen)
        self._hold_frozen()
        self.has_update = True
        self.updates += 1

    def _remember_optimizer(self) -> None:
        """Keep the optimiser's buffers and settings as they are before the update."""
        self.settings = {k: v for k, v in self.optimizer.param_groups[0].items() if k != "params"}
        state = self.optimizer.state
        if not state:
            self.previous_state = {}
            return
        first = self._parameters[0]
        if self.previous_state.get(first, {}).keys() != _tensors(state[first]).keys():
            self.previous_state = {p: _clones(state[p]) for p in self._parameters}
            return
        kept = [tensor for own in self.previous_state.values() for tensor in own.values()]
        now = [state[p][name] for p, own in self.previous_state.items() for name in own]
        with torch.no_grad():
            torch._foreach_copy_(kept, now)

    def _hold_frozen(self) -> None:
        """Frozen filters take no update; what the optimiser keeps of them goes on."""
        if not self.frozen:
            return
        named = zip(self.network.named_parameters(), self.previous, strict=True)
        with torch.no_grad():
            for (name, parameter), before in named:
                for layer, number in self.frozen:
                    if name.rpartition(".")[0] == layer:
                        parameter[number].copy_(before[number])

    def freeze(self, layer: str, number: int, on: bool) -> None:
        """A filter stays as it is from the next step on, or learns again."""
        (self.frozen.add if on else self.frozen.discard)((layer, number))

    def begin_here(self) -> None:
        """No step led to this state, as after an intervention: none is taken back beyond it."""
        with torch.no_grad():
            torch._foreach_copy_(self.previous, self._parameters)
        self._previous_statistics = [b.clone() for b in self._statistics]
        self.has_update = False

    def _go_back(self) -> None:
        with torch.no_grad():
            torch._foreach_copy_(self._parameters, self.previous)
            for buffer, before in zip(self._statistics, self._previous_statistics, strict=True):
                buffer.copy_(before)
        if self.has_update:
            self._forget_update()
        self.has_update = False

    def _forget_update(self) -> None:
        """Step, loss, accuracies and what the optimiser keeps are those of the state before it."""
        self.step, self.updates = self.step - 1, self.updates - 1
        self.loss, recent = self._told_before
        self.recent.clear()
        self.recent.extend(recent)
        if not self.previous_state:  # the optimiser kept nothing yet
            self.optimizer.state.clear()
        for parameter, before in self.previous_state.items():
            own = self.optimizer.state[parameter]
            for name in _tensors(own):
                if name in before:
                    own[name].copy_(before[name])
                else:
                    del own[name]


def _tensors(state: dict[str, Any]) -> dict[str, torch.Tensor]:
    return {name: value for name, value in state.items() if torch.is_tensor(value)}


def _clones(state: dict[str, Any]) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in _tensors(state).items()}
