"""Views of a whole run: how its numbers are spread, and where its images lie."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from convscope.api.deps import TheLook
from convscope.api.json_or_npy import JsonOrNpy, also_npy, json_or_npy
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples import views as examples
from convscope.api.openapi.headers import sends
from convscope.api.schemas import ImageId
from convscope.ipc.commands import Distribute, Embed
from convscope.types import JsonObject

router = APIRouter(prefix="/runs/{run_id}", tags=["layers"], responses=problems(404, 409, 503))


class HistogramAnswer(BaseModel):
    """Of the finite ones; bin i is from `edges[i]` to `edges[i + 1]`. Empty where there is none."""

    count: int
    finite: int
    mean: float | None
    std: float | None
    edges: list[float]
    counts: list[int]


class DistributionAnswer(BaseModel):
    """How the numbers of a tensor are spread; `output`: of the layer's maps for the image."""

    layer: str
    tensor: str
    of: str
    histogram: HistogramAnswer


class DistributionList(BaseModel):
    """All numbers of all layers."""

    model_config = ConfigDict(json_schema_extra=shown(examples.DISTRIBUTIONS))
    step: int
    image: str
    distributions: list[DistributionAnswer]


class PlacedImage(BaseModel):
    """A held-out image and its place in the plane."""

    image: str
    label: int
    x: float
    y: float


class EmbeddingAnswer(BaseModel):
    """Images by the two main components of what the last layer with weights is given."""

    model_config = ConfigDict(json_schema_extra=shown(examples.EMBEDDING))
    step: int
    layer: str = Field(description="whose output it is")
    explained: list[float] = Field(description="the share of the variance that each axis holds")
    images: list[PlacedImage]


@router.get(
    "/distributions",
    response_model=DistributionList,
    summary="How a run's numbers are spread",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def list_distributions(
    look: TheLook,
    image: ImageId = "test-0",
    bins: Annotated[int, Query(ge=2, le=256)] = 40,
) -> Response:
    """A histogram of each layer's weights and biases, of their gradients and updates where a step
    led to this state, and of its maps for an image. Computed beside the training."""
    reply = await look.ask_beside(Distribute(image=image, bins=bins))
    return Response(reply.payload, media_type="application/json", headers=look.headers)


@router.get(
    "/embedding",
    response_model=EmbeddingAnswer,
    responses=also_npy("x and y of each image, (images, 2)"),
    summary="Held-out images in the plane",
    openapi_extra=sends("Convscope-Step", "Convscope-Recomputed", "Content-Disposition"),
)
async def get_embedding(
    look: TheLook, form: JsonOrNpy, count: Annotated[int, Query(ge=3, le=1000)] = 1000
) -> Response:
    """Principal component analysis of what the last layer with weights is given for a fixed sample
    of held-out images. Each axis is turned so that its farthest image is on the positive side: hold
    one step to another by Procrustes. Computed beside the training."""
    reply = await look.ask_beside(Embed(count=count))
    return json_or_npy(reply, form, look.headers, name=f"{look.run.id}.embedding", numbers=_places)


def _places(told: JsonObject) -> npt.NDArray[np.float64]:
    return np.array([(one["x"], one["y"]) for one in told["images"]])
