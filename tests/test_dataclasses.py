"""What is passed around stays as it was made."""

import ast
from collections.abc import Iterator
from pathlib import Path

from convscope.settings import PACKAGE

CHANGING = {  # what is kept up to date, and passed to nobody who keeps it
    "learn/interventions.py",
    "logs.py",
    "runs/counts.py",
    "runs/status.py",
    "runs/viewers.py",
    "storage/metric_series.py",
}


def dataclasses(path: Path) -> Iterator[tuple[str, bool]]:
    """The dataclasses of a file: the name, and whether it is frozen."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
            if "dataclass" in ast.unparse(decorator):
                assert isinstance(node, ast.ClassDef)
                yield node.name, "frozen=True" in ast.unparse(decorator)


def test_a_dataclass_is_frozen_unless_it_is_kept_up_to_date() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): list(dataclasses(path))
        for path in PACKAGE.rglob("*.py")
    }
    assert sum(map(len, found.values())) > 100
    changing = {path for path, kinds in found.items() if not all(frozen for _, frozen in kinds)}
    assert changing == CHANGING
