"""One picture's attribution to one class, by any of the methods."""

from dataclasses import dataclass

import torch
from torch import nn

from convscope.learn.attribution.grad_cam import grad_cam
from convscope.learn.attribution.integrated_gradients import integrated_gradients
from convscope.learn.attribution.occlusion import occlusion
from convscope.learn.attribution.score import gradient_of, scores_of
from convscope.types import AttributionMethod


@dataclass(frozen=True)
class Question:
    """An image (1, C, H, W) and what a black one is, as they enter; a class; of Grad-CAM a
    layer's name."""

    image: torch.Tensor
    black: torch.Tensor
    number: int
    layer: str | None = None


@dataclass(frozen=True)
class Completeness:
    """What the values add up to, and what they would if they told all: torch's own score, for
    integrated gradients less a black picture's."""

    total: float
    expected: float


def attribute(
    network: nn.Sequential, asked: Question, method: AttributionMethod
) -> tuple[torch.Tensor, Completeness | None]:
    """The attribution, (C, H, W) or (H, W), of a network in evaluation mode; which is which:

    `gradient` ∂ score / ∂ input, `gradient-times-input` (C, H, W) each, `integrated-gradients`
    (C, H, W) from a black picture, `occlusion` (H, W), `grad-cam` of the size of a layer's maps.
    NotFoundError for a class that there is not.
    """
    image, number = asked.image, asked.number
    match method:
        case AttributionMethod.GRAD_CAM:
            assert asked.layer is not None
            return grad_cam(network, image, number, network.get_submodule(asked.layer)), None
        case AttributionMethod.OCCLUSION:
            return occlusion(network, image, asked.black, number), None
        case AttributionMethod.GRADIENT:
            return gradient_of(network, image, number)[0], None
        case AttributionMethod.GRADIENT_TIMES_INPUT:
            values = image * gradient_of(network, image, number)
            return values[0], _completeness(network, asked, values, black=False)
        case AttributionMethod.INTEGRATED_GRADIENTS:
            values = integrated_gradients(network, image, asked.black, number)
            return values[0], _completeness(network, asked, values, black=True)


def _completeness(
    network: nn.Sequential, asked: Question, values: torch.Tensor, *, black: bool
) -> Completeness:
    with torch.no_grad():
        expected = float(scores_of(network, asked.image, asked.number))
        if black:
            expected -= float(scores_of(network, asked.black, asked.number))
    return Completeness(float(values.sum(dtype=torch.float64)), expected)
