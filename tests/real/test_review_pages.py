"""IT review and the take-down kit in a real browser: by mouse, by keys, and without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from monitor.domain.flag import Flag
from monitor.domain.vocabulary import Decision, FlagKind, FlagState
from tests.monitor.decisions import decide_flag
from tests.real.browser import NARROW, Looks
from tests.real.pages import Pages

pytestmark = pytest.mark.real
IT, HELP_DESK, MARIA = "IT security", "IT help desk", "Maria Delgado"


@pytest.fixture
def shared(pages: Pages) -> Iterator[list[Flag]]:
    """Have everybody share what was flagged, and take it back at the end."""
    state, review = pages.app.db, pages.app
    flags = [
        flag
        for ref in state.people.list_person_ids()
        for flag in state.flags.list_flags_of_person(ref)
    ]
    for flag in flags:
        decide_flag(review, flag.id, Decision.SHARED, flag.person_id)
    yield flags
    for flag in flags:
        while (
            not state.flags.load_flag(flag.id).is_undecided
            or state.flags.load_flag(flag.id).shared_at
        ):
            decide_flag(review, flag.id, Decision.REOPENED, flag.person_id)


def imitation(flags: list[Flag]) -> Flag:
    return next(flag for flag in flags if flag.kind is FlagKind.IMPERSONATION)


def states(pages: Pages, flags: list[Flag]) -> set[FlagState]:
    return {pages.app.db.flags.load_flag(flag.id).state for flag in flags}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_it_rules_on_several_flags_and_takes_it_back(
    looks: Looks, pages: Pages, shared: list[Flag], *, scripts: bool
) -> None:
    with looks.window(width=NARROW, scripts=scripts) as page:
        looks.become(page, IT)
        page.goto("/review")
        for box in page.locator("[data-row] input[type=checkbox]").all():
            box.check()
        page.get_by_role("button", name="Open selected").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{len(shared)} flags together")
        page.get_by_label("Harmless", exact=True).check()
        page.get_by_role("button", name="Save decision for all selected").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            f"Decision saved for {len(shared)} flags"
        )
        assert states(pages, shared) == {FlagState.HARMLESS}

        page.get_by_role("button", name="Undo for all").click()

        expect(page.get_by_text("Undone.")).to_be_visible()
        assert states(pages, shared) == {FlagState.OPEN}


def test_the_keyboard_alone_opens_and_rules(looks: Looks, pages: Pages, shared: list[Flag]) -> None:
    with looks.window() as page:
        looks.become(page, IT)
        page.goto("/review")
        page.locator("[data-row] input[type=checkbox]").first.focus()
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("[data-row] input[type=checkbox]").nth(1)).to_be_checked()
        page.keyboard.press("k")
        page.keyboard.press("o")
        page.wait_for_url("**/review/flags/*")
        page.get_by_label("Harmless", exact=True).focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Saved.")).to_be_visible()

    assert FlagState.HARMLESS in states(pages, shared)


def test_keys_do_nothing_outside_of_the_list(looks: Looks, shared: list[Flag]) -> None:
    with looks.window() as page:
        looks.become(page, IT)
        page.goto("/review")
        page.get_by_text("Filter").focus()
        for key in "jkxo":
            page.keyboard.press(key)

        assert page.url.endswith("/review")
        expect(page.locator("[data-row] input:checked")).to_have_count(0)


def test_a_flag_is_opened_early_by_two_in_two_browsers(looks: Looks, pages: Pages) -> None:
    state = pages.app.db
    people = state.people.list_person_ids()
    several = (flag for ref in people for flag in state.flags.list_flags_of_person(ref))
    link = next(flag for flag in several if flag.kind is FlagKind.STUDENT_LINK)
    with looks.window() as one, looks.window(scripts=False) as other:
        looks.become(one, IT)
        one.goto("/review/early")
        one.get_by_label("Reference of the flag").fill(link.id[:8])
        one.get_by_label("Reason", exact=True).fill("A parent called.")
        one.get_by_role("button", name="Send request").click()
        expect(one.get_by_text("You requested this")).to_be_visible()
        assert looks.faults(one) == []

        looks.become(other, HELP_DESK)
        other.goto("/review/early")
        other.get_by_role("button", name="Confirm and notify the person").click()

        expect(other.get_by_text("It is open for one day")).to_be_visible()


def test_a_person_copies_the_text_keeps_the_evidence_and_notes_the_report(
    looks: Looks, pages: Pages, shared: list[Flag]
) -> None:
    with looks.window(width=NARROW) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        looks.become(page, MARIA)
        page.goto(f"/me/takedown/{imitation(shared).id}")
        page.get_by_role("button", name="Copy the text").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the evidence (ZIP)").click()
        page.get_by_label("I reported it").check()
        page.get_by_role("button", name="Save", exact=True).click()

        expect(page.get_by_text("Saved: you reported it.")).to_be_visible()
        assert "The account below is not mine." in copied
        assert re.fullmatch(r"evidence-[0-9a-f]{8}\.zip", download.value.suggested_filename)
        assert looks.faults(page) == []
