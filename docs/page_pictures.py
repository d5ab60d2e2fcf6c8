"""Draw the staff pages of the demo, for the documents: part of `make screenshots`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from monitor.cli.demo import list_actors
from monitor.demo.story import open_played_story
from monitor.web.demo import create_demo_app
from monitor.web.server import LOOPBACK, serve_on_port

PORT = 8766
BUTTON = "Be Maria Delgado"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
)
# The name of a picture, the path of its page, and what to press from there on.
PAGES = (
    ("sort", "/me/sort", ()),
    ("beside", "/me/sort", ("See details", "Compare with your accounts", "Maria Delgado, Bluesky")),
    ("my-data", "/me/data", ()),
)
WIDTH, HEIGHT = 1000, 760


def draw_pages(demo: Path, images: Path) -> None:
    """Serve the demo district whose story was played, and take pictures of its pages."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit(
            "The pictures need chromium on the PATH (Debian and Ubuntu: apt install chromium)."
        )
    address = f"http://{LOOPBACK}:{PORT}"
    with open_played_story(demo, address) as app:
        portal = create_demo_app(app, lambda: None, lambda: list_actors(app), tuple)
        with serve_on_port(portal, LOOPBACK, PORT), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
            page = browser.new_page(base_url=address, viewport={"width": WIDTH, "height": HEIGHT})
            page.goto("/demo")
            page.get_by_role("button", name=BUTTON, exact=True).click()
            for name, path, labels in PAGES:
                page.goto(path)
                for label in labels:
                    page.get_by_text(label).first.click()
                page.screenshot(path=images / f"{name}.png")
            browser.close()
