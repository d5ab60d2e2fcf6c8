"""IT review and the take-down kit in a real browser: by mouse, by keys, and without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from monitor.domain.case import Case
from monitor.domain.vocabulary import CaseKind, Decision, Side
from tests.monitor.decisions import decide_case
from tests.real.browser import NARROW, Looks
from tests.real.pages import Pages

pytestmark = pytest.mark.real
DESK, MOST_EMPTY = 1280, 400
IT, HELP_DESK, MARIA = "IT security", "IT help desk", "Maria Delgado"


@pytest.fixture
def shared(pages: Pages) -> Iterator[list[Case]]:
    """Have everybody share what was flagged, and take it back at the end."""
    state, review = pages.app.db, pages.app
    cases = [
        case
        for ref in state.people.list_person_ids()
        for case in state.cases.list_cases_of_person(ref)
    ]
    for case in cases:
        decide_case(review, case.id, Decision.SHARED, case.person_id)
    yield cases
    for case in cases:
        decide_case(review, case.id, Decision.UNSHARED, case.person_id)


def imitation(cases: list[Case]) -> Case:
    return next(case for case in cases if case.kind is CaseKind.IMPERSONATION)


def words_of_it(pages: Pages, cases: list[Case]) -> list[Decision | None]:
    return [pages.app.db.cases.load_case(case.id).get_verdict(Side.IT) for case in cases]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_it_rules_on_several_cases_and_takes_it_back(
    looks: Looks, pages: Pages, shared: list[Case], *, scripts: bool
) -> None:
    # Other tests of these pages may have said something before: that stays.
    before = words_of_it(pages, shared)
    with looks.window(width=NARROW, scripts=scripts) as page:
        looks.become(page, IT)
        page.goto("/review")
        for box in page.locator("[data-row] input[type=checkbox]").all():
            box.check()
        page.get_by_role("button", name="Open selected").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{len(shared)} cases together")
        page.get_by_label("Harmless", exact=True).check()
        page.get_by_role("button", name="Save decision for all selected").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            f"Decision saved for {len(shared)} cases"
        )
        assert set(words_of_it(pages, shared)) == {Decision.HARMLESS}

        page.get_by_role("button", name="Undo for all").click()

        expect(page.get_by_text("Undone: “Harmless”")).to_be_visible()
        assert words_of_it(pages, shared) == before


def test_on_a_phone_the_part_that_is_open_is_in_view_and_all_of_a_row_opens_its_case(
    looks: Looks, shared: list[Case]
) -> None:
    with looks.window(width=NARROW) as page:
        looks.become(page, IT)
        page.goto("/review/audit")
        expect(page.locator(".parts [aria-current]")).to_be_in_viewport(ratio=1)
        page.goto("/review")
        page.get_by_text("Reference").first.click()
        page.wait_for_url("**/review/cases/*")
        assert page.url.rpartition("/")[2] in {case.id for case in shared}


def test_the_keyboard_alone_opens_and_rules(looks: Looks, pages: Pages, shared: list[Case]) -> None:
    with looks.window() as page:
        looks.become(page, IT)
        page.goto("/review")
        page.locator("[data-row] input[type=checkbox]").first.focus()
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("[data-row] input[type=checkbox]").nth(1)).to_be_checked()
        page.keyboard.press("k")
        page.keyboard.press("o")
        page.wait_for_url("**/review/cases/*")
        # What it is called depends on the kind of the case that was opened.
        page.locator("[name=decision][value=harmless]").focus()
        page.keyboard.press("Space")
        # Past why.
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Saved.")).to_be_visible()

    assert Decision.HARMLESS in words_of_it(pages, shared)


def test_keys_do_nothing_outside_of_the_list(looks: Looks, shared: list[Case]) -> None:
    with looks.window() as page:
        looks.become(page, IT)
        page.goto("/review")
        page.get_by_text("Filter").focus()
        for key in "jkxo":
            page.keyboard.press(key)

        assert page.url.endswith("/review")
        expect(page.locator("[data-row] input:checked")).to_have_count(0)


def test_a_case_is_opened_early_by_two_in_two_browsers(looks: Looks, pages: Pages) -> None:
    state = pages.app.db
    people = state.people.list_person_ids()
    several = (case for ref in people for case in state.cases.list_cases_of_person(ref))
    link = next(case for case in several if case.kind is CaseKind.STUDENT_LINK)
    with looks.window() as one, looks.window(scripts=False) as other:
        looks.become(one, IT)
        one.goto("/review/early")
        one.get_by_label("Reference of the case").fill(link.id[:8])
        one.get_by_label("Reason", exact=True).fill("A parent called.")
        one.get_by_role("button", name="Send request").click()
        expect(one.get_by_text("You requested this")).to_be_visible()
        assert looks.faults(one) == []

        looks.become(other, HELP_DESK)
        other.goto("/review/early")
        other.get_by_role("button", name="Confirm and notify the person").click()

        expect(other.get_by_text("It is open for one day")).to_be_visible()


def test_a_person_copies_the_text_keeps_the_evidence_and_notes_the_report(
    looks: Looks, pages: Pages, shared: list[Case]
) -> None:
    with looks.window(width=NARROW) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        looks.become(page, MARIA)
        page.goto(f"/me/takedown/{imitation(shared).id}")
        page.get_by_role("button", name="Copy the text").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download (ZIP)").click()
        page.get_by_role("button", name="I reported it").click()

        expect(page.get_by_text("Saved: you reported it.")).to_be_visible()
        assert "It pretends to be me, Maria Delgado" in copied
        assert re.fullmatch(r"evidence-[0-9a-f]{8}\.zip", download.value.suggested_filename)
        assert looks.faults(page) == []


def test_beside_the_list_no_column_of_the_desk_stands_empty(
    looks: Looks, pages: Pages, shared: list[Case]
) -> None:
    bottom = "name => document.querySelector(name).getBoundingClientRect().bottom"
    with looks.window(width=DESK) as page:
        looks.become(page, IT)
        page.goto("/review")
        page.locator(f'button[name=one][value="{imitation(shared).id}"]').click()
        expect(page.locator(".pane-list")).to_be_visible()
        left, right = (page.evaluate(bottom, name) for name in (".pane-more", ".pane-case"))

    assert abs(left - right) < MOST_EMPTY
