"""The held-out pictures in the plane: held from step to step, looked into, and pressed."""

import csv
import io
import re
from typing import Any, Literal

import numpy as np
import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.browser.test_inspect import answered, asked, opened, panel_of, saved
from tests.support.screen import Pixels, Screen, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

TRAINED = 100
PICTURE = re.compile(r"/images/test-\d+/file")
EMBEDDING = re.compile("/embedding")
# what the canvas shows from now on, until it has rested for longer than any movement takes
WATCH = """() => { window.seen = new Set(); let changed = Infinity;
  const canvas = document.querySelector(".scatter canvas");
  window.rested = new Promise(done => requestAnimationFrame(function look() {
    const before = window.seen.size;
    if (window.seen.add(canvas.toDataURL()).size > before && before) changed = performance.now();
    if (performance.now() - changed > 1000) done(window.seen.size);
    else requestAnimationFrame(look);
  })) }"""


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run that has come some way."""
    run.post("/step", steps=TRAINED)
    return run


def plane(screen: Screen) -> Locator:
    return panel_of(screen).get_by_role("application", name="Pictures in the plane")


def painted(screen: Screen) -> Pixels:
    """The canvas, once the points rest."""
    canvas = plane(screen).locator("canvas")
    expect(canvas).to_be_visible()
    seen: list[Pixels] = [pixels(canvas)]

    def rests() -> bool:
        screen.page.wait_for_timeout(200)
        seen.append(pixels(canvas))
        return seen[-1].shape == seen[-2].shape and bool((seen[-1] == seen[-2]).all())

    screen.until(rests)
    return seen[-1]


def pinch(screen: Screen) -> None:
    """Two fingers go apart on the plane."""
    box = plane(screen).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = screen.page.context.new_cdp_session(screen.page)
    for kind, apart in [("touchStart", 20), *(("touchMove", 20 + 8 * k) for k in range(1, 10))]:
        fingers = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def pictures_asked(screen: Screen) -> set[str]:
    return {url for url in screen.watch.asked if PICTURE.search(url)}


def own_share(embedding: Any) -> float:
    """Of the ten nearest, over all pictures."""
    images = embedding["images"]
    places = np.array([[one["x"], one["y"]] for one in images])
    labels = np.array([one["label"] for one in images])
    far = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(far, np.inf)
    near = labels[far.argsort(axis=1)[:, :10]]
    return float((near == labels[:, None]).mean())


def test_the_plane_is_the_servers_and_says_which_classes_are_mixed(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    assert not [url for url in screen.watch.asked if "plane" in url] + asked(screen, "/embedding")
    panel = opened(screen, "Plane")
    truth = trained.get("/embedding")
    says = panel.locator("[data-test=plane]")
    expect(says).to_contain_text(f"{own_share(truth):.0%} of a picture's 10 nearest")
    expect(says).to_contain_text(f"at step {TRAINED}. Most mixed is")
    expect(says).to_contain_text(f"which hold {sum(truth['explained']):.0%} of how they differ")
    table = panel.get_by_role("table", name="Whose the 10 nearest pictures are")
    assert table.locator("tbody tr").count() == 10
    legend = panel.get_by_role("group", name="Classes").get_by_role("button")
    assert legend.all_inner_texts()[0] == trained.get()["classes"][0]
    whole = painted(screen)
    legend.first.click()
    expect(legend.first).to_have_attribute("aria-pressed", "true")
    faint = painted(screen)
    assert faint[..., 3].sum() < 0.5 * whole[..., 3].sum()
    rows = list(csv.DictReader(io.StringIO(saved(panel, "Download CSV").read_text())))
    assert [(row["image"], float(row["x"])) for row in rows] == [
        (one["image"], one["x"]) for one in truth["images"]
    ]


def test_a_point_is_told_found_by_keys_and_pointer_and_becomes_the_probe(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    panel = opened(screen, "Plane")
    classes = trained.get()["classes"]
    labels = {one["image"]: one["label"] for one in trained.get("/embedding")["images"]}
    told = panel.get_by_role("status")
    before = pictures_asked(screen)
    plane(screen).focus()
    screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("ArrowRight")
    expect(told).to_contain_text(": test picture ")
    name, number = told.inner_text().splitlines()[0].split(": test picture ")
    assert name == classes[labels[f"test-{number}"]]
    screen.page.keyboard.press("Enter")
    expect(told).to_contain_text("It is the probe.")
    expect(screen.page.get_by_role("region", name="Probe")).to_contain_text(name)
    screen.expect_step(TRAINED)  # no arrow made a step
    assert len(pictures_asked(screen) - before) <= 4  # of the points that were told
    box = plane(screen).bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen.page.mouse.move(*middle)
    early = pictures_asked(screen)
    for _ in range(12):
        screen.page.mouse.wheel(0, -200)
    zoom_out = panel.get_by_role("button", name="Zoom out")
    expect(zoom_out).to_be_enabled()
    screen.until(lambda: pictures_asked(screen) - early)
    painted(screen)
    assert len(pictures_asked(screen) - early) <= 300  # what came into view, never all 1,000
    panel.get_by_role("button", name="All", exact=True).click()
    expect(zoom_out).to_be_disabled()
    crowded = {"x": box["width"] / 2, "y": box["height"] / 2}
    for across in np.linspace(0.2, 0.8, 25):
        screen.page.mouse.move(box["x"] + across * box["width"], middle[1])
        if "test picture" in told.inner_text():
            crowded["x"] = across * box["width"]
            break
    plane(screen).click(position={"x": crowded["x"], "y": crowded["y"]})
    expect(told).to_contain_text("It is the probe.")
    assert f"test picture {number}\n" not in told.inner_text()


def test_the_points_are_held_from_step_to_step(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(f"/?run={trained.id}&step=40&inspect=plane", reduced_motion="reduce")
    answered(screen)
    there = painted(screen)
    known = trained.get("/embedding", step=40)
    turned = [one | {"x": -3 * one["y"] + 7, "y": -3 * one["x"]} for one in known["images"]]

    def mirrored(route: Route) -> None:
        route.fulfill(json=known | {"step": 41, "images": turned})

    screen.page.route(EMBEDDING, mirrored)
    says = panel_of(screen).locator("[data-test=plane]")
    screen.page.keyboard.press("ArrowRight")
    expect(says).to_contain_text("at step 41.")
    changed = (painted(screen) != there).any(axis=2)
    assert changed.mean() < 0.002  # roundings of edges
    screen.page.unroute(EMBEDDING)
    screen.page.keyboard.press("ArrowRight")
    expect(says).to_contain_text("at step 42.")
    assert (painted(screen) != there).any(axis=2).mean() > 0.002


@pytest.mark.parametrize("wish", ["no-preference", "reduce"])
def test_points_move_to_where_the_next_step_has_them_unless_stillness_is_liked(
    visit: Visitors, trained: LiveRun, wish: Literal["no-preference", "reduce"]
) -> None:
    screen = visit(f"/?run={trained.id}&step=40&inspect=plane", reduced_motion=wish)
    answered(screen)
    painted(screen)
    screen.page.evaluate(WATCH)
    screen.page.keyboard.press("ArrowRight")
    pictures = screen.page.evaluate("window.rested")
    assert pictures == 2 if wish == "reduce" else pictures > 3


def test_on_a_phone_it_fits_is_zoomed_by_buttons_and_says_what_goes_wrong(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(f"/?run={trained.id}&step=40&inspect=plane", **PHONE)
    panel = answered(screen)
    painted(screen)
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    panel.get_by_role("button", name="Zoom in").tap()
    expect(panel.get_by_role("button", name="Zoom out")).to_be_enabled()
    assert violations(screen) == []
    panel.get_by_role("button", name="All", exact=True).tap()
    expect(panel.get_by_role("button", name="Zoom out")).to_be_disabled()
    pinch(screen)
    expect(panel.get_by_role("button", name="Zoom out")).to_be_enabled()
    screen.watch.allow("409", "it is refused here")
    sentence = "There is no plane."
    screen.page.route(EMBEDDING, lambda route: route.fulfill(status=409, json={"detail": sentence}))
    panel.get_by_role("tab", name="Health").click()
    panel.get_by_role("tab", name="Plane").click()
    expect(panel.get_by_role("status").filter(has_text=sentence)).to_be_visible()
    screen.page.unroute(EMBEDDING)
    left: list[str] = []
    screen.page.on("requestfailed", lambda request: left.append(request.url))
    panel.get_by_role("tab", name="Health").click()
    screen.page.route(EMBEDDING, lambda _: None)
    with screen.page.expect_request(EMBEDDING):
        panel.get_by_role("tab", name="Plane").click()
    panel.get_by_role("button", name="Close").click()
    screen.until(lambda: any("/embedding" in url for url in left))
