"""The drawer: a tensor's axes in both orders, and this network as a program."""

import ast
import io
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_training import weights
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

AXES = {"PyTorch": ["16 out", "8 in", "3 kh", "3 kw"], "Keras": ["3 kh", "3 kw", "8 in", "16 out"]}


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page on a run of two steps, which may write to the clipboard."""
    run.post("/step", steps=2)
    shown = visit(run, permissions=["clipboard-read", "clipboard-write"])
    shown.expect_step(2)
    return shown


def drawer(screen: Screen) -> Locator:
    """Opens the drawer, on a phone from the menu."""
    menu = screen.page.get_by_text("Menu", exact=True)
    if menu.is_visible():
        menu.click()
    screen.page.get_by_role("button", name="Weights and code").click()
    found = screen.page.get_by_role("dialog", name="Weights and code")
    expect(found).to_be_visible()
    return found


def choose(opened: Locator, framework: str) -> None:
    """Chooses whose order of axes it is."""
    opened.get_by_role("radio", name=framework).check(force=True)


def code(opened: Locator) -> Locator:
    """The program."""
    return opened.get_by_role("region", name="The code of this network")


def numbers(opened: Locator, layer: str) -> np.ndarray[Any, Any]:
    """A tensor's numbers as they are written, in their order."""
    text = opened.get_by_role("region", name=f"The numbers of {layer}").inner_text()
    return np.array([float(one) for one in re.findall(r"-?\d+\.\d+", text.replace("−", "-"))])


@pytest.mark.parametrize(
    ("framework", "words"),
    [
        ("PyTorch", ["import torch", "nn.Conv2d(1, 8, kernel_size=3"]),
        ("Keras", ["keras", "Conv2D(8"]),
    ],
)
def test_the_network_as_a_program_of_either_framework(
    screen: Screen, run: LiveRun, framework: str, words: list[str]
) -> None:
    opened = drawer(screen)
    choose(opened, framework)
    truth = run.get("/code", framework=framework.lower())
    shown = code(opened)
    expect(shown).to_contain_text("import")
    expect(opened.get_by_role("heading", name=f"{framework}: {truth['filename']}")).to_be_visible()
    text = shown.inner_text()
    assert text.strip() == truth["code"].strip()
    ast.parse(text)  # it is Python
    for word in words:
        assert word in text


def test_both_orders_of_axes_show_the_same_numbers(screen: Screen, run: LiveRun) -> None:
    opened = drawer(screen)
    opened.get_by_label("Layer", exact=True).select_option("conv2")
    truth = weights(run, "conv2")
    for framework, axes in AXES.items():
        choose(opened, framework)
        expect(opened.locator(".axes > span")).to_have_text(
            [re.compile(re.sub(r" ", r"\\s*", axis)) for axis in axes]
        )
        ordered = truth if framework == "PyTorch" else truth.transpose(2, 3, 1, 0)
        written = numbers(opened, "conv2")
        assert written == pytest.approx(ordered.ravel(), abs=0.51e-4)


def test_a_linear_layers_weight_is_turned_for_keras(screen: Screen) -> None:
    opened = drawer(screen)
    opened.get_by_label("Layer", exact=True).select_option("linear1")
    for framework, shape in (("PyTorch", "10×784"), ("Keras", "784×10")):
        choose(opened, framework)
        region = opened.get_by_role("region", name=f"The numbers of linear1, {shape}")
        expect(region).to_be_visible()


def test_copy_puts_the_program_on_the_clipboard(screen: Screen, run: LiveRun) -> None:
    opened = drawer(screen)
    choose(opened, "Keras")
    truth = run.get("/code", framework="keras")["code"]
    expect(code(opened)).to_contain_text("keras")
    opened.get_by_role("button", name="Copy").click()
    expect(screen.page.get_by_text("The code was copied.")).to_be_visible()
    assert screen.page.evaluate("() => navigator.clipboard.readText()") == truth


def test_save_gives_the_program_as_a_file(screen: Screen, run: LiveRun) -> None:
    opened = drawer(screen)
    choose(opened, "PyTorch")
    truth = run.get("/code", framework="pytorch")
    expect(code(opened)).to_contain_text("import torch")
    with screen.page.expect_download() as saved:
        opened.get_by_role("button", name="Save").click()
    assert saved.value.suggested_filename == truth["filename"]
    assert saved.value.path().read_text() == truth["code"]


def test_the_weights_can_be_fetched_as_files(screen: Screen, run: LiveRun) -> None:
    opened = drawer(screen)
    opened.get_by_label("Layer", exact=True).select_option("conv2")
    truth = weights(run, "conv2")
    for framework in AXES:
        choose(opened, framework)
        ordered = truth if framework == "PyTorch" else truth.transpose(2, 3, 1, 0)
        link = opened.get_by_role("link", name="weight as .npy")
        layout = "torch" if framework == "PyTorch" else "keras"
        expect(link).to_have_attribute("href", re.compile(rf"layout={layout}"))
        found = fetched(screen, link)
        assert found.shape == ordered.shape
        assert (found == ordered).all()
    link = opened.get_by_role("link", name="all weights as safetensors")
    answer = screen.page.request.get(link.get_attribute("href") or "")
    assert answer.status == 200
    assert answer.body() == run.send("GET", "/weights").content


def fetched(screen: Screen, link: Locator) -> np.ndarray[Any, Any]:
    """What a link to an .npy file gives."""
    answer = screen.page.request.get(link.get_attribute("href") or "")
    assert answer.status == 200
    found: np.ndarray[Any, Any] = np.load(io.BytesIO(answer.body()))
    return found


def test_it_opens_on_the_layer_of_the_filter_and_escape_closes_it_first(screen: Screen) -> None:
    screen.open_filter("conv2", 1)
    screen.filter.get_by_role("button", name="Layout and code").click()
    opened = screen.page.get_by_role("dialog", name="Weights and code")
    expect(opened.get_by_label("Layer", exact=True)).to_have_value("conv2")
    expect(opened.get_by_role("button", name="Close")).to_be_focused()
    screen.page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(screen.filter).to_be_visible()


@pytest.mark.parametrize("width", [390, 800, 1280, 1920])
def test_no_line_of_the_code_is_cut_at_any_width(visit: Visitors, run: LiveRun, width: int) -> None:
    screen = visit(run, viewport={"width": width, "height": 800})
    opened = drawer(screen)
    program = code(opened)
    expect(program).to_contain_text("import")
    assert opened.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    for text in (program, opened.get_by_role("region", name="The numbers of conv1")):
        inside = """box => { box.scrollLeft = 1e6; const range = document.createRange();
          range.selectNodeContents(box); const text = range.getBoundingClientRect();
          const [pre, edge] = [box.getBoundingClientRect(), innerWidth];
          return text.right <= pre.right + 1 && pre.right <= edge && pre.left >= 0 }"""
        assert text.evaluate(inside)
