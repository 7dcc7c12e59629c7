"""The `convscope` command, as a console script and as `python -m`.

Nothing else is imported at module level: nothing may be before the working directory is off the
path, and every worker imports this module again, as multiprocessing does with the script that a
process was started by.
"""

import os
import sys
from collections.abc import Sequence

from convscope.safe_path import protect_imports

# a worker is forked, and a run's folder is locked: Windows has neither
ELSEWHERE = (
    f"convscope: Expected Linux, macOS or another POSIX system, got {sys.platform}: "
    "on Windows run it in WSL or in a container."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """See `convscope.cli.main.main`; `arguments` are those of the process unless given."""
    if os.name != "posix":
        print(ELSEWHERE, file=sys.stderr)
        return 1
    if arguments is None:
        protect_imports()
    from convscope.cli.main import main as run

    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
