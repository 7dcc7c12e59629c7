"""Nothing is imported from the folder that Convscope is started in: a `torch.py` may lie there."""

import os
import sys
from pathlib import Path

PACKAGES = str(Path(__file__).resolve().parents[1])  # the folder that this package lies in


def protect_imports() -> None:
    """Take the working directory off the path of this process, and of all it starts.

    What `python -m` puts there goes, and whatever relative or empty entries of PYTHONPATH stand
    for; its absolute ones are the user's, and stay. A package that is imported from the working
    directory itself, as from a checkout that is not installed, comes last of all.
    """
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    unwanted = [os.path.abspath(entry) for entry in given if not os.path.isabs(entry)]
    if not sys.flags.safe_path:
        unwanted.append(os.getcwd())
    kept = [entry for entry in given if os.path.isabs(entry)]
    sys.path[:] = [*_without(sys.path, unwanted, kept)]
    if PACKAGES not in sys.path:
        sys.path.append(PACKAGES)
    os.environ["PYTHONSAFEPATH"] = "1"
    if "PYTHONPATH" in os.environ:
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)


def _without(path: list[str], unwanted: list[str], kept: list[str]) -> list[str]:
    """A path less the unwanted entries, but for those that are asked for by name."""
    return [
        entry
        for entry in path
        if entry in kept or (entry and os.path.abspath(entry) not in unwanted)
    ]
