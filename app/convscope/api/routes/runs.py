"""Runs: make, list, look at, step, play, pause, reset, tune, delete."""

from dataclasses import replace
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Body, Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from convscope.api.addresses import relative
from convscope.api.compression import CompressedRoute
from convscope.api.deps import TheAnyLook, TheAnyRun, TheRegistry, TheRun
from convscope.api.openapi.document import problems
from convscope.api.openapi.headers import sends
from convscope.api.paging import ThePage
from convscope.api.schemas import (
    EXAMPLE_RECIPE,
    EvaluationAnswer,
    RunAnswer,
    RunList,
    StepBody,
    TuneBody,
)
from convscope.errors import ConvscopeError
from convscope.ipc import commands
from convscope.recipe import RecipeRequest
from convscope.recipe.float32 import check_settings
from convscope.recipe.recipe import Init
from convscope.recipe.safetensors_header import check_safetensors
from convscope.recipe.trained_weights.layouts import Layout
from convscope.recipe.trained_weights.match import FileWeights
from convscope.types import JsonObject

router = APIRouter(prefix="/runs", tags=["runs"])
# apart, since each page's first load has their answers, which are long
whole = APIRouter(prefix="/runs", tags=["runs"], route_class=CompressedRoute)
TUNABLE = ("learning_rate", "momentum", "weight_decay")  # in float32
COMMAND = problems(404, 409, 503)  # of what the worker is asked
MOST_UNREADABLE = 100
RECIPES = {
    "the default run": {"value": {}},
    "another start": {"value": EXAMPLE_RECIPE},
    "a network spelled out": {
        "value": {
            "network": {
                "input": [1, 28, 28],
                "layers": [
                    {"type": "Conv2d", "out_channels": 4, "kernel_size": [5, 5]},
                    {"type": "ReLU"},
                    {"type": "Flatten"},
                    {"type": "Linear", "out_features": 10},
                ],
            },
            "data": {"dataset": "fashion-mnist-10k"},
        }
    },
}


@whole.post(
    "",
    status_code=201,
    response_model=RunAnswer,
    responses=problems(409, 413, 503),
    summary="Create a run from a recipe",
)
async def create_run(
    registry: TheRegistry,
    request: Request,
    response: Response,
    recipe: Annotated[RecipeRequest | None, Body(openapi_examples=RECIPES)] = None,
) -> JsonObject:
    """Every field has a default: `{}` gives the default run. It answers at once, in state
    `starting`; the next requests wait until its worker is up."""
    run = await registry.create(recipe or RecipeRequest())
    response.headers["Location"] = relative(request, "get_run", run_id=run.id)
    return run.describe()


async def _how(
    layout: Annotated[
        Layout,
        Query(
            description="keras: Keras's names and order of axes (HWIO kernels, Dense behind "
            "Flatten counted through the channels fastest)"
        ),
    ] = "torch",
    complete: Annotated[
        bool, Query(description="refuse a file that has no weights for some of the layers")
    ] = False,
) -> FileWeights:
    """How the file that comes is to be read."""
    return FileWeights(b"", layout, complete)


@router.post(
    "/from-weights",
    status_code=201,
    response_model=RunAnswer,
    responses=problems(400, 409, 413, 503),
    summary="Create a run from weights",
)
async def create_run_from_weights(
    registry: TheRegistry,
    request: Request,
    response: Response,
    weights: Annotated[UploadFile, File(description="safetensors; layers that fit are loaded")],
    how: Annotated[FileWeights, Depends(_how)],
    recipe: Annotated[
        str,
        Form(description="a recipe as JSON; its init is set here", examples=['{"batch_size": 8}']),
    ] = "{}",
) -> JsonObject:
    """Like `POST /runs`, with initial weights from a file. Names are matched, without a prefix such
    as `module.`; where none is the network's, shapes and order are. `taken` lists those that
    fitted, `first_weights` for each layer where its weights came from, or why they did not."""
    wanted = _parse(recipe).model_copy(update={"init": Init(type="from_file")})
    wanted.model_fields_set.add("init")
    data = check_safetensors(await weights.read())
    run = await registry.create(wanted, replace(how, data=data))
    response.headers["Location"] = relative(request, "get_run", run_id=run.id)
    try:
        return await run.started()
    except ConvscopeError:
        await registry.delete(run.id)  # nobody has been told its id
        raise


def _parse(recipe: str) -> RecipeRequest:
    try:
        return RecipeRequest.model_validate_json(recipe.removeprefix("\ufeff"))  # an editor's mark
    except ValidationError as error:
        raise RequestValidationError(
            [entry | {"loc": ("recipe", *entry["loc"])} for entry in error.errors()]
        ) from error


@whole.get("", response_model=RunList, summary="List runs")
async def list_runs(registry: TheRegistry, page: ThePage) -> JsonObject:
    """Oldest first. `unreadable` lists the files that cannot be opened, 100 at most."""
    runs, after = registry.runs.page(page.cursor, page.limit)
    some = islice(registry.unreadable.items(), MOST_UNREADABLE)
    unreadable = [{"run": run, "why": why} for run, why in some]
    return {"runs": [run.describe() for run in runs], "next": after, "unreadable": unreadable}


@router.get(
    "/{run_id}",
    response_model=RunAnswer,
    responses=COMMAND,
    summary="Get a run",
    openapi_extra=sends("Convscope-Recomputed"),
)
async def get_run(look: TheAnyLook, response: Response) -> JsonObject:
    """State, step, loss, accuracy, images per second, and the whole recipe. For a past `step`,
    what was true then; `steps` is the latest step."""
    run = await look.run.describe_at(look.step)
    look.mark(run["recomputed"])
    response.headers.update(look.headers)
    return run


@router.delete(
    "/{run_id}",
    status_code=204,
    response_class=Response,
    responses=problems(404),
    summary="Delete a run",
)
async def delete_run(run_id: str, registry: TheRegistry) -> None:
    """Its worker ends at once, even in the middle of a step. For a day it can be restored."""
    await registry.delete(run_id)


@router.post(
    "/{run_id}/step",
    response_model=RunAnswer,
    responses=COMMAND | problems(413),
    summary="Train some steps",
)
async def train_steps(run: TheAnyRun, body: StepBody | None = None) -> JsonObject:
    """Answers when they are done; without a body, one step. `until` is safe to repeat.
    409 while the run is playing."""
    goal = body or StepBody()
    return await run.command(commands.Step(steps=goal.steps, until=goal.until))


@router.post(
    "/{run_id}/play",
    response_model=RunAnswer,
    responses=COMMAND,
    summary="Train until paused",
)
async def play_run(run: TheAnyRun) -> JsonObject:
    """At `steps_per_second`, or flat out. Safe to repeat."""
    return await run.command(commands.Play())


@router.post(
    "/{run_id}/pause",
    response_model=RunAnswer,
    responses=COMMAND,
    summary="Pause after the current step",
)
async def pause_run(run: TheAnyRun) -> JsonObject:
    """Also measures the held-out accuracy there. Safe to repeat."""
    return await run.command(commands.Pause())


@router.post(
    "/{run_id}/evaluate",
    response_model=EvaluationAnswer,
    responses=COMMAND,
    summary="Measure the whole held-out half",
)
async def evaluate_run(run: TheRun) -> JsonObject:
    """Accuracy and loss of the current step on all held-out images; training waits meanwhile. It
    is no point of the curve, whose points are measured on a sample."""
    reply = await run.ask(commands.Evaluate())
    return {name: getattr(reply, name) for name in EvaluationAnswer.model_fields}


@router.post(
    "/{run_id}/reset",
    response_model=RunAnswer,
    responses=COMMAND,
    summary="Reset to step 0",
)
async def reset_run(run: TheRun, registry: TheRegistry) -> JsonObject:
    """To the same initial weights and the recipe's own settings; the previous state is kept as
    another run, whose id is `previous_run`. Safe to repeat."""
    previous = await registry.reset(run.id)
    return run.describe() | {"previous_run": previous.id if previous else None}


@router.post(
    "/{run_id}/resume",
    response_model=RunAnswer,
    responses=COMMAND,
    summary="Try again after a failure",
)
async def resume_run(run: TheRun) -> JsonObject:
    """A run that failed gets a new worker and continues from what is saved. Safe to repeat."""
    return await run.resume()


@router.patch(
    "/{run_id}",
    response_model=RunAnswer,
    responses=COMMAND | problems(413),
    summary="Change settings while it trains",
)
async def update_run(run: TheAnyRun, body: TuneBody) -> JsonObject:
    """From the next step on. `steps_per_second` null is flat out. `name` is the run's name."""
    changes = body.changes()
    check_settings({name: changes.get(name) for name in TUNABLE})
    if "name" in body.model_fields_set:
        await run.rename(body.name)
    return await run.command(commands.Tune(changes=changes)) if changes else run.describe()
