"""What is cancelled, ended or killed on the way leaves what is whole, or nothing."""

import contextlib
import time
from pathlib import Path

import httpx

from tests.support.labelled import stripes_zip
from tests.support.own_sets import previewed, settled, unkept
from tests.support.server import Server


def test_a_preview_that_is_read_can_be_cancelled_and_leaves_nothing(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        sent = {"file": ("s.zip", stripes_zip(4000))}
        preview = server.http.post("/datasets/preview", files=sent).json()
        assert preview["state"] == "reading"
        assert unkept(server) == [preview["id"]]
        assert server.http.delete(f"/datasets/preview/{preview['id']}").status_code == 204
        assert not list((tmp_path / "state" / "convscope" / "datasets").iterdir())
        assert server.http.get(f"/datasets/preview/{preview['id']}").status_code == 404


def test_reading_can_be_cancelled_and_what_was_read_stays(server: Server) -> None:
    preview = previewed(server, ("s.zip", stripes_zip(20)))
    address = f"/datasets/preview/{preview['id']}"
    more = {"file": ("more.zip", stripes_zip(4000, seed=3))}
    assert server.http.post(f"{address}/files", files=more).json()["state"] == "reading"
    after = server.http.delete(f"{address}/files").json()
    assert after["state"] == "ready"
    assert after["arranged"]["train"] + after["arranged"]["test"] == 20
    server.http.delete(address)


def test_a_preview_is_there_again_after_a_restart(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        preview = previewed(server, ("s.zip", stripes_zip(20)))
        address = f"/datasets/preview/{preview['id']}"
        server.http.patch(address, json={"title": "Mine"})
    with Server(tmp_path) as server:
        again = settled(server, preview["id"])
        assert again["arranged"] == preview["arranged"]
        assert again["title"] == "Mine"
        assert server.http.post(f"{address}/keep").status_code == 201


def test_kill_9_while_a_set_is_kept_leaves_the_set_or_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path)
    preview = previewed(server, ("s.zip", stripes_zip(600)))
    with contextlib.suppress(httpx.ReadTimeout):  # it takes longer than that
        server.http.post(f"/datasets/preview/{preview['id']}/keep", timeout=0.3)
    server.kill()
    time.sleep(0.5)
    with Server(tmp_path) as again:
        own = [d for d in again.http.get("/datasets").json()["datasets"] if d["own"]]
        for dataset in own:
            assert again.http.get(f"/datasets/{dataset['id']}/export").status_code == 200
        names = [path.name for path in (tmp_path / "state/convscope/datasets").iterdir()]
        assert not any(name.startswith(".part-") for name in names)
        assert own or any(name.startswith(".preview-") for name in names)


def test_what_a_kill_left_of_one_request_is_gone_after_a_restart(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with contextlib.suppress(httpx.ReadTimeout):
        server.http.post("/datasets", files={"file": ("s.zip", stripes_zip(2000))}, timeout=0.5)
    server.kill()
    folder = tmp_path / "state/convscope/datasets"
    (folder / ".part-left.zip").write_bytes(b"half of an export")
    with Server(tmp_path):
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
