"""What `npm run generate` writes is what the application and the generator say now."""

import json
import os
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CLIENT = runpy.run_path(str(ROOT / "scripts" / "write_client.py"))
DOCUMENT = ROOT / "docs" / "openapi.json"
TYPES = ROOT / "static" / "js" / "shared" / "api.d.ts"
GENERATOR = ROOT / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
AGAIN = "run `npm run generate` and commit what it writes"


def output(command: list[str]) -> str:
    """What a command writes, in the project's root."""
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    ).stdout


def test_the_openapi_document_is_what_the_application_says() -> None:
    written = output([sys.executable, "scripts/write_openapi.py"])
    assert written.endswith("}\n")
    assert DOCUMENT.read_text(encoding="utf-8") == written, AGAIN


@pytest.mark.skipif(
    not os.environ.get("CI") and not (shutil.which("node") and GENERATOR.is_file()),
    reason="Node.js or the npm packages are not here",
)
def test_the_pages_types_are_those_of_the_document(tmp_path: Path) -> None:
    made = tmp_path / "api.d.ts"
    scripts = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]
    _, generate = scripts["generate"].split(" && ")
    name, *options, _ = shlex.split(generate)
    assert name == "openapi-typescript"
    output(["node", str(GENERATOR), *options, str(made)])
    assert TYPES.read_text(encoding="utf-8") == made.read_text(encoding="utf-8"), AGAIN


def test_the_client_that_waits_is_made_of_the_asynchronous_one(tmp_path: Path) -> None:
    CLIENT["write"](tmp_path / "made")
    made = {path.name: path.read_text() for path in (tmp_path / "made").glob("*.py")}
    there = {path.name: path.read_text() for path in CLIENT["TARGET"].glob("*.py")}
    assert there == made, "python -m scripts.write_client makes it anew"
