"""The page as a person meets it: by its roles, labels and words."""

import base64
import io
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support.page_watch import Watch

PATIENCE_S = 60.0
# in each cell of a convolution's column the kernels stand at the left edge, the map at the right
KERNEL_STRIP_PX = 12
PAPER_SPREAD = 16  # between the channels of what stands for zero
PAINTED = "() => window.convscope?.painted.length > 0"
PLAN = """const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const {plan} = await import(loaded.find((name) => name.endsWith("/network/state.js")));
  const column = plan.value.columns.find(({name}) => name === layer);"""
PLACES = f"async (layer) => {{{PLAN} return column.cells.map((cell) => cell.kernels)}}"
SIDES = f"async (layer) => {{{PLAN} return column.kernel}}"
STILL = "() => !document.querySelector('.filter').getAnimations().length"
RESTING = """async (element) => {
  const place = () => element.getBoundingClientRect().toJSON();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let here = place();
  for (let still = 0; still < 3; still++) {
    await frame();
    const now = place();
    if (now.x !== here.x || now.y !== here.y) still = 0;
    here = now;
  }
  return here;
}"""
IN_FULL = """async () => {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const {detailed} = await import(loaded.find((name) => name.endsWith("/network/state.js")));
  detailed.value = true;
}"""
Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class Screen:
    """One page that shows a run."""

    def __init__(self, page: Page, watch: Watch) -> None:
        """Of a page that is not at any address yet."""
        self.page = page
        self.watch = watch
        self.play = page.get_by_role("button", name="Play", exact=True)
        self.pause = page.get_by_role("button", name="Pause", exact=True)
        self.step = page.get_by_role("button", name="Step once")
        self.reset = page.get_by_role(
            "region", name=re.compile("^(Controls|Settings)$")
        ).get_by_role("button", name="Reset", exact=True)
        self.filter = page.get_by_role("dialog", name=re.compile(", "))
        self.stopped = page.get_by_role("alert").filter(
            has=page.get_by_role("button", name="Reset")
        )
        self.lost = page.get_by_role("status").filter(has_text="Connection lost")

    def open(self, address: str) -> "Screen":
        """Goes there, and waits for the first picture of the run."""
        self.page.goto(address)
        self.page.wait_for_function(PAINTED)
        return self

    def in_full(self) -> "Screen":
        """From now on an open number shows all of its arithmetic, as its button does."""
        self.page.evaluate(IN_FULL)
        return self

    def run_id(self) -> str:
        """Of the run that the address bar names."""
        found = re.search(r"[?&]run=([a-z0-9]+)", self.page.url)
        assert found, self.page.url
        return found[1]

    def until(self, condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
        """Waits for something that is true sooner or later."""
        end = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < end, f"not within {patience_s} s"
            self.page.wait_for_timeout(30)

    def stat(self, label: str) -> Locator:
        """A live number's place."""
        name = self.page.get_by_role("button", name=label, exact=True)
        return self.page.locator("dl > div").filter(has=name).get_by_role("definition")

    def number(self, label: str) -> float | None:
        """A live number, shares as percentages; None where there is a dash."""
        found = re.match(r"[−\d,.e]+", self.stat(label).inner_text())
        return float(found[0].replace(",", "").replace("−", "-")) if found else None

    def steps(self) -> int:
        """The step counter."""
        number = self.number("Step")
        assert number is not None
        return int(number)

    def expect_step(self, step: int) -> None:
        """The counter comes to a step."""
        expect(self.stat("Step")).to_have_text(f"{step:,}")

    def flat_out(self) -> None:
        """Moves the speed control to its end."""
        slider = self.page.get_by_role("slider", name=re.compile("^Speed"))
        slider.press("End")
        expect(slider).to_have_attribute("aria-valuetext", "flat out")
        slider.blur()

    def canvas(self, name: str) -> Locator:
        """A canvas by the beginning of its label."""
        return self.page.get_by_role("img", name=re.compile(f"^{re.escape(name)}"))

    def filters(self, layer: str) -> Locator:
        """The buttons over a layer's filters, each with its map."""
        return self.page.get_by_role("button", name=re.compile(rf"^{layer}, filter \d"))

    def open_filter(self, layer: str, channel: int, *, touch: bool = False) -> None:
        """Presses a filter's kernels."""
        box = _box(self.filters(layer).nth(channel))
        # by place: an enlarged copy may lie over small kernels, and can be pressed as they can
        press = self.page.touchscreen.tap if touch else self.page.mouse.click
        press(box["x"] + KERNEL_STRIP_PX / 2, box["y"] + box["height"] / 2)
        title = self.filter.get_by_role("heading", name=f"{layer}, filter {channel}")
        expect(title).to_be_visible()
        self.page.wait_for_function(STILL)

    def kernel_places(self, layer: str) -> list[list[dict[str, float]]]:
        """Where each kernel of each filter is drawn, in pixels of the layer's column."""
        places: list[list[dict[str, float]]] = self.page.evaluate(PLACES, layer)
        return places

    def weight_at(self, layer: str, channel: int, k: int, cell: tuple[float, float]) -> Any:
        """A place (row, column) of a kernel as a point of the window."""
        column = _box(self.page.locator(f'[data-column="{layer}"] .plate'))
        place = self.kernel_places(layer)[channel][k]
        sides = self.page.evaluate(SIDES, layer)
        x = column["x"] + place["x"] + (cell[1] + 0.5) * place["width"] / sides[1]
        y = column["y"] + place["y"] + (cell[0] + 0.5) * place["height"] / sides[0]
        return x, y

    def kernels(self, layer: str) -> Pixels:
        """The pixels of a convolution's kernels, as they stand beside their maps."""
        canvas = self.canvas(f"{layer}: ")
        painted, place = pixels(canvas), _box(canvas)
        strips = []
        for cell in self.filters(layer).all():
            box = _box(cell)
            x, y = round(box["x"] - place["x"]), round(box["y"] - place["y"])
            rows = slice(y, y + round(box["height"]))
            strips.append(painted[rows, x : x + KERNEL_STRIP_PX].reshape(-1, 4))
        return np.concatenate(strips)


def _box(locator: Locator) -> Any:
    """Where it has come to rest: what opens and closes beside it moves it."""
    return locator.evaluate(RESTING)


def pixels(canvas: Locator) -> Pixels:
    """What is painted on a canvas, (H, W, 4), at its own size."""
    url: str = canvas.evaluate("canvas => canvas.toDataURL('image/png')")
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGBA"))


def colours(painted: Pixels) -> int:
    """How many different colours there are."""
    return len(np.unique(painted.reshape(-1, 4), axis=0))


def coloured(painted: Pixels) -> float:
    """The share of pixels that are blue or orange, and not paper, ink or a line."""
    rgb = painted.reshape(-1, 4)[:, :3].astype(int)
    return float((np.ptp(rgb, axis=1) > PAPER_SPREAD).mean())
