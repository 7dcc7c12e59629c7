"""What the tests of an import begin with."""

from pathlib import Path

import pytest

from tests.support import small_run as small


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A sound file from elsewhere."""
    path = tmp_path / "given.convscope"
    small.write(path)
    return path
