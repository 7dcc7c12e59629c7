import gzip
import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope.data import idx
from convscope.errors import TooLargeError, UploadError
from convscope.own_data.arrangement import store
from convscope.own_data.preview.process import Group, Task
from convscope.own_data.sources import entries
from convscope.own_data.sources import npz as npz_module
from convscope.own_data.sources.entries import SentFile
from convscope.own_data.sources.found import Classes, Event, Found, Note, PassedOver, Refused
from convscope.own_data.sources.read import read_all
from tests.support.labelled import png_of, stripes, zip_of
from tests.support.pictures import HEIC_IS_READ, encoded, gradient, png_bomb

GREY = np.arange(144, dtype=np.uint8).reshape(12, 12)
PICKLE = b"\x80\x04]\x94K\x01a."
NOISE = np.random.default_rng(5).integers(0, 256, (40, 40), dtype=np.uint8)
COLOUR = np.stack([GREY, GREY[::-1], GREY.T], axis=2)


def events(tmp_path: Path, *files: tuple[str, bytes], class_name: str | None = None) -> list[Event]:
    """All that is found in files that were sent."""
    sent = []
    for number, (name, content) in enumerate(files):
        path = tmp_path / f"sent{number}"
        path.write_bytes(content)
        sent.append(SentFile(name, path))
    return list(read_all(sent, tmp_path, class_name))


def found(all_events: list[Event]) -> list[Found]:
    return [event for event in all_events if isinstance(event, Found)]


def refused(all_events: list[Event]) -> dict[str, str]:
    return {event.name: event.why for event in all_events if isinstance(event, Refused)}


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


# --- pictures -------------------------------------------------------------------------------------


def test_a_zip_with_a_folder_a_class_gives_every_picture_with_its_class(tmp_path: Path) -> None:
    pictures = stripes(6, size=12)
    archive = zip_of((f"s/{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(pictures))
    all_found = found(events(tmp_path, ("s.zip", archive)))
    by_class = sorted((one.class_name, one.pixels.tobytes()) for one in all_found)
    assert by_class == sorted((name, pixels.tobytes()) for name, pixels in pictures)


def test_files_with_folders_in_their_names_are_read_as_a_folder(tmp_path: Path) -> None:
    all_found = found(events(tmp_path, ("s/a/1.png", png_of(GREY)), ("s/b/1.png", png_of(COLOUR))))
    assert [one.class_name for one in all_found] == ["a", "b"]
    assert (all_found[1].pixels == COLOUR).all()


def test_pictures_without_a_folder_are_of_the_class_that_is_given(tmp_path: Path) -> None:
    assert refused(events(tmp_path, ("1.png", png_of(GREY))))["1.png"].startswith("it is in no fol")
    [one] = found(events(tmp_path, ("1.png", png_of(GREY)), class_name="oak"))
    assert one.class_name == "oak"


def test_what_cannot_be_read_is_refused_by_name_and_the_rest_goes_on(tmp_path: Path) -> None:
    archive = zip_of(
        [
            ("l/oak/1.png", png_of(GREY)),
            ("l/oak/2.png", png_of(NOISE)[:400]),
            ("l/oak/3.jpg", b"not a picture at all"),
            ("l/oak/notes.txt", b"these are oaks"),
            ("l/oak/in.zip", zip_of([("a", b"b")])),
            ("l/oak/old.pkl", PICKLE),
            ("l/elm/1.png", png_of(GREY)),
            ("__MACOSX/l/oak/._1.png", b"x"),
            ("l/.DS_Store", b"x"),
        ]
    )
    all_events = events(tmp_path, ("l.zip", archive))
    assert [one.class_name for one in found(all_events)] == ["elm", "oak"]
    why = refused(all_events)
    assert set(why) == {f"l/oak/{n}" for n in ("2.png", "3.jpg", "notes.txt", "in.zip", "old.pkl")}
    assert "pickle, which could run code" in why["l/oak/old.pkl"]
    over = sorted(event.what for event in all_events if isinstance(event, PassedOver))
    assert over == [".DS_Store", "__MACOSX"]


def test_a_large_picture_is_kept_small_and_a_small_one_as_it_is(tmp_path: Path) -> None:
    large = np.zeros((600, 900, 3), np.uint8)
    sent = (("a/1.png", png_of(large)), ("b/1.png", png_of(COLOUR)))
    assert [one.pixels.shape for one in found(events(tmp_path, *sent))] == [
        (256, 384, 3),
        (12, 12, 3),
    ]


CASES = Path(__file__).parents[1] / "images" / "cases"


@pytest.mark.skipif(not HEIC_IS_READ, reason="pi-heif is not installed")
def test_a_phones_photographs_of_24_megapixels_are_read_and_one_that_lies_is_refused(
    tmp_path: Path,
) -> None:
    phone, lying = ((CASES / name).read_bytes() for name in ("phone.heic", "lying.avif"))
    sent = (("a/1.heic", phone), ("a/2.avif", lying), ("a/3.heic", phone))
    all_events = events(tmp_path, *sent)
    assert [one.pixels.shape for one in found(all_events)] == [(256, 341, 3)] * 2
    assert list(refused(all_events)) == ["a/2.avif"]


@pytest.mark.parametrize("kind", ["AVIF", "WebP", "PNG", "GIF"])
def test_64_megapixels_are_read_in_the_memory_that_a_reader_has(tmp_path: Path, kind: str) -> None:
    options: dict[str, Any] = {"AVIF": {"speed": 10}, "WebP": {"method": 0}}.get(kind, {})
    large = gradient(8000, 8000)
    picture = large.convert("P") if kind == "GIF" else large.convert("RGBA")
    path = tmp_path / "large"
    path.write_bytes(encoded(picture, kind, **options))
    task = Task(folder=tmp_path, groups=[Group(files=[("a/1", path)])])
    read = [sys.executable, "-c", "from convscope.own_data.preview.process import main; main()"]
    with subprocess.Popen(read, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(task.model_dump_json().encode() + b"\n")
        process.stdin.flush()
        *_, said = process.stdout
    assert json.loads(said)["summary"]["train"] == 1, said
    assert store.picture(store.pixels(tmp_path), store.records(tmp_path)[0]).shape == (256, 256, 3)


def test_more_than_64_megapixels_are_refused_before_a_pixel_is_decoded(tmp_path: Path) -> None:
    why = refused(events(tmp_path, ("a/1.png", png_bomb(8001))))
    assert why == {"a/1.png": "Expected at most 64,000,000 pixels, got 8,001 × 8,001."}


# --- archives -------------------------------------------------------------------------------------


def test_a_member_that_leads_out_of_the_archive_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    outside = ("../../out/a/1.png", "/etc/b/2.png", "C:\\x.png", "c/../../d/3.png")
    members = (*outside, "./c/../e/4.png", "a: b/5.png")
    archive = zip_of([(name, png_of(GREY)) for name in members])
    told = events(tmp_path / "in", ("x.zip", archive))
    assert refused(told) == dict.fromkeys(outside, "its path leads outside the archive")
    assert [one.class_name for one in found(told)] == ["e", "a: b"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "sent0"]


def test_an_archive_that_unpacks_to_far_more_is_refused_before_it_does(tmp_path: Path) -> None:
    bomb = zip_of([("a/1.png", bytes(50_000_000))])
    with pytest.raises(TooLargeError, match="to unpack to at most"):
        events(tmp_path, ("bomb.zip", bomb))


def test_an_archive_whose_files_overlap_is_refused(tmp_path: Path) -> None:
    whole = bytearray(zip_of([("a/1.png", png_of(GREY)), ("a/2.png", png_of(GREY))]))
    directory = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", directory + 4)
    whole[second + 42 : second + 46] = struct.pack("<I", 3)
    with pytest.raises(UploadError, match="overlap"):
        events(tmp_path, ("x.zip", bytes(whole)))


def test_an_archive_of_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MOST_MEMBERS", 3)
    with pytest.raises(TooLargeError, match="at most 3 files"):
        events(tmp_path, ("x.zip", zip_of((f"a/{n}", b"") for n in range(4))))


def test_a_cut_archive_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="whole zip archive"):
        events(tmp_path, ("x.zip", zip_of([("a/1.png", png_of(GREY))])[:-30]))


def test_macos_names_are_utf_8_though_the_archive_does_not_say_so(tmp_path: Path) -> None:
    whole = zip_of([("Äpfel/1.png", png_of(GREY)), ("b/2.png", png_of(GREY))])
    flagged, plain = struct.pack("<H", 0x800), struct.pack("<H", 0)
    broken = whole.replace(b"PK\x03\x04\x14\0" + flagged, b"PK\x03\x04\x14\0" + plain)
    broken = broken.replace(
        b"PK\x01\x02\x14\x03\x14\0" + flagged, b"PK\x01\x02\x14\x03\x14\0" + plain
    )
    assert broken != whole
    assert "Äpfel" in [one.class_name for one in found(events(tmp_path, ("x.zip", broken)))]


# --- IDX ------------------------------------------------------------------------------------------

IMAGES = np.random.default_rng(0).integers(0, 256, (9, 10, 8), dtype=np.uint8)
LABELS = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5], dtype=np.uint8)


@pytest.mark.parametrize("packed", [True, False])
def test_idx_pairs_are_found_by_their_names(tmp_path: Path, packed: bool) -> None:
    def file(array: Any) -> bytes:
        return idx.encode(array) if packed else gzip.decompress(idx.encode(array))

    end = ".gz" if packed else ""
    sent = [
        (f"train-images-idx3-ubyte{end}", file(IMAGES[:6])),
        (f"t10k-labels-idx1-ubyte{end}", file(LABELS[6:])),
        (f"t10k-images-idx3-ubyte{end}", file(IMAGES[6:])),
        (f"train-labels-idx1-ubyte{end}", file(LABELS[:6])),
    ]
    all_found = found(events(tmp_path, *sent))
    assert [one.half for one in all_found] == ["train"] * 6 + ["test"] * 3
    assert [int(one.class_name) for one in all_found] == LABELS.tolist()
    assert (np.stack([one.pixels for one in all_found]) == IMAGES).all()
    folder = zip_of([(f"MNIST/raw/{name}", content) for name, content in sent])
    assert len(found(events(tmp_path, ("m.zip", folder)))) == 9


def test_one_pair_is_a_pair_whatever_it_is_called(tmp_path: Path) -> None:
    sent = (("my pictures", idx.encode(IMAGES)), ("my labels", idx.encode(LABELS)))
    assert {one.half for one in found(events(tmp_path, *sent))} == {None}


def test_emnist_is_stood_upright_and_its_letters_are_named(tmp_path: Path) -> None:
    sent = [
        ("emnist-letters-train-images-idx3-ubyte.gz", idx.encode(IMAGES)),
        ("emnist-letters-train-labels-idx1-ubyte.gz", idx.encode(LABELS)),
    ]
    all_events = events(tmp_path, *sent)
    assert [one.class_name for one in found(all_events)] == list("CADAEIBFE")
    assert (found(all_events)[0].pixels == IMAGES[0].T).all()
    assert [event.says for event in all_events if isinstance(event, Note)]


def test_images_without_labels_are_refused(tmp_path: Path) -> None:
    why = refused(events(tmp_path, ("train-images-idx3-ubyte", idx.encode(IMAGES))))
    assert "no file of labels" in why["train-images-idx3-ubyte"]


# --- CIFAR-10 -------------------------------------------------------------------------------------


def test_cifars_batches_are_planes_of_colours(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    pictures = draw.integers(0, 256, (5, 3, 32, 32), dtype=np.uint8)
    rows = b"".join(bytes([n]) + picture.tobytes() for n, picture in enumerate(pictures))
    sent = (("data_batch_1.bin", rows), ("test_batch.bin", rows[: 2 * 3073]))
    all_events = events(tmp_path, *sent)
    all_found = found(all_events)
    assert [one.half for one in all_found] == ["train"] * 5 + ["test"] * 2
    assert [one.class_name for one in all_found[:3]] == ["airplane", "automobile", "bird"]
    assert (all_found[4].pixels == pictures[4].transpose(1, 2, 0)).all()
    assert any(isinstance(event, Classes) for event in all_events)


def test_cifars_pickles_are_answered_with_the_binary_version(tmp_path: Path) -> None:
    why = refused(events(tmp_path, ("data_batch_1", PICKLE)))
    assert "cifar-10-binary.tar.gz" in why["data_batch_1"]


# --- .npz -----------------------------------------------------------------------------------------

GREYS = IMAGES
COLOURS = np.random.default_rng(2).integers(0, 256, (9, 10, 8, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("arrays", "pixels"),
    [
        ({"images": GREYS, "labels": LABELS}, GREYS),
        ({"x": GREYS[..., None], "y": LABELS[:, None]}, GREYS),
        ({"arr_0": GREYS[:, None], "arr_1": LABELS.astype(np.int64)}, GREYS),
        ({"X": COLOURS, "y": LABELS.astype(np.float32)}, COLOURS),
        ({"data": COLOURS.transpose(0, 3, 1, 2), "targets": LABELS}, COLOURS),
        ({"images": GREYS.astype(np.float64), "labels": np.eye(10)[LABELS]}, GREYS),
        ({"images": (GREYS / 255).astype(np.float32), "labels": LABELS}, GREYS),
        ({"train_images": GREYS[:9], "train_labels": LABELS}, GREYS),
        ({"x_train": GREYS, "y_train": LABELS}, GREYS),
    ],
)
def test_an_npz_is_read_in_the_spellings_that_people_use(
    tmp_path: Path, arrays: dict[str, Any], pixels: Any
) -> None:
    all_found = found(events(tmp_path, ("a.npz", npz(**arrays))))
    assert (np.stack([one.pixels for one in all_found]) == pixels).all()
    assert [int(one.class_name) for one in all_found] == LABELS.tolist()


@pytest.mark.parametrize(
    ("images", "labels"),
    [(GREYS, LABELS), (COLOURS, np.eye(10)[LABELS]), (COLOURS.transpose(0, 3, 1, 2) / 255, LABELS)],
)
def test_an_array_in_column_major_order_gives_the_same_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, images: Any, labels: Any
) -> None:
    monkeypatch.setattr(npz_module, "_PART_BYTES", 700)  # a few pictures at once
    in_rows = {"images": np.ascontiguousarray(images), "labels": labels}
    in_columns = {"images": np.asfortranarray(images), "labels": np.asfortranarray(labels)}
    one, other = (
        [
            (picture.class_name, picture.pixels.shape, picture.pixels.tobytes())
            for picture in found(events(tmp_path, ("a.npz", npz(**arrays))))
        ]
        for arrays in (in_rows, in_columns)
    )
    assert len(one) == 9
    assert one == other
    assert [path.name for path in tmp_path.iterdir()] == ["sent0"]


def test_a_column_major_array_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    file, labels = io.BytesIO(), io.BytesIO()
    np.save(file, np.asfortranarray(GREYS))
    np.save(labels, LABELS)
    whole = zip_of([("images.npy", file.getvalue()[:-1]), ("labels.npy", labels.getvalue())])
    all_events = events(tmp_path, ("a.npz", whole))
    assert refused(all_events) == {"a.npz": "an array is cut short"}
    assert not found(all_events)


def test_pictures_with_transparency_in_an_npz_are_what_they_are_as_files(tmp_path: Path) -> None:
    drawn = np.random.default_rng(4).integers(0, 256, (6, 12, 10, 4), dtype=np.uint8)
    drawn[1, ..., 3], drawn[2, ..., 3] = 255, 0
    drawn[3, ..., :3] //= 3  # dark, so that it goes on white
    drawn[4, ..., :3] |= 128  # light, on black
    files = [(f"a/{n}.png", png_of(picture)) for n, picture in enumerate(drawn)]
    one = found(events(tmp_path, *files))
    all_events = events(tmp_path, ("a.npz", npz(x=drawn, y=np.zeros(6, np.uint8))))
    assert [each.pixels.tobytes() for each in one] == [
        each.pixels.tobytes() for each in found(all_events)
    ]
    assert {each.pixels.shape for each in found(all_events)} == {(12, 10, 3)}
    assert any("Put on white" in event.says for event in all_events if isinstance(event, Note))


def test_flat_pictures_are_square(tmp_path: Path) -> None:
    square = np.random.default_rng(0).integers(0, 256, (4, 49), dtype=np.uint8)
    [first, *_] = found(events(tmp_path, ("a.npz", npz(images=square, labels=[0, 1, 0, 1]))))
    assert (first.pixels == square[0].reshape(7, 7)).all()


def test_names_in_an_npz_are_its_classes(tmp_path: Path) -> None:
    whole = npz(images=GREYS, labels=LABELS % 2, class_names=np.array(["cat", "dog"]))
    names = [one.class_name for one in found(events(tmp_path, ("a.npz", whole)))]
    assert names == [("cat", "dog")[n % 2] for n in LABELS]
    whole = npz(images=GREYS, labels=np.array(["cat", "dog", "cat"] * 3))
    assert found(events(tmp_path, ("a.npz", whole)))[1].class_name == "dog"


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({"images": np.array([{"a": 1}] * 3, dtype=object), "labels": [0, 1, 0]}, "Python objects"),
        ({"images": GREYS, "labels": LABELS[:3]}, "expected 9 labels"),
        ({"images": GREYS * 1.5 - 300, "labels": LABELS}, "numbers from 0 to 255"),
        ({"images": np.full((9, 4, 4), np.nan), "labels": LABELS}, "numbers from 0 to 255"),
        ({"images": np.zeros((9, 4, 4, 7), np.uint8), "labels": LABELS}, "expected pictures"),
        ({"weights": GREYS}, "expected arrays of pictures and of labels"),
        ({"images": GREYS, "labels": LABELS + 0.5}, "whole numbers"),
    ],
)
def test_an_npz_that_is_not_pictures_with_labels_is_refused_with_the_reason(
    tmp_path: Path, arrays: dict[str, Any], why: str
) -> None:
    all_events = events(tmp_path, ("a.npz", npz(**arrays)))
    assert why in refused(all_events)["a.npz"]
    assert not found(all_events)


def test_a_header_that_promises_far_more_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"shape": (10**9, 28, 28), "fortran_order": False, "descr": "|u1"}
    )
    labels = io.BytesIO()
    np.save(labels, LABELS)
    whole = zip_of([("images.npy", file.getvalue()), ("labels.npy", labels.getvalue())])
    assert "expected an array of at most" in refused(events(tmp_path, ("a.npz", whole)))["a.npz"]


def test_an_encrypted_member_is_refused_by_name(tmp_path: Path) -> None:
    whole = bytearray(zip_of([("a/1.png", png_of(GREY)), ("b/1.png", png_of(GREY))]))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + place] |= 1
    assert zipfile.ZipFile(io.BytesIO(bytes(whole))).infolist()[0].flag_bits & 1
    assert refused(events(tmp_path, ("x.zip", bytes(whole)))) == {"a/1.png": "it is encrypted"}
