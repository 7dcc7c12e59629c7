"""The lesson pages as the server sends them."""

import re
from html.parser import HTMLParser

import pytest

from convscope.api.routes.lessons import LESSONS
from convscope.main import create_app
from convscope.settings import Settings, resources
from tests.support.asgi import Answer, ask

SLUGS = [lesson.slug for lesson in LESSONS]
TITLES = [lesson.title for lesson in LESSONS]


def get(path: str) -> Answer:
    """A page of the whole application."""
    return ask(create_app(Settings()), path)


def page(slug: str) -> str:
    """One lesson's HTML."""
    answer = get(f"/lessons/{slug}")
    assert answer.status == 200
    return answer.body.decode()


class Elements(HTMLParser):
    """Every element of a page, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.all.append((tag, dict(attrs)))

    def attributes(self, name: str) -> list[str]:
        """The values of an attribute."""
        return [str(found[name]) for _, found in self.all if name in found]


def test_there_are_twelve_lessons_in_the_order_of_their_thoughts() -> None:
    html = get("/lessons").body.decode()
    links = [href for href in Elements(html).attributes("href") if href.startswith("./lessons/")]
    assert links == [f"./lessons/{slug}" for slug in SLUGS]
    assert len(links) == 12
    assert TITLES[0] == "One filter, nine weights"
    assert TITLES[-1] == "Why an explanation needs a control"


@pytest.mark.parametrize("slug", SLUGS)
def test_each_lesson_has_a_figure_and_ends_in_a_question(slug: str) -> None:
    html = page(slug)
    elements = Elements(html)
    figures, answers = elements.attributes("data-figure"), elements.attributes("data-answer")
    assert figures
    assert len(answers) == 1
    assert html.index('data-answer="') > max(
        html.index(f'data-figure="{name}"') for name in figures
    )
    question = html[html.index('class="question"') : html.index("data-answer=")]
    assert "?" in question
    main = (resources("static") / "js" / "lessons" / "main.js").read_text(encoding="utf-8")
    for name in {*figures, *answers}:
        assert f': () => import("./figures/{name}.js")' in main
        assert (resources("static") / "js" / "lessons" / "figures" / f"{name}.js").is_file()


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_has_one_heading_1_a_title_and_nothing_inline(slug: str) -> None:
    html = page(slug)
    elements = Elements(html)
    tags = [tag for tag, _ in elements.all]
    assert tags.count("h1") == 1
    assert "style" not in tags
    assert not elements.attributes("style")
    inline = [found for tag, found in elements.all if tag == "script" and "src" not in found]
    assert [found.get("type") for found in inline] == ["importmap"]
    title = re.search(r"<title>(.*?) · Convscope</title>", html)
    assert title
    assert title[1] in TITLES
    assert "{{" not in html
    assert "{%" not in html


def test_each_lesson_leads_to_the_one_before_and_the_one_after() -> None:
    for number, slug in enumerate(SLUGS):
        around = {
            str(found["rel"]): found["href"]
            for tag, found in Elements(page(slug)).all
            if tag == "a" and "rel" in found
        }
        assert around.get("prev") == (f"../lessons/{SLUGS[number - 1]}" if number else None)
        after = SLUGS[number + 1] if number + 1 < len(SLUGS) else None
        assert around.get("next") == (f"../lessons/{after}" if after else None)


def test_an_unknown_lesson_is_answered_with_where_the_known_ones_are() -> None:
    answer = get("/lessons/none")
    assert answer.status == 404
    assert "/lessons lists" in answer.sentence()


TERMS = (
    "filter",
    "kernel",
    "weight",
    "bias",
    "activation",
    "seed",
    "feature map",
    "receptive field",
    "step",
    "batch",
)


@pytest.mark.parametrize("term", TERMS)
def test_each_of_the_fields_words_is_explained_where_it_is_first_met(term: str) -> None:
    pages = [page(slug) for slug in SLUGS]
    defined = [number for number, html in enumerate(pages) if f"<dfn>{term}</dfn>" in html]
    assert len(defined) == 1


ODD = ("goes with", "go with", "looked like", "bright", "by lot", "drawn", "blame", "very same")


@pytest.mark.parametrize("word", ODD)
def test_no_lesson_says_what_is_odd_or_untrue(word: str) -> None:
    files = [*resources("templates").glob("lessons/*.html")]
    files += resources("static").glob("js/lessons/**/*.js")
    assert len(files) > 20
    said = [path.name for path in files if word in " ".join(path.read_text("utf-8").split())]
    assert said == []
    assert word not in " ".join(lesson.short for lesson in LESSONS)


def test_counting_from_0_is_said_once() -> None:
    said = [slug for slug in SLUGS if "counted from 0" in page(slug)]
    assert said == [SLUGS[0]]
