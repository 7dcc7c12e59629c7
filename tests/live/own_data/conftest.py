"""A set of each file's tests."""

from collections.abc import Iterator

import pytest

from tests.support.labelled import stripes_zip
from tests.support.own_sets import Json, kept
from tests.support.server import Server


@pytest.fixture(scope="module")
def leaves(server: Server) -> Iterator[Json]:
    """Stripes, kept."""
    made = kept(server, stripes_zip(60), title="Lying and standing", origin="drawn")
    yield made
    server.http.delete(f"/datasets/{made['id']}", params={"force": True})
