"""Random mutants of the arithmetic, the formats and the guard, each met by its own area's tests.

Run by `make mutants`, on a copy of the working tree. Cosmic Ray changes one operator, number,
condition or decorator at a time. A mutant that no test notices is printed with its change: either
it is equivalent, or a test is missing, or its code is not needed.
"""

import argparse
import ast
import os
import random
import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.testing import run_tests
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome

ROOT = Path(__file__).resolve().parents[1]
CODE = Path("app/convscope")
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "build", "dist")
MARKS = "not slow and not bench and not integration and not alone"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", MARKS]

OF_ALL = "tests/test_dataclasses.py"
AREAS = {  # its packages, and the tests that are to notice
    "recipe": (["recipe"], ["tests/recipe", OF_ALL]),
    "learn": (["learn"], ["tests/learn", OF_ALL]),
    "wire": (["frames", "ipc"], ["tests/frames", "tests/ipc", OF_ALL]),
    "images": (["images"], ["tests/images", OF_ALL]),
    "guard": (["api/security"], ["tests/api/security", OF_ALL]),
}

Place = tuple[Path, tuple[int, int]]  # a file; a line from 1, a column from 0
Mutant = Any  # cosmic_ray.work_item.MutationSpec
Tally = Counter[str]  # of OUTCOMES
OUTCOMES = ("caught", "timed out", "survived")


def in_annotation(place: Place) -> bool:
    """Whether it stands where types do: `A | B` there is no arithmetic."""
    path, where = place
    nodes = ast.walk(ast.parse(path.read_text()))
    noted = (getattr(node, name, None) for node in nodes for name in ("annotation", "returns"))
    return any(
        (each.lineno, each.col_offset) <= where < (each.end_lineno, each.end_col_offset)
        for each in noted
        if isinstance(each, ast.expr) and each.end_lineno and each.end_col_offset
    )


def mutants(packages: list[str], sample: random.Random) -> Iterator[Mutant]:
    """One mutant of each place that has any, in random order: more of a place tell little more."""
    places: dict[Place, list[Mutant]] = {}
    files = sorted(path for name in packages for path in (CODE / name).rglob("*.py"))
    with use_db(":memory:", WorkDB.Mode.create) as session:
        init(files, session, {})
        for item in session.work_items:
            [mutant] = item.mutations
            places.setdefault((mutant.module_path, mutant.start_pos), []).append(mutant)
    for place in sample.sample(sorted(places), len(places)):
        if not in_annotation(place):
            yield sample.choice(sorted(places[place], key=in_order))


def in_order(mutant: Mutant) -> tuple[str, int]:
    """Where a mutant is among those of its place."""
    return mutant.operator_name, mutant.occurrence


def tests_first(mutant: Mutant, folders: list[str]) -> list[str]:
    """The area's tests, those of the mutant's own file before the others."""
    name = f"test_{mutant.module_path.stem}.py"
    own = [str(path) for folder in folders for path in Path(folder).rglob(name)]
    return [*own, *folders]


def patience(folders: list[str]) -> float:
    """Seconds that a mutant's tests get, from what they take unchanged; they have to pass."""
    began = time.monotonic()
    outcome, said = run_tests(shlex.join([*PYTEST, *folders]), None)
    if outcome != TestOutcome.SURVIVED:
        sys.exit(f"expected tests that pass before anything is changed, got:\n{said}")
    return 30 + 3 * (time.monotonic() - began)


def meet(mutant: Mutant, folders: list[str], timeout_s: float) -> str:
    """One of OUTCOMES; the change of a mutant that survived is printed."""
    command = shlex.join([*PYTEST, *tests_first(mutant, folders)])
    result = mutate_and_test([mutant], command, timeout_s)
    if result.test_outcome == TestOutcome.INCOMPETENT:
        sys.exit(f"expected a run of pytest, got:\n{result.output}")
    if result.test_outcome == TestOutcome.SURVIVED:
        print("\n".join(result.diff.splitlines()[1:]), flush=True)
        return "survived"
    return "timed out" if result.output == "timeout" else "caught"


def meet_area(area: str, number: int, seed: int) -> Tally:
    """What becomes of that many mutants of one area; fewer where it has no more places."""
    packages, folders = AREAS[area]
    timeout_s, tally = patience(folders), Tally()
    every = mutants(packages, random.Random(f"{seed} {area}"))
    for _, mutant in zip(range(number), every, strict=False):
        outcome = meet(mutant, folders, timeout_s)
        line, _ = mutant.start_pos
        kind = mutant.operator_name.removeprefix("core/")
        print(f"{mutant.module_path}:{line} {kind}: {outcome}", flush=True)
        tally[outcome] += 1
    return tally


def row(name: str, tally: Tally) -> str:
    """A line of the table."""
    counts = (tally.total(), *(tally[outcome] for outcome in OUTCOMES))
    return name.ljust(8) + "".join(f"{count:10}" for count in counts)


def main() -> None:
    """Share the mutants out among the areas, and print what became of them."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--number", type=int, default=120, help="of mutants, in all areas together")
    parser.add_argument("--seed", type=int, default=1, help="the same one chooses the same mutants")
    parser.add_argument("--area", choices=AREAS, action="append", help="only this one; repeatable")
    asked = parser.parse_args()
    areas = asked.area or list(AREAS)
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="convscope-mutants-") as folder:
        copy = Path(folder, "convscope")
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        os.chdir(copy)
        os.environ["PYTHONPATH"] = str(copy / "app")
        for area in areas:
            tallies[area] = meet_area(area, asked.number // len(areas), asked.seed)
        os.chdir(ROOT)
    print("area".ljust(8) + "".join(f"{title:>10}" for title in ("mutants", *OUTCOMES)))
    for area, tally in tallies.items():
        print(row(area, tally))
    print(row("all", sum(tallies.values(), Tally())))


if __name__ == "__main__":
    main()
