"""The mini-batch of a step, so that its gradient can be computed again anywhere."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from convscope.api.deps import Look, TheLook
from convscope.api.openapi.document import Responses, problems, shown
from convscope.api.openapi.examples.batch import BATCH, MASK
from convscope.api.openapi.headers import sends
from convscope.api.tensor_responses import Representation, Tensor, answer, choose_format, floats
from convscope.ipc import commands
from convscope.ipc.replies import BatchReply
from convscope.recipe.base import LayerName
from convscope.types import JsonObject

router = APIRouter(
    prefix="/runs/{run_id}/batch", tags=["batches"], responses=problems(404, 406, 409, 503)
)
Format = Literal["json", "npy"]
NPY: Responses = {200: {"content": {"application/x-npy": {}}}}
RULE = (
    "After torch.manual_seed(seed) the batch goes through the network once, in training mode, on "
    "the run's device. Each Dropout layer in its turn draws mask = "
    "torch.nn.functional.dropout(torch.ones_like(x), p), of its input x (maps lie in memory as "
    "channels_last), and gives x * mask."
)


class ExampleAnswer(BaseModel):
    """One image of a batch, in the batch's order."""

    image: str
    label: int
    class_: Annotated[str, Field(alias="class")]


class DropoutLayer(BaseModel):
    """A layer that draws a mask, and how it is: 0 with probability p, else 1/(1-p)."""

    layer: str
    p: float
    shape: list[int]


class DropoutAnswer(BaseModel):
    """How the masks of a step are made; `seed` is a decimal text, since it has up to 63 bits."""

    seed: str
    rule: str
    layers: list[DropoutLayer]


class BatchAnswer(BaseModel):
    """The mini-batch of the step from `step` - 1 to `step`."""

    model_config = ConfigDict(json_schema_extra=shown(BATCH))
    step: int
    shape: list[int]
    examples: list[ExampleAnswer]
    dropout: DropoutAnswer


class MaskAnswer(BaseModel):
    """What a Dropout layer multiplied its input by, as nested lists."""

    model_config = ConfigDict(json_schema_extra=shown(MASK))
    layer: str
    tensor: str
    of: str
    step: int
    layout: str
    axes: list[str]
    shape: list[int]
    values: list[object]


async def _choose(
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
    asked: Annotated[Format | None, Query(alias="format", description="else by Accept")] = None,
) -> Representation:
    return Representation(choose_format(accept, asked, ("json", "npy")))


Chosen = Annotated[Representation, Depends(_choose)]


@router.get(
    "",
    response_model=BatchAnswer,
    responses=NPY,
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
    summary="The mini-batch of a step",
)
async def get_batch(look: TheLook, chosen: Chosen) -> Response:
    """The batch that led to `step`: with the weights at `step` - 1 it gives the gradients at
    `step`. JSON: ids, labels, and how dropout drew; `.npy`: the images as the network gets them,
    float32 (B, C, H, W). 409 where no step led there, or without the data set."""
    look.run.must_know_batch(look.step)
    reply = await look.ask(commands.Batch(images=chosen.format == "npy"))
    if chosen.format == "json":
        headers = look.headers | {"Convscope-Step": str(reply.step), "Vary": "Accept"}
        return JSONResponse(_described(look, reply), headers=headers)
    values = floats(reply)
    axes = ("example", "channel", "y", "x")
    images = Tensor("batch", "images", "value", reply.step, "torch", axes, values)
    return await answer(images, chosen, look.headers)


@router.get(
    "/masks/{layer}",
    response_model=MaskAnswer,
    responses=NPY,
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
    summary="A step's dropout mask",
)
async def get_dropout_mask(look: TheLook, chosen: Chosen, layer: LayerName) -> Response:
    """What the Dropout layer multiplied its input by in the step that led to `step`: 0 or
    1/(1-p), float32 in the shape of a batch of its inputs. 409 for other layers."""
    plan = look.run.spec.layer(layer)
    look.run.must_know_batch(look.step)
    reply = await look.ask(commands.DropoutMask(layer=plan.name))
    values = floats(reply)
    inner = ("channel", "y", "x") if values.ndim == 4 else ("unit",)
    mask = Tensor(plan.name, "mask", "value", reply.step, "torch", ("example", *inner), values)
    return await answer(mask, chosen, look.headers)


def _described(look: Look, reply: BatchReply) -> JsonObject:
    run, names, count = look.run, look.run.classes, reply.shape[0]
    drawn = [
        {"layer": plan.name, "p": plan.arguments["p"], "shape": [count, *plan.output_shape]}
        for plan in run.spec.plans
        if plan.type == "Dropout"
    ]
    return {
        "step": reply.step,
        "shape": list(reply.shape),
        "examples": [
            {"image": f"train-{number}", "label": label, "class": names[label]}
            for number, label in zip(reply.numbers, reply.labels, strict=True)
        ],
        "dropout": {"seed": str(reply.seed), "rule": RULE, "layers": drawn},
    }
