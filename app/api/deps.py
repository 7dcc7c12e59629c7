"""What routes are given: the settings, the runs, and the run that the path names."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from app.runs.registry import Registry
from app.runs.run import Run
from app.settings import Settings


def _registry(connection: HTTPConnection) -> Registry:
    found: Registry = connection.app.state.registry
    return found


def _settings(connection: HTTPConnection) -> Settings:
    found: Settings = connection.app.state.settings
    return found


TheRegistry = Annotated[Registry, Depends(_registry)]
TheSettings = Annotated[Settings, Depends(_settings)]


def _run(run_id: Annotated[str, Path(description="a run's id")], registry: TheRegistry) -> Run:
    run = registry.get(run_id)
    run.touch()
    return run


TheRun = Annotated[Run, Depends(_run)]
