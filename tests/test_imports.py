"""What a process loads: the server never torch, and a worker nothing of the server."""

import subprocess
import sys
from pathlib import Path

import pytest

from convscope.settings import PACKAGE

HEAVY = ("fastapi", "starlette", "uvicorn", "torch", "numpy", "PIL", "jinja2", "asyncio")

MAKE_APP = """
from pathlib import Path
from convscope.main import create_app
from convscope.settings import Settings
create_app(Settings(cache_dir=Path({cache!r}), state_dir=Path({cache!r})))
"""


def loaded_after(code: str, folder: Path = PACKAGE.parent) -> set[str]:
    """The modules in a fresh interpreter after some code ran in it."""
    report = "\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code + report],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        timeout=120,
    )
    return set(done.stdout.split())


def test_the_server_is_made_without_torch(tmp_path: Path) -> None:
    loaded = loaded_after(MAKE_APP.format(cache=str(tmp_path)))
    assert "convscope.main" in loaded
    assert {"torch", "convscope.worker", "convscope.learn"} & loaded == set()


def test_the_package_alone_is_light_and_keeps_the_name_watch_for_a_function() -> None:
    assert loaded_after("import convscope").intersection(HEAVY) == set()
    assert not [path for path in PACKAGE.iterdir() if path.stem == "watch"]


def test_the_command_imports_nothing_heavy() -> None:
    loaded = loaded_after("import convscope.__main__")
    assert "convscope.__main__" in loaded
    assert loaded.intersection(HEAVY) == set()


def test_a_worker_loads_torch_without_its_compiler() -> None:
    loaded = loaded_after("import convscope.worker.preload")
    assert "torch.optim" in loaded
    assert "torch._dynamo" not in loaded, "it takes longer than most of torch"


SCRIPT = """
import multiprocessing, sys
from convscope.__main__ import main

def report(pipe):
    pipe.send(sorted(sys.modules))

if __name__ == "__main__":
    import fastapi, uvicorn
    context = multiprocessing.get_context({method!r})
    ours, theirs = context.Pipe()
    child = context.Process(target=report, args=(theirs,))
    child.start()
    print(*ours.recv(), sep="\\n")
    child.join()
"""


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_a_child_of_the_console_script_loads_none_of_the_server(
    tmp_path: Path, method: str
) -> None:
    script = tmp_path / "convscope-like"
    script.write_text(SCRIPT.format(method=method))
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"PYTHONPATH": str(PACKAGE.parent)},
    )
    loaded = set(done.stdout.split())
    assert "convscope.__main__" in loaded, "the child imports the script's modules again"
    assert loaded.intersection(HEAVY) == set()
