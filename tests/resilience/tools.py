"""What a test of the withstanding needs of the machine that it runs on."""

import os
import shutil

import pytest


def must_have(tool: str, package: str) -> None:
    """Skips the test where a tool is missing; fails it where CI is set, whose machines are ours to
    furnish. A right that is missing (to mount, to trace) is a reason to skip everywhere: a
    container has it or has not."""
    if shutil.which(tool) is not None:
        return
    missing = f"{tool} is not here (Debian: apt-get install {package})"
    if os.environ.get("CI"):
        pytest.fail(f"{missing}, and in CI this test must not be left out")
    pytest.skip(missing)
