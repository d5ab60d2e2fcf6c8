"""Every state of every page in a real browser: reachable, steady, light, quiet, in any look."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, CDPSession, Error, Page, Response, expect

from monitor.web import self_check
from tests.real.browser import NARROW, WIDE, Looks, shifted, too_wide, unreachable
from tests.real.states.scene import Scene, set_in
from tests.real.states.state import State
from tests.real.states.table import CHAPTERS

pytestmark = pytest.mark.real
HEAVIEST = 150_000
HEIGHT = 900
UNFOLD = "for (const each of document.querySelectorAll('details')) each.open = true"


@pytest.fixture
def scene(played_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Set the scene for one chapter; a page that was left keeps its stream for a while."""
    monkeypatch.setattr(self_check, "MAX_STREAMS", 100)
    monkeypatch.setattr(self_check, "MAX_STREAMS_PER_PERSON", 100)
    with set_in(played_demo, tmp_path) as scene:
        yield scene


@dataclass
class Walk:
    """One window in which the states of a chapter are looked at, one after another."""

    scene: Scene
    looks: Looks
    page: Page
    browser: CDPSession
    status: int = 0
    found: dict[str, list[str]] = field(default_factory=dict)

    def heard(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.status = response.status

    def look(self, state: State) -> None:
        said = self.looks.said[self.page]
        said.clear()
        try:
            wrong = [*self._opened(state), *self._read(), *said]
        except (AssertionError, Error) as error:
            wrong = [str(error)]
        refused = re.compile(f"status of ({state.status}|{state.status_before_deeds})\\b")
        self.found[str(state)] = [text for text in wrong if not refused.search(text)]

    def _opened(self, state: State) -> Iterator[str]:
        """Come into the state in a narrow window; what takes no deed is loaded in a wide one, too.

        The window is wide before and after.
        """
        cookies = self._sign_in(state)
        if not state.deeds:
            self._enter(state, cookies)
            yield from self._loaded()
        self._turn(NARROW, "dark")
        self._enter(state, cookies)
        for deed in state.deeds:
            deed(self.page)
        expect(self.page.locator("main")).to_contain_text(state.words)
        if self.status != state.status:
            yield f"it answered {self.status}"
        yield from self._loaded()

    def _loaded(self) -> Iterator[str]:
        # What is folded may be laid out in another way than what is unfolded.
        yield from too_wide(self.page)
        yield from shifted(self.page)
        if (weight := self.looks.weight(self.page)) > HEAVIEST:
            yield f"it weighs {weight} bytes"

    def _read(self) -> Iterator[str]:
        """Look at what was loaded once, narrow and wide: axe-core is costly to bring in."""
        # What is folded away is part of the page, too.
        self.page.evaluate(UNFOLD)
        yield from self._looked_at()
        self._turn(WIDE, "light")
        yield from self._looked_at()

    def _turn(self, width: int, light: Literal["dark", "light"]) -> None:
        """Two looks hold all that differs: no colour depends on the width, and no place on it."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=light)

    def _sign_in(self, state: State) -> list[dict[str, str]]:
        vouched_for = not state.who or self.scene.headers(state.site, state.who)
        return [] if vouched_for else [self.scene.cookie(state.site, state.who)]

    def _enter(self, state: State, cookies: list[dict[str, str]]) -> None:
        context = self.page.context
        context.clear_cookies()
        context.set_extra_http_headers(self.scene.headers(state.site, state.who))
        context.add_cookies(cookies)
        self.page.goto(self.scene.address(state))

    def _looked_at(self) -> Iterator[str]:
        yield from too_wide(self.page)
        yield from unreachable(self.page)


@contextlib.contextmanager
def walking(scene: Scene, browser: Browser) -> Iterator[Walk]:
    looks = Looks(browser, tuple(site.address for site in scene.sites.values()))
    with looks.window() as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        walk = Walk(scene, looks, page, session)
        page.on("response", walk.heard)
        yield walk


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_state_can_be_read_by_everybody_on_any_screen(
    scene: Scene, browser: Browser, chapter: str
) -> None:
    with walking(scene, browser) as walk:
        for state in CHAPTERS[chapter]:
            walk.look(state)

    assert {state: wrong for state, wrong in walk.found.items() if wrong} == {}
