"""What is known of a network that somebody else trains."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from convscope.errors import NotFoundError
from convscope.recipe.class_names import MOST_CLASSES, ClassName, class_names, score_count
from convscope.recipe.observed_layer import ObservedLayer
from convscope.types import JsonObject

MOST_LAYERS = 2000
MOST_PROBES = 64
Label = Annotated[StrictInt, Field(ge=0, le=2**31 - 1)]


class ObservedSpec(BaseModel):
    """The layers in the order in which they run, and the names of what the network tells apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    network: Annotated[str, Field(max_length=128)] = Field(
        default="", description="what the network is called: its class's name"
    )
    layers: Annotated[tuple[ObservedLayer, ...], Field(min_length=1, max_length=MOST_LAYERS)] = (
        Field(description="in the order in which they run")
    )
    classes: Annotated[tuple[ClassName, ...], Field(max_length=MOST_CLASSES)] = Field(
        default=(), description="names of the class scores, in order"
    )
    probes: Annotated[StrictInt, Field(ge=0, le=MOST_PROBES)] = Field(
        default=0, description="how many images it is looked at through: `probe-0`, `probe-1`, …"
    )
    labels: Annotated[
        tuple[Annotated[StrictInt, Field(ge=0)], ...], Field(max_length=MOST_PROBES)
    ] = Field(default=(), description="the probes' classes, by number")
    controllable: StrictBool = Field(
        default=False, description="whether the page may pause it, step it and let it go on"
    )

    @property
    def plans(self) -> tuple[ObservedLayer, ...]:
        """Its layers, in the order in which they run."""
        return self.layers

    def layer(self, name: str) -> ObservedLayer:
        """The layer of that name; NotFoundError where there is none."""
        for entry in self.layers:
            if entry.name == name:
                return entry
        raise NotFoundError(f"There is no layer {name!r} in this network.")

    def describe_layers(self) -> list[JsonObject]:
        """As `GET /runs/{id}/layers` lists them."""
        return [entry.describe(index) for index, entry in enumerate(self.layers)]

    @property
    def probe_ids(self) -> list[str]:
        """The images that it is looked at through."""
        return [f"probe-{number}" for number in range(self.probes)]

    @property
    def class_names(self) -> list[str]:
        """What its class scores are called; numbers where nobody named them."""
        return class_names(score_count(self.layers[-1].output_shape), self.classes, None)
