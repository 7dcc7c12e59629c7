"""How pictures enter, and how classes are drawn, as the page shows it."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_new_run_sheet import field, opened, start
from tests.browser.test_probe import on_page, pad
from tests.support.card import figure, map_button, middle, region
from tests.support.labelled import png_of, stripes, stripes_zip, zip_of
from tests.support.own_sets import kept
from tests.support.server import Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

HOW = {"mean": 0.286, "std": 0.353}


def test_the_input_is_painted_as_the_picture_and_its_card_says_the_arithmetic(
    visit: Visitors, server: Server
) -> None:
    data = {"dataset": "fashion-mnist-10k", "preprocessing": HOW}
    with server.run(data=data) as run:
        run.post("/step", steps=1)
        screen = visit(run)
        screen.expect_step(1)
        screen.in_full()
        page = screen.page
        button = map_button(screen, "input, map 0")
        button.hover(position=middle(button, (14, 10), (28, 28)))
        card = region(screen)
        said = card.locator("[data-test=arithmetic]").inner_text()
        value = run.get("/explain/output", layer="conv1", channel=0, y=14, x=10)
        entered = value["channels"][0]["patch"][1][1]
        assert figure(card, "value").says(entered)
        level = int(said.split()[1])
        assert level > 0
        assert said == f"pixel {level} × 1/255 − 0.286, divided by 0.353"
        assert np.isclose((level / 255 - 0.286) / 0.353, entered, rtol=1e-5)
        page.get_by_text("What was done to it").click()
        words = "Each pixel (0 … 255) divided by 255, then less 0.286, then divided by 0.353"
        expect(page.get_by_text(words)).to_be_visible()


@pytest.fixture
def uneven(server: Server) -> str:
    """Three quarters of the pictures are of one class."""
    pictures = [pair for n, pair in enumerate(stripes(160)) if n % 2 == 0 or n % 6 == 1]
    files = ((f"{label}/{n}.png", png_of(pixels)) for n, (label, pixels) in enumerate(pictures))
    made = kept(server, zip_of(files))
    return str(made["id"])


def test_the_sheet_draws_classes_evenly_and_the_figure_has_the_balanced_accuracy(
    visit: Visitors, server: Server, uneven: str
) -> None:
    recipe = server.http.get(f"/datasets/{uneven}/recipe").json()
    with server.run(**recipe) as run:
        screen = visit(run)
        screen.expect_step(0)
        box = field(screen, "Draw classes evenly")
        expect(box).not_to_be_checked()
        box.check()
        made = start(screen, server)
        assert made.get()["recipe"]["data"] == {"dataset": uneven, "balanced": True}
        made.post("/step", until=10)
        screen.expect_step(10)
        screen.until(lambda: made.get()["held_out_step"] == 10)
        balanced = made.get()["held_out_balanced_accuracy"]
        shown = screen.page.locator("[data-test=balanced]")
        expect(shown).to_have_text(re.compile(rf"^{100 * balanced:.1f}%$"))


def test_the_sheet_has_pixels_enter_around_0_by_the_sets_or_by_own_numbers_a_channel(
    visit: Visitors, server: Server
) -> None:
    with server.run(network="tinyvgg") as run:
        screen = visit(run)
        pixels = field(screen, "Pixels")
        expect(pixels).to_have_value("unit")
        pixels.select_option("around")
        around = start(screen, server).get()["recipe"]["data"]["preprocessing"]
        assert (around["mean"], around["std"]) == (0.5, 0.5)
        expect(field(screen, "Pixels")).to_have_value("around")
        field(screen, "Pixels").select_option("set")
        expect(opened(screen)).to_contain_text("in the training pictures (0.4991, 0.4586, 0.4963)")
        set_own = start(screen, server).get()["recipe"]["data"]["preprocessing"]
        found = server.http.get("/datasets/shapes/pixels").json()
        for name in ("mean", "std"):
            assert set_own[name] == pytest.approx(found[name], rel=1e-3)
        expect(field(screen, "Pixels")).to_have_value("set")
        field(screen, "Pixels").select_option("own")
        sheet = opened(screen)
        for name, numbers in (("Mean", (0.48, 0.45, 0.4)), ("Spread", (0.22, 0.23, 0.24))):
            for colour, number in zip(("red", "green", "blue"), numbers, strict=True):
                box = sheet.get_by_role("group", name=name).get_by_label(colour)
                box.fill("")
                box.press_sequentially(str(number))
        assert violations(screen) == []
        made = start(screen, server)
        own = made.get()["recipe"]["data"]["preprocessing"]
        assert (own["mean"], own["std"]) == ([0.48, 0.45, 0.4], [0.22, 0.23, 0.24])
        assert own["scale"] == 1 / 255
        field(screen, "Pixels").select_option("unit")
        back = start(screen, server).get()["recipe"]["data"].get("preprocessing")
        assert back is None or (back["mean"], back["std"]) == (0, 1)


def test_with_the_numbers_of_a_set_uploads_are_fitted_as_its_pictures_were(
    visit: Visitors, server: Server
) -> None:
    made = kept(server, stripes_zip(12), fit="stretch")
    with server.run(**made["recipe"]) as run:
        screen = visit(run)
        field(screen, "Pixels").select_option("set")
        expect(opened(screen)).to_contain_text("in the training pictures (")
        assert start(screen, server).get()["recipe"]["data"]["preprocessing"]["resize"] == "stretch"


def test_what_is_drawn_for_centred_digits_is_centred_until_that_is_switched_off(
    visit: Visitors, server: Server
) -> None:
    made = kept(server, stripes_zip(30), size=[28, 28], dark_background=True, centred=True)
    with server.run(**made["recipe"]) as run:
        screen = visit(run)
        box = pad(screen.page)
        mouse = screen.page.mouse
        mouse.move(box["x"] + 20, box["y"] + 20)
        mouse.down()
        mouse.move(box["x"] + 20, box["y"] + 60, steps=4)
        mouse.up()

        def middle_column() -> float:
            weight = on_page(screen).astype(float).sum(axis=0)
            return float(weight @ np.arange(28) / weight.sum()) if weight.any() else -1

        screen.until(lambda: abs(middle_column() - 13.5) <= 0.6)
        switch = screen.page.get_by_label("centred")
        expect(switch).to_be_checked()
        screen.page.get_by_text("What was done to it").click()
        expect(screen.page.get_by_text("Its strokes were scaled in proportion")).to_be_visible()
        switch.uncheck()
        screen.until(lambda: 0 < middle_column() < 6)
        expect(switch).not_to_be_checked()
        switch.check()
        screen.until(lambda: abs(middle_column() - 13.5) <= 0.6)
