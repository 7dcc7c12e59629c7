"""One's own labelled pictures are brought over REST, in each form that they have."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope.data import idx
from convscope.data.catalog import Dataset, open_dataset
from convscope.settings import Settings
from tests.support.data_cache import data_cache
from tests.support.labelled import png_of, stripes, stripes_zip, zip_of
from tests.support.own_sets import kept, settled, unkept
from tests.support.server import Server


def test_what_was_refused_and_passed_over_is_told(server: Server) -> None:
    more = [("s/lying/x.png", b"nothing"), ("__MACOSX/s/._1", b"x"), ("s/.DS_Store", b"x")]
    pictures = [(f"s/{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(stripes(8))]
    made = kept(server, zip_of(pictures + more))
    assert [file["name"] for file in made["refused"]] == ["s/lying/x.png"]
    assert made["passed_over"] == {"__MACOSX": 1, ".DS_Store": 1}
    server.http.delete(f"/datasets/{made['id']}")


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


def test_a_folder_that_comes_in_parts_has_the_classes_of_the_whole(server: Server) -> None:
    pictures = [png_of(p) for _, p in stripes(8)]
    preview = server.http.post("/datasets/preview", files=[("burst", (None, "false"))]).json()
    address = f"/datasets/preview/{preview['id']}"
    for number, label in enumerate(("maple", "oak")):  # a part with one class and a folder in it
        files = [
            ("file", (f"leaves/{label}/images/{n}.png", pictures[4 * number + n])) for n in range(4)
        ]
        sent = server.http.post(f"{address}/files", files=files, data={"wrap": "1"})
        assert sent.status_code == 202, sent.text
    told = settled(server, preview["id"])
    assert [row["name"] for row in told["arranged"]["classes"]] == ["maple", "oak"]
    assert told["notes"] == [
        "Folders lie inside the classes' folders: the outer one is the class, as in PyTorch's "
        f"ImageFolder. {label}/images, for one, is taken with {label}."
        for label in ("maple", "oak")
    ]
    wrong = server.http.post(f"{address}/files", files=files, data={"wrap": "x"})
    assert wrong.status_code == 422
    server.http.delete(address)


def test_a_folder_with_one_half_alone_is_split_like_any_other(server: Server) -> None:
    files = [(f"train/{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(stripes(40))]
    made = kept(server, zip_of(files))
    assert (made["train"], made["test"]) == (34, 6)
    server.http.delete(f"/datasets/{made['id']}")


def test_a_set_is_called_as_its_file_is(server: Server) -> None:
    made = kept(server, stripes_zip(12), "Leaves of June.zip")
    assert made["title"] == "Leaves of June"
    assert made["id"].startswith("leaves-of-june-")
    server.http.delete(f"/datasets/{made['id']}")


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("x.zip", b"PK\x03\x04 and no more", 400, "x.zip: Expected a whole zip archive"),
        ("x.txt", b"hello", 422, "x.txt: it is no picture"),
        ("1.png", png_of(np.zeros((9, 9), np.uint8)), 422, "1.png: it is in no folder"),
    ],
)
def test_a_file_that_is_no_data_is_answered_with_the_reason(
    server: Server, name: str, content: bytes, status: int, words: str
) -> None:
    before = unkept(server)
    answer = server.http.post("/datasets", files={"file": (name, content)})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]
    assert unkept(server) == before  # nothing stays of it
