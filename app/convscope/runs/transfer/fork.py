"""A fork: a new run that goes on from any step of another, with what fits of the recipe changed."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convscope.errors import InvalidError, RecipeError
from convscope.ipc.commands import Checkpoint
from convscope.recipe import (
    LayerPlan,
    Preprocessing,
    Recipe,
    data_with_base,
    named_model,
    with_data,
)
from convscope.recipe.float32 import check_recipe
from convscope.runs.recomputed import marked
from convscope.runs.run import Run
from convscope.runs.spec import Spec, checked
from convscope.settings import Settings
from convscope.storage.run_writer import (
    Segment,
    insert_checkpoint,
    insert_event,
    insert_segment,
)
from convscope.types import JsonObject


@dataclass(frozen=True)
class Branch:
    """What a fork begins with: the state it leaves its parent in, and its recipe from there."""

    step: int
    recipe: Recipe
    about: JsonObject  # what is noted of its network and its data set
    optimizer: bool  # whether the optimiser's state goes on
    state: JsonObject
    tensors: bytes
    environment: JsonObject | None
    events: Sequence[JsonObject]  # that the state has been through, as the parent's file had them

    def write(self, connection: sqlite3.Connection) -> None:
        """As a new segment of a copied file.

        Its events are those of the state, whatever the parent's file has meanwhile: somebody may
        have changed the run at this very step, or gone on dragging a weight.
        """
        connection.execute("DELETE FROM event")
        for event in self.events:
            insert_event(connection, event)
        (last,) = connection.execute("SELECT max(number) FROM segment").fetchone()
        recipe = self.recipe.model_dump(mode="json")
        insert_segment(
            connection,
            Segment(last + 1, self.step, recipe, {}, self.optimizer, self.environment),
        )
        insert_checkpoint(connection, last + 1, self.state, self.tensors)


async def branch_off(run: Run, step: int | None, changes: JsonObject, settings: Settings) -> Branch:
    """Leave a run at a step (None: now), its recipe changed.

    NotFoundError for a step it has not come to; RecipeError, InvalidError or pydantic's
    ValidationError for a recipe that the weights of that step do not fit.
    """
    await run.up()
    step = run.steps if step is None else step
    looked = await run.look(step, Checkpoint())
    then = run.file.segment_at(step).recipe
    recipe, name = _changed(then, looked.reply.settings, changes)
    check_recipe(recipe)
    spec = checked(recipe, settings)
    before = Recipe.model_validate(then)
    _must_fit(checked(before, settings).plans, spec.plans)
    _must_enter_alike(before, recipe)
    return Branch(
        step,
        recipe,
        _about(spec, name or run.file.about["network"]),
        recipe.optimizer.type == then["optimizer"]["type"],
        marked(looked.reply.checkpoint, looked.recomputed_from),
        looked.reply.payload,
        run.replay_environment,
        looked.events,
    )


def _about(spec: Spec, network: str | None) -> JsonObject:
    sha256 = spec.dataset.sha256 if spec.dataset else None
    return {"network": network, "dataset_sha256": sha256, "classes": list(spec.classes)}


def _changed(
    then: JsonObject, settings: JsonObject, changes: JsonObject
) -> tuple[Recipe, str | None]:
    """The recipe as it was tuned, with these changes; and the name of a network that is new."""
    try:
        changes = with_data(changes)
    except ValueError as error:
        raise InvalidError(f"recipe: {error}.") from error
    if "init" in changes:
        raise InvalidError(
            "init says how weights begin: from a step that was trained there is none to change."
        )
    tuned = {key: value for key, value in settings.items() if value is not None}
    optimizer = then["optimizer"] | tuned
    wanted = changes.get("optimizer", {})
    other = isinstance(wanted, dict) and wanted.get("type", optimizer["type"]) != optimizer["type"]
    merged: dict[str, Any] = then | changes
    if isinstance(changes.get("data"), dict):
        merged["data"] = data_with_base(changes["data"], then["data"])
    merged["optimizer"] = wanted if other or not isinstance(wanted, dict) else optimizer | wanted
    name = merged["network"] if isinstance(merged["network"], str) else None
    if name:
        merged["network"] = named_model(name).recipe.network.model_dump(mode="json")
    return Recipe.model_validate(merged), name


def _must_fit(before: tuple[LayerPlan, ...], after: tuple[LayerPlan, ...]) -> None:
    """RecipeError unless both networks have the very same tensors."""
    old, new = _tensors(before), _tensors(after)
    wrong = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if wrong:
        raise RecipeError(
            "A fork goes on with its parent's weights, and these are others in the network that "
            f"was sent: {', '.join(wrong[:6])}{' …' * (len(wrong) > 6)}."
        )


def _must_enter_alike(before: Recipe, after: Recipe) -> None:
    """RecipeError unless a pixel is the same number to both networks.

    The weights are of those numbers, and so is what is shown of the steps before the fork.
    """
    if _numbers(before) != _numbers(after):
        raise RecipeError(
            "A fork goes on with its parent's weights, which learned from pixels as its parent's "
            "data.preprocessing has them: scale, mean and std cannot change."
        )


def _numbers(recipe: Recipe) -> JsonObject:
    how, channels = recipe.data.preprocessing or Preprocessing(), recipe.network.input[0]
    return {"scale": how.scale, "channels": how.for_channels(channels)}


def _tensors(plans: tuple[LayerPlan, ...]) -> dict[str, tuple[int, ...]]:
    return {f"{plan.name}.{name}": shape for plan in plans for name, shape in plan.tensors.items()}
