"""Own pictures become a data set by each way in, and a network learns it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_display_preferences import PHONE
from tests.support import camera
from tests.support.data_page import DataPage, open_data, own_sets
from tests.support.labelled import png_of, stripes, stripes_zip
from tests.support.screen import Screen
from tests.support.server import Server
from tests.support.visitors import Visitors

pytestmark = [pytest.mark.usefixtures("no_own_data"), pytest.mark.slow]

MIRRORED = "matrix(-1, 0, 0, 1, 0, 0)"
SEVERAL = re.compile(r"^(8|9|\d\d) pictures(…|:)")  # of a burst that is being taken
# the pattern of the camera begins again when it is opened: what it shows next is of another colour
OTHER_THING = """() => { const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...all) {
    this.filter = "hue-rotate(120deg)"; draw.apply(this, all) } }"""


def expect_learning(screen: Screen, classes: list[str]) -> None:
    """The network is trained for some steps, and maps are seen for a picture that is new to it."""
    answers = screen.page.locator(".answers .class")
    expect(answers).to_have_count(len(classes))
    for name in classes:
        expect(answers.filter(has_text=name)).to_have_count(1)
    for step in (1, 2, 3):
        screen.step.click()
        screen.expect_step(step)
    picture = stripes(1, seed=99)[0][1]
    screen.page.get_by_role("tab", name="Upload").click()
    screen.page.locator("#upload-file").set_input_files(
        {"name": "new.png", "mimeType": "image/png", "buffer": png_of(picture)}
    )
    probe = screen.page.get_by_role("region", name="Probe")
    expect(probe.get_by_text("as uploaded")).to_be_visible()
    expect(screen.page.get_by_role("button", name=re.compile("^conv1, map 1"))).to_be_visible()


def test_a_dropped_zip_becomes_a_set_that_a_network_learns(data: DataPage, server: Server) -> None:
    data.drop("stripes.zip", stripes_zip(60))
    data.expect_count("lying", 30)
    expect(data.editor).to_contain_text("52 pictures to learn from, 8 held out")
    data.page.get_by_label("Title").fill("Lines")
    data.page.get_by_label("Title").press("Enter")
    screen = data.keep_and_open()
    expect_learning(screen, ["lying", "standing"])
    [made] = own_sets(server)
    assert (made["title"], made["train"]) == ("Lines", 52)


def test_the_camera_fills_classes_in_bursts_by_mouse_and_by_key(
    data: DataPage, server: Server
) -> None:
    page = data.page
    page.get_by_role("button", name="Start with two classes").click()
    hold = page.get_by_role("button", name="Hold to take pictures")
    for name in ("Class 1", "Class 2"):
        data.card(name).get_by_role("button", name="Camera").click()
        for burst in (1, 2):
            expect(hold).to_be_enabled()
            if burst == 1:
                hold.hover()
                page.mouse.down()
                expect(page.get_by_text(SEVERAL)).to_be_visible()
                page.mouse.up()
            else:
                hold.focus()
                page.keyboard.down("Space")
                expect(page.get_by_text(SEVERAL)).to_be_visible()
                page.keyboard.up("Space")
            says = f"{burst} burst{'s' if burst > 1 else ''} taken of {name}."
            expect(page.get_by_text(says)).to_be_visible()
            expect(page.get_by_role("progressbar")).to_have_count(0)
        expect(data.card(name)).to_contain_text(re.compile(r"[1-9]\d* held out"))
        page.evaluate(OTHER_THING)
    screen = data.keep_and_open()
    expect_learning(screen, ["Class 1", "Class 2"])
    [made] = own_sets(server)
    assert made["shape"][0] == 3
    assert all(made["test_counts"])


def test_on_a_phone_the_rear_camera_comes_first_and_the_button_is_in_sight(visit: Visitors) -> None:
    data = open_data(visit, **PHONE)
    page = data.page
    page.evaluate(camera.ASKED)
    page.get_by_role("button", name="Start with two classes").click()
    data.card("Class 1").get_by_role("button", name="Camera").click()
    hold = page.get_by_role("button", name="Hold to take pictures")
    expect(hold).to_be_enabled()
    expect(hold).to_be_in_viewport(ratio=1)
    view = page.locator(".camera-view")
    expect(view).not_to_have_css("transform", MIRRORED)
    page.get_by_role("button", name="Other camera").click()
    expect(view).to_have_css("transform", MIRRORED)
    data.card("Class 2").get_by_role("button", name="Camera").click()
    expect(hold).to_be_enabled()
    expect(hold).to_be_in_viewport(ratio=1)
    assert page.evaluate("window.asked") == ["environment", "user", "user"]


def test_a_burst_has_forty_frames_at_most(data: DataPage) -> None:
    page = data.page
    page.get_by_role("button", name="Start with two classes").click()
    data.card("Class 1").get_by_role("button", name="Camera").click()
    hold = page.get_by_role("button", name="Hold to take pictures")
    expect(hold).to_be_enabled()
    hold.hover()
    before = hold.bounding_box()
    page.mouse.down()
    expect(page.get_by_text("1 burst taken of Class 1.")).to_be_visible()
    page.mouse.up()
    expect(data.card("Class 1")).to_contain_text("40 to learn from, 0 held out")
    data.expect_count("Class 1", 24)
    expect(data.editor).to_contain_text("nothing can be held out")
    assert hold.bounding_box() == before  # it stays under the finger


def test_drawings_become_a_set_that_a_network_learns(data: DataPage, server: Server) -> None:
    page = data.page
    page.get_by_role("button", name="Start with two classes").click()
    for name, title in (("Class 1", "level"), ("Class 2", "upright")):
        field = page.get_by_label(f"Name of class {name}")
        field.fill(title)
        field.press("Enter")
        data.card(title).get_by_role("button", name="Draw").click()
        for at in (0.2, 0.35, 0.5, 0.65):
            line = (0.15, at, 0.85, at) if title == "level" else (at, 0.15, at, 0.85)
            data.draw(title, [line])
        data.expect_count(title, 4)
    expect(page.get_by_label("Bright on dark")).to_be_checked()
    page.get_by_label("Size").select_option("28 × 28 pixels")
    page.get_by_label("Colour", exact=True).select_option("grey")
    screen = data.keep_and_open()
    expect_learning(screen, ["level", "upright"])
    [made] = own_sets(server)
    assert made["shape"] == [1, 28, 28]


def test_pictures_are_dropped_and_pasted_into_a_class(data: DataPage) -> None:
    pictures = [png_of(pixels) for _, pixels in stripes(4)]
    data.drop("one.png", pictures[0])
    data.expect_count("Class 1", 1)
    data.drop("two.png", pictures[1], data.card("Class 2"))
    data.expect_count("Class 2", 1)
    data.page.get_by_label("Name of class Class 2").focus()
    data.page.keyboard.press("Tab")
    data.paste("three.png", pictures[2])
    data.expect_count("Class 2", 2)
    data.page.get_by_label("Pictures of Class 1").set_input_files(
        {"name": "four.png", "mimeType": "image/png", "buffer": pictures[3]}
    )
    data.expect_count("Class 1", 2)


def test_without_a_camera_the_devices_own_takes_its_place_and_it_says_why(data: DataPage) -> None:
    page = data.page
    page.evaluate(camera.NONE)
    page.get_by_role("button", name="Start with two classes").click()
    data.card("Class 1").get_by_role("button", name="Camera").click()
    expect(page.get_by_text("There is no camera here.")).to_be_visible()
    field = page.get_by_label("A picture from the camera")
    expect(field).to_have_attribute("capture", "environment")
    expect(field).to_have_attribute("accept", "image/*")
    field.set_input_files(
        {"name": "p.png", "mimeType": "image/png", "buffer": png_of(stripes(1)[0][1])}
    )
    data.expect_count("Class 1", 1)


@pytest.mark.parametrize("how", ["chosen", "dropped"])
def test_a_folder_is_read_in_several_requests_with_its_folders_as_classes(
    data: DataPage, tmp_path_factory: pytest.TempPathFactory, how: str
) -> None:
    folder = tmp_path_factory.mktemp("brought") / "lines"
    for number, (label, pixels) in enumerate(stripes(220)):
        place = folder / label / ("first" if number % 3 else "second")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(png_of(pixels))
    (folder / ".DS_Store").write_bytes(b"x")
    sent: list[str] = []
    data.page.on("request", lambda request: sent.append(request.url))
    if how == "dropped":
        data.drop_folder(folder)
    else:
        data.page.get_by_label("A folder of a data set").set_input_files(folder)
    for name in ("lying", "standing"):
        data.expect_count(name, 110)
        expect(data.card(name)).to_contain_text("94 to learn from, 16 held out")
    assert len([url for url in sent if url.endswith("/files")]) == 3  # .DS_Store by itself
    expect(
        data.page.get_by_role("listitem").filter(has=data.page.get_by_label("Name of"))
    ).to_have_count(2)


def test_the_sheet_of_a_new_run_offers_own_sets_with_a_network_that_fits(
    data: DataPage, server: Server
) -> None:
    page = data.page
    data.drop("stripes.zip", stripes_zip(20))
    data.expect_count("lying", 10)
    data.keep.click()
    expect(data.set_row("stripes")).to_be_visible()
    [made] = own_sets(server)
    screen = data.screen.open("/")
    page.get_by_role("button", name="New run…").click()
    sheet = page.get_by_role("dialog", name="New run")
    expect(sheet.get_by_role("link", name="Your own pictures…")).to_have_attribute("href", "data")
    sheet.get_by_label("Data", exact=True).select_option(made["id"])
    chosen = sheet.get_by_label("Network", exact=True).locator("option:checked")
    expect(chosen).to_have_text("A network that fits stripes")
    expect(sheet.get_by_role("row", name="linear1 ")).to_be_visible()
    sheet.get_by_role("button", name="Start new run").click()
    expect(page.locator(".answers .class").filter(has_text="standing")).to_have_count(1)
    screen.step.click()
    screen.expect_step(1)
