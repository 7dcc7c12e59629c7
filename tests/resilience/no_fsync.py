"""The server with SQLite told not to wait for the disk: what the traced test must find out."""

import sys

from convscope.__main__ import main
from convscope.storage import schema

if __name__ == "__main__":
    schema.SYNCHRONOUS = "OFF"
    sys.exit(main())
