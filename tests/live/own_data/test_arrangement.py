"""Classes, split and form of pictures before they are kept."""

import io
from typing import Any

import numpy as np
from PIL import Image

from tests.support.labelled import png_of, stripes, zip_of
from tests.support.own_sets import previewed, settled
from tests.support.server import Server


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
    [problem] = preview["arranged"]["problems"]
    assert problem.startswith("odd: fewer than two pictures, where one is to learn from and one to")
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
    assert server.http.get(address).status_code == 303  # to the set
    server.http.delete(f"/datasets/{made['id']}")


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
    first, last = arranged["equal"][0], arranged["equal"][3]
    assert (first["pictures"], first["labels"], first["count"]) == ([0, 3, 6, 9], [0] * 4, 4)
    assert first["names"] == ["a/0.png", "a/3.png", "a/6.png", "a/9.png"]
    assert (last["pictures"], last["labels"], last["count"]) == ([12, 15, 18, 21], [1] * 4, 4)


def test_equal_pictures_of_several_classes_are_told_first_and_no_more_than_a_few(
    server: Server,
) -> None:
    pictures = [png_of(p) for _, p in stripes(210, size=8)]
    files = [(f"a/{n}.png", picture) for n, picture in enumerate(pictures * 2)]
    files += [(f"b/{n}.png", picture) for n, picture in enumerate(pictures[-1:] * 13)]
    preview = previewed(server, ("x.zip", zip_of(files)))
    arranged = preview["arranged"]
    numbers, labels = [209, 419, *range(420, 430)], [0] * 2 + [1] * 10
    first = arranged["equal"][0]
    assert (first["pictures"], first["labels"], first["count"]) == (numbers, labels, 15)
    assert (arranged["equal_count"], len(arranged["equal"])) == (210, 100)
    assert arranged["equal"][1]["pictures"] == [0, 210]
    assert [row["repeated"] for row in arranged["classes"]] == [210, 13]
    assert "A picture stands in more than one class." in arranged["warnings"]
    server.http.delete(f"/datasets/preview/{preview['id']}")


def test_a_brought_split_with_a_picture_on_both_sides_says_how_many_are_moved(
    server: Server,
) -> None:
    own, other = ([png_of(p) for _, p in stripes(20, seed=seed)] for seed in (1, 2))
    files = [(f"train/{'ab'[n % 2]}/{n}.png", picture) for n, picture in enumerate(own)]
    files += [("test/a/0.png", own[0]), ("test/a/2.png", own[2]), ("test/b/9.png", other[1])]
    arranged = previewed(server, ("x.zip", zip_of(files)))["arranged"]
    assert [(row["train"], row["test"]) for row in arranged["classes"]] == [(12, 0), (10, 1)]
    assert arranged["warnings"] == [
        "2 pictures that were brought as held out equal ones to learn from: they are learned from.",
        "a: nothing is held out, since what was brought for it equals what is learned from.",
    ]


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


def test_one_class_or_one_picture_is_a_sentence(server: Server) -> None:
    one = zip_of((f"a/{n}.png", png_of(p)) for n, (_, p) in enumerate(stripes(4)))
    answer = server.http.post("/datasets", files={"file": ("x.zip", one)})
    assert answer.status_code == 422
    assert "at least two are needed to tell them apart" in answer.json()["detail"]


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
