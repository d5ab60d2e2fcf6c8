"""The pages of staff in a real browser: joining, a check, sorting and sharing, in every light."""

import re
import time
from email import message_from_bytes, policy
from itertools import combinations, product

import pytest
from playwright.sync_api import expect

from monitor.app import OUTBOX
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import Language, Scope
from monitor.services.enrollment import enroll_with_code, hash_code, invite_person
from monitor.services.outbox import send_due
from monitor.services.sessions import find_account_id
from reports.labels.account import LANGUAGES
from tests.real.browser import NARROW, Looks
from tests.real.pages import Pages

pytestmark = pytest.mark.real
PHONES = (NARROW, 390)
Box = tuple[float, float, float, float]
# The boxes of what is written at each step from found to gone: left, top, right, bottom.
STEPS = """() => [...document.querySelectorAll(".track")].map((track) =>
  [...track.children].map((step) => [...step.querySelectorAll(":scope, small")].flatMap((part) => {
    const written = document.createRange();
    return [...part.childNodes].filter((node) => node.nodeType === 3).flatMap((node) => {
      written.selectNode(node);
      return [...written.getClientRects()].map((box) => [box.left, box.top, box.right, box.bottom]);
    });
  })))"""
NEWCOMERS = iter(("nora", "omar", "pia", "quinn"))
PATIENCE_SECONDS = 120
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False])


@pytest.fixture
def code(pages: Pages) -> str:
    """Somebody new is invited; this is what stands in their email."""
    name = next(NEWCOMERS)
    service, word = pages.app, f"the-code-of-{name}"
    invitation = invite_person(service, f"{name}.field@cedarvalley.example", name.title(), "Field")
    service.db.invitations.set_code_hash(invitation.id, hash_code(word))
    return word


@WITH_AND_WITHOUT
def test_a_newcomer_joins_and_is_checked(looks: Looks, code: str, *, scripts: bool) -> None:
    with looks.window(width=NARROW, scripts=scripts) as page:
        pressed = 0
        page.goto(f"/join/code/{code}")
        for button in (*("Continue",) * 5, "Agree and join"):
            assert looks.faults(page) == [], page.url
            if page.url.endswith("/scopes"):
                page.get_by_label("Profile sites").check()
            if page.url.endswith("/accounts"):
                page.get_by_label("Username or web address").fill("instagram.com/a.field")
            page.get_by_role("button", name=button, exact=True).click()
            pressed += 1
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^You have joined"))
        assert looks.faults(page) == []
        assert pressed == 6

        page.get_by_role("button", name="Check now").click()
        over = page.locator("[data-words]", has_text="We checked")
        over.wait_for(timeout=180_000)
        assert looks.faults(page) == []


def test_a_form_that_lacks_something_says_so_first_and_leads_there(looks: Looks, code: str) -> None:
    with looks.window() as page:
        page.goto(f"/join/code/{code}")
        for button in ("Continue", "Continue"):
            page.get_by_role("button", name=button, exact=True).click()

        page.wait_for_function("document.activeElement?.matches('[data-faults]')")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement?.id === 'scopes'")
        # The browser says in its console that the form was refused, which is meant.
        assert [fault for fault in looks.faults(page) if "status of 422" not in fault] == []


@WITH_AND_WITHOUT
def test_a_card_is_answered_shared_and_taken_back(looks: Looks, *, scripts: bool) -> None:
    with looks.window(scripts=scripts) as page:
        looks.become(page, "Daniel Reyes")
        page.goto("/me/sort")
        page.get_by_role("button", name="Someone pretending to be me").first.click()
        expect(page.get_by_text("Saved: Someone pretending to be me.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone: “Someone pretending to be me”.")).to_be_visible()

        page.get_by_role("link", name="See details").first.click()
        page.wait_for_url("**/me/findings/*")
        assert looks.faults(page) == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("width", PHONES)
def test_no_step_from_found_to_gone_is_written_over_another(
    looks: Looks, width: int, language: Language
) -> None:
    with looks.window(width=width) as page:
        for name in ("Maria Delgado", "Thomas Okafor", "Elizabeth Novak"):
            looks.become(page, name)
            if language is not Language.ENGLISH and page.locator("html[lang=en]").count():
                page.get_by_role("button", name=LANGUAGES[language]).click()
            for track in page.evaluate(STEPS):
                for one, other in combinations(track, 2):
                    assert not [pair for pair in product(one, other) if overlap(*pair)], page.url


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes have more than a hair in common."""
    hair = 0.5
    return all(
        min(one[axis + 2], other[axis + 2]) - max(one[axis], other[axis]) > hair for axis in (0, 1)
    )


def test_the_keyboard_alone_sorts(looks: Looks) -> None:
    with looks.window() as page:
        looks.become(page, "John Smith")
        page.goto("/me/sort#card-1")
        page.wait_for_function("document.activeElement?.id === 'card-1'")
        page.keyboard.press("w")
        expect(page.locator("#card-1 details").first).to_have_attribute("open", "")
        page.keyboard.press("j")
        page.wait_for_function("document.activeElement?.id === 'card-2'")

        # What is behind its name is shown first: nothing is answered unseen.
        page.keyboard.press("4")
        expect(page.locator("#card-2 details").first).to_have_attribute("open", "")
        page.keyboard.press("4")
        page.get_by_text("Saved: Not about me.").wait_for()
        page.wait_for_function("document.activeElement?.id === 'card-1'")
        page.keyboard.press("u")
        page.get_by_text("Undone: “Not about me”.").wait_for()

        # Elsewhere on the page the same keys do nothing.
        page.locator("h1").click()
        page.keyboard.press("4")
        expect(page.get_by_text("Saved:")).to_have_count(0)


def link_in(pages: Pages, mail: str, path: str) -> str:
    """Return the link that lies in somebody's mailbox, once it does."""
    link, until = re.compile(rf"{pages.address}{path}/[\w-]+"), time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        send_due(pages.app)
        for one_path in (pages.app.config.state / OUTBOX).glob("*.eml"):
            email = message_from_bytes(one_path.read_bytes(), policy=policy.default)
            body = email.get_body(("plain",))
            if email["To"] == mail and body and (found := link.search(body.get_content())):
                return found[0]
    pytest.fail(f"no letter to {mail} has a link to {path}")


def test_a_new_address_is_asked_for_proved_and_counts(
    looks: Looks, pages: Pages, code: str
) -> None:
    name = PersonName(given="Quinn", family="Field")
    answers = EnrollmentAnswers(name=name, scopes=frozenset({Scope.PROFILES}))
    old = enroll_with_code(pages.app, code, answers).mail
    new = f"new.{old}"
    with looks.window(width=NARROW) as page:
        page.goto("/sign-in")
        page.get_by_label("Your work email").fill(old)
        page.get_by_role("button", name="Email me a code").click()
        page.goto(link_in(pages, old, "/sign-in"))
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Settings").click()
        page.get_by_role("link", name="Change Work email").click()
        page.get_by_label("Your new work email").fill(new)
        page.get_by_role("button", name="Send link").click()
        page.get_by_role("heading", name="Check your new inbox").wait_for()
        page.goto(link_in(pages, new, "/me/data/address"))
        assert looks.faults(page) == []
        page.get_by_role("button", name="Change my address").click()

        page.get_by_text("Your email address was changed.").wait_for()
        expect(page.locator("main").get_by_text(new)).to_be_visible()
        assert looks.faults(page) == []
    assert find_account_id(pages.app, old) == ""
