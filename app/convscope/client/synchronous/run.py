"""One run: train it, look into it, go on from its past."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy.typing as npt
from safetensors.numpy import load
from websockets.sync.client import connect

from convscope.client import answers, questions
from convscope.client.answers import Floats, Frame, Predictions
from convscope.client.notebook import shown
from convscope.client.questions import Half, Images, Picture, Watched, given
from convscope.client.synchronous.connection import Connection
from convscope.errors import InvalidError
from convscope.types import JsonObject

MOST_POINTS = 20_000  # of one answer about the history
MOST_FRAME_BYTES = 2**28


class Run:
    """A run of a server; `info` is what the server last said of it."""

    def __init__(self, connection: Connection, info: JsonObject) -> None:
        self._connection = connection
        self.info = info
        self.id: str = info["id"]
        self._path = f"/runs/{self.id}"

    def __repr__(self) -> str:
        return f"<Run {self.id}: {self.state} at step {self.steps}>"

    def _repr_html_(self) -> str:
        """Of a notebook's cell that ends with it: the run, live."""
        return shown(self.url)

    @property
    def url(self) -> str:
        """Its page."""
        return f"{self._connection.address}/?run={self.id}"

    @property
    def state(self) -> str:
        """ready, stepping, playing, halted, starting or failed."""
        state: str = self.info["state"]
        return state

    @property
    def steps(self) -> int:
        """How far it has come."""
        steps: int = self.info["steps"]
        return steps

    @property
    def probe(self) -> str:
        """The image that is shown until another is chosen."""
        probe: str = self.info["probe"]
        return probe

    def refresh(self) -> JsonObject:
        """What is true of it now, which `info` is from here on."""
        self.info = self._connection.get(self._path)
        return self.info

    def _tell(self, what: str, **body: Any) -> JsonObject:
        self.info = self._connection.post(f"{self._path}/{what}", body)
        return self.info

    # --- training ---------------------------------------------------------------------------------

    def step(self, steps: int = 1, *, until: int | None = None) -> JsonObject:
        """Train so many steps, or up to step `until`; returns when that is done."""
        return self._tell("step", **({"steps": steps} if until is None else {"until": until}))

    def play(self, steps_per_second: float | None = None) -> JsonObject:
        """Train until paused, flat out or so many steps a second; returns at once."""
        if self.info["kind"] != "observed":  # whose loop has a pace of its own
            self.change(steps_per_second=steps_per_second)
        return self._tell("play")

    def pause(self) -> JsonObject:
        """Pause after the step in hand."""
        return self._tell("pause")

    def reset(self) -> JsonObject:
        """Back to step 0; what the run was is kept as another, whose id is `previous_run`."""
        return self._tell("reset")

    def change(self, **settings: Any) -> JsonObject:
        """Another `learning_rate`, `momentum`, `weight_decay`, `steps_per_second` or `name`, from
        the next step on."""
        self.info = (self._connection.send("PATCH", self._path, json=settings)).json()
        return self.info

    def intervene(self, kind: str, **fields: Any) -> JsonObject:
        """Such as `intervene("silence", layer="conv1", filter=3, on=True)`; what it did."""
        body = {"type": kind} | fields
        found: JsonObject = self._connection.post(f"{self._path}/interventions", body)
        return found

    def evaluate(self) -> JsonObject:
        """Accuracy and loss on the whole held-out half."""
        found: JsonObject = self._connection.post(f"{self._path}/evaluate")
        return found

    def delete(self) -> None:
        """For a day the page can restore it."""
        self._connection.send("DELETE", self._path)

    # --- looking ----------------------------------------------------------------------------------

    def layers(self) -> list[JsonObject]:
        """Names, arguments, shapes and parameters, from the input on."""
        found: list[JsonObject] = (self._connection.get(f"{self._path}/layers"))["layers"]
        return found

    def _array(self, path: str, **query: Any) -> Floats:
        asked = given(**query) | {"format": "npy"}
        answer = self._connection.send("GET", f"{self._path}{path}", params=asked)
        return answers.array(answer.content)

    def tensor(
        self, layer: str, tensor: str = "weight", of: str = "value", *, step: int | None = None
    ) -> Floats:
        """A parameter or buffer by torch's name, its `gradient`, its `update`, or a buffer of the
        optimiser; in torch's shape, exact."""
        return self._array(f"/layers/{layer}/tensors/{tensor}", of=of, step=step)

    def weights(self, *, step: int | None = None) -> dict[str, npt.NDArray[Any]]:
        """All parameters and buffers, by torch's names."""
        path = f"{self._path}/weights"
        answer = self._connection.send("GET", path, params=given(step=step))
        found: dict[str, npt.NDArray[Any]] = load(answer.content)
        return found

    def feature_map(
        self, layer: str, image: str | None = None, *, step: int | None = None
    ) -> Floats:
        """A layer's output for one image by its id, (C, H, W), or (N,) once flat."""
        return self._array(f"/layers/{layer}/feature-maps", image=image, step=step)

    @overload
    def feature_maps(
        self,
        layers: str,
        images: Images | None = ...,
        *,
        data: Half | None = ...,
        start: int = ...,
        count: int | None = ...,
        step: int | None = ...,
    ) -> Floats: ...

    @overload
    def feature_maps(
        self,
        layers: list[str] | tuple[str, ...],
        images: Images | None = ...,
        *,
        data: Half | None = ...,
        start: int = ...,
        count: int | None = ...,
        step: int | None = ...,
    ) -> dict[str, Floats]: ...

    def feature_maps(
        self,
        layers: str | list[str] | tuple[str, ...],
        images: Images | None = None,
        *,
        data: Half | None = None,
        start: int = 0,
        count: int | None = None,
        step: int | None = None,
    ) -> Floats | dict[str, Floats]:
        """What layers give for many images, (N, …shape): an array uint8 (N, C, H, W), pictures, or
        `count` of a half of the data set from `start` on. An array of one layer, a dictionary of
        several."""
        names = [layers] if isinstance(layers, str) else list(layers)
        query, sent = questions.many(images, data, start, count)
        query |= given(layers=",".join(names), format="npz", step=step)
        path = f"{self._path}/feature-maps"
        answer = self._connection.send("POST", path, params=query, **sent)
        found = answers.arrays(answer.content)
        return found[layers] if isinstance(layers, str) else found

    def predict(
        self,
        images: Images | None = None,
        *,
        data: Half | None = None,
        start: int = 0,
        count: int | None = None,
        step: int | None = None,
    ) -> Predictions:
        """How many images are classified; see `feature_maps` for what these are."""
        query, sent = questions.many(images, data, start, count)
        path = f"{self._path}/predictions"
        query |= given(step=step)
        answer = self._connection.send("POST", path, params=query, **sent)
        return Predictions.of(answer.json())

    def explain_output(
        self,
        layer: str,
        channel: int,
        y: int = 0,
        x: int = 0,
        *,
        image: str | None = None,
        step: int | None = None,
    ) -> JsonObject:
        """One value of a layer's output as arithmetic."""
        place = {"layer": layer, "channel": channel, "y": y, "x": x}
        query = place | given(image=image, step=step)
        found: JsonObject = self._connection.get(f"{self._path}/explain/output", **query)
        return found

    def explain_weight(
        self, layer: str, *index: int, tensor: str = "weight", step: int | None = None
    ) -> JsonObject:
        """One weight's gradient and update as arithmetic; `index` is its place in the tensor, such
        as out, in, row and column of a convolution's weight."""
        names = ("out", "in", "ky", "kx")
        query = {"layer": layer, "tensor": tensor} | dict(zip(names, index, strict=False))
        query |= given(step=step)
        found: JsonObject = self._connection.get(f"{self._path}/explain/weight", **query)
        return found

    def upload(self, picture: Picture) -> str:
        """A picture to look at: a file, its bytes, PIL's, or pixels uint8 (H, W) or (H, W, 3).
        Returns its id."""
        sent = {"file": questions.file_of(picture)}
        answer = self._connection.send("POST", f"{self._path}/images", files=sent)
        image: str = answer.json()["id"]
        return image

    def history(self) -> dict[str, npt.NDArray[Any]]:
        """Of each step `step`, `loss` and `accuracy`; of each measurement on held-out images
        `held_out_step` and `held_out_accuracy`."""
        parts, first = [], 1
        while True:
            last = first + MOST_POINTS - 1
            query = {"from": first, "to": last, "max_points": MOST_POINTS}
            part = self._connection.get(f"{self._path}/history", **query)
            parts.append(part)
            if len(part["step"]) < MOST_POINTS:
                return answers.history(parts)
            first = last + 1

    def frames(
        self,
        tensors: Iterable[Watched] = ("weight", "output"),
        *,
        layers: Sequence[str] | None = None,
        image: str | None = None,
        max_fps: float = 30.0,
    ) -> Iterator[Frame]:
        """What the run looks like while it trains, newest first of all: whoever is slow misses
        some. `tensors` are weight, bias, output (maps) or input, or ("weight", "gradient"), of all
        layers unless some are named. It ends when the run is deleted."""
        address = f"{self._connection.address}/api/v1{self._path}/stream"
        with connect(
            address.replace("http", "ws", 1),
            additional_headers=self._connection.headers,
            max_size=MOST_FRAME_BYTES,
            compression=None,
            proxy=None,
        ) as socket:
            message = questions.watch_message(tensors, layers, image or self.probe, max_fps)
            socket.send(json.dumps(message))
            for said in socket:
                if isinstance(said, bytes):
                    yield Frame.decode(said)
                    continue
                told = json.loads(said)
                if told["type"] == "error":
                    kind = answers.ERRORS.get(told["code"], InvalidError)
                    raise kind(told["detail"])
                if told["type"] == "run":
                    self.info = told["run"]

    # --- elsewhere --------------------------------------------------------------------------------

    def fork(
        self,
        step: int | None = None,
        *,
        name: str | None = None,
        interventions: Sequence[JsonObject] = (),
        **recipe: Any,
    ) -> "Run":
        """A new run that goes on from a step of this one; `recipe` is what is other from there on,
        such as `optimizer={"learning_rate": 0.01}`."""
        body = {"recipe": recipe, "interventions": list(interventions)}
        body |= given(step=step, name=name)
        made = self._connection.post(f"{self._path}/fork", body)
        return Run(self._connection, made)

    def export(self, path: Path | str, *, uploads: bool = True, data: bool = False) -> Path:
        """All of it as one file, which `Client.import_run` takes; FileExistsError where there is
        one of that name."""
        with questions.created(path) as file:
            query = {"uploads": uploads, "data": data}
            with self._connection.stream(f"{self._path}/export", **query) as pieces:
                for piece in pieces:
                    file.write(piece)
        return Path(path)
