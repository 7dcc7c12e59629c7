"""Code over REST: of a named network, and of a run whose exported weights it loads."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from convscope.main import create_app
from convscope.settings import Settings
from tests.codegen.test_pytorch import FORWARD, RUN
from tests.support.asgi import ask
from tests.support.networks import EVERY_LAYER
from tests.support.server import LiveRun, Server


@pytest.mark.parametrize(
    ("path", "name", "says"),
    [
        ("default/code", "convscope_default.py", "9,098 parameters"),
        ("default/code?framework=keras", "convscope_default_keras.py", "keras.Sequential("),
        ("conv2d-12/code?framework=keras", "convscope_conv2d_12_keras.py", "(25, 25, 1)"),
    ],
)
def test_a_named_network_has_code(path: str, name: str, says: str) -> None:
    answer = ask(create_app(Settings()), f"/api/v1/models/{path}")
    assert answer.status == 200
    found = answer.json()
    assert found["filename"] == name
    assert says in found["code"]
    compile(found["code"], name, "exec")


def test_an_unknown_network_and_an_unknown_framework_are_refused() -> None:
    app = create_app(Settings())
    missing = ask(app, "/api/v1/models/none/code")
    assert missing.status == 404
    assert "expected one of default" in missing.sentence()
    refused = ask(app, "/api/v1/models/default/code?framework=jax")
    assert refused.status == 422
    assert "framework" in refused.sentence()


def forward(run: LiveRun, folder: Path, images: torch.Tensor) -> torch.Tensor:
    """What the run's own code makes of pictures, with the weights that the run exports."""
    (folder / "weights.safetensors").write_bytes(run.send("GET", "/weights").content)
    save_file({"x": images}, folder / "pictures.safetensors")
    found = run.get("/code", framework="pytorch")
    (folder / found["filename"]).write_text(found["code"], encoding="utf-8")
    code = RUN.format(module=found["filename"].removesuffix(".py"), body=FORWARD)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return load_file(folder / "out.safetensors")["out"]


def test_a_trained_runs_code_scores_a_picture_as_the_run_does(
    usual_server: Server, tmp_path: Path
) -> None:
    run = usual_server.run(network=EVERY_LAYER, dataset="fashion-mnist-10k")
    run.post("/step", steps=20)  # the running statistics have moved too
    scores = [entry["logit"] for entry in run.get("/predictions", image="test-3")["classes"]]
    picture = run.send("GET", "/images/test-3/file", params={"stage": "input"})
    images = torch.tensor(pixels(picture.content))[None, None]
    came = forward(run, tmp_path, images)[0].numpy()
    np.testing.assert_allclose(came, scores, rtol=1e-4, atol=1e-5)
    run.delete()


def pixels(png: bytes) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """A grey PNG as the network sees it, 0 … 1."""
    with Image.open(io.BytesIO(png)) as opened:
        return np.asarray(opened.convert("L"), np.float32) / np.float32(255)
