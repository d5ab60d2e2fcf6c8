"""One person's story in a real browser: from the invitation to the email that tells its end."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from monitor.app import OUTBOX
from monitor.domain.vocabulary import CaseState
from monitor.services.consent_end import withdraw_consent
from monitor.services.digests import queue_weekly_digest
from monitor.services.due_jobs import run_mail_and_cleanup
from monitor.services.enrollment import hash_code, invite_person
from monitor.services.outbox import send_due
from tests.real.browser import NARROW, Looks
from tests.real.pages import Pages

pytestmark = pytest.mark.real
MAIL = "maria.delgado@cedarvalley.example"
OWN = "https://bsky.app/profile/mariadelgado.skies.example"
LOOKALIKE = "mariadelgad0"
CODES = iter(("the-first-code", "the-second-code"))


@pytest.fixture
def code(pages: Pages) -> str:
    """Maria was forgotten, and is invited anew; who pretends to be her is still there."""
    service, word = pages.app, next(CODES)
    withdraw_consent(service, service.db.people.find_person_id_by_mail(MAIL))
    run_mail_and_cleanup(service)
    assert service.db.people.find_person_id_by_mail(MAIL) is None
    invitation = invite_person(service, MAIL, "Maria", "Delgado")
    service.db.invitations.set_code_hash(invitation.id, hash_code(word))
    return word


def joins(page: Page, code: str) -> None:
    page.goto(f"/join/code/{code}")
    for button in (*("Continue",) * 5, "Agree and join"):
        if page.url.endswith("/scopes"):
            page.get_by_label("Profile sites").check()
        if page.url.endswith("/accounts"):
            page.get_by_label("Username or web address").fill(OWN)
        page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have joined")


def checks_herself(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()
    page.locator("[data-words]", has_text="We checked").wait_for(timeout=180_000)


def sorts_and_shares(page: Page) -> None:
    page.goto("/me/sort")
    card = page.locator(".card", has_text=LOOKALIKE).first
    card.get_by_role("link", name="See details").click()
    page.get_by_role("link", name="Share with IT").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Share this with IT?")
    page.get_by_role("button", name="Share").click()
    page.goto("/me/sort")
    card = page.locator(".card", has_text=LOOKALIKE).first
    card.get_by_role("button", name="Someone pretending to be me").click()
    expect(page.get_by_text("Saved: Someone pretending to be me.")).to_be_visible()


def it_rules(page: Page) -> None:
    page.goto("/review")
    page.locator("[data-open]").first.click()
    expect(page.get_by_text(LOOKALIKE).first).to_be_visible()
    page.get_by_role("button", name="Reported to the platform").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def digest(pages: Pages) -> str:
    """Return the words of her next digest."""
    service = pages.app
    ref = service.db.people.find_person_id_by_mail(MAIL)
    with service.db.begin_transaction():
        queue_weekly_digest(service, ref)
    send_due(service)
    emails = sorted(
        (service.config.state / OUTBOX).glob("*.eml"), key=lambda path: path.stat().st_mtime
    )
    told = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in emails)
    return next(_words(entry) for entry in reversed(list(told)) if MAIL in entry["To"])


def _words(email: EmailMessage) -> str:
    body = email.get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_joining_checking_sorting_sharing_and_review_end_in_the_email(
    looks: Looks, pages: Pages, code: str, *, scripts: bool
) -> None:
    with looks.window(width=NARROW, scripts=scripts) as page:
        joins(page, code)
        checks_herself(page)
        sorts_and_shares(page)
        looks.become(page, "IT security")
        it_rules(page)
        assert looks.faults(page) == []

    state = pages.app.db
    ref = state.people.find_person_id_by_mail(MAIL)
    assert CaseState.REPORTED in {case.state for case in state.cases.list_cases_of_person(ref)}
    assert "Still open (1)" in digest(pages)
