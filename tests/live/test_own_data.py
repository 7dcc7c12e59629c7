"""One's own labelled pictures over REST: brought, looked at, kept, trained on, taken away."""

import contextlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from convscope.data import idx
from convscope.data.catalog import Dataset, open_dataset
from convscope.settings import Settings
from tests.support.data_cache import data_cache
from tests.support.labelled import jpeg_of, png_of, stripes, stripes_zip, zip_of
from tests.support.server import PATIENCE_S, LiveRun, Server
from tests.support.waiting import wait_until

Json = dict[str, Any]


def kept(server: Server, content: bytes, name: str = "stripes.zip", **options: Any) -> Json:
    """A data set made from one file."""
    sent = {"options": json.dumps(options)} if options else {}
    answer = server.http.post("/datasets", files={"file": (name, content)}, data=sent)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def previewed(server: Server, *files: tuple[str, bytes], **fields: str) -> Json:
    """A preview of files, once they are read."""
    sent = [("file", file) for file in files]
    answer = server.http.post("/datasets/preview", files=sent, data=fields)
    assert answer.status_code == 201, answer.text
    return settled(server, answer.json()["id"])


def settled(server: Server, preview_id: str) -> Json:
    end = time.monotonic() + PATIENCE_S
    while (now := server.http.get(f"/datasets/preview/{preview_id}").json())["state"] == "reading":
        assert time.monotonic() < end
        time.sleep(0.05)
    preview: Json = now
    return preview


def previews_of(server: Server) -> list[Json]:
    found: list[Json] = server.http.get("/datasets/preview").json()["previews"]
    return found


@pytest.fixture(scope="module")
def leaves(server: Server) -> Iterator[Json]:
    """Stripes, kept."""
    made = kept(server, stripes_zip(60), title="Lying and standing", origin="drawn")
    yield made
    server.http.delete(f"/datasets/{made['id']}", params={"force": True})


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


def test_what_was_refused_and_passed_over_is_told(server: Server) -> None:
    more = [("s/lying/x.png", b"nothing"), ("__MACOSX/s/._1", b"x"), ("s/.DS_Store", b"x")]
    pictures = [(f"s/{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(stripes(8))]
    made = kept(server, zip_of(pictures + more))
    assert [file["name"] for file in made["refused"]] == ["s/lying/x.png"]
    assert made["passed_over"] == {"__MACOSX": 1, ".DS_Store": 1}
    server.http.delete(f"/datasets/{made['id']}")


def test_an_exported_set_comes_back_with_its_digest_and_its_words(
    server: Server, leaves: Json
) -> None:
    whole = server.http.get(f"/datasets/{leaves['id']}/export").content
    names = zipfile.ZipFile(io.BytesIO(whole)).namelist()
    assert sum(name.startswith("train/000 lying/") for name in names) == 26
    back = kept(server, whole, "back.zip")
    for key in ("sha256", "title", "classes", "origin", "train", "test", "train_counts"):
        assert back[key] == leaves[key], key
    server.http.delete(f"/datasets/{back['id']}")


def fashion() -> Dataset:
    return open_dataset("fashion-mnist-10k", Settings(cache_dir=data_cache()))


def formats(data: Dataset) -> Iterator[list[tuple[str, bytes]]]:
    """The same pictures in every form that keeps them: files to send, of each."""
    halves = (
        ("train", data.train_images, data.train_labels),
        ("test", data.test_images, data.test_labels),
    )
    for pack in (idx.encode, plain_idx):
        yield [
            (f"{half}-{what}-idx{array.ndim}-ubyte", pack(array))
            for half, images, labels in halves
            for what, array in (("images", images[:, 0]), ("labels", labels))
        ]
    stacked: tuple[dict[str, Any], ...] = (
        {f"{axis}_{half}": a for half, x, y in halves for axis, a in (("x", x[:, 0]), ("y", y))},
        {f"{half}_{w}": a for half, x, y in halves for w, a in (("images", x), ("labels", y))},
    )
    in_columns = {name: np.asfortranarray(array) for name, array in stacked[0].items()}
    for arrays in (*stacked, in_columns):
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        yield [("fashion.npz", file.getvalue())]
    files = [
        (f"fashion/{half}/{label}/{n}.png", png_of(image[0]))
        for half, images, labels in halves
        for n, (image, label) in enumerate(zip(images, labels.tolist(), strict=True))
    ]
    yield [("fashion.zip", zip_of(files, zipfile.ZIP_STORED))]


def plain_idx(array: Any) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    whole: bytes = head + array.tobytes()
    return whole


def test_fashion_mnist_comes_back_from_every_format_with_one_digest(server: Server) -> None:
    digests = []
    for files in formats(fashion()):
        sent = [("file", file) for file in files]
        answer = server.http.post("/datasets", files=sent)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["train"], answer.json()["test"]) == (10_000, 2_000)
        digests.append(answer.json()["sha256"])
        server.http.delete(f"/datasets/{answer.json()['id']}")
    assert len(digests) == 6
    assert len(set(digests)) == 1


# --- previews -------------------------------------------------------------------------------------


def test_classes_are_renamed_merged_and_left_out_before_a_set_is_kept(server: Server) -> None:
    pictures = [(f"{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(stripes(12))]
    more = [(f"upright/{n}.png", png_of(p)) for n, (_, p) in enumerate(stripes(8, seed=9))]
    odd = [("odd/1.png", png_of(np.zeros((24, 24), np.uint8)))]
    preview = previewed(server, ("all.zip", zip_of(pictures + more + odd)))
    assert [c["name"] for c in preview["arranged"]["classes"]] == [
        "lying",
        "odd",
        "standing",
        "upright",
    ]
    assert "odd: fewer than two pictures" in preview["arranged"]["problems"][0]
    address = f"/datasets/preview/{preview['id']}"
    refused = server.http.post(f"{address}/keep")
    assert refused.status_code == 422
    assert "odd" in refused.json()["detail"]
    classes = [
        {"name": "Flat", "sources": ["lying"]},
        {"name": "Tall", "sources": ["standing", "upright"]},
    ]
    chosen = server.http.patch(address, json={"classes": classes, "title": "Two"}).json()
    assert [c["name"] for c in chosen["arranged"]["classes"]] == ["Flat", "Tall"]
    assert chosen["arranged"]["left_out"] == [{"name": "odd", "pictures": 1}]
    made = server.http.post(f"{address}/keep").json()
    assert (made["title"], made["classes"]) == ("Two", ["Flat", "Tall"])
    assert sum(made["train_counts"]) + sum(made["test_counts"]) == 20
    assert server.http.get(address).status_code == 404
    server.http.delete(f"/datasets/{made['id']}")


def test_pictures_are_brought_class_by_class_and_taken_out_again(server: Server) -> None:
    preview = server.http.post("/datasets/preview", files=[("burst", (None, "false"))]).json()
    address = f"/datasets/preview/{preview['id']}"
    for label in ("lying", "standing"):
        chosen = [p for name, p in stripes(20) if name == label]
        files = [("file", (f"{n}.png", png_of(p))) for n, p in enumerate(chosen)]
        answer = server.http.post(f"{address}/files", files=files, data={"class": label})
        assert answer.status_code == 202
    preview = settled(server, preview["id"])
    assert preview["arranged"]["train"] + preview["arranged"]["test"] == 20
    numbers = server.http.get(f"{address}/pictures", params={"label": 1}).json()["pictures"]
    assert len(numbers) == 10
    sheet = server.http.get(f"{address}/sheet", params={"picture": numbers, "columns": 5})
    assert Image.open(io.BytesIO(sheet.content)).size == (5 * 24, 2 * 24)
    after = server.http.delete(f"{address}/pictures/{numbers[0]}").json()
    assert after["arranged"]["train"] + after["arranged"]["test"] == 19
    assert server.http.delete(f"{address}/pictures/{numbers[0]}").status_code == 404
    assert server.http.delete(address).status_code == 204


def test_frames_of_a_burst_stay_in_one_half(server: Server) -> None:
    preview = server.http.post("/datasets/preview", files=[("burst", (None, "false"))]).json()
    address = f"/datasets/preview/{preview['id']}"
    for seed, (label, _) in enumerate(stripes(8)):
        frames = [p for name, p in stripes(10, seed=seed) if name == label]
        files = [("file", (f"{n}.png", png_of(p))) for n, p in enumerate(frames)]
        server.http.post(f"{address}/files", files=files, data={"class": label, "burst": "true"})
    arranged = settled(server, preview["id"])["arranged"]
    assert {row["test"] for row in arranged["classes"]} == {5}  # one whole burst of each
    server.http.delete(address)


def test_other_sizes_colours_and_ways_to_fit_are_seen_at_once(server: Server) -> None:
    wide = np.zeros((20, 40, 3), np.uint8)
    wide[:, 10:30] = (200, 100, 50)
    files = [(f"{name}/{n}.png", png_of(wide)) for n, name in enumerate(("a", "b"))]
    preview = previewed(server, *files)
    address = f"/datasets/preview/{preview['id']}"
    assert preview["arranged"]["shape"] == [3, 20, 40]

    def seen(**options: Any) -> Any:
        assert server.http.patch(address, json=options).status_code == 200
        sheet = server.http.get(f"{address}/sheet", params={"picture": [0], "columns": 1})
        return np.asarray(Image.open(io.BytesIO(sheet.content)))

    assert seen(size=[20, 20], fit="crop").min(axis=(0, 1)).tolist() == [200, 100, 50]
    assert seen(fit="pad")[0].max() == 0
    assert seen(fit="stretch")[0, 0].max() == 0
    assert seen(fit="stretch", channels=1).ndim == 2
    server.http.delete(address)


def test_equal_pictures_are_counted_and_stay_on_one_side(server: Server) -> None:
    pictures = [p for _, p in stripes(6)]
    files = [
        (f"{label}/{n}.png", png_of(picture))
        for label, some in (("a", pictures[:3] * 4), ("b", pictures[3:] * 4))
        for n, picture in enumerate(some)
    ]
    arranged = previewed(server, ("x.zip", zip_of(files)))["arranged"]
    assert [row["repeated"] for row in arranged["classes"]] == [9, 9]
    assert [row["test"] for row in arranged["classes"]] == [4, 4]
    assert arranged["equal_count"] == 6
    assert arranged["equal"][0] == {"pictures": [0, 3, 6, 9], "labels": [0] * 4, "count": 4}
    assert arranged["equal"][3] == {"pictures": [12, 15, 18, 21], "labels": [1] * 4, "count": 4}


def test_equal_pictures_of_several_classes_are_told_first_and_no_more_than_a_few(
    server: Server,
) -> None:
    pictures = [png_of(p) for _, p in stripes(210, size=8)]
    files = [(f"a/{n}.png", picture) for n, picture in enumerate(pictures * 2)]
    files += [(f"b/{n}.png", picture) for n, picture in enumerate(pictures[-1:] * 13)]
    preview = previewed(server, ("x.zip", zip_of(files)))
    arranged = preview["arranged"]
    numbers, labels = [209, 419, *range(420, 430)], [0] * 2 + [1] * 10
    assert arranged["equal"][0] == {"pictures": numbers, "labels": labels, "count": 15}
    assert (arranged["equal_count"], len(arranged["equal"])) == (210, 100)
    assert arranged["equal"][1]["pictures"] == [0, 210]
    assert [row["repeated"] for row in arranged["classes"]] == [210, 13]
    assert "A picture stands in more than one class." in arranged["warnings"]
    server.http.delete(f"/datasets/preview/{preview['id']}")


def test_a_preview_that_is_read_can_be_cancelled_and_leaves_nothing(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        sent = {"file": ("s.zip", stripes_zip(4000))}
        preview = server.http.post("/datasets/preview", files=sent).json()
        assert preview["state"] == "reading"
        assert [one["id"] for one in server.http.get("/datasets/preview").json()["previews"]]
        assert server.http.delete(f"/datasets/preview/{preview['id']}").status_code == 204
        assert not list((tmp_path / "state" / "convscope" / "datasets").iterdir())
        assert server.http.get("/datasets/preview").json() == {"previews": []}


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


# --- what a set is good for -----------------------------------------------------------------------


def test_a_set_that_runs_use_says_which_and_goes_only_by_force(server: Server) -> None:
    made = kept(server, stripes_zip(20))
    run = server.run(**made["recipe"])
    run.post("/step", steps=3)
    refused = server.http.delete(f"/datasets/{made['id']}")
    assert refused.status_code == 409
    assert refused.json()["runs"] == [run.id]
    run.delete()
    assert server.http.delete(f"/datasets/{made['id']}").status_code == 204
    assert server.http.get(f"/datasets/{made['id']}").status_code == 404


def test_words_and_class_names_change_and_the_id_stays(server: Server) -> None:
    made = kept(server, stripes_zip(12))
    changed = {"title": "Other", "licence": "CC0", "classes": ["Flat", "Tall"]}
    answer = server.http.patch(f"/datasets/{made['id']}", json=changed).json()
    assert {key: answer[key] for key in changed} == changed
    assert answer["sha256"] == made["sha256"]
    wrong = server.http.patch(f"/datasets/{made['id']}", json={"classes": ["one"]})
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "classes: expected 2 names.")
    assert server.http.patch("/datasets/shapes", json={"title": "x"}).status_code == 409
    server.http.delete(f"/datasets/{made['id']}")


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


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("x.zip", b"PK\x03\x04 and no more", 400, "whole zip archive"),
        ("x.txt", b"hello", 422, "x.txt: it is no picture"),
        ("1.png", png_of(np.zeros((9, 9), np.uint8)), 422, "1.png: it is in no folder"),
    ],
)
def test_a_file_that_is_no_data_is_answered_with_the_reason(
    server: Server, name: str, content: bytes, status: int, words: str
) -> None:
    answer = server.http.post("/datasets", files={"file": (name, content)})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]
    assert not [one for one in previews_of(server) if one["refused"]]  # nothing stays of it


def test_one_class_or_one_picture_is_a_sentence(server: Server) -> None:
    one = zip_of((f"a/{n}.png", png_of(p)) for n, (_, p) in enumerate(stripes(4)))
    answer = server.http.post("/datasets", files={"file": ("x.zip", one)})
    assert answer.status_code == 422
    assert "at least two are needed to tell them apart" in answer.json()["detail"]


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


def test_a_run_whose_set_was_deleted_can_be_viewed_after_a_restart(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        made = kept(server, stripes_zip(16))
        run = server.run(**made["recipe"])
        run.post("/step", steps=3)
        answer = server.http.delete(f"/datasets/{made['id']}", params={"force": True})
        assert answer.status_code == 204
    with Server(tmp_path) as server:
        back = LiveRun(server, run.id)
        assert "is not on this machine" in back.get()["absent"]
        assert back.get("/layers")["layers"]


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


def test_a_folder_with_one_half_alone_is_split_like_any_other(server: Server) -> None:
    files = [(f"train/{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(stripes(40))]
    made = kept(server, zip_of(files))
    assert (made["train"], made["test"]) == (34, 6)
    server.http.delete(f"/datasets/{made['id']}")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["x", "x"], "names of their own, got 'x' twice"),
        (["x", "  "], "at least 1 character"),
        (["x", "\u202ey"], "without control characters"),
    ],
)
def test_classes_have_plain_names_of_their_own(
    server: Server, leaves: Json, names: list[str], words: str
) -> None:
    answer = server.http.patch(f"/datasets/{leaves['id']}", json={"classes": names})
    assert answer.status_code == 422
    assert words in answer.json()["detail"], answer.text


def test_an_export_after_a_rename_has_the_new_names(server: Server) -> None:
    made = kept(server, stripes_zip(12))
    server.http.get(f"/datasets/{made['id']}/export")
    server.http.patch(f"/datasets/{made['id']}", json={"classes": ["Flat", "Tall"]})
    back = kept(server, server.http.get(f"/datasets/{made['id']}/export").content)
    assert back["classes"] == ["Flat", "Tall"]
    for each in (made, back):
        server.http.delete(f"/datasets/{each['id']}")


def test_a_set_is_called_as_its_file_is(server: Server) -> None:
    made = kept(server, stripes_zip(12), "Leaves of June.zip")
    assert made["title"] == "Leaves of June"
    assert made["id"].startswith("leaves-of-june-")
    server.http.delete(f"/datasets/{made['id']}")


def test_a_class_that_was_brought_as_held_out_alone_cannot_be_learned(server: Server) -> None:
    pictures = [p for _, p in stripes(12)]
    places = ["train/a", "train/b", "test/a", "test/c"] * 3
    files = [
        (f"{place}/{n}.png", png_of(p))
        for n, (place, p) in enumerate(zip(places, pictures, strict=True))
    ]
    answer = server.http.post("/datasets", files={"file": ("x.zip", zip_of(files))})
    assert answer.status_code == 422
    assert "c: nothing to learn from" in answer.json()["detail"]


def test_what_a_kill_left_of_one_request_is_gone_after_a_restart(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with contextlib.suppress(httpx.ReadTimeout):
        server.http.post("/datasets", files={"file": ("s.zip", stripes_zip(2000))}, timeout=0.5)
    server.kill()
    folder = tmp_path / "state/convscope/datasets"
    (folder / ".part-left.zip").write_bytes(b"half of an export")
    with Server(tmp_path) as again:
        assert again.http.get("/datasets/preview").json() == {"previews": []}
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_reading_can_be_cancelled_and_what_was_read_stays(server: Server) -> None:
    preview = previewed(server, ("s.zip", stripes_zip(20)))
    address = f"/datasets/preview/{preview['id']}"
    more = {"file": ("more.zip", stripes_zip(4000, seed=3))}
    assert server.http.post(f"{address}/files", files=more).json()["state"] == "reading"
    after = server.http.delete(f"{address}/files").json()
    assert after["state"] == "ready"
    assert after["arranged"]["train"] + after["arranged"]["test"] == 20
    server.http.delete(address)


def test_a_folder_that_comes_in_parts_has_the_classes_of_the_whole(server: Server) -> None:
    pictures = [png_of(p) for _, p in stripes(8)]
    preview = server.http.post("/datasets/preview", files=[("burst", (None, "false"))]).json()
    address = f"/datasets/preview/{preview['id']}"
    for number, label in enumerate(("maple", "oak")):  # a part with one class and folders in it
        files = [
            ("file", (f"leaves/{label}/day {n}/{n}.png", pictures[4 * number + n]))
            for n in range(4)
        ]
        sent = server.http.post(f"{address}/files", files=files, data={"wrap": "1"})
        assert sent.status_code == 202, sent.text
    arranged = settled(server, preview["id"])["arranged"]
    assert [row["name"] for row in arranged["classes"]] == ["maple", "oak"]
    wrong = server.http.post(f"{address}/files", files=files, data={"wrap": "x"})
    assert wrong.status_code == 422
    server.http.delete(address)


def test_classes_that_come_after_others_were_chosen_are_of_the_set_too(server: Server) -> None:
    def zipped(*labels: str) -> bytes:
        pictures = (png_of(p) for _, p in stripes(4 * len(labels), seed=len(labels)))
        return zip_of((f"{labels[n % len(labels)]}/{n}.png", p) for n, p in enumerate(pictures))

    preview = previewed(server, ("a.zip", zipped("oak", "elm", "odd")))
    address = f"/datasets/preview/{preview['id']}"
    classes = [{"name": "Ash", "sources": ["oak"]}, {"name": "elm", "sources": ["elm"]}]
    server.http.patch(address, json={"classes": classes})
    server.http.post(f"{address}/files", files={"file": ("b.zip", zipped("Ash", "fir", "odd"))})
    arranged = settled(server, preview["id"])["arranged"]
    found = {row["name"]: row["train"] + row["test"] for row in arranged["classes"]}
    assert found == {"Ash": 8, "elm": 4, "fir": 4}
    assert arranged["left_out"] == [{"name": "odd", "pictures": 8}]
    server.http.delete(address)
