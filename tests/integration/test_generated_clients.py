"""Clients that others' generators make of the OpenAPI document compile, and do a run's life."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.support.api_calls import npy, photograph
from tests.support.server import ROOT, Server

HERE = Path(__file__).parent
DOCUMENT = ROOT / "docs" / "openapi.json"
PACKAGE = "convscope_client"
PATIENCE_S = 240
# as the clients say it
RECIPE = {
    "network": {
        "input": [1, 28, 28],
        "layers": [
            {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "stride": 9},
            {"type": "ReLU"},
            {"type": "Flatten"},
            {"type": "Linear", "out_features": 10},
        ],
    },
    "dataset": "fashion-mnist-10k",
    "optimizer": {"type": "SGD", "learning_rate": 0.1},
    "batch_size": 4,
    "seed": 7,
}

pytestmark = pytest.mark.integration
with_node = pytest.mark.skipif(
    not os.environ.get("CI") and not (shutil.which("node") and shutil.which("npm")),
    reason="Node.js is not here",
)


@dataclass(frozen=True)
class Workshop:
    """A folder with the document, what tests/integration/clients/ has, and what is made of them."""

    folder: Path

    @property
    def bin(self) -> Path:
        """Where the programs are that only this folder's clients need."""
        return self.folder / "venv" / "bin"

    def run(self, *command: str | Path) -> None:
        """A command in the folder, which must succeed."""
        usual = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=usual | {"PATH": f"{self.bin}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert ran.returncode == 0, f"{command}:\n{ran.stdout}"


def workshop(folder: Path) -> Workshop:
    shutil.copytree(HERE / "clients", folder, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copyfile(DOCUMENT, folder / "openapi.json")
    return Workshop(folder)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """With the client that openapi-python-client makes."""
    made = workshop(tmp_path_factory.mktemp("python") / "clients")
    made.run(sys.executable, "-m", "venv", "venv")
    constraints = [f"--constraint={HERE / 'constraints.txt'}"]
    constraints += [f"--constraint={ROOT / 'constraints.txt'}"]
    pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", *constraints]
    made.run(made.bin / "python", *pip, "openapi-python-client")
    options = ["--path=openapi.json", "--config=openapi-python-client.yml", "--fail-on-warning"]
    options += ["--meta=none", f"--output-path={PACKAGE}"]
    made.run(made.bin / "openapi-python-client", "generate", *options)
    return made


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """With what @hey-api/openapi-ts and openapi-typescript make, compiled as `strict`."""
    made = workshop(tmp_path_factory.mktemp("typescript") / "clients")
    made.run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    made.run("npm", "run", "generate")
    made.run("npm", "run", "compile")
    return made


def hold(folder: Path, server: Server) -> None:
    """A client's files against each other, and against the same run asked without any client."""
    tensor = np.load(folder / "weight.npy", allow_pickle=False)
    with server.run(**RECIPE) as run:
        run.post("/step", steps=3)
        np.testing.assert_array_equal(tensor, npy(run, "/layers/conv1/tensors/weight"))
    listed = np.array(json.loads((folder / "weight.json").read_text()), np.float32)
    np.testing.assert_array_equal(tensor, listed)
    weights = load_file(folder / "weights.safetensors")
    np.testing.assert_array_equal(tensor, weights["conv1.weight"])
    assert (folder / "run.convscope").read_bytes().startswith(b"SQLite format 3\0")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """One to upload, 300 pixels wide."""
    path = tmp_path / "picture.png"
    path.write_bytes(photograph())
    return path


def test_the_client_of_python_compiles_and_keeps_to_its_types(python: Workshop) -> None:
    python.run(made := python.bin / "python", "-m", "compileall", "-q", PACKAGE)
    mypy = [sys.executable, "-m", "mypy", "--config-file=mypy.ini", f"--python-executable={made}"]
    python.run(*mypy, PACKAGE, "python_client.py")


def test_the_client_of_python_does_a_runs_life(
    python: Workshop, usual_server: Server, picture: Path, tmp_path: Path
) -> None:
    python.run(python.bin / "python", "python_client.py", usual_server.url, picture, tmp_path)
    hold(tmp_path, usual_server)


@with_node
@pytest.mark.parametrize("client", ["hey_api", "openapi_fetch"])
def test_the_clients_of_typescript_compile_and_do_a_runs_life(
    typescript: Workshop, client: str, usual_server: Server, picture: Path, tmp_path: Path
) -> None:
    typescript.run("node", f"built/{client}.js", usual_server.url, picture, tmp_path)
    hold(tmp_path, usual_server)
