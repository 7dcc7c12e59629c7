"""How a run is, and what can be done about it."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from convscope.api.deps import TheLook
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples import health as examples
from convscope.api.openapi.headers import sends
from convscope.api.routes.forks import ForkBody
from convscope.ipc.commands import Examine
from convscope.types import HealthKind

router = APIRouter(prefix="/runs/{run_id}", tags=["findings"], responses=problems(404, 409, 503))


class Remedy(BaseModel):
    """What to try, in words, and the body of a `POST /runs/{id}/fork` that does."""

    sentence: str
    fork: ForkBody


class HealthFindingAnswer(BaseModel):
    """What may be wrong; `other` is the filter that this one is a duplicate of."""

    kind: HealthKind
    layer: str
    filter: int | None
    other: int | None
    sentence: str
    remedy: Remedy


class LayerHealth(BaseModel):
    """Root mean squares of a layer's weight, of its gradient and of its last update, and update ÷
    weight, of the layer and of each filter; null where no step led to this state."""

    layer: str
    weight: float
    gradient: float | None
    update: float | None
    ratio: float | None
    filter_ratios: list[float] | None


class ClampedShare(BaseModel):
    """The share of a ReLU's values that are 0."""

    layer: str
    share: float


class Health(BaseModel):
    """A run's health; filters and ReLUs are measured on the fixed sample of held-out images."""

    model_config = ConfigDict(json_schema_extra=shown(examples.HEALTH))
    step: int
    images: int
    findings: list[HealthFindingAnswer]
    layers: list[LayerHealth] = Field(description="those with weights, from the input on")
    clamped: list[ClampedShare]


@router.get(
    "/health",
    response_model=Health,
    summary="How a run is",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def get_run_health(look: TheLook) -> Response:
    """Dead and duplicate filters, updates that are too large or too small for their weights,
    gradients that vanish, ReLUs that let nothing through: each with a remedy to try in a fork.
    Computed beside the training."""
    reply = await look.ask_beside(Examine())
    return Response(reply.payload, media_type="application/json", headers=look.headers)
