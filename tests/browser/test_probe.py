"""The probe: a test picture, a photograph, a drawing."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import CDPSession, FloatRect, Page, expect

from tests.browser.test_accessibility import violations
from tests.support import camera
from tests.support.screen import Screen, colours, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

CLASS_BAR = re.compile(r"(\d+)%$")


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A dark bag on a bright wall, wider than it is high."""
    picture = Image.new("RGB", (400, 300), (235, 230, 220))
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle((120, 110, 280, 250), fill=(60, 40, 30))
    drawing.arc((150, 60, 250, 170), 180, 360, fill=(60, 40, 30), width=10)
    path = tmp_path / "bag on a wall.jpg"
    picture.save(path, exif=Image.Exif())
    return path


def seen_by_server(run: LiveRun, image: str) -> np.ndarray[Any, Any]:
    """What the network sees of a picture, as the server tells others."""
    answer = run.send("GET", f"/images/{image}/file", params={"stage": "input"})
    return decoded(answer.content)


def decoded(content: bytes) -> np.ndarray[Any, Any]:
    """A PNG's grey values."""
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("L")).astype(int)


def on_page(screen: Screen) -> np.ndarray[Any, Any]:
    """What the page shows as preprocessed, grey."""
    return pixels(screen.canvas("The picture as the network sees it"))[:, :, 0].astype(int)


def shares(screen: Screen) -> list[int]:
    """The class bars' percentages, as they are written."""
    bars = screen.page.get_by_role("button").filter(has_text=CLASS_BAR)
    return [int(found[1]) for text in bars.all_inner_texts() if (found := CLASS_BAR.search(text))]


def expect_the_servers_answer(screen: Screen, run: LiveRun, image: str) -> None:
    """Page and API say the same of a picture: what it is turned into, and what it is taken for."""
    screen.until(lambda: np.abs(on_page(screen) - seen_by_server(run, image)).max() <= 1)
    answer = run.get("/predictions", image=image)
    expected = [100 * entry["probability"] for entry in answer["classes"]]
    screen.until(lambda: len(shares(screen)) == len(expected))
    screen.until(lambda: np.abs(np.subtract(shares(screen), expected)).max() <= 0.51)


def test_a_test_picture_becomes_the_probe_with_its_true_class(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=20)
    screen = visit(run)
    page = screen.page
    maps = pixels(screen.canvas("pool2"))
    choice = page.get_by_role("button", name=re.compile(", test picture 5$"))
    choice.click()
    expect(choice).to_have_attribute("aria-pressed", "true")
    truth = run.get("/images/test-5")["class"]
    probe = page.get_by_role("region", name="Probe")
    expect(probe.get_by_text(truth, exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(f"{truth}.*%"))).to_contain_text("✓")
    expect_the_servers_answer(screen, run, "test-5")
    assert (pixels(screen.canvas("pool2")) != maps).any()


def test_the_picker_shows_one_class_and_goes_on(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    page = screen.page
    pictures = page.get_by_role("button", name=re.compile(r", test picture \d+$"))
    expect(pictures.first).to_be_visible()
    page.get_by_label("Class of the pictures").select_option(label="Bag")
    expect(page.get_by_role("button", name=re.compile("^Bag, test picture"))).to_have_count(
        pictures.count()
    )
    first = pictures.first.get_attribute("aria-label")
    page.get_by_role("button", name="More").click()
    expect(pictures.first).not_to_have_attribute("aria-label", str(first))


def test_a_photograph_is_shown_as_uploaded_and_as_preprocessed_and_can_be_inverted(
    visit: Visitors, run: LiveRun, photograph: Path
) -> None:
    screen = visit(run)
    page = screen.page
    screen.play.click()
    maps = pixels(screen.canvas("The input as the network sees it"))
    page.get_by_role("tab", name="Upload").click()
    page.get_by_label("Choose a picture…").set_input_files(photograph)
    original = page.get_by_role("img", name=photograph.name)
    expect(original).to_be_visible()
    screen.until(lambda: original.evaluate("image => image.naturalWidth") == 400)
    expect(page.get_by_text("unknown class")).to_be_visible()
    [image] = run.get("/images")["images"]
    screen.until(lambda: np.abs(on_page(screen) - seen_by_server(run, image["id"])).max() <= 1)
    assert (pixels(screen.canvas("The input as the network sees it")) != maps).any()
    switch = page.get_by_label("inverted")
    expect(switch).to_be_checked()  # its border is light, and the data's is dark
    before = on_page(screen)
    switch.uncheck()
    screen.until(lambda: np.abs(on_page(screen) - (255 - before)).max() <= 2)
    page.get_by_text("What was done to it").click()
    for sentence in run.get(f"/images/{image['id']}")["preprocessing"]:
        expect(page.get_by_text(sentence)).to_be_visible()
    switch.check()  # which they do not cover
    switch.uncheck()
    screen.pause.click()
    run.wait_for("ready")
    expect_the_servers_answer(screen, run, image["id"])


def test_a_picture_is_taken_by_the_camera_and_maps_of_it_appear(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    page = screen.page
    page.evaluate(camera.KEPT)
    maps = pixels(screen.canvas("pool2"))
    assert not any("live-camera" in url for url in screen.watch.asked)
    page.get_by_role("tab", name="Camera").click()
    page.get_by_role("button", name="Take a picture").click()
    expect(page.get_by_role("img", name="camera.jpg")).to_be_visible()
    [image] = run.get("/images")["images"]
    expect_the_servers_answer(screen, run, image["id"])
    assert (pixels(screen.canvas("pool2")) != maps).any()
    assert violations(screen) == []
    page.get_by_role("button", name="Other camera").click()
    expect(page.get_by_role("button", name="Take a picture")).to_be_enabled()
    page.get_by_role("tab", name="Draw").click()
    screen.until(lambda: page.evaluate(camera.STILL_OPEN) == 0)


@pytest.mark.parametrize(
    ("told", "why"),
    [(camera.NONE, "There is no camera here."), (camera.NOT_SECURE, "only over https")],
)
def test_without_a_camera_the_devices_own_takes_the_probe_and_it_says_why(
    visit: Visitors, run: LiveRun, photograph: Path, told: str, why: str
) -> None:
    screen = visit(run)
    page = screen.page
    page.evaluate(told)
    page.get_by_role("tab", name="Camera").click()
    expect(page.get_by_text(why)).to_be_visible()
    field = page.get_by_label("A picture from the camera")
    expect(field).to_have_attribute("capture", "environment")
    expect(field).to_have_attribute("accept", "image/*")
    field.set_input_files(photograph)
    expect(page.get_by_role("img", name=photograph.name)).to_be_visible()
    [image] = run.get("/images")["images"]
    expect_the_servers_answer(screen, run, image["id"])


def test_an_upload_that_is_no_picture_gets_the_servers_sentence(
    visit: Visitors, run: LiveRun, tmp_path: Path
) -> None:
    screen = visit(run)
    screen.watch.allow("Failed to load resource.* 4(00|15) ", "the browser tells of the refusal")
    content = b"Dear network, I am a letter."
    said = run.send("POST", "/images", files={"file": ("letter.png", content)}).json()["detail"]
    letter = tmp_path / "letter.png"
    letter.write_bytes(content)
    screen.page.get_by_role("tab", name="Upload").click()
    screen.page.get_by_label("Choose a picture…").set_input_files(letter)
    expect(screen.page.get_by_role("alert")).to_contain_text(said)
    screen.page.get_by_role("button", name="Dismiss").click()
    expect(screen.page.get_by_role("alert")).to_have_count(0)
    screen.step.click()
    screen.expect_step(1)


def pad(page: Page) -> FloatRect:
    """Where the drawing pad is."""
    page.get_by_role("tab", name="Draw").click()
    canvas = page.get_by_role("img", name="Drawing pad")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box


def expect_a_stroke(screen: Screen, run: LiveRun) -> None:
    """A level white line across the middle has reached the network, and the maps followed it."""

    def arrived() -> bool:
        seen = on_page(screen)
        return bool(seen[14, 8:20].min() > 200 and seen[:4].max() < 30 and seen[-4:].max() < 30)

    screen.until(arrived)
    expect_the_servers_input(screen, run)


def expect_the_servers_input(screen: Screen, run: LiveRun) -> None:
    """What is drawn is sent as it grows: the page comes to show the last that the server has."""
    [image] = run.get("/images")["images"]
    screen.until(lambda: np.abs(on_page(screen) - seen_by_server(run, image["id"])).max() <= 1)


def shown(screen: Screen) -> bytes:
    """The painted pixels of what the network sees."""
    return pixels(screen.canvas("The input as the network sees it")).tobytes()


def test_the_maps_follow_the_mouse_while_it_trains(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.play.click()
    box = pad(screen.page)
    mouse = screen.page.mouse
    seen = {shown(screen)}
    middle = box["y"] + box["height"] / 2
    mouse.move(box["x"] + 0.2 * box["width"], middle)
    mouse.down()
    for share in (0.35, 0.5, 0.65, 0.8):
        mouse.move(box["x"] + share * box["width"], middle, steps=4)
        screen.until(lambda: shown(screen) not in seen)  # it is on its way while it is drawn
        seen.add(shown(screen))
    mouse.up()
    expect_a_stroke(screen, run)
    assert run.get()["state"] == "playing"
    screen.page.get_by_role("button", name="Clear").click()
    screen.until(lambda: on_page(screen).max() == 0)
    assert colours(pixels(screen.canvas("Drawing pad"))) == 1


def test_another_run_finds_an_empty_pad(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    page = screen.page
    box = pad(page)
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.up()
    screen.until(lambda: len(run.get("/images")["images"]) == 1)
    page.get_by_role("button", name="New run…").click()
    page.get_by_role("dialog").get_by_role("button", name="Start new run").click()
    screen.until(lambda: screen.run_id() != run.id)
    screen.until(lambda: colours(pixels(screen.canvas("Drawing pad"))) == 1)


def touch(session: CDPSession, kind: str, x: float = 0, y: float = 0) -> None:
    """One event of a finger."""
    points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_finger_draws_too(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run, has_touch=True)
    box = pad(screen.page)
    session = screen.page.context.new_cdp_session(screen.page)
    middle = box["y"] + box["height"] / 2
    touch(session, "touchStart", box["x"] + 0.2 * box["width"], middle)
    for share in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        touch(session, "touchMove", box["x"] + share * box["width"], middle)
    touch(session, "touchEnd")
    expect_a_stroke(screen, run)
