"""The rules, each of one kind of finding; what they have told they tell again only when it was
undone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import log, sqrt

import torch

from convscope.ipc.commands import Told
from convscope.ipc.replies import FilterId
from convscope.ipc.reports import Finding
from convscope.learn.trainer import Trainer
from convscope.types import FindingKind
from convscope.worker.findings import thresholds as at


@dataclass(frozen=True)
class Measurement:
    """A state whose held-out accuracy was just measured."""

    step: int
    accuracy: float  # held out, 0 … 1
    images: int  # that it is of
    training: float | None  # accuracy of as many last batches as a rule needs, if there are
    training_images: int  # that this is of
    active: frozenset[FilterId]
    dead: frozenset[FilterId]


class Standing:
    """What was told and is still so."""

    def __init__(self, told: Iterable[Told] = ()) -> None:
        self._told = set(told)

    def is_news(self, kind: FindingKind, place: FilterId | None = None) -> bool:
        """Whether it is to be told now; from now on it stands."""
        one = Told(kind, place)
        news = one not in self._told
        self._told.add(one)
        return news

    def undone(self, kind: FindingKind, place: FilterId | None = None) -> None:
        """It is not so any more, if it ever was."""
        self._told.discard(Told(kind, place))


class DeadFilters:
    """A filter's map is 0 everywhere, on all images that are measured."""

    kind = FindingKind.FILTER_DIED

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def measured(self, now: Measurement) -> Iterator[Finding]:
        """One for each filter that died."""
        for place in now.active:
            self._standing.undone(self.kind, place)
        for place in sorted(now.dead, key=lambda dead: (dead.layer, dead.filter)):
            if self._standing.is_news(self.kind, place):
                yield self._died(place, now)

    def _died(self, place: FilterId, now: Measurement) -> Finding:
        name, pictures = (
            f"{place.layer}, filter {place.filter}",
            f"{now.images:,} held-out pictures",
        )
        untrained = (
            f"{name} gives only 0 before any training: its map is 0 everywhere on {pictures}. "
            "It may never learn."
        )
        dead = f"{name} is dead: its map was 0 everywhere on {pictures}."
        return Finding(
            kind=self.kind,
            step=now.step,
            says=dead if now.step else untrained,
            place=place,
            numbers={"images": now.images},
        )


@dataclass(frozen=True)
class _Jump:
    """A jump that may still go on."""

    step: int
    before: float
    highest: float


class LossJump:
    """The loss is several times what it was a little while ago, and as high as that matters."""

    kind = FindingKind.LOSS_JUMPED

    def __init__(self, standing: Standing, batch_size: int, classes: int) -> None:
        self._standing = standing
        self._fast_share = min(1.0, batch_size / at.FAST_IMAGES)
        self._slow_share = min(at.MOST_SLOW_SHARE, batch_size / at.SLOW_IMAGES)
        self._level = at.JUMP_LEVEL * log(classes) if classes > 1 else float("inf")
        self._fast = self._slow = 0.0
        self._steps = 0
        self._jump: _Jump | None = None

    def stepped(self, step: int, loss: float) -> Iterator[Finding]:
        """A jump, once it has settled."""
        if not self._steps:
            self._fast = self._slow = loss
        self._steps += 1
        self._fast += self._fast_share * (loss - self._fast)
        if self._jump:
            yield from self._settle(self._jump, step, loss)
        elif self._is_jump():
            self._jump = _Jump(step, self._slow, loss)
        elif self._fast < at.JUMP_CALM * self._slow:
            self._standing.undone(self.kind)
        self._slow += self._slow_share * (loss - self._slow)

    def _is_jump(self) -> bool:
        high = self._fast > max(at.JUMP * self._slow, self._level)
        return high and self._steps > at.WARM_UP_STEPS

    def _settle(self, jump: _Jump, step: int, loss: float) -> Iterator[Finding]:
        jump = self._jump = replace(jump, highest=max(jump.highest, loss))
        if step - jump.step < at.SETTLE_STEPS:
            return
        self._jump = None
        if self._standing.is_news(self.kind):
            yield self._jumped(jump)

    def _jumped(self, jump: _Jump) -> Finding:
        times = jump.highest / max(jump.before, 1e-9)
        return Finding(
            kind=self.kind,
            step=jump.step,
            says=f"The loss jumped ×{times:,.0f}, from {jump.before:.3g} to {jump.highest:.3g}.",
            numbers={"before": jump.before, "after": jump.highest, "times": times},
        )


class Divergence:
    """Training accuracy leaves the held-out one behind, at several measurements in a row."""

    kind = FindingKind.ACCURACIES_DIVERGED

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._times = 0

    def measured(self, now: Measurement) -> Iterator[Finding]:
        """Once, until they are near each other again."""
        if now.training is None:
            return
        gap = now.training - now.accuracy
        self._times = self._times + 1 if gap > self._least(now, now.training) else 0
        if gap < at.GAP_CLOSED:
            self._standing.undone(self.kind)
        if self._times >= at.GAP_TIMES and self._standing.is_news(self.kind):
            yield self._diverged(now, now.training)

    def _least(self, now: Measurement, training: float) -> float:
        spread = _variance(now.accuracy, now.images) + _variance(training, now.training_images)
        return max(at.GAP, at.GAP_SIGMAS * sqrt(spread))

    def _diverged(self, now: Measurement, training: float) -> Finding:
        return Finding(
            kind=self.kind,
            step=now.step,
            says=f"Training {training:.0%} and held-out {now.accuracy:.0%} drift apart: the "
            "network fits the pictures that it trains on better than new ones.",
            numbers={"training": training, "held_out": now.accuracy},
        )


def _variance(share: float, count: int) -> float:
    """Of a share that was counted."""
    return share * (1 - share) / count


class Guessing:
    """Held-out accuracy rises above what naming the most frequent class gives, or doesn't."""

    def __init__(self, standing: Standing, guess: float, images: int, known: float | None) -> None:
        """`guess` is that accuracy on `images`; `known` the last that was measured before."""
        self._standing = standing
        self._guess = guess
        chance = at.PASSED_SIGMAS * sqrt(_variance(guess, images))
        self._line = guess + max(at.PASSED * (1 - guess), chance)
        self._was_below = known is not None and known < self._line
        self._below_since: int | None = None

    def measured(self, now: Measurement) -> Iterator[Finding]:
        """The first time above, or a long time below."""
        if now.accuracy < self._line:
            self._was_below = True
            yield from self._below(now)
            return
        self._below_since = None
        self._standing.undone(FindingKind.NOTHING_LEARNED)
        news = self._standing.is_news(FindingKind.PASSED_GUESSING)
        if news and self._was_below:  # else it began above, as with trained weights
            yield self._passed(now)

    def _below(self, now: Measurement) -> Iterator[Finding]:
        if self._below_since is None:
            self._below_since = now.step
        steps = now.step - self._below_since
        if steps >= at.STILL_STEPS and self._standing.is_news(FindingKind.NOTHING_LEARNED):
            yield self._not_learned(now, steps)

    def _passed(self, now: Measurement) -> Finding:
        return Finding(
            kind=FindingKind.PASSED_GUESSING,
            step=now.step,
            says=f"The held-out accuracy passed guessing: {now.accuracy:.1%}, where always naming "
            f"the most frequent class gives {self._guess:.1%}.",
            numbers={"held_out": now.accuracy, "guessing": self._guess},
        )

    def _not_learned(self, now: Measurement, steps: int) -> Finding:
        by_heart = now.training is not None and now.training >= self._line
        what = (
            f"Nothing that helps with new pictures was learned for {steps:,} steps: training "
            f"{now.training:.0%}, so they are known by heart, and held out"
            if by_heart
            else f"Nothing was learned for {steps:,} steps: the held-out accuracy is"
        )
        return Finding(
            kind=FindingKind.NOTHING_LEARNED,
            step=now.step,
            says=f"{what} {now.accuracy:.1%}, where always naming the most frequent class gives "
            f"{self._guess:.1%}.",
            numbers={"steps": steps, "held_out": now.accuracy, "guessing": self._guess},
        )


class Stillness:
    """No weight moves, for many steps."""

    kind = FindingKind.NOTHING_MOVED

    def __init__(self, standing: Standing, trainer: Trainer) -> None:
        self._standing = standing
        self._trainer = trainer
        self._parameters = list(trainer.network.parameters())
        self._hold()

    def _hold(self) -> None:
        self._since = self._trainer.step
        self._then = [parameter.detach().clone() for parameter in self._parameters]

    def stepped(self, step: int) -> Iterator[Finding]:
        """Looks at each hundredth step."""
        if step % at.LOOK_EVERY:
            return
        if self._moved():
            self._hold()
            self._standing.undone(self.kind)
        elif step - self._since >= at.STILL_STEPS and self._standing.is_news(self.kind):
            yield self._still(step)

    def _moved(self) -> bool:
        pairs = zip(self._parameters, self._then, strict=True)
        return any(not torch.equal(now, then) for now, then in pairs)

    def _still(self, step: int) -> Finding:
        steps = step - self._since
        return Finding(
            kind=self.kind,
            step=step,
            says=f"No weight has moved for {steps:,} steps: {self._why()}.",
            numbers={"steps": steps, "learning_rate": self._rate},
        )

    @property
    def _rate(self) -> float:
        return float(self._trainer.optimizer.param_groups[0]["lr"])

    def _why(self) -> str:
        if self._rate == 0:
            return "the learning rate is 0"
        learning = sum(len(each) for each in self._trainer.network.parameters() if each.ndim > 1)
        if len(self._trainer.frozen) >= learning:
            return "all filters are frozen"
        return "no gradient reaches one"
