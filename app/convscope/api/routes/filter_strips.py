"""One filter over the steps."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from convscope.api.deps import TheAnyRun
from convscope.api.filter_steps import doubling_steps, listed_steps, over_steps
from convscope.api.openapi.document import answers, problems
from convscope.api.openapi.examples import filter_strips as examples
from convscope.api.openapi.headers import sends
from convscope.api.tensor_responses import MOST_JSON_VALUES, finite
from convscope.errors import TooLargeError
from convscope.heatmap import strip_png
from convscope.recipe.any_layer import must_have_filter
from convscope.runs.base_run import AnyRun
from convscope.runs.observed.observed_run import ObservedRun
from convscope.types import JsonObject

router = APIRouter(prefix="/runs/{run_id}", tags=["layers"], responses=problems(404))
MOST_STEPS = 64
LONGEST = 2**53  # a step
PNG = "image/png"


class StripAnswer(BaseModel):
    """One filter's kernels at several steps, in the order of the steps."""

    layer: str
    filter: int
    steps: list[int]
    axes: list[str]
    shape: list[int]
    values: list[Any]
    recomputed: str | None


STRIPS = answers(a_filter_at_two_steps=examples.STRIP)
STRIPS[200] |= {"model": StripAnswer, "description": "nested lists, or with `format=png` a heatmap"}
STRIPS[200]["content"][PNG] = {}


@router.get(
    "/layers/{layer}/strip",
    response_class=Response,
    responses=problems(409, 413, 503) | STRIPS,
    summary="A filter over the steps",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def get_filter_strip(
    request: Request,
    run: TheAnyRun,
    layer: str,
    number: Annotated[int, Query(alias="filter", ge=0, description="which filter, from 0")],
    steps: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="at most 64, as 0,1,2,4; without it 0, 1, 2, 4, 8, … and the last",
        ),
    ] = None,
    shape: Annotated[Literal["json", "png"], Query(alias="format")] = "json",
) -> Response:
    """Its kernels (in, kh, kw) at each of these steps, computed again beside the training. As PNG
    it has a row a channel and a column a step, all on one scale."""
    plan = run.spec.layer(layer)
    must_have_filter(plan, number)
    wanted = listed_steps(steps) if steps is not None else await _usual_steps(run)
    found = await over_steps(request, run, layer, number, wanted)
    seen: JsonObject = {"layer": layer, "filter": number, "steps": found.steps}
    return await _answer(seen, found.weights, found.recomputed, shape)


async def _usual_steps(run: AnyRun) -> list[int]:
    """0, 1, 2, 4, 8, … and the last, or what was recorded nearest to them."""
    steps = list(doubling_steps(run.steps))
    if not isinstance(run, ObservedRun):
        return steps
    recorded = await run.recorded_steps()
    return sorted({min(recorded, key=lambda one: abs(one - step)) for step in steps if recorded})


async def _answer(seen: JsonObject, values: Any, mark: str | None, shape: str) -> Response:
    headers = {"Convscope-Recomputed": mark} if mark else {}
    if shape == "png":
        title = f"{seen['layer']}, filter {seen['filter']}"
        picture = await run_in_threadpool(strip_png, values, seen["steps"], title=title)
        return Response(picture, media_type=PNG, headers=headers)
    rest = {"axes": ["step", "in", "ky", "kx"], "shape": values.shape, "values": finite(values)}
    if values.size > MOST_JSON_VALUES:
        raise TooLargeError(
            f"These are {values.size:,} numbers: as JSON at most {MOST_JSON_VALUES:,} are given; "
            "ask for fewer steps, or format=png."
        )
    return JSONResponse(seen | rest | {"recomputed": mark}, headers=headers)
