"""Answers that are JSON with the numbers in it, or those numbers alone for `numpy.load`."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy.typing as npt
from fastapi import Depends, Header, Query
from starlette.responses import Response

from convscope.api.openapi.document import Responses, problems
from convscope.api.tensor_responses import MEDIA_TYPES, Format, choose_format, npy_response
from convscope.ipc.replies import JsonReply


async def _chosen(
    accept: Annotated[str, Header()] = "*/*",
    asked: Annotated[Literal["json", "npy"] | None, Query(alias="format")] = None,
) -> Format:
    return choose_format(accept, asked, ("json", "npy"))


JsonOrNpy = Annotated[Format, Depends(_chosen)]


def also_npy(numbers: str) -> Responses:
    """`responses` of a route that answers JSON or `.npy`: what the numbers alone are."""
    answer = {"description": f"JSON, or numpy's `.npy`: {numbers}"}
    return problems(406) | {200: answer | {"content": {MEDIA_TYPES["npy"]: {}}}}


def json_or_npy(
    reply: JsonReply,
    form: Format,
    headers: dict[str, str],
    *,
    name: str,
    numbers: Callable[[Any], npt.NDArray[Any]],
) -> Response:
    """The reply as it came, or what `numbers` takes out of it as the file NAME.stepN.npy."""
    headers = {"Vary": "Accept"} | headers
    if form == "json":
        return Response(reply.payload, media_type=MEDIA_TYPES["json"], headers=headers)
    told = json.loads(reply.payload)
    response = npy_response(numbers(told), f"{name}.step{told['step']}.npy")
    response.headers.update(headers | {"Convscope-Step": str(told["step"])})
    return response
