"""A checked recipe with its layer plans, data set and first weights; nothing is allocated yet."""

from dataclasses import dataclass, replace
from math import prod

from convscope.data import own_sets
from convscope.data.catalog import SHOWN_WITHOUT_DATA, DatasetInfo, describe
from convscope.data.fitted import FITTABLE, MOST_BYTES, fitted_bytes
from convscope.errors import NotFoundError, RecipeError
from convscope.recipe import (
    Data,
    LayerPlan,
    NamedModel,
    Recipe,
    RecipeRequest,
    described,
    named_model,
    plan,
    resolve,
)
from convscope.recipe.class_names import check_class_names
from convscope.recipe.float32 import check_recipe
from convscope.recipe.in_place import check_in_place
from convscope.recipe.trained_weights.match import FileWeights, match
from convscope.settings import Settings
from convscope.types import JsonObject, shape_text


@dataclass(frozen=True)
class Spec:
    """A recipe that can be built, and what it refers to."""

    recipe: Recipe
    plans: tuple[LayerPlan, ...]
    model: NamedModel | None
    dataset: DatasetInfo | None
    shown: DatasetInfo  # whose held-out pictures can be looked at
    weights: bytes = b""  # safetensors that the first weights come from, if any
    first_weights: JsonObject | None = None  # which layers got theirs from there, and which not
    absent: str | None = None  # why the data set of a run that was trained elsewhere is not here

    def layer(self, name: str) -> LayerPlan:
        """The layer of that name; NotFoundError lists the names there are."""
        for entry in self.plans:
            if entry.name == name:
                return entry
        names = ", ".join(entry.name for entry in self.plans)
        raise NotFoundError(f"There is no layer {name!r}: expected one of {names}.")

    def describe_layers(self) -> list[JsonObject]:
        """As `GET /runs/{id}/layers` lists them."""
        return described(self.plans)

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, the recipe's own before its data set's; empty where neither has any."""
        if self.recipe.data.classes:
            return self.recipe.data.classes
        return self.dataset.classes if self.dataset and self.trainable else ()

    @property
    def trainable(self) -> bool:
        """Whether the network ends in one number for each class of its data set."""
        data = self.dataset
        return data is not None and self.plans[-1].output_shape == (len(data.classes),)


def make_spec(
    request: RecipeRequest, settings: Settings, weights: FileWeights | None = None
) -> Spec:
    """RecipeError, with the index of the layer at fault, for a recipe that can't be built.

    `weights` are those of another run or of a file, for an `init` that takes them; what of them
    fits is what the run keeps. UploadError for a file that is not whole.
    """
    recipe, name = resolve(request)
    check_recipe(recipe)
    model = named_model(name) if name else None
    if recipe.batch_size > settings.max_batch_size:
        raise RecipeError(
            f"batch_size is {recipe.batch_size}: expected at most {settings.max_batch_size}."
        )
    if recipe.init.type == "pretrained":
        weights = FileWeights(_shipped(model), complete=True)
    spec = replace(checked(recipe, settings), model=model)
    check_in_place(spec.plans)
    if weights is None:
        return spec
    matched = match(spec.plans, weights)
    return replace(spec, weights=matched.tensors, first_weights=matched.report)


def stored_spec(
    recipe: JsonObject,
    settings: Settings,
    weights: bytes,
    model: str | None,
    sha256: str | None = None,
) -> Spec:
    """The same of a run that is kept; one whose data set is not here can be looked at.

    `sha256` is that of the data set, so that another of the same name is not taken for it, and an
    own set that was exported and brought back, under another id, is.

    ValueError or RecipeError for a recipe that can't be.
    """
    wanted = _with_data_of_here(Recipe.model_validate(recipe), sha256, settings)
    absent = None
    try:
        spec = checked(wanted, settings)
        _must_be_the_same(spec.dataset, sha256)
    except AbsentError as error:
        how = wanted.data.preprocessing
        without = Data(classes=wanted.data.classes, preprocessing=how)
        spec = checked(wanted.model_copy(update={"data": without}), settings)
        unknown = isinstance(error, UnknownError)
        absent = _gone(wanted.data.dataset) if unknown else error.detail
    named = named_model(model) if model else None
    return replace(spec, recipe=wanted, model=named, weights=weights, absent=absent)


def _with_data_of_here(recipe: Recipe, sha256: str | None, settings: Settings) -> Recipe:
    """The recipe with the id that its data set has here, where that is an own one."""
    if not (sha256 and recipe.data.dataset):
        return recipe
    here = own_sets.id_of(settings.own_data_dir, sha256, recipe.data.dataset)
    data = recipe.data.model_copy(update={"dataset": here or recipe.data.dataset})
    return recipe.model_copy(update={"data": data})


def _gone(dataset_id: str | None) -> str:
    return (
        f"The data set {dataset_id} is not on this machine: bring its export on the page of the "
        "data sets, or import a file of this run that carries its data."
    )


def _must_be_the_same(dataset: DatasetInfo | None, sha256: str | None) -> None:
    """AbsentError where a data set of this name has other pictures than a run was trained on."""
    if dataset and sha256 and dataset.sha256 != sha256:
        raise AbsentError(
            f"The data set {dataset.id} on this machine (SHA-256 {dataset.sha256[:12]}…) is "
            f"not the one that this run was trained on ({sha256[:12]}…)."
        )


def checked(recipe: Recipe, settings: Settings) -> Spec:
    """What a whole recipe is made from; RecipeError for one that can't be built."""
    plans = tuple(plan(recipe.network, recipe.batch_size))
    _check_learning(recipe, plans)
    check_class_names(recipe.data.classes, plans[-1].output_shape)
    if recipe.data.preprocessing:
        recipe.data.preprocessing.must_fit(recipe.network.input)
    wanted = recipe.data.dataset
    dataset = _find(wanted, settings) if wanted is not None else None
    if dataset:
        _check_data(recipe, plans, dataset)
    shown = dataset or _find(SHOWN_WITHOUT_DATA, settings)
    return Spec(recipe, plans, None, dataset, shown)


class AbsentError(RecipeError):
    """A data set that is not on this machine."""


class UnknownError(AbsentError):
    """One that Convscope knows nothing of: no such name, or somebody's own."""


def _find(dataset_id: str, settings: Settings) -> DatasetInfo:
    try:
        found = describe(dataset_id, settings)
    except NotFoundError as error:
        raise UnknownError(error.detail) from error
    if not found.available:
        raise AbsentError(f"The data set {dataset_id} is not on this machine: {found.why}")
    return found


def _check_learning(recipe: Recipe, plans: tuple[LayerPlan, ...]) -> None:
    """What torch would refuse only once it trains."""
    if not any(entry.parameters for entry in plans):
        raise RecipeError("This network has nothing to learn: expected a Conv2d or Linear layer.")
    for entry in plans:
        one = entry.type == "BatchNorm2d" and recipe.batch_size * prod(entry.output_shape[1:]) == 1
        if one:
            raise RecipeError(
                f"Layer {entry.index} (BatchNorm2d) expects more than one value a channel in a "
                "batch, and one comes: use a larger batch.",
                entry.index,
            )


def _check_pictures(recipe: Recipe, dataset: DatasetInfo) -> None:
    """That the data set's pictures are of the network's input, or can be made so."""
    wanted, there = recipe.network.input, dataset.shape
    if tuple(there) == tuple(wanted):
        return
    differ = (
        f"The network's input is {shape_text(wanted)}, and the pictures of {dataset.id} are "
        f"{shape_text(there)} (channels × height × width)"
    )
    if recipe.data.preprocessing is None:
        raise RecipeError(f"{differ}: data.preprocessing would have them fitted.")
    if not {wanted[0], there[0]} <= set(FITTABLE):
        raise RecipeError(f"{differ}: only grey pictures and RGB can be fitted.")
    needed = fitted_bytes(dataset.train + dataset.test, wanted)
    if needed > MOST_BYTES:
        raise RecipeError(
            f"{differ}: fitted they would take {needed / 2**20:,.0f} MB, and at most "
            f"{MOST_BYTES // 2**20:,} MB are kept of a data set."
        )


def _check_data(recipe: Recipe, plans: tuple[LayerPlan, ...], dataset: DatasetInfo) -> None:
    _check_pictures(recipe, dataset)
    if recipe.batch_size > dataset.train:
        raise RecipeError(
            f"batch_size is {recipe.batch_size}: expected at most the {dataset.train:,} pictures "
            f"of {dataset.id}."
        )
    last = plans[-1]
    if len(last.output_shape) == 1 and last.output_shape != (len(dataset.classes),):
        raise RecipeError(
            f"Layer {last.index} ({last.type}) gives {last.output_shape[0]} numbers: expected one "
            f"for each of the {len(dataset.classes)} classes of {dataset.id}.",
            layer=last.index,
        )


def _shipped(model: NamedModel | None) -> bytes:
    if model is None or model.weights is None:
        raise RecipeError(
            "init is pretrained: expected a named network that is shipped with trained weights."
        )
    return model.weights.read_bytes()
