"""The page below a path, as a proxy may have it; tests/integration/test_nginx.py has real ones."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.support.server import Server
from tests.support.visitors import Visitors

AT = "/lab/convscope"


def test_a_page_below_a_path_asks_nothing_outside_it(browser: Browser, tmp_path: Path) -> None:
    with Server(tmp_path, "--root-path", AT) as server:
        assert server.url.endswith(AT)
        origin = server.url.removesuffix(AT)
        visitors = Visitors(browser, origin)
        screen = visitors(f"{AT}/")
        screen.play.click()
        screen.until(lambda: screen.steps() > 3)
        screen.page.get_by_role("link", name="Lessons", exact=True).click()
        screen.page.get_by_role("link", name="One filter, nine weights").click()
        expect(screen.page.locator("[data-figure] canvas").first).to_be_visible()
        screen.page.get_by_role("link", name="Runs", exact=True).click()
        expect(screen.page).to_have_url(f"{server.url}/runs")
        visitors.leave()
        asked = [url for url in screen.watch.asked if url.startswith("http")]
        assert [url for url in asked if not url.startswith(f"{server.url}/")] == []
