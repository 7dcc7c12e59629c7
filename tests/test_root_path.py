from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from convscope.main import create_app
from convscope.root_path import OWN, canonical_root_path
from convscope.settings import Settings
from tests.support.asgi import ask


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("/", ""),
        ("/lab", "/lab"),
        ("/lab/convscope/", "/lab/convscope"),
        ("/user/a%40b/proxy/8000", "/user/a%40b/proxy/8000"),
    ],
)
def test_a_path_is_kept_in_one_spelling(given: str, kept: str) -> None:
    assert canonical_root_path(given) == kept


@pytest.mark.parametrize("given", ["lab", "//lab", "/a//b", "/a/../b", "/.", "/a b", "/ä", "/a?b"])
def test_what_is_no_path_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="Expected a path such as /convscope"):
        canonical_root_path(given)


def test_every_path_of_the_server_begins_as_one_that_nothing_can_be_under(tmp_path: Path) -> None:
    app = create_app(Settings(state_dir=tmp_path)).app
    routes = [context.path for context in iter_route_contexts(app.routes)]  # type: ignore[attr-defined]
    assert {path.split("/")[1] for path in routes if path} - {""} == set(OWN)
    for name in OWN:
        with pytest.raises(ValueError, match="none of Convscope's own"):
            canonical_root_path(f"/{name}/lab")


@pytest.mark.parametrize("root", ["", "/lab"])
def test_a_slash_too_many_is_led_to_the_address_without_it(tmp_path: Path, root: str) -> None:
    app = create_app(Settings(state_dir=tmp_path, root_path=root))
    for path, location in (("/lessons/", "../lessons"), ("/compare/?a=1", "../compare?a=1")):
        answer = ask(app, root + path)
        assert (answer.status, answer.headers["location"]) == (307, location)
    assert ask(app, f"{root}/api/v1/runs/", method="POST").headers["location"] == "../runs"
    wrong = ask(app, f"{root}/api/v1/runs", method="PUT")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, POST")
    assert ask(app, f"{root}/nothing/").status == 404
    assert ask(app, f"{root}//evil.example/").status == 404


@pytest.mark.parametrize("path", ["/", "/runs", "/lessons/stacking", "/docs"])
def test_no_address_of_a_page_begins_at_the_host(tmp_path: Path, path: str) -> None:
    html = ask(create_app(Settings(state_dir=tmp_path)), path).body.decode()
    for before in ('href="/', 'src="/', '": "/'):
        assert before not in html


def test_the_document_names_the_path_that_the_server_is_under(tmp_path: Path) -> None:
    app = create_app(Settings(state_dir=tmp_path, root_path="/lab"))
    assert ask(app, "/openapi.json").json()["servers"] == [{"url": "/lab"}]
