"""The networks in `models/`, and the way from what is asked for to a whole recipe."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from convscope.errors import NotFoundError, RecipeError
from convscope.recipe.recipe import Data, Network, Recipe, RecipeRequest, data_with_base
from convscope.settings import resources


@dataclass(frozen=True)
class NamedModel:
    """One folder of `models/`."""

    name: str
    folder: Path
    recipe: Recipe

    @property
    def card(self) -> str:
        """Its model card, Markdown."""
        return (self.folder / "card.md").read_text(encoding="utf-8")

    @property
    def weights(self) -> Path | None:
        """The trained weights that are shipped with it, if any."""
        path = self.folder / "weights.safetensors"
        return path if path.is_file() else None


@cache
def named_models() -> dict[str, NamedModel]:
    """Every named network, the default first."""
    found = [_read(path.parent) for path in sorted(resources("models").glob("*/recipe.json"))]
    found.sort(key=lambda model: (model.name != "default", model.name))
    return {model.name: model for model in found}


def _read(folder: Path) -> NamedModel:
    data = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    return NamedModel(folder.name, folder, Recipe.model_validate(data))


def named_model(name: str) -> NamedModel:
    """The network of that name; NotFoundError lists the names there are."""
    try:
        return named_models()[name]
    except KeyError:
        names = ", ".join(named_models())
        raise NotFoundError(f"There is no model {name!r}: expected one of {names}.") from None


def resolve(request: RecipeRequest) -> tuple[Recipe, str | None]:
    """The whole recipe for a request, and the network's name if it has one.

    RecipeError for a name that does not exist.
    """
    sent = {key: getattr(request, key) for key in request.model_fields_set - {"network"}}
    given = {key: value for key, value in sent.items() if value is not None}
    if isinstance(request.network, Network):
        return Recipe(**{"network": request.network, "data": Data(dataset=None)} | given), None
    try:
        base = named_model(request.network).recipe
    except NotFoundError as error:
        raise RecipeError(error.detail) from error
    if request.data:
        sent_data = request.data.model_dump(exclude_unset=True)
        given["data"] = Data(**data_with_base(sent_data, base.data.model_dump()))
    return base.model_copy(update=given), request.network
