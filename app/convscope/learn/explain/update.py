"""From a gradient to the weight after it: the optimiser's own arithmetic, with its numbers.

The formulas are those of torch.optim's documentation; each update ends as
`after = before + Σ parts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from convscope.learn.explain.check import check_sum
from convscope.types import JsonObject

Line = dict[str, Any]  # one line of arithmetic: says, formula, numbers, result


@dataclass(frozen=True)
class Moment:
    """One number of a parameter as the optimiser met it."""

    before: float  # w, state k-1
    after: float  # w, state k
    gradient: float  # g of step k, as the loss gave it
    settings: dict[str, Any]  # of step k: lr, momentum, …
    state: dict[str, float]  # the optimiser's buffers before the step, at this number
    step: int  # how many updates this one makes, from 1
    frozen: bool = False  # its update was not applied


def explain_update(moment: Moment, optimizer: str) -> JsonObject:
    """`lines` of arithmetic from the gradient to the weight after, and the parts that it adds up
    from: the weight before and one for each term of the update."""
    parts, lines = EXPLAINERS[optimizer](moment)
    if moment.frozen:
        parts["frozen"] = -sum(parts.values())
        lines.append(_line("The filter is frozen: it stays", "w ← w", moment.before))
    listed = {"weight before": moment.before} | parts
    return {
        "optimizer": optimizer,
        "before": moment.before,
        "gradient": moment.gradient,
        "after": moment.after,
        "change": moment.after - moment.before,
        "settings": {key: moment.settings[key] for key in SHOWN if key in moment.settings},
        "parts": [{"name": name, "value": value} for name, value in listed.items()],
        "lines": lines,
    } | check_sum(moment.after, listed.values())


SHOWN = ("lr", "momentum", "weight_decay", "nesterov", "betas", "alpha", "eps")


def _line(says: str, formula: str, result: float, **numbers: float) -> Line:
    return {"says": says, "formula": formula, "numbers": numbers, "result": result}


def _decayed(moment: Moment) -> tuple[float, list[Line]]:
    """g + λ w: weight decay as SGD, Adam and RMSprop have it."""
    decay = moment.settings["weight_decay"]
    if not decay:
        return moment.gradient, []
    total = moment.gradient + decay * moment.before
    numbers = {"g": moment.gradient, "λ": decay, "w": moment.before}
    says = "Weight decay pulls the weight towards zero"
    return total, [_line(says, "g′ = g + λ · w", total, **numbers)]


def _last(moment: Moment, formula: str, change: float, **numbers: float) -> Line:
    says = "The weight moves against it"
    return _line(says, formula, moment.before + change, w=moment.before, **numbers)


def _split(moment: Moment, factor: float) -> dict[str, float]:
    """factor · g′ as the gradient's part and weight decay's."""
    decay = moment.settings["weight_decay"]
    parts = {"gradient": factor * moment.gradient}
    return parts | ({"weight decay": factor * decay * moment.before} if decay else {})


def _sgd(moment: Moment) -> tuple[dict[str, float], list[Line]]:
    gradient, lines = _decayed(moment)
    rate, momentum = moment.settings["lr"], moment.settings["momentum"]
    if not momentum:
        change = -rate * gradient
        last = _last(moment, "w ← w − η · g", change, η=rate, g=gradient)
        return _split(moment, -rate), [*lines, last]
    kept = moment.state.get("momentum_buffer", 0.0)
    velocity = momentum * kept + gradient
    numbers = {"μ": momentum, "v": kept, "g": gradient}
    says = "Momentum keeps a share of where it was going"
    lines = [*lines, _line(says, "v ← μ · v + g", velocity, **numbers)]
    if moment.settings["nesterov"]:
        return _nesterov(moment, gradient, velocity, lines)
    last = _last(moment, "w ← w − η · v", -rate * velocity, η=rate, v=velocity)
    return _split(moment, -rate) | {"momentum": -rate * momentum * kept}, [*lines, last]


def _nesterov(
    moment: Moment, gradient: float, velocity: float, lines: list[Line]
) -> tuple[dict[str, float], list[Line]]:
    rate, momentum = moment.settings["lr"], moment.settings["momentum"]
    ahead = gradient + momentum * velocity
    numbers = {"g": gradient, "μ": momentum, "v": velocity}
    look = _line("Nesterov looks one step ahead", "d = g + μ · v", ahead, **numbers)
    last = _last(moment, "w ← w − η · d", -rate * ahead, η=rate, d=ahead)
    kept = momentum * momentum * moment.state.get("momentum_buffer", 0.0)
    parts = _split(moment, -rate * (1 + momentum)) | {"momentum": -rate * kept}
    return parts, [*lines, look, last]


def _adam(moment: Moment) -> tuple[dict[str, float], list[Line]]:
    gradient, lines = _decayed(moment)
    parts, more = _two_moments(moment, gradient, moment.before)
    factor = parts.pop("gradient") / gradient if gradient else 0.0
    return _split(moment, factor) | parts, [*lines, *more]


def _adamw(moment: Moment) -> tuple[dict[str, float], list[Line]]:
    """Weight decay apart from the gradient: w shrinks first."""
    rate, decay = moment.settings["lr"], moment.settings["weight_decay"]
    shrunk = moment.before * (1 - rate * decay)
    numbers = {"w": moment.before, "η": rate, "λ": decay}
    line = _line("Weight decay shrinks the weight", "w ← w − η · λ · w", shrunk, **numbers)
    parts, lines = _two_moments(moment, moment.gradient, shrunk)
    return {"weight decay": -rate * decay * moment.before} | parts, [line, *lines]


def _two_moments(
    moment: Moment, gradient: float, weight: float
) -> tuple[dict[str, float], list[Line]]:
    """Adam's two running means, their corrections for having begun at 0, and the step."""
    rate, eps, (beta1, beta2) = (moment.settings[key] for key in ("lr", "eps", "betas"))
    kept_mean, kept_square = (moment.state.get(key, 0.0) for key in ("exp_avg", "exp_avg_sq"))
    mean = beta1 * kept_mean + (1 - beta1) * gradient
    square = beta2 * kept_square + (1 - beta2) * gradient * gradient
    fair_mean, fair_square = mean / (1 - beta1**moment.step), square / (1 - beta2**moment.step)
    divisor = sqrt(fair_square) + eps
    factor = -rate / (1 - beta1**moment.step) / divisor
    change = factor * mean
    lines = [
        _line(
            "The running mean of the gradient", "m ← β₁ · m + (1 − β₁) · g", mean,
            β1=beta1, m=kept_mean, g=gradient,
        ),
        _line(
            "The running mean of its square", "v ← β₂ · v + (1 − β₂) · g²", square,
            β2=beta2, v=kept_square, g=gradient,
        ),
        _line(
            "Corrected, since it began at 0", "m̂ = m / (1 − β₁ᵏ)", fair_mean,
            m=mean, β1=beta1, k=moment.step,
        ),
        _line(
            "Corrected likewise", "v̂ = v / (1 − β₂ᵏ)", fair_square,
            v=square, β2=beta2, k=moment.step,
        ),
        _line(
            "The weight moves against it", "w ← w − η · m̂ / (√v̂ + ε)", weight + change,
            w=weight, η=rate, m̂=fair_mean, v̂=fair_square, ε=eps,
        ),
    ]  # fmt: skip
    parts = {
        "gradient": factor * (1 - beta1) * gradient,
        "running mean": factor * beta1 * kept_mean,
    }
    return parts, lines


def _rmsprop(moment: Moment) -> tuple[dict[str, float], list[Line]]:
    gradient, lines = _decayed(moment)
    rate, eps, alpha = (moment.settings[key] for key in ("lr", "eps", "alpha"))
    kept = moment.state.get("square_avg", 0.0)
    square = alpha * kept + (1 - alpha) * gradient * gradient
    divisor = sqrt(square) + eps
    says = "The running mean of the gradient's square"
    numbers = {"α": alpha, "s": kept, "g": gradient}
    lines = [*lines, _line(says, "s ← α · s + (1 − α) · g²", square, **numbers)]
    momentum = moment.settings["momentum"]
    parts = _split(moment, -rate / divisor)
    if not momentum:
        change = -rate * gradient / divisor
        numbers = {"η": rate, "g": gradient, "s": square, "ε": eps}
        return parts, [*lines, _last(moment, "w ← w − η · g / (√s + ε)", change, **numbers)]
    buffer = moment.state.get("momentum_buffer", 0.0)
    moving = momentum * buffer + gradient / divisor
    numbers = {"μ": momentum, "b": buffer, "g": gradient, "s": square, "ε": eps}
    says = "Momentum keeps a share of where it was going"
    lines = [*lines, _line(says, "b ← μ · b + g / (√s + ε)", moving, **numbers)]
    parts |= {"momentum": -rate * momentum * buffer}
    return parts, [*lines, _last(moment, "w ← w − η · b", -rate * moving, η=rate, b=moving)]


EXPLAINERS: Final[dict[str, Callable[[Moment], tuple[dict[str, float], list[Line]]]]] = {
    "SGD": _sgd,
    "Adam": _adam,
    "AdamW": _adamw,
    "RMSprop": _rmsprop,
}
