"""The REST API as another tool uses it: a real server, plain HTTP."""

import io
import json
import time
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load
from torch import nn

from tests.live.server import LiveRun, Server
from tests.networks import EVERY_LAYER


def npy(run: LiveRun, path: str, **parameters: Any) -> Any:
    """A tensor as `numpy.load` reads it."""
    headers = {"Accept": "application/x-npy"}
    answer = run.send("GET", path, params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content), allow_pickle=False)


def photograph(width: int = 300, height: int = 200) -> bytes:
    """A picture that is light at the edge."""
    pixels = np.random.default_rng(0).integers(100, 255, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_health_names_the_versions(server: Server) -> None:
    health = server.http.get("/health").json()
    assert health["status"] == "ok"
    assert health["torch"].startswith("2.")
    assert health["device"] == "cpu"


def test_a_run_is_made_with_its_location_and_every_field_has_a_default(server: Server) -> None:
    answer = server.http.post("/runs", json={})
    made = answer.json()
    assert answer.status_code == 201
    assert httpx.get(answer.headers["location"]).json()["id"] == made["id"]
    assert made["parameters"] == 9098
    assert made["recipe"]["batch_size"] == 32
    assert made["recipe"]["optimizer"]["learning_rate"] == 0.05
    assert server.http.delete(f"/runs/{made['id']}").status_code == 204
    assert server.http.get(f"/runs/{made['id']}").status_code == 404


def test_steps_move_the_counter_and_until_is_safe_to_repeat(run: LiveRun) -> None:
    assert run.post("/step", steps=3)["step"] == 3
    assert run.send("POST", "/step").json()["step"] == 4
    assert run.post("/step", until=10)["step"] == 10
    assert run.post("/step", until=10)["step"] == 10
    assert run.post("/step", until=2)["step"] == 10


@pytest.mark.parametrize(
    "body", [{"steps": 0}, {"steps": 1001}, {"steps": 1, "until": 2}, {"step": 1}, {"steps": 1.5}]
)
def test_a_step_that_cannot_be_is_refused_with_a_sentence(run: LiveRun, body: Any) -> None:
    answer = run.send("POST", "/step", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_play_pause_and_reset_are_safe_to_repeat(run: LiveRun) -> None:
    run.post("/step", steps=1)
    first = npy(run, "/layers/conv1/weight")
    run.post("/play")
    assert run.post("/play")["state"] == "playing"
    answer = run.send("POST", "/step", json={"steps": 1})
    assert answer.status_code == 409
    assert "pause it" in answer.json()["detail"]
    time.sleep(0.3)
    assert run.post("/pause")["state"] == "ready"
    stopped = run.post("/pause")["step"]
    assert stopped > 1
    assert run.post("/reset")["step"] == 0
    assert run.post("/reset")["step"] == 0
    run.post("/step", steps=1)
    np.testing.assert_array_equal(npy(run, "/layers/conv1/weight"), first)


def test_a_pause_measures_the_held_out_accuracy(run: LiveRun) -> None:
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    time.sleep(0.5)
    step = run.post("/pause")["step"]
    end = time.monotonic() + 20
    while run.get()["held_out_step"] != step:
        assert time.monotonic() < end
        time.sleep(0.02)
    history = run.get("/history")
    assert history["held_out"]["step"][-1] == step
    assert history["held_out"]["step"][0] == 0
    assert history["step"] == list(range(1, step + 1))


def test_settings_change_while_it_trains(run: LiveRun) -> None:
    run.post("/play")
    answer = run.send("PATCH", json={"learning_rate": 0.001, "momentum": 0.5}).json()
    assert (answer["learning_rate"], answer["momentum"], answer["state"]) == (0.001, 0.5, "playing")
    assert run.send("PATCH", json={"momentum": 1.0}).status_code == 422
    assert run.send("PATCH", json={"batch_size": 3}).status_code == 422
    assert run.post("/reset")["learning_rate"] == 0.05, "a reset is back to the recipe"


def test_the_speed_is_the_one_that_was_asked_for(run: LiveRun) -> None:
    run.send("PATCH", json={"steps_per_second": 20})
    run.post("/play")
    time.sleep(1.5)
    assert 20 <= run.post("/pause")["step"] <= 40


def test_an_optimiser_without_momentum_says_so(server: Server) -> None:
    run = server.run(optimizer={"type": "Adam"})
    assert run.get()["momentum"] is None
    answer = run.send("PATCH", json={"momentum": 0.5})
    assert answer.status_code == 422
    assert "Adam has no momentum" in answer.json()["detail"]
    run.delete()


def test_weights_come_as_safetensors_json_npy_and_png_and_agree(run: LiveRun) -> None:
    run.post("/step", steps=2)
    state = load(run.send("GET", "/weights").content)
    exact = npy(run, "/layers/conv2/weight")
    np.testing.assert_array_equal(exact, state["conv2.weight"].numpy())
    answer = run.get("/layers/conv2/weight", format="json")
    assert answer["axes"] == ["out", "in", "ky", "kx"]
    assert (answer["shape"], answer["step"]) == ([16, 8, 3, 3], 2)
    np.testing.assert_array_equal(np.array(answer["values"], np.float32), exact)
    png = run.send("GET", "/layers/conv2/weight", headers={"Accept": "image/png"})
    assert png.headers["content-type"] == "image/png"
    assert png.headers["vary"] == "Accept"
    assert png.headers["convscope-step"] == "2"
    assert Image.open(io.BytesIO(png.content)).width > 100
    refused = run.send("GET", "/layers/conv2/weight", headers={"Accept": "text/html"})
    assert refused.status_code == 406


def test_keras_order_is_the_same_numbers_elsewhere(run: LiveRun) -> None:
    torch_order = npy(run, "/layers/conv2/weight")
    keras_order = npy(run, "/layers/conv2/weight", layout="keras")
    assert keras_order.shape == (3, 3, 8, 16)
    assert keras_order[2, 0, 5, 9] == torch_order[9, 5, 2, 0]
    linear = npy(run, "/layers/linear1/weight")
    keras_linear = npy(run, "/layers/linear1/weight", layout="keras")
    assert keras_linear.shape == (784, 10)
    # Keras flattens channel-fastest: the value of channel 3 at row 2, column 6
    assert keras_linear[(2 * 7 + 6) * 16 + 3, 4] == linear[4, 3 * 49 + 2 * 7 + 6]


def test_a_gradient_is_minus_the_update_over_the_rate_with_plain_sgd(server: Server) -> None:
    run = server.run(optimizer={"type": "SGD", "learning_rate": 0.5, "momentum": 0.0})
    refused = run.send("GET", "/layers/conv1/weight", params={"of": "gradient"})
    assert refused.status_code == 409
    assert "step 0" in refused.json()["detail"]
    run.post("/step", steps=1)
    gradient = npy(run, "/layers/conv1/weight", of="gradient")
    update = npy(run, "/layers/conv1/weight", of="update")
    np.testing.assert_allclose(update, -0.5 * gradient, rtol=1e-3, atol=1e-7)
    run.delete()


def test_the_safetensors_give_the_same_maps_and_scores_in_torch_alone(run: LiveRun) -> None:
    run.post("/step", steps=5)
    state = load(run.send("GET", "/weights").content)
    picture = run.send("GET", "/images/test-4/picture", params={"stage": "input"}).content
    pixels = np.asarray(Image.open(io.BytesIO(picture)), np.float32) / 255
    image = torch.from_numpy(pixels)[None, None]
    conv1 = nn.functional.conv2d(image, state["conv1.weight"], state["conv1.bias"], padding=1)
    found = npy(run, "/layers/conv1/feature-maps", image="test-4")
    np.testing.assert_allclose(found, conv1[0].numpy(), rtol=1e-5, atol=1e-6)
    pool1 = nn.functional.max_pool2d(conv1.relu(), 2)
    conv2 = nn.functional.conv2d(pool1, state["conv2.weight"], state["conv2.bias"], padding=1)
    flat = nn.functional.max_pool2d(conv2.relu(), 2).flatten(1)
    logits = nn.functional.linear(flat, state["linear1.weight"], state["linear1.bias"])
    answer = run.get("/predictions", image="test-4")
    scores = [entry["logit"] for entry in answer["classes"]]
    np.testing.assert_allclose(scores, logits[0].numpy(), rtol=1e-4, atol=1e-5)
    probabilities = [entry["probability"] for entry in answer["classes"]]
    np.testing.assert_allclose(probabilities, torch.softmax(logits[0], 0).numpy(), rtol=1e-4)
    assert answer["top"]["index"] == int(logits.argmax())


def test_every_layer_kind_can_be_listed_trained_and_looked_at(server: Server) -> None:
    run = server.run(network=EVERY_LAYER, dataset="fashion-mnist-10k")
    assert run.post("/step", steps=3)["step"] == 3
    for layer in run.get("/layers")["layers"]:
        assert (
            list(npy(run, f"/layers/{layer['name']}/feature-maps").shape) == layer["output_shape"]
        )
        for tensor in layer["tensors"]:
            assert npy(run, f"/layers/{layer['name']}/{tensor}").size
    run.delete()


def test_layers_say_how_they_are_counted(run: LiveRun) -> None:
    conv1 = run.get("/layers")["layers"][0]
    assert conv1["counted"] == "8 filters × (1 channel × 3 × 3 weights + 1 bias) = 80"
    assert conv1["arguments"]["in_channels"] == 1


def test_an_upload_is_prepared_looked_at_inverted_replaced_and_forgotten(run: LiveRun) -> None:
    answer = run.send("POST", "/images", files={"file": ("a.png", photograph())})
    assert answer.status_code == 201, answer.text
    image = answer.json()
    assert image["inverted"], "a light picture for dark data"
    assert any("200 × 200" in sentence for sentence in image["preprocessing"])
    before = npy(run, "/layers/conv1/feature-maps", image=image["id"])
    assert before.shape == (8, 28, 28)
    again = run.send("PATCH", f"/images/{image['id']}", json={"invert": False}).json()
    assert not again["inverted"]
    after = npy(run, "/layers/conv1/feature-maps", image=image["id"])
    assert not np.allclose(before, after)
    replaced = run.send(
        "PUT", f"/images/{image['id']}", files={"file": ("b.png", photograph(28, 28))}
    )
    assert (replaced.json()["id"], replaced.json()["width"]) == (image["id"], 28)
    original = run.send("GET", f"/images/{image['id']}/picture").content
    assert Image.open(io.BytesIO(original)).size == (28, 28)
    assert [entry["id"] for entry in run.get("/images")["images"]] == [image["id"]]
    assert run.send("DELETE", f"/images/{image['id']}").status_code == 204
    assert run.send("GET", "/predictions", params={"image": image["id"]}).status_code == 404


def test_an_uploads_scores_are_those_of_what_preprocessing_made_of_it(run: LiveRun) -> None:
    image = run.send("POST", "/images", files={"file": ("a.png", photograph(90, 120))}).json()
    seen = run.send("GET", f"/images/{image['id']}/picture", params={"stage": "input"}).content
    files = {"file": ("seen.png", seen)}
    same = run.send("POST", "/images", files=files, data={"invert": "false"}).json()
    one, two = (run.get("/predictions", image=entry["id"]) for entry in (image, same))
    assert one["classes"] == two["classes"]


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"<svg/>", 415), (photograph()[:500], 400), (b"", 400), (bytes(17 * 2**20), 413)],
)
def test_an_upload_that_is_no_picture_is_refused(run: LiveRun, data: bytes, status: int) -> None:
    answer = run.send("POST", "/images", files={"file": ("a.png", data)})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].endswith(".")


def test_a_test_picture_has_its_class(run: LiveRun) -> None:
    image = run.get("/images/test-7")
    assert (image["source"], image["width"]) == ("test", 28)
    assert image["class"] == run.get()["classes"][image["label"]]


def test_pictures_can_be_chosen_by_class_and_seen_on_a_sheet(server: Server) -> None:
    answer = server.http.get(
        "/datasets/fashion-mnist-10k/pictures", params={"label": 3, "count": 5}
    )
    pictures = answer.json()["pictures"]
    assert [entry["label"] for entry in pictures] == [3] * 5
    assert answer.json()["next"] == 5
    sheet = server.http.get("/datasets/fashion-mnist-10k/sheet", params={"count": 24, "columns": 6})
    assert Image.open(io.BytesIO(sheet.content)).size == (6 * 28, 4 * 28)


def test_models_and_data_sets_are_listed(server: Server) -> None:
    models = {entry["name"]: entry for entry in server.http.get("/models").json()["models"]}
    counts = {name: entry["parameters"] for name, entry in models.items()}
    assert counts["default"] == 9098
    assert counts["tinyvgg"] == 19_920
    assert counts["conv2d-12"] == 120
    assert "color-7x7" in counts
    datasets = {entry["name"]: entry for entry in server.http.get("/datasets").json()["datasets"]}
    assert datasets["fashion-mnist-10k"]["shape"] == [1, 28, 28]
    assert datasets["shapes"]["available"]


@pytest.mark.parametrize("name", ["tinyvgg", "color-7x7"])
def test_every_named_network_trains(server: Server, name: str) -> None:
    run = server.run(network=name)
    assert run.post("/step", steps=2)["step"] == 2
    run.delete()


def test_a_network_without_class_output_can_be_looked_at_and_not_trained(server: Server) -> None:
    run = server.run(network="conv2d-12")
    assert npy(run, "/layers/conv1/weight", layout="keras").shape == (3, 3, 1, 12)
    assert np.abs(npy(run, "/layers/conv1/weight")).max() <= 0.22646
    assert (npy(run, "/layers/conv1/bias") == 0).all()
    assert npy(run, "/layers/conv1/feature-maps", layout="keras").shape == (23, 23, 12)
    for path in ("/step", "/play"):
        answer = run.send("POST", path)
        assert answer.status_code == 409
        assert "looked at, and not trained" in answer.json()["detail"]
    assert run.send("GET", "/predictions").status_code == 409
    run.delete()


def layers(*entries: Any) -> Any:
    """A recipe with these layers on 1 x 28 x 28."""
    return {"network": {"input": [1, 28, 28], "layers": list(entries)}}


@pytest.mark.parametrize(
    ("recipe", "layer", "words"),
    [
        (layers({"type": "Conv2d", "out_channels": 2, "kernel_size": 40}), 0, "40 pixels"),
        (layers({"type": "Conv2d", "out_channels": 10**9, "kernel_size": 3}), 0, "parameters"),
        (layers({"type": "ReLU"}, {"type": "Softmin"}), 1, "Softmin"),
        (layers({"type": "ReLU"}, {"type": "Linear", "out_features": 10}), 1, "flat vector"),
        (layers({"type": "ReLU", "colour": 1}), 0, "colour"),
        ({"network": "resnet"}, None, "expected one of default"),
        ({"dataset": "cifar"}, None, "cifar"),
        ({"dataset": "shapes"}, None, "1 × 28 × 28"),
        ({"batch_size": 5000}, None, "at most 1024"),
        ({"seed": -1}, None, "seed"),
        ({"colour": "red"}, None, "colour"),
        ({"init": {"type": "lucky"}}, None, "lucky"),
        ({"optimizer": {"type": "SGD", "momentum": 1.5}}, None, "momentum"),
    ],
)
def test_a_recipe_that_cannot_be_built_says_where_and_why(
    server: Server, recipe: Any, layer: int | None, words: str
) -> None:
    answer = server.http.post("/runs", json=recipe)
    assert answer.status_code == 422
    assert answer.json()["layer"] == layer
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1e999"])
def test_numbers_that_are_not_finite_are_refused(server: Server, number: str) -> None:
    body = '{"optimizer": {"type": "SGD", "learning_rate": %s}}' % number  # noqa: UP031  # JSON braces
    headers = {"content-type": "application/json"}
    assert server.http.post("/runs", content=body, headers=headers).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/runs/zzzzzzzzzz",
        "/runs/RUN/layers/conv9/weight",
        "/runs/RUN/layers/conv1/scale",
        "/runs/RUN/images/up-00000000",
        "/runs/RUN/images/test-99999",
        "/runs/RUN/predictions?image=nothing",
        "/datasets/none/pictures",
        "/nothing",
    ],
)
def test_what_does_not_exist_is_not_found(run: LiveRun, path: str) -> None:
    answer = run.server.http.get(path.replace("RUN", run.id))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


def test_a_loss_that_is_not_finite_halts_the_run_and_keeps_the_last_good_weights(
    server: Server,
) -> None:
    run = server.run(optimizer={"type": "SGD", "learning_rate": 1e30})
    before = npy(run, "/layers/conv1/weight")
    answer = run.post("/step", steps=50)
    assert answer["state"] == "halted"
    assert "step 2" in answer["problem"]
    assert np.isfinite(npy(run, "/layers/conv1/weight")).all()
    np.testing.assert_array_equal(npy(run, "/layers/conv1/weight"), before)
    for path in ("/step", "/play"):
        refused = run.send("POST", path)
        assert refused.status_code == 409
        assert "halted" in refused.json()["detail"]
    assert run.post("/reset")["state"] == "ready"
    run.delete()


def test_the_same_recipe_gives_the_same_bits_in_another_process_watched_or_not(
    server: Server,
) -> None:
    watched, alone = server.run(seed=11), server.run(seed=11)
    with watched.stream() as socket:
        kinds = ["weight", "bias", "weight_gradient", "feature_maps", "input"]
        socket.send(json.dumps({"type": "watch", "layers": None, "kinds": kinds}))
        watched.post("/step", until=200)
    alone.post("/step", until=200)
    assert watched.send("GET", "/weights").content == alone.send("GET", "/weights").content
    watched.delete()
    alone.delete()


def test_lists_have_a_cursor(server: Server) -> None:
    runs = [server.run() for _ in range(3)]
    first = server.http.get("/runs", params={"limit": 2}).json()
    assert len(first["runs"]) == 2
    rest = server.http.get("/runs", params={"cursor": first["next"]}).json()
    known = [entry["id"] for entry in first["runs"] + rest["runs"]]
    assert [run.id for run in runs] == [entry for entry in known if entry in {r.id for r in runs}]
    for run in runs:
        run.delete()


def test_openapi_has_an_example_or_a_sentence_for_every_operation(server: Server) -> None:
    document = httpx.get(f"{server.url}/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
