"""The pages of setup in a real browser: on a phone, without scripts, and for everyone."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count

import pytest
from playwright.sync_api import Browser, Page

from monitor.db.accounts import Invitation
from monitor.domain.consent_text import ConsentSection
from monitor.domain.enrollment import EnrollmentAnswers
from monitor.domain.errors import InputError
from monitor.domain.health import HealthResult, report_failure, report_ok, report_warning
from monitor.domain.vocabulary import Scope
from monitor.services.enrollment import SentInvitation
from monitor.services.setup import NextStep, SetupResult
from monitor.services.setup_questions import UNIT_DATA, Answers
from monitor.web.first_check import FirstCheckActions, FirstCheckResult, FirstCheckTerms
from monitor.web.server import LOOPBACK, serve_on_port
from monitor.web.setup import SetupActions, SetupVisit, create_setup_app
from tests.real.browser import NARROW, Looks
from tests.real.process import free_ports

pytestmark = pytest.mark.real
TOKEN = "the-token"
SECTIONS: tuple[Mapping[str, str], ...] = (
    {"name": "Oak Hill", "domains": "oakhill.test", "contact": "it@oakhill.test"},
    {"mail_host": "smtp.oakhill.test"},
    {},
    {"mail_user": "namesake@oakhill.test"},
    {"smtp-password": "trombone"},
    {"sign_in": "google"},
    {"client": "1234.apps.oakhill.test"},
    {"search": "brave"},
    {"brave-key": "BSA-7"},
    {"backup_folder": "/var/lib/copies"},
    {"backup_keys": "/var/lib/keys"},
    {},
)
RESULT = SetupResult(
    checks=(report_warning("search", "No search engine.", "Turn one on under [sources]."),),
    steps=(
        NextStep(
            text="Store the secret brave-key.",
            commands=("mkdir -p -m 700 /etc/credstore.encrypted && systemd-ask-password -n | cat",),
        ),
    ),
    trouble="`systemctl enable --now namesake` failed with 1: Unit namesake.service is masked.",
)


INVITATION = Invitation(
    id="i",
    mail="rosa@oakhill.test",
    given="",
    family="",
    invited_at=datetime(2026, 3, 2, tzinfo=UTC),
    expires_at=datetime(2026, 3, 16, tzinfo=UTC),
)
LINK = "https://namesake.oakhill.test/join/code"
DIGEST = '<html lang="en"><head><title>Digest</title></head><body><p>Hello Rosa</p></body></html>'


def check_link(_invitation: Invitation, link: str, _answers: EnrollmentAnswers) -> str:
    if link != LINK:
        reason = "This is the link of another invitation."
        raise InputError(reason)
    return "rosa"


FIRST_CHECK = FirstCheckActions(
    is_offered=lambda: True,
    read_terms=lambda: FirstCheckTerms(
        sections=(ConsentSection(heading="What is searched", lines=("Public pages only.",)),),
        offered=(Scope.SEARCH, Scope.PROFILES),
        is_askable=True,
    ),
    invite=lambda mail, _name: SentInvitation(
        invitation=INVITATION, words=f"An invitation was sent to {mail}."
    ),
    join=check_link,
    run=lambda _person, _tell: FirstCheckResult(checked=1, total=1, html=DIGEST, text="Hello Rosa"),
)


def try_mail(answers: Answers) -> HealthResult:
    """Refuse an account without a password, as a mail server would."""
    if answers["smtp-password"]:
        return report_ok("mail", "A test email was sent to the district's contact.")
    return report_failure("mail", "The mail server did not take the password.", "Check it.", 69)


@contextmanager
def served() -> Iterator[str]:
    (port,) = free_ports(1)
    codes = count()
    visit = SetupVisit(
        place="/etc/namesake/namesake.toml",
        token=TOKEN,
        answers={UNIT_DATA: "/var/lib", "state": "/var/lib/namesake"},
        new_code=lambda: f"code-{next(codes)}",
        monotonic=lambda: 0.0,
    )
    actions = SetupActions(
        send_test=try_mail,
        write=lambda _answers, _secrets, tell: tell("Wrote it.") or RESULT,
        first_check=FIRST_CHECK,
    )
    address = f"http://{LOOPBACK}:{port}"
    with serve_on_port(create_setup_app(address, visit, actions), LOOPBACK, port):
        yield address


def fill_in(page: Page, answers: Mapping[str, str]) -> None:
    for name, answer in answers.items():
        radio = page.locator(f"input[type=radio][name='{name}'][value='{answer}']")
        if radio.count():
            radio.check()
        else:
            page.fill(f"[name='{name}']", answer)
    page.get_by_role("button", name="Continue").click()


def walk_first_check(page: Page, look: Callable[[str], None]) -> None:
    page.get_by_role("link", name="Read what you would agree to").click()
    look("the consent")
    page.get_by_role("button", name="Send me an invitation").click()
    look("no consent")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.fill("[name=name]", "Rosa Marchetti")
    page.fill("[name=mail]", "rosa@oakhill.test")
    page.get_by_role("button", name="Send me an invitation").click()
    look("the link")
    page.fill("[name=link]", "another")
    page.get_by_role("button", name="Join, and check me now").click()
    look("another link")
    page.fill("[name=link]", LINK)
    page.get_by_role("button", name="Join, and check me now").click()
    page.get_by_text("1 of 1 source checked.").wait_for()
    page.frame_locator("iframe").first.get_by_text("Hello Rosa").wait_for()
    look("the digest")
    page.get_by_role("link", name="Back to what is left to do").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_every_page_of_setup_is_for_everyone_on_a_phone(browser: Browser, scripts: bool) -> None:  # noqa: FBT001 - a column of the table
    wrong: dict[str, list[str]] = {}
    with served() as address:
        looks = Looks(browser, address)
        with looks.window(width=NARROW, scripts=scripts) as page:

            def look(what: str) -> None:
                # The browser itself complains of a page that is refused on purpose.
                faults = [each for each in looks.faults(page) if "status of 4" not in each]
                looks.said[page].clear()
                wrong.update({what: faults} if faults else {})

            page.goto("/")
            look("a stranger")
            page.goto(f"/start/{TOKEN}")
            fill_in(page, {})
            look("faults")
            for number, answers in enumerate(SECTIONS):
                look(f"before {number}")
                fill_in(page, answers)
            page.get_by_role("heading", name="Check your answers").wait_for()
            look("the summary")
            page.get_by_role("button", name="Set up the district").click()
            look("the end")
            walk_first_check(page, look)
            page.get_by_role("button", name="Finish").click()
            page.get_by_role("heading", name="Setup has ended").wait_for()
            look("the farewell")

    assert wrong == {}
