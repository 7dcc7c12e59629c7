"""A server: its runs and its data sets."""

import json
from pathlib import Path
from typing import Any

import httpx

from convscope.client.answers import UnreachableError
from convscope.client.asynchronous.connection import AsyncConnection
from convscope.client.asynchronous.run import AsyncRun
from convscope.client.questions import content_of, known_token, local_address, opened
from convscope.errors import ConflictError, NotFoundError
from convscope.types import JsonObject


class AsyncClient(AsyncConnection):
    """A server that is asked; a context manager. `get`, `post`, `send` and `stream` are whatever
    else REST has."""

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        state_dir: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Without a `url`, the server that keeps its runs in `state_dir`, which is this user's
        usual folder: UnreachableError where there is none. Without a `token`, what
        CONVSCOPE_TOKEN says, or here the usual file."""
        address = url or local_address(state_dir)
        if address is None:
            raise UnreachableError(
                "No Convscope is running here: start one with `convscope`, or name its address."
            )
        super().__init__(address, token or known_token(here=url is None), transport)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # --- runs -------------------------------------------------------------------------------------

    async def create(
        self, network: Any = None, *, weights: Path | str | bytes | None = None, **recipe: Any
    ) -> AsyncRun:
        """A new run of a recipe, whose parts are `network`, `data`, `init`, `optimizer`,
        `batch_size` and `seed`. `weights` is a safetensors file that its first weights come from.
        InvalidError or RecipeError for one that can't be."""
        body = recipe if network is None else {"network": network} | recipe
        if weights is None:
            return AsyncRun(self, await self.post("/runs", body))
        sent = {"weights": ("weights.safetensors", content_of(weights))}
        fields = {"recipe": json.dumps(body)}
        answer = await self.send("POST", "/runs/from-weights", files=sent, data=fields)
        return AsyncRun(self, answer.json())

    async def runs(self) -> list[AsyncRun]:
        """All of them, oldest first."""
        found: list[AsyncRun] = []
        query: JsonObject = {"limit": 100}
        while True:
            page = await self.get("/runs", **query)
            found += [AsyncRun(self, info) for info in page["runs"]]
            if not page["next"]:
                return found
            query["cursor"] = page["next"]

    async def run(self, name: str) -> AsyncRun:
        """The one of this id, the beginning of an id, or name; NotFoundError where there is none,
        ConflictError where there are several."""
        runs = await self.runs()
        for found in (
            [run for run in runs if run.id == name],
            [run for run in runs if run.info["name"] == name],
            [run for run in runs if run.id.startswith(name)],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(run.id for run in found[:6])
                raise ConflictError(f"{name!r} matches {len(found)} runs: {ids}.")
        raise NotFoundError(f"There is no run {name!r}: `convscope runs` lists all runs.")

    async def import_run(self, path: Path | str) -> AsyncRun:
        """A run from the file that one was exported to."""
        with opened(path) as file:
            sent = {"file": (Path(path).name, file)}
            return AsyncRun(self, (await self.send("POST", "/runs/import", files=sent)).json())

    # --- data sets --------------------------------------------------------------------------------

    async def datasets(self) -> list[JsonObject]:
        """Those that are here, shipped, found and own."""
        found: list[JsonObject] = (await self.get("/datasets"))["datasets"]
        return found

    async def add_dataset(self, path: Path | str, **options: Any) -> JsonObject:
        """A data set of one's own: a zip with a folder a class, IDX, CIFAR-10 binary or npz.
        `options` are those of `POST /datasets`, such as `title`; what was refused is told."""
        with opened(path) as file:
            sent = {"file": (Path(path).name, file)}
            fields = {"options": json.dumps(options)}
            answer = await self.send("POST", "/datasets", files=sent, data=fields)
        found: JsonObject = answer.json()
        return found

    async def dataset_recipe(self, dataset: str) -> JsonObject:
        """A recipe that fits a data set, for `create(**recipe)`."""
        found: JsonObject = await self.get(f"/datasets/{dataset}/recipe")
        return found

    async def delete_dataset(self, dataset: str) -> None:
        """ConflictError where runs use it."""
        await self.send("DELETE", f"/datasets/{dataset}")
