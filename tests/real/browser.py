"""A real Chromium in front of the pages of the demo, and what must hold of every page it shows."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

NAME = "Chromium"
# The first is the same browser without windows, and takes a quarter less of the processor.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# What lies outside of the page itself: no account of the browser's own, and no way out.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (tags) => {
  const found = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  return found.violations.map(({ id, help, nodes }) =>
    `${id}: ${help} at ${nodes.slice(0, 3).map((each) => each.html.slice(0, 120)).join(", ")}`);
}"""
# A frame in which no script may run refuses the one that measures shifts, and axe-core.
REFUSED_BY_FRAME = re.compile(
    r"Blocked script execution in|Failed to execute 'postMessage' on 'DOMWindow': .*\('null'\)\.$"
)
NARROW, WIDE = 360, 1440
MOST_SHIFT = 0.001
PATIENCE_MS = 120_000
# What moves once somebody has touched the page is their doing, however slow the machine.
SHIFTS = """
  globalThis.shifted = 0;
  let touched = Infinity;
  for (const kind of ["pointerdown", "keydown"])
    addEventListener(kind, (event) => touched = Math.min(touched, event.timeStamp), true);
  new PerformanceObserver((list) => {
    const own = list.getEntries().filter((each) => each.startTime < touched);
    for (const each of own) globalThis.shifted += each.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
WEIGHT = """() => performance.getEntries()
  .filter((each) => each.entryType === "navigation" || each.entryType === "resource")
  .reduce((sum, each) => sum + each.transferSize, 0)"""


def lacking() -> str:
    return "" if _program() else "Chromium not installed"


@contextlib.contextmanager
def running() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=list(QUIET))
        yield browser
        browser.close()


@dataclass(frozen=True)
class Looks:
    """Opens windows on the pages at `address`, and says what is wrong with what they show."""

    browser: Browser
    address: str | tuple[str, ...]
    said: dict[Page, list[str]] = field(default_factory=dict)

    @contextlib.contextmanager
    def window(
        self, *, width: int = WIDE, dark: bool = False, scripts: bool = True
    ) -> Iterator[Page]:
        """Open a window of its own: nobody is signed in yet."""
        context = self.browser.new_context(
            base_url=self.address if isinstance(self.address, str) else None,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        if scripts:
            context.add_init_script(SHIFTS)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        said = self.said[page] = []
        page.on("console", lambda message: said.extend(_complaint(message.text)))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("requestfailed", lambda request: said.extend(_not_loaded(request)))
        page.on("request", lambda request: said.extend(self._abroad(request.url)))
        yield page
        context.close()

    def become(self, page: Page, name: str) -> None:
        """Be one of the people of the demo."""
        page.goto("/demo")
        page.get_by_role("button", name=f"Be {name}", exact=True).click()

    def faults(self, page: Page) -> list[str]:
        """Say all that is wrong with the page in the window: it must be nothing.

        Where scripts are off, axe-core, which is one, cannot look.
        """
        page.wait_for_load_state()
        scripts = page.evaluate("globalThis.shifted !== undefined")
        barred = unreachable(page) if scripts else []
        return [*self.said[page], *barred, *too_wide(page), *shifted(page)]

    def weight(self, page: Page) -> int:
        """Return how many bytes came for this page, with all that it loads."""
        return int(page.evaluate(WEIGHT))

    def _abroad(self, url: str) -> Iterator[str]:
        ours = (self.address,) if isinstance(self.address, str) else self.address
        if not url.startswith((*(f"{entry}/" for entry in ours), "data:")):
            yield f"somebody else was asked: {url}"


def _complaint(words: str) -> Iterator[str]:
    if not REFUSED_BY_FRAME.match(words):
        yield f"console: {words}"


def _not_loaded(request: Request) -> Iterator[str]:
    # Who leaves a page before its icon came has lost nothing.
    if request.failure != "net::ERR_ABORTED":
        yield f"not loaded: {request.url}"


def unreachable(page: Page) -> list[str]:
    """Say what axe-core finds against everybody's reading the page as it looks now."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    return list(page.evaluate(VIOLATIONS, TAGS))


def too_wide(page: Page) -> Iterator[str]:
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if wider > 0:
        yield f"the page is {wider} px wider than the window"


def shifted(page: Page) -> Iterator[str]:
    by = page.evaluate("globalThis.shifted ?? 0")
    if by > MOST_SHIFT:
        yield f"the layout shifted by {by}"


def _program() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
