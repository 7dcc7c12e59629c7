"""A client that does what people do, and notes what it was answered."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import httpx

from tests.support.api_calls import photograph
from tests.support.server import Server

FILTERS = 8  # of conv1, in the default run


@dataclass
class Ledger:
    """What was acknowledged, and what was asked for last and may have been done or not."""

    steps: int = 0
    interventions: dict[int, tuple[int, str]] = field(
        default_factory=dict
    )  # step of each, and what it said
    dragged: int | None = None  # the intervention that may have one of two values
    uploads: set[str] = field(default_factory=set)
    names: list[str | None] = field(default_factory=lambda: [None])  # the run may have one of them
    # learning rate and momentum: the run may have one of these pairs
    tuned: list[tuple[float, float]] = field(default_factory=lambda: [(0.05, 0.9)])
    forks: dict[str, int] = field(default_factory=dict)  # the step that each came from
    gone: set[str] = field(default_factory=set)  # forks that were deleted
    answers: int = 0


class Client(Thread):
    """Asks one thing after another until the server is gone."""

    def __init__(self, server: Server, run_id: str, ledger: Ledger, draw: random.Random) -> None:
        super().__init__(daemon=True)
        self.problem: str | None = None
        self._http, self._run = server.http, f"/runs/{run_id}"
        self._ledger, self._draw = ledger, draw

    def run(self) -> None:
        interventions: list[Callable[[], None]] = [
            *[self._step] * 4,
            *[self._play] * 2,
            *[self._pause] * 3,
            *[self._look] * 3,
            *[self._intervene] * 5,
            self._drag,
            self._upload,
            self._rename,
            self._tune,
            self._fork,
            self._delete_fork,
        ]
        try:
            while True:
                self._draw.choice(interventions)()
        except httpx.TransportError:
            return
        except Exception as error:
            self.problem = repr(error)

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        answer = self._http.request(method, path, **more)
        if answer.status_code == 409:  # it plays, or there is nothing to undo
            return None
        assert answer.is_success, f"{method} {path}: {answer.text}"
        self._ledger.answers += 1
        return answer.json() if answer.content else {}

    def _ran(self, run: Any) -> None:
        if run:
            self._ledger.steps = max(self._ledger.steps, run["steps"])

    def _step(self) -> None:
        self._ran(self._ask("POST", f"{self._run}/step", json={"steps": self._draw.randint(1, 60)}))

    def _play(self) -> None:
        self._ask("POST", f"{self._run}/play")

    def _pause(self) -> None:
        self._ran(self._ask("POST", f"{self._run}/pause"))

    def _look(self) -> None:
        """What a run in training says to be on the disk is there after a kill."""
        run = self._ask("GET", self._run)
        self._ledger.steps = max(self._ledger.steps, run["saved_step"])

    def _intervene(self) -> None:
        self._intervened(self._ask("POST", f"{self._run}/interventions", json=self._change()))

    def _intervened(self, answer: Any) -> None:
        if answer:
            self._ledger.interventions[answer["id"]] = (answer["step"], answer["says"])

    def _drag(self) -> None:
        """Each value takes the last one's place, or comes after it where the run went on."""
        key = {"drag": f"{self._draw.random()}"}
        place = {"type": "set", "layer": "conv1", "index": [self._draw.randrange(FILTERS), 0, 1, 1]}
        for _ in range(self._draw.randint(2, 12)):
            value = {"value": self._draw.uniform(-1, 1)}
            answer = self._ask("POST", f"{self._run}/interventions", params=key, json=place | value)
            self._intervened(answer)
            self._ledger.dragged = answer["id"] if answer else None
        self._ledger.dragged = None

    def _change(self) -> dict[str, Any]:
        number, on = self._draw.randrange(FILTERS), self._draw.random() < 0.5
        return self._draw.choice(
            [
                {
                    "type": "set",
                    "layer": "conv1",
                    "index": [number, 0, 1, 1],
                    "value": self._draw.uniform(-1, 1),
                },
                {"type": "fill", "layer": "conv1", "filter": number, "with": "random"},
                {"type": "freeze", "layer": "conv1", "filter": number, "on": on},
                {"type": "silence", "layer": "conv1", "filter": number, "on": on},
                {"type": "undo"},
            ]
        )

    def _upload(self) -> None:
        files = {"file": ("a.png", photograph(40, 30))}
        made = self._ask("POST", f"{self._run}/images", files=files)
        if made:
            self._ledger.uploads.add(made["id"])

    def _rename(self) -> None:
        name = f"run {self._draw.randrange(10**6)}"
        self._ledger.names.append(name)
        if self._ask("PATCH", self._run, json={"name": name}):
            self._ledger.names = [name]

    def _tune(self) -> None:
        rate, momentum = self._draw.choice([0.01, 0.02, 0.05]), self._draw.choice([0, 0.5, 0.9])
        self._ledger.tuned.append((rate, momentum))
        if self._ask("PATCH", self._run, json={"learning_rate": rate, "momentum": momentum}):
            self._ledger.tuned = [(rate, momentum)]

    def _fork(self) -> None:
        step = self._draw.randint(0, self._ledger.steps)
        fork = self._ask("POST", f"{self._run}/fork", json={"step": step})
        if fork:
            self._ledger.forks[fork["id"]] = step

    def _delete_fork(self) -> None:
        if self._ledger.forks:
            fork, _ = self._ledger.forks.popitem()
            self._ask("DELETE", f"/runs/{fork}")
            self._ledger.gone.add(fork)
