"""A request is served on the event loop: a thread for each small question costs more than it."""

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts

from convscope.main import create_app

BLOCKING: set[str] = set()  # names of plain functions that do block, and so belong in a thread


def called(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """A route's own function, or a dependency, and all that these depend on."""
    if dependant.call is not None:
        yield dependant.call
    for below in dependant.dependencies:
        yield from called(below)


def in_threads(app: FastAPI) -> set[str]:
    """The names of all that FastAPI would run in a thread: whatever is no coroutine function."""
    routes = [context.original_route for context in iter_route_contexts(app.routes)]
    walked = {
        call
        for route in routes
        if isinstance(route, APIRoute | APIWebSocketRoute)
        for call in called(route.dependant)
    }
    assert len(walked) >= len([route for route in routes if isinstance(route, APIRoute)])
    return {
        call.__name__
        for call in walked
        if not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))
    }


def test_no_route_and_no_dependency_takes_a_thread_unless_it_blocks() -> None:
    app = create_app().app
    assert isinstance(app, FastAPI)
    assert in_threads(app) == BLOCKING


def test_a_plain_function_and_a_class_are_noticed() -> None:
    class Parameters:
        limit: int = 1

    def plain(parameters: Annotated[Parameters, Depends()]) -> Parameters:
        return parameters

    app = FastAPI()

    @app.get("/")
    async def route(found: Annotated[Parameters, Depends(plain)]) -> None:
        del found

    assert in_threads(app) == {"plain", "Parameters"}
