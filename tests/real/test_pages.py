"""The pages of the demo in a real browser: without scripts, by keyboard alone, and watched."""

import pytest
from playwright.sync_api import Page

from monitor.domain.vocabulary import Role
from monitor.web.demo import create_demo_app
from monitor.web.roles import ACCESS_RULES, AccessRule, find_access_rule
from tests.real.browser import NARROW, Looks
from tests.real.pages import Pages

pytestmark = pytest.mark.real
ACTORS = {Role.STAFF: "Maria Delgado", Role.REVIEWER: "IT security", Role.OPERATOR: "Operations"}
# These are no pages: a stream, and what programs read.
NO_PAGES = ("/me/check/stream", "/me/check/live", "/healthz", "/api/")
WATCHED = """
  <p data-spoken></p>
  <div data-live="/me/check/stream" data-poll="/me/check/live">Running</div>
  <script type="module" src="/static/check.js"></script>
"""


def addresses(pages: Pages, role: Role | None) -> list[str]:
    """Return every page that a role may open, but for those of one finding."""
    rules = create_demo_app(pages.app, lambda: None, tuple, tuple).url_map.iter_rules()
    plain = (rule.rule for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments)
    doors = {rule: find_access_rule(rule, {**ACCESS_RULES, "demo": AccessRule()}) for rule in plain}
    return sorted(
        place
        for place, door in doors.items()
        if door and door.role is role and not place.startswith(NO_PAGES)
    )


@pytest.mark.parametrize("role", list(Role))
def test_every_page_does_without_scripts(looks: Looks, pages: Pages, role: Role) -> None:
    with looks.window(width=NARROW, scripts=False) as page:
        looks.become(page, ACTORS[role])
        wrong = {address: _wrong(looks, page, address) for address in addresses(pages, role)}

    assert {place: faults for place, faults in wrong.items() if faults} == {}


@pytest.mark.parametrize(
    ("role", "place"), [(Role.OPERATOR, "/operate"), (Role.REVIEWER, "/review/district")]
)
def test_no_table_is_cut_on_a_phone(looks: Looks, role: Role, place: str) -> None:
    with looks.window(width=390) as page:
        looks.become(page, ACTORS[role])
        page.goto(place)
        cut = page.evaluate(
            "[...document.querySelectorAll('.scroll')]"
            ".filter(each => each.scrollWidth > each.clientWidth).map(each => each.ariaLabel)"
        )

    assert cut == []


def test_the_keyboard_alone_leads_from_the_top_to_the_deed(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/demo")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement?.textContent") == "Skip to main content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")  # to the emails
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/me")


def test_a_check_is_watched_on_when_the_pages_were_away_for_a_moment(looks: Looks) -> None:
    over = {"html": "<p data-words>It is over</p>", "live": False}
    with looks.window() as page:
        page.clock.install()
        page.route("**/me/check", lambda route: route.fulfill(body=WATCHED))
        page.route("**/me/check/stream", lambda route: route.fulfill(status=503))
        page.route("**/me/check/live", lambda route: route.fulfill(status=502), times=1)
        with page.expect_response("**/me/check/live"):
            page.goto("/me/check")
        page.route("**/me/check/live", lambda route: route.fulfill(json=over))

        page.clock.run_for(10_000)

        page.get_by_text("It is over", exact=True).last.wait_for()


def test_who_is_signed_out_while_watching_is_led_to_where_one_signs_in(looks: Looks) -> None:
    with looks.window() as page:
        page.route("**/me/check", lambda route: route.fulfill(body=WATCHED), times=1)
        page.goto("/me/check")

        page.wait_for_url("**/sign-in*")


def _wrong(looks: Looks, page: Page, place: str) -> list[str]:
    """Open a page; leave out what the browser itself says of one that is refused on purpose."""
    page.goto(place)
    wrong = [fault for fault in looks.faults(page) if "status of 40" not in fault]
    looks.said[page].clear()
    return wrong
