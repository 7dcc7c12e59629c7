"""All explanations of one run, as it is asked for them between two steps."""

from collections.abc import Sequence

import torch
from torch import nn

from convscope.learn.data import Pixels
from convscope.learn.dropout_masks import dropout_mask
from convscope.learn.explain.cancelled import why_zero
from convscope.learn.explain.gradient import Index, explain_gradient
from convscope.learn.explain.output import explain_output
from convscope.learn.explain.replay import Replay, at_previous, mute, replay
from convscope.learn.explain.update import Moment, explain_update
from convscope.learn.interventions import Interventions
from convscope.learn.network import build
from convscope.learn.observe import Observer
from convscope.recipe import LayerPlan
from convscope.types import JsonObject


class Explainer:
    """Explains the present state of a trainer; a replayed step is kept while it lasts."""

    def __init__(
        self, observer: Observer, plans: Sequence[LayerPlan], device: torch.device
    ) -> None:
        self._observer = observer
        self.spare = build(plans, device)
        self.interventions: Interventions | None = None  # what was silenced or frozen, if anything
        self._replay: Replay | None = None

    def output(self, layer: str, where: tuple[int, int, int], pixels: Pixels) -> JsonObject:
        """One value of a layer's output; see explain_output."""
        silent = self.interventions is not None and self.interventions.is_silent(layer, where[0])
        found = explain_output(self._observer, layer, where, pixels, silent=silent)
        return {"step": self._observer.trainer.step} | found

    def replayed(self) -> Replay:
        """The step that led here, once more; ConflictError where there was none."""
        trainer = self._observer.trainer
        if not (self._replay and trainer.has_update and self._replay.step == trainer.step):
            self._replay = None  # its memory is wanted for the next one
            self._replay = replay(trainer, self.spare)
            if self.interventions:
                self._replay = mute(self._replay, self.interventions.masks)
        return self._replay

    def dropout_mask(self, layer: str) -> torch.Tensor:
        """See dropout_mask, of the step that led here."""
        trainer = self._observer.trainer
        return dropout_mask(trainer, at_previous(trainer, self.spare), layer)

    def weight(self, layer: str, tensor: str, index: Index, example: int) -> JsonObject:
        """One weight's gradient and the update that followed; see explain_gradient and
        explain_update. ConflictError at step 0, or for a layer without weights."""
        module = self._observer.module(layer)
        self._observer.tensor(layer, tensor, "gradient")  # raises what there is to raise
        gradient = explain_gradient(self.replayed(), module, layer, tensor, index, example)
        gradient["note"] = why_zero(self._observer.plans.values(), layer, tensor)
        return {"gradient": gradient, "update": self._update(module, layer, tensor, index)}

    def _update(self, module: nn.Module, layer: str, tensor: str, index: Index) -> JsonObject:
        trainer = self._observer.trainer
        parameter = module.get_parameter(tensor)
        state = trainer.previous_state.get(parameter, {})
        assert parameter.grad is not None
        moment = Moment(
            before=float(self._observer.before(parameter)[index]),
            after=float(parameter.detach()[index]),
            gradient=float(parameter.grad[index]),
            settings=trainer.settings,
            state={name: float(t[index]) for name, t in state.items() if t.ndim},
            step=trainer.updates,
            frozen=tensor in ("weight", "bias") and (layer, index[0]) in trainer.held,
        )
        return explain_update(moment, type(trainer.optimizer).__name__)
