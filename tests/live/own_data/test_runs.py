"""Runs that learn from an own set, and take it along."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support.labelled import jpeg_of, stripes_zip, zip_of
from tests.support.own_sets import Json, kept
from tests.support.server import PATIENCE_S, LiveRun, Server


def drain(stream: ClientConnection) -> None:
    """Until it ends."""
    while True:
        stream.recv(PATIENCE_S)


def test_a_zip_becomes_a_set_that_a_run_learns(server: Server, leaves: Json) -> None:
    assert leaves["shape"] == [1, 24, 24]
    assert leaves["classes"] == ["lying", "standing"]
    assert (leaves["train_counts"], leaves["test_counts"]) == ([26, 26], [4, 4])
    with server.run(**leaves["recipe"]) as run:
        run.post("/step", until=150)
        assert run.get()["accuracy"] > 0.95
        assert run.get()["dataset_sha256"] == leaves["sha256"]
        assert run.get("/images/test-0")["class"] in leaves["classes"]
        layers = server.http.get(f"/datasets/{leaves['id']}/layers").json()["layers"]
        assert layers == run.get("/layers")["layers"]
    listed = server.http.get("/datasets").json()["datasets"]
    assert {key: leaves[key] for key in listed[-1]} in listed
    assert server.http.get(f"/datasets/{leaves['id']}/sheet").status_code == 200


def test_time_travel_forks_export_and_import_hold_on_own_data(server: Server, leaves: Json) -> None:
    run = server.run(**leaves["recipe"])
    run.post("/step", until=40)
    weights = server.http.get(f"/runs/{run.id}/weights", params={"step": 20}).content
    forked = LiveRun(server, run.post("/fork", step=20)["id"])
    assert server.http.get(f"/runs/{forked.id}/weights").content == weights
    forked.post("/step", until=40)
    ends = [server.http.get(f"/runs/{each.id}/weights").content for each in (run, forked)]
    assert ends[0] == ends[1]
    whole = server.http.get(f"/runs/{run.id}/export").content
    answer = server.http.post("/runs/import", files={"file": ("r.convscope", whole)})
    back = LiveRun(server, answer.json()["id"])
    assert answer.json()["absent"] is None
    back.post("/step", until=45)
    run.post("/step", until=45)
    assert back.get()["loss"] == run.get()["loss"]
    for each in (run, forked, back):
        each.delete()


def photograph(number: int) -> bytes:
    draw = np.random.default_rng(number)
    coarse = draw.integers(0, 256, (6, 9, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((900, 600), Image.Resampling.BICUBIC)
    return jpeg_of(np.asarray(image))


@pytest.mark.parametrize("options", [{}, {"fit": "pad", "channels": 1}, {"fit": "stretch"}])
def test_an_upload_goes_the_way_of_the_pictures_of_its_set(server: Server, options: Json) -> None:
    files = [(f"{'ab'[n % 2]}/{n}.jpg", photograph(n)) for n in range(8)]
    made = kept(server, zip_of(files), size=[32, 32], dark_background=False, **options)
    whole = server.http.get(f"/datasets/{made['id']}/export").content
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        stored = {np.asarray(Image.open(archive.open(name))).tobytes() for name in names}
    with server.run(**made["recipe"]) as run:
        for number in (0, 5):
            sent = {"file": ("1.jpg", photograph(number))}
            upload = run.send("POST", "/images", files=sent).json()["id"]
            seen = run.send("GET", f"/images/{upload}/file", params={"stage": "input"}).content
            assert np.asarray(Image.open(io.BytesIO(seen))).tobytes() in stored
    server.http.delete(f"/datasets/{made['id']}")


def test_a_run_that_carries_its_data_opens_whole_elsewhere(
    server: Server, leaves: Json, tmp_path: Path
) -> None:
    run = server.run(**leaves["recipe"])
    run.post("/step", until=30)
    whole = server.http.get(f"/runs/{run.id}/export", params={"data": True})
    assert whole.headers["Content-Disposition"].endswith('-with-data.zip"')
    with Server(tmp_path) as other:
        alone = run.server.http.get(f"/runs/{run.id}/export").content
        poor = other.http.post("/runs/import", files={"file": ("r.convscope", alone)}).json()
        assert "import a file of this run that carries its data" in poor["absent"]
        answer = other.http.post("/runs/import", files={"file": ("r.zip", whole.content)})
        assert answer.status_code == 201, answer.text
        back = LiveRun(other, answer.json()["id"])
        assert answer.json()["absent"] is None
        assert other.http.get(f"/datasets/{leaves['id']}").json()["sha256"] == leaves["sha256"]
        back.post("/step", until=33)
        run.post("/step", until=33)
        assert back.get()["loss"] == run.get()["loss"]
        again = other.http.post("/runs/import", files={"file": ("r.zip", whole.content)})
        assert again.status_code == 201
        names = [path.name for path in (tmp_path / "state/convscope/datasets").iterdir()]
        assert names == [leaves["id"]]
    run.delete()


def test_a_set_that_came_with_a_run_that_is_refused_goes_again(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        made = kept(server, stripes_zip(12))
        data = server.http.get(f"/datasets/{made['id']}/export").content
        server.http.delete(f"/datasets/{made['id']}")
        whole = zip_of([("run.convscope", b"no run"), (f"datasets/{made['id']}.zip", data)])
        answer = server.http.post("/runs/import", files={"file": ("r.zip", whole)})
        assert answer.status_code == 400
        assert server.http.get(f"/datasets/{made['id']}").status_code == 404
        assert not list((tmp_path / "state/convscope/datasets").iterdir())


def test_only_an_own_data_set_goes_with_a_run(server: Server) -> None:
    with server.run() as run:
        answer = run.send("GET", "/export", params={"data": True})
        assert answer.status_code == 409
        assert "Only an own data set" in answer.json()["detail"]


def test_a_run_whose_set_was_deleted_can_be_viewed_and_goes_on_when_its_export_is_brought(
    tmp_path: Path,
) -> None:
    with Server(tmp_path) as server:
        made = kept(server, stripes_zip(16))
        export = server.http.get(f"/datasets/{made['id']}/export").content
        run = server.run(**made["recipe"])
        run.post("/step", until=3)
        weights = run.send("GET", "/weights").content
        answer = server.http.delete(f"/datasets/{made['id']}", params={"force": True})
        assert answer.status_code == 204
        assert "is not on this machine" in run.get()["absent"]
        assert run.send("GET", "/weights").content == weights
        assert run.get("/images/test-0")  # of the pictures that are shown in their place
        assert run.send("POST", "/step", json={"steps": 1}).status_code == 409
    with Server(tmp_path) as server:
        run = LiveRun(server, run.id)
        assert "bring its export" in run.get()["absent"]
        back = kept(server, export)
        assert back["id"] != made["id"]
        assert run.get()["absent"] is None
        assert run.get()["recipe"]["data"]["dataset"] == back["id"]
        run.post("/step", until=5)
        refused = server.http.delete(f"/datasets/{back['id']}")
        assert refused.json()["runs"] == [run.id]
    with Server(tmp_path) as server:
        assert LiveRun(server, run.id).get()["absent"] is None


def test_who_watches_a_run_whose_set_is_deleted_is_asked_to_come_back(server: Server) -> None:
    made = kept(server, stripes_zip(16))
    with server.run(**made["recipe"]) as run, run.stream() as stream:
        assert server.http.delete(f"/datasets/{made['id']}", params={"force": True}).is_success
        with pytest.raises(ConnectionClosed) as caught:
            drain(stream)
    assert caught.value.rcvd
    assert caught.value.rcvd.code == 1012
