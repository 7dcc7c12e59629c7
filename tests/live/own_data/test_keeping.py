"""Keeping a set while somebody gives it up: nothing is left, or the preview is."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.support.labelled import stripes_zip
from tests.support.own_sets import previewed
from tests.support.server import Server
from tests.support.waiting import wait_until


@contextlib.contextmanager
def being_kept(server: Server) -> Iterator[tuple[str, Future[httpx.Response]]]:
    """The address of a preview that is being kept, and the answer of who keeps it."""
    preview = previewed(server, ("s.zip", stripes_zip(2000)))
    address = f"/datasets/preview/{preview['id']}"
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.http.post, f"{address}/keep")
        wait_until(lambda: server.http.get(address).json()["state"] == "keeping")
        yield address, answer


def test_a_preview_that_is_discarded_while_it_is_kept_leaves_nothing(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        with being_kept(server) as (address, answer):
            assert server.http.delete(address).status_code == 204
            assert not list((tmp_path / "state/convscope/datasets").iterdir())
        assert answer.result().status_code == 409
        assert answer.result().json()["detail"] == (
            "This data set was not kept, since that was cancelled."
        )
        assert server.http.get(address).status_code == 404
        assert not [d for d in server.http.get("/datasets").json()["datasets"] if d["own"]]


def test_keeping_tells_how_far_it_is_and_can_be_cancelled(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        with being_kept(server) as (address, answer):
            now = server.http.get(address).json()
            assert (now["state"], now["progress"]["of"]) in [("keeping", n) for n in (0, 4000)]
            assert server.http.patch(address, json={"title": "x"}).status_code == 409
            back = server.http.delete(f"{address}/keep").json()
            assert (back["state"], back["arranged"]) == ("ready", now["arranged"])
        assert answer.result().status_code == 409
        assert server.http.delete(f"{address}/keep").status_code == 200  # there is none
        assert len(list((tmp_path / "state/convscope/datasets").iterdir())) == 1
        made = server.http.post(f"{address}/keep")
        assert made.status_code == 201
        assert made.json()["train"] + made.json()["test"] == 2000


def test_who_asks_for_one_that_was_kept_is_led_to_the_set_and_nobody_sees_a_list(
    server: Server,
) -> None:
    address = f"/datasets/preview/{previewed(server, ('s.zip', stripes_zip(20)))['id']}"
    made = server.http.post(f"{address}/keep").json()
    told = server.http.get(address)
    assert told.status_code == 303
    assert told.headers["Location"] == f"../{made['id']}"
    assert server.http.get(address, follow_redirects=True).json()["id"] == made["id"]
    assert server.http.get("/datasets/preview").status_code == 404
    server.http.delete(f"/datasets/{made['id']}")
    assert server.http.get(address, follow_redirects=True).status_code == 404
