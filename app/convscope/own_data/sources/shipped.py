"""What an exported set says of itself, beside its pictures: `convscope-dataset.json`."""

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from convscope.own_data.bounds import CLASS_LENGTH, MOST_CLASSES
from convscope.own_data.sources.found import Classes, Entry, Events, Refused, Told
from convscope.types import Fit

MANIFEST = "convscope-dataset.json"
_MOST_BYTES = 2**20
Name = Annotated[str, Field(min_length=1, max_length=CLASS_LENGTH)]


class Manifest(BaseModel):
    """The words of a set; its pictures stand in `train/N` and `test/N` for class N."""

    model_config = ConfigDict(extra="forbid")
    version: Annotated[int, Field(ge=1, le=1)] = 1
    title: Annotated[str, Field(max_length=200)]
    classes: Annotated[list[Name], Field(min_length=1, max_length=MOST_CLASSES)]
    licence: Annotated[str, Field(max_length=1000)] = ""
    origin: Annotated[str, Field(max_length=1000)] = ""
    dark_background: bool = False
    centred: bool = False
    fit: Fit = "crop"


def manifest(entry: Entry) -> Events:
    """What a set says of itself; a file of that name that says something else is refused."""
    try:
        with entry.open() as stream:
            said = Manifest.model_validate(json.loads(stream.read(_MOST_BYTES)))
    except (ValidationError, ValueError, RecursionError):
        yield Refused(entry.path, "it is not what an exported data set says of itself")
        return
    yield Told(said.title, said.licence, said.origin, said.dark_background, said.centred, said.fit)
    yield Classes(tuple(said.classes), numbered=True)
