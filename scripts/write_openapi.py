"""Write the OpenAPI document of the application, as text that only changes where the API does.

    python scripts/write_openapi.py > docs/openapi.json

The page's types and whoever writes a client read it from there, without a server.
"""

import json
import sys

from fastapi import FastAPI

from convscope.main import create_app
from convscope.settings import Settings


def document() -> str:
    """The document as JSON: sorted keys, an indent of 1, a newline at the end."""
    application = create_app(Settings()).app
    assert isinstance(application, FastAPI)
    return json.dumps(application.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
