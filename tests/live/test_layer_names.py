"""Wherever a layer is asked for, its name may be that of a network made elsewhere."""

from typing import Any

import pytest

from tests.support.server import LiveRun, Server, next_frame

LONGEST = 128  # characters
NAMED = {"layer": "{layer}"}


def change(**body: Any) -> tuple[str, str, dict[str, Any]]:
    """An intervention."""
    return ("POST", "/interventions", {"json": NAMED | body})


PLACES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/layers/{layer}/tensors/weight", {}),
    ("GET", "/layers/{layer}/feature-maps", {}),
    ("GET", "/layers/{layer}/strip", {"params": {"filter": 0}}),
    ("GET", "/explain/output", {"params": NAMED | {"channel": 0}}),
    ("GET", "/explain/weight", {"params": NAMED | {"out": 0}}),
    change(type="set", index=[0], value=0),
    change(type="freeze", filter=0),
    change(type="fill", filter=0, **{"with": "zero"}),
]
every_place = pytest.mark.parametrize(("method", "path", "sent"), PLACES)


def asked(run: LiveRun, method: str, path: str, sent: dict[str, Any], layer: str) -> Any:
    """The answer to a request with a layer's name in it."""
    filled = {
        kind: {key: layer if value == "{layer}" else value for key, value in fields.items()}
        for kind, fields in sent.items()
    }
    return run.send(method, path.replace("{layer}", layer), **filled)


@every_place
def test_a_name_with_dots_is_only_unknown(
    run: LiveRun, method: str, path: str, sent: dict[str, Any]
) -> None:
    run.post("/step", steps=1)
    for layer in ("layer1.0.conv1", "a" * LONGEST):
        answer = asked(run, method, path, sent, layer)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text
        assert layer in answer.json()["detail"]


def test_a_layers_name_may_be_as_long_as_a_recipe_allows(server: Server) -> None:
    name = "Block_" + "a" * 58
    layers = [
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "stride": 9, "name": name},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ]
    network = {"input": [1, 28, 28], "layers": layers}
    with server.run(network=network, data={"dataset": "fashion-mnist-10k"}) as run:
        run.post("/step", steps=1)
        for method, path, sent in PLACES[:3]:
            assert asked(run, method, path, sent, name).status_code == 200
        frozen = run.post("/interventions", type="freeze", layer=name, filter=0)
        assert frozen["run"]["frozen"] == [{"layer": name, "filter": 0}]
        with run.stream() as socket:
            socket.send(
                f'{{"type": "watch", "layers": ["{name}"], "tensors": [{{"tensor": "weight"}}]}}'
            )
            _, sections = next_frame(socket)
            assert [section.spec.layer for section in sections] == [name]


def test_a_name_that_torch_keeps_is_refused_with_the_layers_index(server: Server) -> None:
    layers = [
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 3},
        {"type": "ReLU", "name": "train"},
    ]
    answer = server.http.post("/runs", json={"network": {"input": [1, 8, 8], "layers": layers}})
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["layer"]) == ("invalid_recipe", 1)
