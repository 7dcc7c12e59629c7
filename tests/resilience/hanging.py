"""The server, whose workers do bad things at a step where their recipe's seed says so."""

import sys

from convscope.__main__ import main
from convscope.ipc import forkserver

if __name__ == "__main__":
    forkserver.PRELOAD = "tests.resilience.hanging_worker"
    sys.exit(main())
