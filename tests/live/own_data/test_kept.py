"""A set that is kept: its words, its export, its end."""

import io
import zipfile

import pytest

from tests.support.labelled import stripes_zip
from tests.support.own_sets import Json, kept
from tests.support.server import Server


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


def test_an_export_after_a_rename_has_the_new_names(server: Server) -> None:
    made = kept(server, stripes_zip(12))
    server.http.get(f"/datasets/{made['id']}/export")
    server.http.patch(f"/datasets/{made['id']}", json={"classes": ["Flat", "Tall"]})
    back = kept(server, server.http.get(f"/datasets/{made['id']}/export").content)
    assert back["classes"] == ["Flat", "Tall"]
    for each in (made, back):
        server.http.delete(f"/datasets/{each['id']}")


def test_an_export_says_how_pictures_that_come_later_are_fitted(server: Server) -> None:
    made = kept(server, stripes_zip(12), fit="stretch")
    whole = server.http.get(f"/datasets/{made['id']}/export").content
    back, other = kept(server, whole), kept(server, whole, size=[16, 16])
    assert (back["fit"], other["fit"]) == ("stretch", "crop")
    assert server.http.get(f"/datasets/{back['id']}/export").content == whole
    for each in (made, back, other):
        server.http.delete(f"/datasets/{each['id']}")


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
