"""Every page of the demo in a real browser: reachable for everybody, steady, light, and quiet."""

import pytest

from tests.real.browser import LOOKS, NARROW, Looks

pytestmark = pytest.mark.real
HEAVIEST = 150_000
# Who looks at what. A page that is not listed here is in the tests of its own family.
SHOWN = (("Maria Delgado", "/demo"), ("IT security", "/demo"), ("Operations", "/operate"))


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_page_can_be_read_by_everybody_on_any_screen(
    looks: Looks, width: int, *, dark: bool
) -> None:
    with looks.window(width=width, dark=dark) as page:
        for address in ("/sign-in", "/demo", "/nowhere"):
            page.goto(address)
            assert _faults(looks, page) == []
        for name, address in SHOWN:
            looks.become(page, name)
            page.goto(address)
            assert _faults(looks, page) == []


def test_pages_do_without_scripts(looks: Looks) -> None:
    with looks.window(width=NARROW, scripts=False) as page:
        for name, address in SHOWN:
            looks.become(page, name)
            page.goto(address)
            assert looks.faults(page) == []


def test_a_page_with_all_it_loads_is_light(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/sign-in")
        first = looks.weight(page)

        assert 0 < first < HEAVIEST


def test_the_keyboard_alone_leads_from_the_top_to_the_deed(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/demo")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/me")


def _faults(looks: Looks, page) -> list[str]:
    """Leave out what the browser itself says of a page that is refused on purpose."""
    return [each for each in looks.faults(page) if "status of 404" not in each]
