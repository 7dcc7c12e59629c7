"""One image and one kernel: the arithmetic of a convolution, without a run."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, model_validator
from starlette.concurrency import run_in_threadpool

from convscope.api.openapi.document import problems, shown
from convscope.api.schemas import Body
from convscope.convolve import Sliding, convolve, terms
from convscope.types import JsonObject

router = APIRouter(tags=["convolve"])
MOST_IMAGE = 64  # rows, and columns
MOST_KERNEL = 15
MOST_PRODUCTS = 16_384  # that are listed one by one; larger figures get the output alone

Number = Annotated[StrictInt | StrictFloat, Field(ge=-1e12, le=1e12)]
Row = Annotated[list[Number], Field(min_length=1, max_length=MOST_IMAGE)]
EXAMPLE: Any = {"image": [[1, 1, 1], [0, 1, 1], [0, 0, 1]], "kernel": [[1, 0], [0, 1]]}
EXAMPLE_ANSWER: Any = {
    "output": [[2, 2], [0, 2]],
    "shape": [2, 2],
    "terms": [
        [
            {
                "rows": [0, 1],
                "columns": [0, 1],
                "patch": [[1, 1], [0, 1]],
                "products": [[1, 0], [0, 1]],
                "sum": 2,
            },
            {
                "rows": [0, 1],
                "columns": [1, 2],
                "patch": [[1, 1], [1, 1]],
                "products": [[1, 0], [0, 1]],
                "sum": 2,
            },
        ],
        [
            {
                "rows": [1, 2],
                "columns": [0, 1],
                "patch": [[0, 1], [0, 0]],
                "products": [[0, 0], [0, 0]],
                "sum": 0,
            },
            {
                "rows": [1, 2],
                "columns": [1, 2],
                "patch": [[1, 1], [0, 1]],
                "products": [[1, 0], [0, 1]],
                "sum": 2,
            },
        ],
    ],
}


class ConvolveBody(Body):
    """An image, a kernel, and how the one slides over the other."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, json_schema_extra=shown(EXAMPLE))
    image: Annotated[list[Row], Field(min_length=1, max_length=MOST_IMAGE)]
    kernel: Annotated[
        list[Annotated[list[Number], Field(min_length=1, max_length=MOST_KERNEL)]],
        Field(min_length=1, max_length=MOST_KERNEL),
    ]
    bias: Number = 0
    stride: Annotated[StrictInt, Field(ge=1, le=MOST_IMAGE)] = 1
    padding: Annotated[StrictInt, Field(ge=0, le=MOST_KERNEL)] = 0
    dilation: Annotated[StrictInt, Field(ge=1, le=MOST_IMAGE)] = 1

    @model_validator(mode="after")
    def _rectangles(self) -> "ConvolveBody":
        for name, rows in (("image", self.image), ("kernel", self.kernel)):
            lengths = sorted({len(row) for row in rows})
            if len(lengths) > 1:
                shown = " and ".join(map(str, lengths[:2]))
                raise ValueError(f"expected {name} to have rows of one length, got {shown}")
        return self


class Term(BaseModel):
    """One value of the output as arithmetic; null is padding."""

    rows: list[int | None]
    columns: list[int | None]
    patch: list[list[float | None]]
    products: list[list[float]]
    sum: float


class ConvolveAnswer(BaseModel):
    """The output, and how each of its values comes about."""

    model_config = ConfigDict(json_schema_extra=shown(EXAMPLE_ANSWER))
    output: list[list[float]]
    shape: tuple[int, int]
    terms: list[list[Term]] | None


@router.post(
    "/convolve",
    response_model=ConvolveAnswer,
    responses=problems(413),
    summary="One image and one kernel",
)
async def convolve_image(body: ConvolveBody) -> JsonObject:
    """Cross-correlation (the kernel is not flipped) in float64, with bias, stride, zero padding and
    dilation. An image has at most 64 × 64 numbers, a kernel 15 × 15. `terms[y][x]` holds the patch
    under the kernel and the products that `output[y][x]` less the bias is the sum of; it is null
    where there are more than 16,384 products in all."""
    return await run_in_threadpool(_answer, body)


def _answer(body: ConvolveBody) -> JsonObject:
    image, kernel = np.array(body.image, np.float64), np.array(body.kernel, np.float64)
    how = Sliding(stride=body.stride, padding=body.padding, dilation=body.dilation)
    output = convolve(image, kernel, body.bias, how)
    listed = output.size * kernel.size <= MOST_PRODUCTS
    return {
        "output": output.tolist(),
        "shape": output.shape,
        "terms": terms(image, kernel, how) if listed else None,
    }
