"""The code of a network, for PyTorch and for Keras."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from convscope.api.deps import TheRun
from convscope.api.openapi.document import problems
from convscope.codegen import Code, Framework, Subject, generate, tuned
from convscope.recipe import named_model, plan

router = APIRouter(tags=["code"])
Asked = Annotated[Framework, Query(description="whose code")]


class CodeAnswer(BaseModel):
    """One Python module, as text."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "framework": "pytorch",
                    "filename": "convscope_default.py",
                    "code": "def make_network() -> nn.Sequential:\n    …",
                }
            ]
        }
    )
    framework: Framework
    filename: str
    code: str


@router.get(
    "/runs/{run_id}/code",
    response_model=CodeAnswer,
    responses=problems(404, 409),
    summary="A run's network as code",
)
async def get_run_code(run: TheRun, framework: Asked = "pytorch") -> Code:
    """A module that makes the network with the run's layer names, loads the weights that
    `GET /runs/{id}/weights` exports, draws the initial ones again, and trains. Written from the
    recipe, with the optimiser's settings that are in force and a comment where they were tuned."""
    spec = run.spec
    name = spec.model.name if spec.model else None
    subject = Subject(spec.recipe, spec.plans, name, spec.trainable)
    now = run.describe()
    settings = {key: now[key] for key in ("learning_rate", "momentum", "weight_decay")}
    return generate(tuned(subject, settings), framework)


@router.get(
    "/models/{name}/code",
    response_model=CodeAnswer,
    responses=problems(404),
    summary="A named network as code",
)
async def get_model_code(name: str, framework: Asked = "pytorch") -> Code:
    """The same, from the network's own recipe."""
    model = named_model(name)
    plans = tuple(plan(model.recipe.network))
    trainable = model.recipe.data.dataset is not None and len(plans[-1].output_shape) == 1
    return generate(Subject(model.recipe, plans, name, trainable), framework)
