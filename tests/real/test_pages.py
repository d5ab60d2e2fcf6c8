"""Every page of the demo in a real browser: reachable for everybody, steady, light, and quiet."""

import pytest
from playwright.sync_api import Page

from monitor.demo.district import MARIA
from monitor.domain.flag import FlagKind
from monitor.domain.role import Role
from monitor.web.doors import DOORS, Door, door_of
from monitor.web.switcher import demo_app
from tests.real.browser import NARROW, WIDE, Looks
from tests.real.pages import Pages

pytestmark = pytest.mark.real
HEAVIEST = 150_000
# Two looks hold all that differs: a narrow window and a wide one, light colours and dark ones.
LOOKS = ((NARROW, True), (WIDE, False))
ACTORS = {Role.STAFF: "Maria Delgado", Role.REVIEWER: "IT security", Role.OPERATOR: "Operations"}
# These are no pages: a stream, and what programs read.
NO_PAGES = ("/me/check/stream", "/me/check/live", "/healthz", "/api/")


def addresses(pages: Pages, role: Role | None) -> list[str]:
    """Return every page that a role may open, but for those of one finding."""
    rules = demo_app(pages.service, lambda: None, tuple).url_map.iter_rules()
    plain = (each.rule for each in rules if "GET" in (each.methods or ()) and not each.arguments)
    doors = {each: door_of(each, {**DOORS, "demo": Door()}) for each in plain}
    return sorted(
        place
        for place, door in doors.items()
        if door and door.role is role and not place.startswith(NO_PAGES)
    )


def findings(pages: Pages) -> list[str]:
    """Return the pages of one finding: the account that pretends to be Maria."""
    state = pages.service.state
    maria = state.people.find_by_mail(MARIA.person.mail)
    flag = next(
        each for each in state.flags.of_person(maria) if each.kind is FlagKind.IMPERSONATION
    )
    item = f"/me/items/{flag.item}"
    return [
        *(item, f"{item}/beside", f"{item}/versions"),
        *(f"/me/takedown/{flag.ref}", f"/me/flags/{flag.ref}/share"),
    ]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_page_of_a_role_can_be_read_by_everybody_on_any_screen(
    looks: Looks, pages: Pages, role: Role, width: int, *, dark: bool
) -> None:
    own = findings(pages) if role is Role.STAFF else []
    with looks.window(width=width, dark=dark) as page:
        looks.become(page, ACTORS[role])
        wrong = {each: _wrong(looks, page, each) for each in (*addresses(pages, role), *own)}

    assert {place: faults for place, faults in wrong.items() if faults} == {}


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_page_that_is_open_to_all_can_be_read_by_everybody(
    looks: Looks, pages: Pages, width: int, *, dark: bool
) -> None:
    with looks.window(width=width, dark=dark) as page:
        places = (*addresses(pages, None), "/nowhere", "/sign-in/abc")
        wrong = {each: _wrong(looks, page, each) for each in places}

    assert {place: faults for place, faults in wrong.items() if faults} == {}


@pytest.mark.parametrize("role", list(Role))
def test_every_page_does_without_scripts(looks: Looks, pages: Pages, role: Role) -> None:
    with looks.window(width=NARROW, scripts=False) as page:
        looks.become(page, ACTORS[role])
        wrong = {each: _wrong(looks, page, each) for each in addresses(pages, role)}

    assert {place: faults for place, faults in wrong.items() if faults} == {}


def test_a_page_with_all_it_loads_is_light(looks: Looks, pages: Pages) -> None:
    heavy = {}
    for role in Role:
        with looks.window() as page:
            looks.become(page, ACTORS[role])
            browser = page.context.new_cdp_session(page)
            for place in addresses(pages, role):
                # As if nobody was ever here: nothing is kept from the page before.
                browser.send("Network.clearBrowserCache")
                page.goto(place)
                heavy[place] = looks.weight(page)

    assert {place: weight for place, weight in heavy.items() if weight > HEAVIEST} == {}
    assert min(heavy.values()) > 0


def test_the_keyboard_alone_leads_from_the_top_to_the_deed(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/demo")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/me")


def _wrong(looks: Looks, page: Page, place: str) -> list[str]:
    """Open a page; leave out what the browser itself says of one that is refused on purpose."""
    page.goto(place)
    wrong = [each for each in looks.faults(page) if "status of 40" not in each]
    looks.said[page].clear()
    return wrong
