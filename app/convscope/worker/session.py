"""One run as a worker holds it: data, pictures, network, trainer, and what is looked at through."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import torch
from torch import nn

from convscope import __version__
from convscope.data.catalog import Folders
from convscope.errors import ConflictError
from convscope.ipc.commands import Setup
from convscope.ipc.replies import FilterId, Switches
from convscope.learn.answers import Answers
from convscope.learn.attribution.control import control_network
from convscope.learn.class_tally import ClassTally
from convscope.learn.data import Batches, open_images
from convscope.learn.evaluate import accuracy_in_pieces
from convscope.learn.explain.explainer import Explainer
from convscope.learn.filter_activity import FilterActivity
from convscope.learn.filters.front import Front, front_of
from convscope.learn.filters.patches import Patches
from convscope.learn.initialise import initialise
from convscope.learn.interventions import Interventions
from convscope.learn.network import build
from convscope.learn.observe import Observer
from convscope.learn.optimizer import settings_of, tune
from convscope.learn.trainer import Trainer
from convscope.recipe import Recipe, plan
from convscope.recipe.class_names import MOST_CLASSES, score_count
from convscope.types import JsonObject, shape_text
from convscope.worker.cpu_name import processor
from convscope.worker.gpu import gpu_name, pick_device
from convscope.worker.kept import Kept

SPEED_WINDOW_S = 2.0
FIRST_WEIGHTS = "step 0 of this run"
DRAW = "a fresh draw of weights, since this run began with trained ones"


class Session:
    """A recipe made real; `begin` makes it anew from step 0, bit for bit the same each time."""

    def __init__(self, setup: Setup, weights: bytes = b"") -> None:
        """`weights` are the safetensors that the first weights come from, if any."""
        self.recipe = Recipe.model_validate(setup.recipe)
        self.plans = plan(self.recipe.network, self.recipe.batch_size)
        self.device = pick_device(setup.device)
        self._weights = weights
        self._control = Kept[nn.Sequential]()
        self.answers = Kept[Answers]()
        self.patches = Kept[Patches]()
        self.control_patches = Kept[Patches]()
        self.data, self.images = open_images(self.recipe, _folders(setup))
        self.begin()

    def begin(self) -> None:
        """State 0: the first weights, no history, the optimiser as the recipe says."""
        network = build(self.plans, self.device)
        self.taken = initialise(network, self.recipe.init, self.recipe.seed, self._weights)
        self.trainer = Trainer(network, self.recipe.optimizer, self._batches(), self.recipe.seed)
        how = self.recipe.data.preprocessing
        self.observer = Observer(self.trainer, self.plans, self.device, how)
        self.explainer = Explainer(self.observer, self.plans, self.device)
        networks = (network, self.observer.twin, self.explainer.spare)
        self.interventions = self.explainer.interventions = Interventions(
            self.trainer, self.recipe.seed, networks
        )
        self.activity = FilterActivity(self.observer.twin, self.plans)
        self.tally = ClassTally(self.data)
        self.held_out: tuple[int, float] | None = None  # step, accuracy
        self.held_out_balanced: float | None = None  # of the same measurement
        self.rest()

    def _batches(self) -> Batches | None:
        """None where the network gives no score for each class, so that it cannot be trained."""
        if not self.trainable:
            return None
        recipe = self.recipe
        how, balanced = recipe.data.preprocessing, recipe.data.balanced
        size, seed = recipe.batch_size, recipe.seed
        return Batches(self.data, size, seed, self.device, how, balanced=balanced)

    def control(self, seed: int) -> nn.Sequential:
        """The network before it learned, with the weights that this seed draws."""
        return self._control.of(seed) or self._control.keep(
            seed, control_network(self.plans, self.recipe.init, seed, self.device)
        )

    @property
    def control_of(self) -> str:
        """What the control is, in words."""
        return DRAW if self.recipe.init.takes_weights else FIRST_WEIGHTS

    def front(self, layer: str, network: nn.Sequential | None = None) -> Front:
        """A network up to a layer, usually this run's own in evaluation mode."""
        how = self.recipe.data.preprocessing
        network = self.observer.twin if network is None else network
        return front_of(network, self.plans, layer, self.device, how)

    @property
    def trainable(self) -> bool:
        """Whether there is a data set, with one number for each of its classes at the end."""
        fits = self.plans[-1].output_shape == (len(self.data.classes),)
        return self.recipe.data.dataset is not None and fits

    @property
    def has_scores(self) -> bool:
        """Whether its network ends in class scores, with a data set or without."""
        return score_count(self.plans[-1].output_shape) > 0

    def must_have_scores(self) -> None:
        """ConflictError with what this network ends in where that is no list of class scores."""
        if self.has_scores:
            return
        shape = shape_text(self.plans[-1].output_shape)
        raise ConflictError(
            f"This network has no class output: it ends in {shape} numbers, and class scores are a "
            f"flat output of up to {MOST_CLASSES:,}."
        )

    def advance(self) -> None:
        """One training step; see Trainer.advance."""
        self.trainer.advance()
        self._ticks.append((perf_counter(), self.trainer.step))
        while len(self._ticks) > 2 and self._ticks[-1][0] - self._ticks[0][0] > SPEED_WINDOW_S:
            self._ticks.popleft()

    def rest(self) -> None:
        """Training stops here: the speed begins anew with the next step."""
        self._ticks: deque[tuple[float, int]] = deque()

    @property
    def images_per_second(self) -> float:
        """Over the last two seconds of training; 0 while it rests."""
        if len(self._ticks) < 2:
            return 0.0
        (began, first), (now, last) = self._ticks[0], self._ticks[-1]
        return (last - first) * self.recipe.batch_size / max(now - began, 1e-9)

    def evaluation(self) -> Iterator[float | None]:
        """Held-out accuracy of the present state, in pieces; `activity` and `tally` are of the
        same images."""
        self.activity.begin()
        self.tally = ClassTally(self.data)
        how = self.recipe.data.preprocessing
        return accuracy_in_pieces(
            self.observer.twin, self.data, self.device, how, self.activity.watching, self.tally
        )

    @property
    def state(self) -> tuple[int, int, int]:
        """Differs when the weights do."""
        return id(self.trainer), self.trainer.step, self.interventions.made

    def batch_example(self, number: int) -> JsonObject:
        """Which training picture was number `number` of the last step's batch."""
        assert self.trainer.batches is not None
        index = int(self.trainer.batches.indices(self.trainer.step)[number])
        label = int(self.data.train_labels[index])
        return {"example_id": index, "example_label": label, "example_class": self.classes[label]}

    @property
    def classes(self) -> Sequence[str]:
        """What the labels of its data set are called in this run."""
        return self.recipe.data.classes or self.data.classes

    def tune(self, changes: JsonObject) -> None:
        """Change the optimiser's settings from the next step on."""
        tune(self.trainer.optimizer, changes)

    def settings(self) -> JsonObject:
        """The optimiser's settings as they are now."""
        return settings_of(self.trainer.optimizer)

    def switches(self) -> Switches:
        """The filters that are silenced and those that are frozen."""
        silenced, frozen = self.interventions.silenced(), self.interventions.frozen()
        return Switches(
            tuple(FilterId(**entry) for entry in silenced),
            tuple(FilterId(**entry) for entry in frozen),
        )

    def must_train(self) -> None:
        """ConflictError with the reason where this network cannot be trained."""
        if self.trainable:
            return
        if self.recipe.data.dataset is None:
            raise ConflictError("This run has no data set: it can be viewed but not trained.")
        raise ConflictError(
            "This network has no class output (its last layer is not one number for each class): "
            "it can be viewed but not trained."
        )

    def environment(self) -> JsonObject:
        """What the same bits depend on, recorded with the run."""
        gpu = gpu_name(self.device)
        return {
            "device": str(self.device),
            **({"gpu": gpu} if gpu else {}),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "memory_format": "channels_last",
            "processor": processor(),
            "capability": torch.backends.cpu.get_cpu_capability(),
            "convscope": __version__,
        }


def _folders(setup: Setup) -> Folders:
    data_dirs = tuple(map(Path, setup.data_dirs))
    return Folders(data_dirs, Path(setup.cache_dir), Path(setup.own_data_dir))
