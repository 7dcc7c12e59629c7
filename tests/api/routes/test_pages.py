"""What a browser may do on each page."""

import pytest

from convscope.main import create_app
from convscope.settings import Settings
from tests.support.asgi import HOST, ask

PAGES = {"/": "self", "/data": "self", "/runs": "", "/compare": "", "/docs": "", "/lessons": ""}


@pytest.mark.parametrize(("path", "allowed"), PAGES.items())
def test_only_the_pages_that_take_pictures_may_use_the_camera(path: str, allowed: str) -> None:
    headers = ask(create_app(Settings()), path, HOST).headers
    policy = headers["permissions-policy"].split(", ")
    assert f"camera=({allowed})" in policy
    assert {"display-capture=()", "geolocation=()", "microphone=()", "usb=()"} < set(policy)
