"""What the network takes the held-out images for."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from convscope.api.deps import TheLook
from convscope.api.json_or_npy import JsonOrNpy, also_npy, json_or_npy
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples import confusion as examples
from convscope.api.openapi.headers import sends
from convscope.ipc.commands import Confuse, ListAnswers

router = APIRouter(
    prefix="/runs/{run_id}/confusion", tags=["explanations"], responses=problems(404, 409, 503)
)
Count = Annotated[int, Query(ge=0, le=500, description="of the images, at most")]
ClassIndex = Annotated[int, Query(ge=0, le=2**31)]


class AnsweredImage(BaseModel):
    """A held-out image, its class and the one that it is taken for."""

    image: str
    true: int
    predicted: int
    confidence: float


class ClassAnswers(BaseModel):
    """One class. Recall: the share of its images that are taken for it; precision: the share of
    those taken for it that are its own; null where there are none."""

    index: int
    class_: str = Field(alias="class")
    count: int
    recall: float | None
    precision: float | None


class Confusion(BaseModel):
    """The whole held-out half; `matrix` has a row a true class and a column a predicted one."""

    model_config = ConfigDict(json_schema_extra=shown(examples.CONFUSION))
    step: int
    count: int
    accuracy: float
    matrix: list[list[int]]
    classes: list[ClassAnswers]
    mistakes: list[AnsweredImage]


class AnsweredImages(BaseModel):
    """One cell of the matrix: how many, and the most confident of them."""

    model_config = ConfigDict(json_schema_extra=shown(examples.CELL))
    step: int
    true: int
    predicted: int
    count: int
    images: list[AnsweredImage]


@router.get(
    "",
    response_model=Confusion,
    responses=also_npy("the matrix, (classes, classes), rows the true class"),
    summary="The confusion matrix",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_confusion(look: TheLook, form: JsonOrNpy, count: Count = 24) -> Response:
    """Of all held-out images, with each class's recall and precision and the most confident
    mistakes. Measured beside the training."""
    reply = await look.ask_beside(Confuse(count=count))
    name = f"{look.run.id}.confusion"
    return json_or_npy(
        reply, form, look.headers, name=name, numbers=lambda told: np.array(told["matrix"])
    )


@router.get(
    "/images",
    response_model=AnsweredImages,
    summary="The images in a cell of the confusion matrix",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def list_confusion_images(
    look: TheLook, true: ClassIndex, predicted: ClassIndex, count: Count = 24
) -> Response:
    """Of class `true`, taken for class `predicted`, the most confident first. 404 for a class that
    there is not."""
    reply = await look.ask_beside(ListAnswers(true=true, predicted=predicted, count=count))
    return Response(reply.payload, media_type="application/json", headers=look.headers)
