"""With Tab, Enter and Space alone: joining, sharing with IT, and a report of an imitation."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from monitor.demo.district import MARIA, THOMAS
from monitor.domain.case import Case
from monitor.domain.vocabulary import CaseKind
from monitor.services.enrollment import hash_code, invite_person
from tests.real.browser import Looks
from tests.real.keys import Keys
from tests.real.pages import Pages

pytestmark = pytest.mark.real
CODE, ADD = "the-code-of-ottilie", "Username or web address"


@pytest.fixture
def page(looks: Looks) -> Iterator[Page]:
    with looks.window() as page:
        yield page


def case_of(pages: Pages, mail: str, kind: CaseKind) -> Case:
    state = pages.app.db
    cases = state.cases.list_cases_of_person(state.people.find_person_id_by_mail(mail))
    return next(case for case in cases if case.kind is kind)


@pytest.fixture
def invited(pages: Pages) -> str:
    invitation = invite_person(pages.app, "ottilie.field@cedarvalley.example", "Ottilie", "Field")
    pages.app.db.invitations.set_code_hash(invitation.id, hash_code(CODE))
    return f"/join/code/{CODE}"


def test_the_keyboard_alone_joins(page: Page, invited: str) -> None:
    keys = Keys(page)
    page.goto(invited)
    keys.press("Continue")
    _chooses_scopes(keys)
    keys.begins("What names")
    keys.fill("Nicknames", "Tilly")
    keys.press("Continue")
    keys.is_told("IT invited you under another name.")
    keys.fill("Towns", "Cedar Valley")
    keys.press("Continue")
    keys.begins("Which accounts are yours?")
    _tells_accounts(keys)
    keys.begins("Check your answers")
    keys.press("Every word we send")
    keys.press("Show all")
    keys.press("Agree and join")

    keys.is_told("IT invited you under another name.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have joined, Ottilie")


def _chooses_scopes(keys: Keys) -> None:
    keys.begins("What may we search?")
    keys.press("Continue")
    keys.is_told("Choose at least one")
    keys.press("Choose at least one")
    keys.is_on("scopes")
    keys.press("Profile sites", "Space")
    keys.press("Profile pictures", "Space")
    keys.press("Continue")


def _tells_accounts(keys: Keys) -> None:
    keys.fill(ADD, "ottilie")
    keys.press("Add")
    keys.is_told("Choose the network that")
    keys.press("Choose the network that")
    keys.is_on("address")
    keys.page.keyboard.press("Control+A")
    keys.page.keyboard.type("instagram.com/ottilie")
    keys.press("Add")
    keys.is_on("declared")
    keys.fill("Other names you use online", "tilly")
    keys.press("Networks where you have no account")
    keys.press("Instagram", "Space")
    keys.press("Continue")
    keys.is_told("Remove one of the two.")
    keys.press("You added an account on Instagram")
    keys.is_on("none_on")
    keys.press("Instagram", "Space")
    keys.press("Continue")


def test_the_keyboard_alone_shares_with_it_and_takes_it_back(
    looks: Looks, page: Page, pages: Pages
) -> None:
    case, keys = case_of(pages, THOMAS.person.mail, CaseKind.OWN_ACCOUNT_CHANGED), Keys(page)
    looks.become(page, "Thomas Okafor")
    page.goto(f"/me/findings/{case.finding_id}")
    keys.press("What IT would see (nothing else)")
    keys.press("Share with IT", step="Shift+Tab")
    keys.begins("Share this with IT?")
    keys.press("Share")
    keys.is_told("Shared with IT.")
    assert pages.app.db.cases.load_case(case.id).shared_at

    keys.press("Stop sharing with IT")

    keys.is_told("No longer shared with IT.")
    assert pages.app.db.cases.load_case(case.id).shared_at is None


def test_the_keyboard_alone_reports_an_imitation(looks: Looks, page: Page, pages: Pages) -> None:
    case, keys = case_of(pages, MARIA.person.mail, CaseKind.IMPERSONATION), Keys(page)
    looks.become(page, "Maria Delgado")
    page.goto(f"/me/findings/{case.finding_id}")
    keys.press("Someone pretending to be me")
    keys.is_told("Saved: Someone pretending to be me.")
    keys.to("Download (ZIP)")
    keys.press("Copy the text")
    # Where a browser lets no page copy, the text is unfolded and selected instead.
    keys.is_on("text")
    keys.press("Another way, or a note", step="Shift+Tab")
    keys.fill("Note (optional)", "Number 17")
    keys.press("I reported it", step="Shift+Tab")

    keys.is_told("Saved: you reported it.")
    keys.press("History")
    expect(
        page.get_by_text("You reported it to the platform (the platform's form or app). Number 17")
    ).to_be_visible()
