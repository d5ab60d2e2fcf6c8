"""Draw the pages of staff from the demo, for the README: part of `make screenshots`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from monitor.cli.demo import list_actors
from monitor.demo.story import open_played_story
from monitor.web.demo import create_demo_app
from monitor.web.server import LOOPBACK, serve_on_port

PORT = 8766
WHO = "Be Maria Delgado"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
# The name of a picture, the page, and the links that are followed on it.
PAGES = (
    ("sort", "/me/sort", ()),
    ("beside", "/me/sort", ("Look closer", "Compare with")),
    ("my-data", "/me/data", ()),
)
WIDTH, HEIGHT = 1000, 760


def draw(demo: Path, images: Path) -> None:
    """Show the district whose story was played, and take pictures of its pages."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("The pictures need chromium on the PATH.")
    address = f"http://{LOOPBACK}:{PORT}"
    with open_played_story(demo, address) as service:
        app = create_demo_app(service, lambda: None, lambda: list_actors(service))
        with serve_on_port(app, LOOPBACK, PORT), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
            page = browser.new_page(base_url=address, viewport={"width": WIDTH, "height": HEIGHT})
            page.goto("/demo")
            page.get_by_role("button", name=WHO, exact=True).click()
            for name, path, links in PAGES:
                page.goto(path)
                for words in links:
                    page.get_by_role("link", name=words).first.click()
                page.screenshot(path=images / f"{name}.png")
            browser.close()
