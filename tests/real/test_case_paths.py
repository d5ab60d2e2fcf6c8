"""From the email to the end: each kind of case is answered on a phone, and leads somewhere."""

import re
import time
from dataclasses import dataclass
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import Page, expect

from monitor.app import OUTBOX
from monitor.demo.district import BETH, DANIEL, MARIA, ROSA, THOMAS, StaffMember
from monitor.domain.case import OWNERSHIP_CASES, Case
from monitor.domain.vocabulary import CaseKind, Decision, OwnershipLabel
from monitor.services.answers import record_feedback, undo_feedback
from monitor.services.outbox import send_due
from tests.real.browser import NARROW, Looks
from tests.real.pages import Pages

pytestmark = pytest.mark.real
PHONE, PHONE_HEIGHT = 390, 750
PATIENCE_SECONDS = 120
CODE = re.compile(r"^\s+(\d{3}\s\d{3})\s*$", re.MULTILINE)
# What leads to a plan needs no press for the code.
SENT_A_CODE = ("Someone pretending to be me", "The details are mine")
MOST_WORDS_ABOVE = 50
WORDS_ABOVE = """(top) => [...document.querySelectorAll("main :is(p, h1, li, figcaption, .whose)")]
  .filter((element) => element.getBoundingClientRect().bottom <= top)
  .reduce((sum, element) => sum + element.innerText.split(/\\s+/).length, 0)"""


@dataclass(frozen=True, kw_only=True)
class CasePath:
    """`answer` is pressed on the page that the email leads to; `then` is what comes after it."""

    member: StaffMember
    kind: CaseKind
    answer: str
    then: str


PATHS = (
    CasePath(
        member=MARIA,
        kind=CaseKind.IMPERSONATION,
        answer="Someone pretending to be me",
        then="Report this account",
    ),
    CasePath(
        member=BETH,
        kind=CaseKind.EXPOSED_CONTACT,
        answer="The details are mine",
        then="I asked for removal",
    ),
    CasePath(
        member=THOMAS,
        kind=CaseKind.OWN_ACCOUNT_CHANGED,
        answer="It was not me",
        then="What to do now",
    ),
    CasePath(
        member=ROSA,
        kind=CaseKind.STUDENT_LINK,
        answer="I removed the link",
        then="I removed the link",
    ),
)


def find_case(pages: Pages, path: CasePath) -> Case:
    db = pages.app.db
    person_id = db.people.find_person_id_by_mail(path.member.person.mail)
    cases = db.cases.list_cases_of_person(person_id)
    return next(case for case in cases if case.kind is path.kind)


def find_answer_link(pages: Pages, path: CasePath) -> str:
    """Return the link of the case in the first email that has it."""
    case = find_case(pages, path)
    card = f"i{case.finding_id}" if case.kind in OWNERSHIP_CASES else f"f{case.id}"
    link = re.compile(rf"/answer/{card}\.\d+\.[\w-]+")
    for one_path in sorted((pages.app.config.state / OUTBOX).glob("*.eml")):
        email = message_from_bytes(one_path.read_bytes(), policy=policy.default)
        body = email.get_body(("plain",))
        if body and (found := link.search(body.get_content())):
            return found[0]
    pytest.fail(f"no email has a link to answer {card}")


def read_code(pages: Pages, path: CasePath) -> str:
    """Return the six digits of the newest email to sign in, once it is there."""
    mail, until = path.member.person.mail, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        send_due(pages.app)
        for one_path in (pages.app.config.state / OUTBOX).glob("*.eml"):
            email = message_from_bytes(one_path.read_bytes(), policy=policy.default)
            body = email.get_body(("plain",))
            if email["To"] == mail and body and (code := CODE.search(body.get_content())):
                return code[1]
    pytest.fail(f"no email has a code for {mail}")


def check_page(looks: Looks, page: Page) -> None:
    """Look for what axe, the console and the width of the page say against it."""
    assert looks.faults(page) == [], page.url


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.kind.value)
def test_a_case_is_answered_from_its_email_and_leads_to_what_to_do(
    looks: Looks, pages: Pages, path: CasePath
) -> None:
    with looks.window(width=NARROW) as page:
        # Without signing in: one tap in the email, one on the page.
        page.goto(find_answer_link(pages, path))
        check_page(looks, page)
        page.get_by_role("button", name=path.answer).click()
        page.get_by_role("heading", level=1, name="Saved").wait_for()
        check_page(looks, page)
        if path.answer not in SENT_A_CODE:
            page.get_by_role("button", name="Email me a code").click()
            check_page(looks, page)
        page.get_by_label("Enter the six digits from the email").fill(read_code(pages, path))
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_text(path.then).first.wait_for()
        check_page(looks, page)

        page.goto("/me")
        # Folded, if others are worse; and a step of a past day says that it is.
        page.get_by_text(re.compile(r"\bby \w|verdue since")).first.wait_for(state="attached")
        check_page(looks, page)
    assert not find_case(pages, path).is_undecided


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_answer_is_in_view_on_a_phone(looks: Looks, pages: Pages, *, dark: bool) -> None:
    path = CasePath(member=THOMAS, kind=CaseKind.IMPERSONATION, answer="This is me", then="")
    with looks.window(width=PHONE, dark=dark) as page:
        page.set_viewport_size({"width": PHONE, "height": PHONE_HEIGHT})
        page.goto(find_answer_link(pages, path))
        first = page.get_by_role("group").get_by_role("button").first.bounding_box()
        assert first
        assert first["y"] + first["height"] < PHONE_HEIGHT
        above = page.evaluate(WORDS_ABOVE, first["y"])
        assert above <= MOST_WORDS_ABOVE
        check_page(looks, page)


@pytest.mark.parametrize("language", ["English", "Español"])
def test_the_first_button_of_a_plan_is_in_view_on_a_phone(
    looks: Looks, pages: Pages, language: str
) -> None:
    path = PATHS[0]
    case = find_case(pages, path)
    if was_undecided := case.is_undecided:
        record_feedback(pages.app, case.person_id, {case.finding_id: Decision.IMPERSONATION})
    with looks.window(width=PHONE) as page:
        page.set_viewport_size({"width": PHONE, "height": PHONE_HEIGHT})
        page.goto("/sign-in/link")
        if language != "English":
            page.get_by_role("button", name=language).click()
        check_in_view(page)
        looks.become(page, path.member.person.name.full_name)
        page.goto(f"/me/takedown/{case.id}")
        check_in_view(page)
        check_page(looks, page)
    if was_undecided:
        undo_feedback(pages.app, case.person_id, (case.finding_id,))


def check_in_view(page: Page) -> None:
    """Look whether the first button of a page can be pressed without scrolling."""
    first = page.locator("main .button").first.bounding_box()
    assert first
    assert first["y"] + first["height"] <= PHONE_HEIGHT, (page.url, first)


def test_what_others_made_is_reported_and_listed_until_it_is_gone(
    looks: Looks, pages: Pages
) -> None:
    db, person = pages.app.db, DANIEL.person
    person_id = db.people.find_person_id_by_mail(person.mail)
    finding = next(
        one_finding
        for one_finding in db.findings.list_findings_of_person(person_id)
        if db.findings.find_finding_label(one_finding.id) is OwnershipLabel.NAMESAKE
    )
    with looks.window(width=NARROW) as page:
        looks.become(page, person.name.full_name)
        page.goto(f"/me/findings/{finding.id}")
        page.get_by_role("button", name="Others made it about me").first.click()
        page.get_by_role("heading", level=1, name="Report this account").wait_for()
        check_page(looks, page)
        page.get_by_role("button", name="I reported it").click()
        page.get_by_text("Saved: you reported it.").wait_for()

        page.goto("/me")
        page.get_by_role("heading", name="In progress").wait_for()
        check_page(looks, page)
        page.goto("/me/findings?show=in-progress")
        expect(page.locator("main ul.results li.card")).to_have_count(1)
        check_page(looks, page)
