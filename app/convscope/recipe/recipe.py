"""The recipe: network, data, optimiser, initialisation, seed, checked before anything is built."""

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    StrictFloat,
    StrictInt,
    Tag,
    model_serializer,
    model_validator,
)

from convscope.recipe.base import Size
from convscope.recipe.class_names import ClassNames
from convscope.recipe.layers import Layer
from convscope.recipe.preprocessing import Preprocessing
from convscope.types import JsonObject

MAX_LAYERS = 64
MAX_SIDE = 1024

Rate = Annotated[StrictFloat, Field(ge=0, le=1e38)]
Fraction = Annotated[StrictFloat, Field(ge=0, lt=1)]
Side = Annotated[StrictInt, Field(ge=1, le=MAX_SIDE)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Network(_Part):
    """An input shape (C, H, W) and the layers it goes through."""

    input: tuple[Side, Side, Side]
    layers: Annotated[list[Layer], Field(min_length=1, max_length=MAX_LAYERS)]


class Init(_Part):
    """How weights are initialised; biases start at 0 (except with `pretrained`).

    `pretrained`, `from_run` and `from_file` take the layers that fit from trained weights; the
    others start as he_uniform.

    Glorot: Glorot & Bengio 2010; He: He et al. 2015, gain √2; orthogonal: Saxe et al. 2013.
    """

    type: Literal[
        "normal",
        "uniform",
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "orthogonal",
        "zeros",
        "pretrained",
        "from_run",
        "from_file",
    ] = "he_uniform"
    std: Annotated[StrictFloat, Field(gt=0, le=100)] = 0.05  # of `normal`
    bound: Annotated[StrictFloat, Field(gt=0, le=100)] = 0.05  # of `uniform`: from -bound to bound
    run: Annotated[str, Field(max_length=64)] | None = None  # of `from_run`

    @property
    def takes_weights(self) -> bool:
        """Whether the first weights come from trained ones, and not from a draw."""
        return self.type in ("pretrained", "from_run", "from_file")


class SGD(_Part):
    """Stochastic gradient descent, with momentum, Nesterov's variant and weight decay."""

    type: Literal["SGD"] = "SGD"
    learning_rate: Rate = 0.05
    momentum: Fraction = 0.9
    weight_decay: Rate = 0.0
    nesterov: StrictBool = False


class Adam(_Part):
    """Adam (Kingma & Ba 2015): weight decay is added to the gradient."""

    type: Literal["Adam"]
    learning_rate: Rate = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: Annotated[StrictFloat, Field(gt=0, le=1)] = 1e-8
    weight_decay: Rate = 0.0


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    type: Literal["AdamW"]  # type: ignore[assignment]  # the discriminator is all that differs
    weight_decay: Rate = 0.01


class RMSprop(_Part):
    """RMSprop (Hinton's lecture 6e), with an optional momentum."""

    type: Literal["RMSprop"]
    learning_rate: Rate = 0.001
    alpha: Fraction = 0.99
    eps: Annotated[StrictFloat, Field(gt=0, le=1)] = 1e-8
    momentum: Fraction = 0.0
    weight_decay: Rate = 0.0


Optimizer = Annotated[SGD | Adam | AdamW | RMSprop, Field(discriminator="type")]
Seed = Annotated[StrictInt, Field(ge=0, le=2**53 - 1)]
DatasetId = Annotated[str, Field(max_length=64)]


class Data(_Part):
    """What a run learns from; without a data set it can be viewed but not trained."""

    dataset: DatasetId | None = None
    classes: Annotated[
        ClassNames | None,
        Field(description="what the network's outputs are called; else as its data set says"),
    ] = None
    preprocessing: Annotated[
        Preprocessing | None,
        Field(
            description="what is done to each picture before it enters; else its pixels are "
            "divided by 255, and its data set's pictures have to be of the network's input"
        ),
    ] = None
    balanced: Annotated[
        StrictBool,
        Field(description="whether batches have every class as often as any other, within one"),
    ] = False

    @model_serializer(mode="wrap")
    def _given(self, handler: SerializerFunctionWrapHandler) -> JsonObject:
        """Without what was not asked for, as files of before have it."""
        return {k: v for k, v in handler(self).items() if k == "dataset" or v not in (None, False)}


class Recipe(_Part):
    """Everything that determines a run."""

    network: Network
    data: Data
    init: Init = Init()
    optimizer: Optimizer = SGD()
    batch_size: Size = 32
    seed: Seed = 0


def _network_kind(value: object) -> str:
    return "name" if isinstance(value, str) else "spelled out"


class RecipeRequest(_Part):
    """A recipe as sent: absent parts come from the named network, or are the defaults."""

    network: Annotated[
        Annotated[str, Tag("name"), Field(max_length=64)] | Annotated[Network, Tag("spelled out")],
        Discriminator(_network_kind),
    ] = "default"
    data: Data | None = None
    dataset: Annotated[
        DatasetId | None, Field(description="short for `data`'s `dataset`; null: none")
    ] = None
    init: Init | None = None
    optimizer: Optimizer | None = None
    batch_size: Size | None = None
    seed: Seed | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_data_set(cls, sent: object) -> object:
        return with_data(sent) if isinstance(sent, dict) else sent


def with_data(sent: JsonObject) -> JsonObject:
    """Parts of a recipe whose `dataset`, which is short for `data`'s, stands in `data` alone.

    ValueError where both are there and say something else.
    """
    if "dataset" not in sent:
        return sent
    others = {key: value for key, value in sent.items() if key != "dataset"}
    data = others.get("data", {})
    if not isinstance(data, dict) or data.get("dataset", sent["dataset"]) != sent["dataset"]:
        raise ValueError("expected one data set, got two: dataset and data differ")
    return others | {"data": data | {"dataset": sent["dataset"]}}


GOES_ON = ("dataset", "preprocessing", "balanced")


def data_with_base(data: JsonObject, base: JsonObject) -> JsonObject:
    """A recipe's `data` as sent; where it says no data set, or nothing of how pictures enter or are
    drawn, `base`'s goes on."""
    return {key: base[key] for key in GOES_ON if key in base} | data
