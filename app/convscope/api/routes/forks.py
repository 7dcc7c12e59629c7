"""Going on from a past step of a run, in another run."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, StrictInt, ValidationError

from convscope.api.addresses import relative
from convscope.api.deps import TheRegistry
from convscope.api.openapi.document import problems, shown
from convscope.api.openapi.examples.run import FORKS
from convscope.api.schemas import Body, RunAnswer
from convscope.recipe.interventions import AnyIntervention
from convscope.types import JsonObject

router = APIRouter(prefix="/runs/{run_id}", tags=["runs"])


class ForkBody(Body):
    """The step to fork a run at, and what changes from there on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=shown(*FORKS))
    step: Annotated[StrictInt, Field(ge=0, le=2**53)] | None = None  # null: now
    # the parts that change, within `optimizer` too; not `init`
    recipe: dict[str, Any] = Field(default_factory=dict)
    interventions: list[Annotated[AnyIntervention, Field(discriminator="type")]] = Field(
        default_factory=list, max_length=64
    )
    name: Annotated[str, Field(max_length=200)] | None = None


@router.post(
    "/fork",
    status_code=201,
    response_model=RunAnswer,
    responses=problems(404, 409, 413, 503),
    summary="Fork a run at a step",
)
async def fork_run(
    run_id: str,
    registry: TheRegistry,
    request: Request,
    response: Response,
    body: ForkBody | None = None,
) -> JsonObject:
    """The new run has its parent's history up to that step; the parent does not change. Any part
    of the recipe may change as long as the weights still fit; if the kind of optimiser changes,
    its state starts afresh. 404 for a step that the run has not reached."""
    wanted = body or ForkBody()
    try:
        made = await registry.fork(
            run_id, wanted.step, wanted.recipe, wanted.interventions, wanted.name
        )
    except ValidationError as error:
        raise RequestValidationError(
            [entry | {"loc": ("body", "recipe", *entry["loc"])} for entry in error.errors()]
        ) from error
    response.headers["Location"] = relative(request, "get_run", run_id=made.id)
    return made.describe()
