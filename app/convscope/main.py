"""The application: routers, lifespan, error handlers, and the guard around it all."""

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from functools import cache

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from convscope import __version__
from convscope.api.monitoring.monitor import Monitor
from convscope.api.openapi.document import Documented, problems
from convscope.api.openapi.problems import add_error_handlers
from convscope.api.routes import (
    attributions,
    batches,
    catalog,
    code,
    confusion,
    convolve,
    datasets,
    explain,
    filter_strips,
    filters,
    findings,
    forks,
    health,
    images,
    import_export,
    interventions,
    layers,
    lessons,
    monitoring,
    observed,
    outputs,
    pages,
    previews,
    runs,
    stream,
    thumbnails,
    trash,
    views,
)
from convscope.api.security.guard import Guard
from convscope.budget import Budget
from convscope.ipc import forkserver
from convscope.ipc.process import ProcessWorker
from convscope.own_data.preview.previews import Previews
from convscope.runs.housekeeping import keep_house
from convscope.runs.registry import Registry
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory

DESCRIPTION = """Watch every weight of a CNN learn.

Make a run, step it or let it play, and read every kernel, feature map and gradient. Errors are
`application/problem+json`: one sentence in `detail` says what was expected and what was sent."""

RESOURCES = (  # in this order: an address that is spelled out comes before one with a name in it
    catalog,
    previews,
    datasets,
    filter_strips,
    trash,
    thumbnails,
    import_export,
    observed,
    runs,
    forks,
    layers,
    outputs,
    filters,
    attributions,
    confusion,
    batches,
    images,
    explain,
    interventions,
    findings,
    health,
    views,
    convolve,
    code,
    stream,
)


def create_app(
    settings: Settings | None = None, directory: RunDirectory | None = None, *, preload: bool = True
) -> Guard:
    """The whole server as an ASGI application; it starts nothing before its lifespan does.

    `directory` is the folder of the runs, where it has been opened already; `preload` says
    whether the first worker is likely to be needed soon.
    """
    settings = settings or Settings()
    directory = directory or RunDirectory(settings.state_dir, settings.max_disk_bytes)
    settings = dataclasses.replace(settings, device=forkserver.pick_device(settings.device))
    app = Documented(
        title="Convscope",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # to an absolute address: `_http` redirects to a relative one
        generate_unique_id_function=_operation_id,
    )
    app.state.settings = settings
    app.state.warm = preload
    budget = Budget()
    app.state.directory = directory
    app.state.previews = Previews(settings, directory)
    app.state.registry = Registry(settings, directory, ProcessWorker, budget)
    app.state.monitor = monitor = Monitor(
        settings, app.state.registry, directory, budget, _templates(app)
    )
    api = APIRouter(prefix="/api/v1", responses=problems(403))
    api.include_router(catalog.up)
    api.include_router(runs.whole, responses=problems(401))
    for resource in RESOURCES:
        api.include_router(resource.router, responses=problems(401))
    app.include_router(api)
    app.include_router(monitoring.router)
    app.include_router(pages.router)
    app.include_router(lessons.router)
    app.mount("/static", pages.static_files())
    app.mount("/samples", pages.samples())
    add_error_handlers(app)
    return Guard(app, settings, pages.script_hashes(), budget, monitor.requests.around)


def _templates(app: FastAPI) -> Callable[[], Mapping[object, str]]:
    """The path of each endpoint, with names in the place of what differs; for all there are when
    it is first asked for."""

    @cache
    def found() -> Mapping[object, str]:
        return {_endpoint(one): one.path or "/" for one in iter_route_contexts(app.routes)}

    return found


def _endpoint(route: RouteContext) -> object:
    """What answers there: a function, or the application of a folder."""
    return route.endpoint or getattr(route.original_route, "app", None)


def _operation_id(route: APIRoute) -> str:
    """What an operation is called in the document: its endpoint's name, which is a verb."""
    return route.name


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    logging.getLogger("convscope").setLevel(logging.INFO)
    registry: Registry = app.state.registry
    registry.open()
    waiting: Previews = app.state.previews
    waiting.open()
    # in a thread: the page is there before torch is
    prepare = forkserver.prepare if app.state.warm else forkserver.configure
    warming = asyncio.create_task(asyncio.to_thread(prepare, app.state.settings.device))
    housekeeping = asyncio.create_task(keep_house(registry, app.state.settings))
    watching = asyncio.create_task(app.state.monitor.watch_loop())
    forking = asyncio.create_task(forkserver.keep_running())
    try:
        yield
    finally:  # a command that is refused leaves by an exception
        housekeeping.cancel()
        watching.cancel()
        forking.cancel()
        await warming
        await waiting.close()
        await registry.close()
