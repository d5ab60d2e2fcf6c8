"""The first check on the pages of setup: a consent, a link from the mailbox, then a digest."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape

import pytest
from werkzeug.test import TestResponse

from monitor.db.accounts import Invitation
from monitor.domain.consent_text import ConsentSection
from monitor.domain.enrollment import EnrollmentAnswers
from monitor.domain.errors import InputError, UnavailableError
from monitor.domain.health import report_ok
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import Scope, SourceStage
from monitor.services.enrollment import SentInvitation
from monitor.services.setup import SetupResult
from monitor.web.first_check import FirstCheckActions, FirstCheckResult, FirstCheckTerms
from monitor.web.setup import SetupActions, SetupVisit, create_setup_app

ADDRESS = "http://127.0.0.1:8081"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
YES = {
    "scopes": ["profiles"],
    "agreed": "yes",
    "name": "Rosa Marchetti",
    "school": "Oak Hill High",
    "mail": "rosa@oakhill.test",
}
ELSEWHERE = "Only addresses of this district can be invited (oakhill.test)."
OTHER_LINK = "This is the link of another invitation."
DIGEST = "<html><head></head><body><b>Hello Rosa</b></body></html>"


@dataclass
class Newcomer:
    """A browser at the end of setup, and what was done for it."""

    is_offered: bool = True
    is_askable: bool = True
    problem: str = ""
    trouble: str = ""
    checked: int = 2
    invited: list[tuple[str, PersonName]] = field(default_factory=list)
    joined: list[EnrollmentAnswers] = field(default_factory=list)
    may_end: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.visit = SetupVisit(
            place="x.toml", token="t", answers={}, new_code=lambda: "cookie", monotonic=lambda: 0.0
        )
        self.visit.result = SetupResult(checks=(report_ok("config", "Valid."),), steps=())
        actions = SetupActions(
            send_test=lambda _answers: pytest.fail("sent"),
            write=lambda _answers, _secrets, _tell: pytest.fail("written"),
            first_check=FirstCheckActions(
                is_offered=lambda: self.is_offered,
                read_terms=self.read_terms,
                invite=self.invite,
                join=self.join,
                run=self.run_check,
            ),
        )
        self.app = create_setup_app(ADDRESS, self.visit, actions)
        self.client = self.app.test_client()
        self.get("/start/t")

    def read_terms(self) -> FirstCheckTerms:
        text = (ConsentSection(heading="What is searched", lines=("Public pages only.",)),)
        return FirstCheckTerms(
            sections=text, offered=(Scope.SEARCH, Scope.PROFILES), is_askable=self.is_askable
        )

    def invite(self, mail: str, name: PersonName) -> SentInvitation:
        self.invited.append((mail, name))
        if not mail.endswith("@oakhill.test"):
            raise InputError(ELSEWHERE)
        invitation = Invitation(
            id="i", mail=mail, given="", family="", invited_at=NOON, expires_at=NOON
        )
        words = f"An invitation was sent to {mail}."
        return SentInvitation(invitation=invitation, words=words, problem=self.problem)

    def join(self, invitation: Invitation, link: str, answers: EnrollmentAnswers) -> str:
        assert invitation.id == "i"
        if link != "https://oakhill.test/join/code":
            raise InputError(OTHER_LINK)
        self.joined.append(answers)
        return "rosa"

    def run_check(self, person_id: str, tell: Callable[[str, str], None]) -> FirstCheckResult:
        assert person_id == "rosa"
        tell("bluesky", SourceStage.DONE)
        tell("github", SourceStage.ASKING)
        assert self.may_end.wait(60)
        if self.trouble:
            raise UnavailableError(self.trouble)
        return FirstCheckResult(checked=self.checked, total=2, html=DIGEST, text="Hello Rosa\n")

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=ADDRESS)

    def send(self, path: str, form: Mapping[str, object]) -> TestResponse:
        data = {"csrf": self.visit.csrf_token, **form}
        return self.client.post(path, base_url=ADDRESS, data=data)

    def join_now(self) -> None:
        assert self.send("/first-check", YES).headers["Location"] == "/first-check/link"
        said = self.send("/first-check/link", {"link": "https://oakhill.test/join/code"})
        assert said.headers["Location"] == "/first-check/digest"

    def end_check(self) -> str:
        """Let the check end; return all that the page heard until then."""
        self.may_end.set()
        return self.get("/first-check/stream").text


@pytest.fixture
def newcomer() -> Newcomer:
    return Newcomer()


def test_the_end_of_setup_leads_to_the_consent_text_first(newcomer: Newcomer):
    assert 'href="/first-check"' in newcomer.get("/done").text

    page = newcomer.get("/first-check").text

    assert "Public pages only." in page
    assert page.index("Public pages only.") < page.index("<form")
    assert "checked" not in page


def test_without_a_mail_server_or_before_the_last_button_there_is_no_such_page(newcomer: Newcomer):
    newcomer.is_offered = False

    assert "/first-check" not in newcomer.get("/done").text
    for path in ("", "/link", "/digest", "/digest/html", "/live", "/stream"):
        assert newcomer.get(f"/first-check{path}").status_code == 404


def test_a_stranger_sees_nothing_of_it(newcomer: Newcomer):
    other = newcomer.app.test_client()

    assert other.get("/first-check", base_url=ADDRESS).status_code == 401


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ("scopes", "Choose at least one part, or go back."),
        ("agreed", "Without your yes, nothing is stored or searched."),
        ("name", "Type your first and your last name."),
        ("mail", "Enter your work email address."),
    ],
)
def test_without_a_consent_and_a_name_no_one_is_invited(newcomer: Newcomer, lacks: str, said: str):
    answer = newcomer.send("/first-check", {**YES, lacks: ""})

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert newcomer.invited == []


def test_everything_that_is_missing_is_said_at_once(newcomer: Newcomer):
    page = unescape(newcomer.send("/first-check", {}).text)

    for said in ("Choose at least one part", "first and your last name", "work email", "your yes"):
        assert said in page


def test_an_address_elsewhere_is_refused_and_the_rest_stays(newcomer: Newcomer):
    said = newcomer.send("/first-check", {**YES, "mail": "rosa@elsewhere.test"})

    assert said.status_code == 422
    assert ELSEWHERE in said.text
    assert 'value="Rosa Marchetti"' in said.text


def test_an_invitation_that_could_not_be_sent_is_a_problem_of_the_page(newcomer: Newcomer):
    newcomer.problem = "The invitation could not be sent, and is tried again later. 451 later"

    said = newcomer.send("/first-check", YES)

    assert said.status_code == 422
    assert "tried again later. 451 later" in said.text
    assert newcomer.get("/first-check/link").headers["Location"] == "/first-check"


def test_the_link_of_another_invitation_joins_no_one(newcomer: Newcomer):
    newcomer.send("/first-check", YES)

    said = newcomer.send("/first-check/link", {"link": "https://oakhill.test/join/other"})

    assert said.status_code == 422
    assert OTHER_LINK in said.text
    assert newcomer.joined == []


def test_who_joins_sees_how_far_the_check_is_and_then_the_digest(newcomer: Newcomer):
    newcomer.join_now()
    page = newcomer.get("/first-check/digest")
    assert "Your first check runs now: 1 of 2 sources done." in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert newcomer.get("/first-check/digest/html").status_code == 404

    heard = newcomer.end_check()

    assert '"live": false' in heard
    assert "2 of 2 sources checked." in newcomer.get("/first-check/digest").text
    assert "Hello Rosa" in newcomer.get("/first-check/digest").text
    body = newcomer.get("/first-check/digest/html")
    assert '<base target="_blank">' in body.text
    assert "script" not in body.headers["Content-Security-Policy"]
    (answers,) = newcomer.joined
    assert (answers.name.family, answers.school) == ("Marchetti", "Oak Hill High")
    assert answers.scopes == {Scope.PROFILES}


def test_a_check_runs_once_and_setup_does_not_end_meanwhile(newcomer: Newcomer):
    newcomer.join_now()

    assert newcomer.send("/end", {}).headers["Location"] == "/first-check/digest"
    assert newcomer.get("/first-check").headers["Location"] == "/first-check/digest"
    assert newcomer.send("/first-check/link", {"link": "x"}).headers["Location"] == "/first-check"
    assert not newcomer.visit.is_over

    newcomer.end_check()
    assert "/first-check" not in newcomer.get("/done").text
    assert newcomer.send("/end", {}).status_code == 200
    assert len(newcomer.joined) == 1


def test_a_check_of_nothing_is_no_good_news(newcomer: Newcomer):
    newcomer.checked = 0
    newcomer.join_now()
    newcomer.end_check()

    page = newcomer.get("/first-check/digest").text
    assert "No source could be checked, so nothing is known yet" in page


def test_a_check_that_failed_says_why(newcomer: Newcomer):
    newcomer.trouble = "The service did not pick this up."
    newcomer.join_now()
    newcomer.end_check()

    page = newcomer.get("/first-check/digest").text
    assert "Your first check ended here: The service did not pick this up." in page


def test_without_a_source_nothing_can_be_agreed_to(newcomer: Newcomer):
    newcomer.is_askable = False

    page = newcomer.get("/first-check").text

    assert "No source can be asked yet" in page
    assert "<form" not in page
    newcomer.send("/first-check", YES)
    assert newcomer.invited == []
