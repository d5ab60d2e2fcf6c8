"""The pages of setup: one browser, the same questions, nothing written before the last button."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from monitor.domain.errors import CannotWriteError
from monitor.domain.health import HealthResult, report_failure, report_ok, report_warning
from monitor.services.setup import NextStep, SetupResult
from monitor.services.setup_questions import QUESTIONS, SECTIONS, UNIT_DATA, Answers
from monitor.web.first_check import FirstCheckActions
from monitor.web.setup import SetupActions, SetupVisit, create_setup_app, read_section
from tests.monitor.letters import PASSWORD

ADDRESS = "http://127.0.0.1:8081"
NO_FIRST_CHECK = FirstCheckActions(
    is_offered=lambda: False,
    read_terms=lambda: pytest.fail("read"),
    invite=lambda _mail, _name: pytest.fail("invited"),
    join=lambda _invitation, _link, _answers: pytest.fail("joined"),
    run=lambda _person_id, _listener: pytest.fail("ran"),
)
DISTRICT = {
    "name": "Oak Hill",
    "zone": "America/Denver",
    "language": "en",
    "domains": "oakhill.test",
    "places": "none",
    "contact": "it@oakhill.test",
    "reviewers": "none",
    "operators": "",
    "staff_file": "none",
}
NO_MAIL = {"mail_host": "none", "mail_sender": ""}
PORTAL = {"portal_address": "https://namesake.oakhill.test", "sign_in": "link"}
REST = {"portal": PORTAL, "search": {"search": "none"}, "backups": {"backup_folder": "none"}}


@dataclass
class Setup:
    """A browser in front of the pages, and what they had done."""

    test: HealthResult = field(default_factory=lambda: report_ok("mail", "A test was sent."))
    refusals: list[str] = field(default_factory=list)
    tested: list[Answers] = field(default_factory=list)
    written: list[tuple[Answers, dict[str, str]]] = field(default_factory=list)
    now: float = 0.0
    units: str = ""

    def __post_init__(self) -> None:
        codes = iter(("the-cookie", "another"))
        self.visit = SetupVisit(
            place="/etc/namesake/namesake.toml",
            token="the-token",
            answers={UNIT_DATA: self.units, "state": "state"},
            new_code=lambda: next(codes),
            monotonic=lambda: self.now,
        )
        actions = SetupActions(
            send_test=self.send_test, write=self.write, first_check=NO_FIRST_CHECK
        )
        self.app = create_setup_app(ADDRESS, self.visit, actions)
        self.client = self.app.test_client()

    def send_test(self, answers: Answers) -> HealthResult:
        self.tested.append(dict(answers))
        return self.test

    def write(
        self, answers: Answers, secrets: Mapping[str, str], tell: Callable[[str], object]
    ) -> SetupResult:
        if self.refusals:
            raise CannotWriteError(self.refusals.pop())
        self.written.append((dict(answers), dict(secrets)))
        tell("Wrote /etc/namesake/namesake.toml.")
        return SetupResult(
            checks=(report_ok("config", "Valid."), report_warning("search", "None.", "Add one.")),
            steps=(NextStep(text="Test the sources.", commands=("namesake sources check",)),),
        )

    def enter(self) -> "Setup":
        assert self.get("/start/the-token").status_code == 303
        return self

    def get(self, path: str, **given: object) -> TestResponse:
        return self.client.get(path, base_url=ADDRESS, **given)

    def send(self, path: str, answers: Mapping[str, str] = {}, **form: str) -> TestResponse:
        data = {"csrf": self.visit.csrf_token, "asked": list(answers), **answers, **form}
        return self.client.post(path, base_url=ADDRESS, data=data)

    def answer(self, section: str, answers: Mapping[str, str]) -> TestResponse:
        return self.send(f"/questions/{section}", answers)

    def answer_all(self, mail: Mapping[str, str] = NO_MAIL, **changed: Mapping[str, str]) -> None:
        self.enter()
        for section, answers in {"district": DISTRICT, "mail": mail, **REST, **changed}.items():
            said = self.answer(section, answers)
            assert said.status_code == 303, unescape(said.text)


@pytest.fixture
def setup() -> Setup:
    return Setup()


def list_asked(page: TestResponse) -> list[str]:
    return re.findall(r'name="asked" value="([^"]+)"', page.text)


def test_the_printed_address_lets_one_browser_in_once(setup: Setup):
    assert setup.get("/").status_code == 401
    setup.enter()

    other = setup.app.test_client()
    assert other.get("/start/the-token", base_url=ADDRESS).status_code == 401
    assert other.get("/questions/district", base_url=ADDRESS).status_code == 401
    assert setup.get("/").headers["Location"] == "/questions/district"


def test_a_wrong_token_does_not_spend_the_right_one(setup: Setup):
    assert setup.get("/start/another-token").status_code == 401
    assert "Open the address from the terminal" in setup.get("/start/x").text

    setup.enter()


def test_the_cookie_is_for_no_script_and_no_other_site(setup: Setup):
    cookie = setup.get("/start/the-token").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_another_name_of_this_machine_is_not_answered(setup: Setup):
    said = setup.client.get("/start/the-token", base_url="http://rebound.test:8081")

    assert said.status_code == 400
    setup.enter()


@pytest.mark.parametrize("csrf", ["", "forged"])
def test_a_forged_form_changes_nothing(setup: Setup, csrf: str):
    setup.enter()

    said = setup.send("/questions/district", DISTRICT, csrf=csrf)

    assert said.status_code == 403
    assert "name" not in setup.visit.answers


def test_every_page_has_the_headers_of_the_portal(setup: Setup):
    said = setup.enter().get("/questions/district")

    assert said.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in said.headers["Content-Security-Policy"]
    assert said.headers["Referrer-Policy"] == "no-referrer"


def test_each_page_asks_in_the_words_of_the_terminal(setup: Setup):
    page = unescape(setup.enter().get("/questions/district").text)

    for question in SECTIONS["District"]:
        assert question.prompt in page
        assert question.why in page


def test_an_empty_field_takes_the_default_as_enter_does(setup: Setup):
    setup.enter().answer("district", DISTRICT)

    assert setup.visit.answers["operators"] == "it@oakhill.test"
    assert setup.get("/").headers["Location"] == "/questions/mail"


def test_wrong_answers_are_all_said_and_stay_to_be_mended(setup: Setup):
    wrong = {**DISTRICT, "zone": "Central", "contact": "it"}

    said = setup.enter().answer("district", wrong)

    page = unescape(said.text)
    assert said.status_code == 422
    assert "'Central' is not a time zone. Did you mean US/Central?" in page
    assert "'it' is not a single email address." in page
    assert 'value="Central"' in page
    assert "name" not in setup.visit.answers


def test_no_page_can_be_answered_before_those_that_it_follows(setup: Setup):
    setup.enter()

    assert setup.get("/questions/mail").status_code == 404
    assert setup.get("/check").headers["Location"] == "/"
    assert setup.get("/done").headers["Location"] == "/"
    assert setup.send("/check").headers["Location"] == "/"
    assert setup.written == []


def test_answers_lead_to_the_questions_that_follow_from_them(setup: Setup):
    setup.enter().answer("district", DISTRICT)
    assert list_asked(setup.get("/questions/mail")) == ["mail_host", "mail_sender"]

    mail = {"mail_host": "smtp.oakhill.test", "mail_sender": ""}
    asked = list_asked(setup.answer("mail", mail))
    assert asked == ["mail_host", "mail_security", "mail_port", "mail_sender", "mail_test"]

    more = {**mail, "mail_security": "tls", "mail_port": "", "mail_test": "no"}
    page = setup.answer("mail", more)
    assert "Your answers lead to more questions" in page.text
    assert "mail_user" in list_asked(page)

    assert setup.answer("mail", {**more, "mail_user": "none"}).status_code == 303
    assert setup.visit.answers["mail_port"] == "465"
    assert setup.visit.answers["smtp-password"] == ""


def test_a_default_that_nobody_changed_follows_the_answer_it_depends_on():
    before = {**dict.fromkeys(QUESTIONS, ""), "domains": "oakhill.test", "contact": "it@o.test"}
    before |= {"mail_security": "starttls", "mail_port": "587"}
    sent = {"mail_host": "smtp.oakhill.test", "mail_security": "tls", "mail_port": "587"}

    assert read_section(SECTIONS["Mail"], sent, before).answers["mail_port"] == "465"
    sent["mail_port"] = "2465"
    assert read_section(SECTIONS["Mail"], sent, before).answers["mail_port"] == "2465"


MAIL = {
    "mail_host": "smtp.oakhill.test",
    "mail_security": "starttls",
    "mail_port": "587",
    "mail_user": "namesake",
    "smtp-password": PASSWORD,
    "mail_sender": "",
    "mail_test": "yes",
}


def test_a_test_email_is_sent_from_the_page_and_its_result_said(setup: Setup):
    setup.enter().answer("district", DISTRICT)

    assert setup.answer("mail", MAIL).status_code == 303

    assert [each["smtp-password"] for each in setup.tested] == [PASSWORD]
    assert "A test was sent." in setup.get("/questions/portal").text


def test_a_failed_test_email_opens_the_questions_about_mail_again(setup: Setup):
    setup.test = report_failure("mail", "The test email was not accepted.", "Check.", 69)
    setup.enter().answer("district", DISTRICT)

    said = setup.answer("mail", MAIL)

    assert said.status_code == 422
    assert "The test email was not accepted." in said.text
    assert setup.get("/").headers["Location"] == "/questions/mail"
    # The password is kept, and not typed again.
    assert setup.answer("mail", {**MAIL, "smtp-password": "", "mail_test": "no"}).status_code == 303
    assert setup.visit.answers["smtp-password"] == PASSWORD


def test_a_secret_is_on_no_page(setup: Setup):
    setup.answer_all(mail=MAIL)

    pages = [setup.get(f"/questions/{title.lower()}").text for title in SECTIONS]
    pages += [setup.get("/check").text, setup.send("/check").text, setup.get("/done").text]

    assert not [page for page in pages if PASSWORD in page]
    assert any("It was given: leave this empty to keep it." in page for page in pages)
    ((_, secrets),) = setup.written
    assert secrets == {"smtp-password": PASSWORD}


def test_the_exact_redirect_address_stands_by_itself(setup: Setup):
    setup.enter()
    for section, answers in {"district": DISTRICT, "mail": NO_MAIL}.items():
        setup.answer(section, answers)

    page = setup.answer("portal", {**PORTAL, "sign_in": "google"}).text

    back = "https://namesake.oakhill.test/sign-in/account/back"
    assert f'<p class="code">{back}</p>' in page


def test_the_summary_shows_every_answer_and_leads_to_its_page(setup: Setup):
    setup.answer_all(mail=MAIL)

    page = unescape(setup.get("/check").text)

    for shown in ("Oak Hill", "smtp.oakhill.test", "/etc/namesake/namesake.toml"):
        assert shown in page
    assert "given, and not shown" in page
    assert 'href="/questions/mail"' in page
    assert setup.written == []


def test_a_changed_answer_opens_what_no_longer_fits_it(setup: Setup):
    setup.answer_all(backups={"backup_folder": "/srv/copies", "backup_keys": "/srv/keys"})
    assert setup.get("/check").status_code == 200

    assert setup.answer("backups", {"backup_folder": "/srv/keys"}).status_code == 200
    assert setup.answer("portal", {**PORTAL, "sign_in": "header"}).status_code == 200
    assert (
        setup.answer("portal", {**PORTAL, "sign_in": "header", "header": "X-M"}).status_code == 303
    )

    assert setup.visit.answers["header"] == "X-M"


def test_the_last_button_writes_once_and_the_end_says_what_is_left(setup: Setup):
    setup.answer_all()

    assert setup.send("/check").headers["Location"] == "/done"
    assert setup.send("/check").headers["Location"] == "/"
    page = setup.get("/done").text

    assert len(setup.written) == 1
    for said in ("Wrote /etc", "1 of 2 checks passed", "Add one.", "namesake sources check"):
        assert said in page
    assert setup.get("/").headers["Location"] == "/done"
    assert setup.get("/questions/district").status_code == 404
    assert not setup.visit.is_over
    assert "Setup has ended" in setup.send("/end").text
    assert setup.visit.is_over


def test_what_cannot_be_written_is_said_and_can_be_tried_again(setup: Setup):
    setup.refusals = ["/etc/namesake cannot be created (Read-only file system)."]
    setup.answer_all()

    said = setup.send("/check")

    assert said.status_code == 422
    assert "cannot be created (Read-only file system)." in said.text
    assert setup.send("/check").headers["Location"] == "/done"


def test_where_systemd_runs_the_district_it_is_asked_whether_to_start():
    setup = Setup(units="/var/lib")
    setup.enter()
    answers = {"backup_folder": "/var/lib/copies", "backup_keys": "/var/lib/keys"}
    for section, given in {"district": DISTRICT, "mail": NO_MAIL, **REST}.items():
        setup.answer(section, answers if section == "backups" else given)

    assert setup.get("/").headers["Location"] == "/questions/start"
    assert setup.answer("start", {"start": "yes"}).status_code == 303
    assert setup.get("/check").status_code == 200


def test_only_a_request_of_the_browser_let_in_counts_as_use(setup: Setup):
    setup.now = 10.0
    setup.get("/start/x")
    assert setup.visit.used_at == 0.0

    setup.enter().get("/")
    assert setup.visit.used_at == 10.0


def test_a_portal_without_a_usable_address_is_asked_again_and_nothing_is_to_be_copied(setup: Setup):
    setup.enter().answer("district", DISTRICT)
    setup.answer("mail", NO_MAIL)

    said = setup.answer("portal", {"portal_address": "http://oakhill.test", "sign_in": "google"})

    assert said.status_code == 422
    assert "/sign-in/account/back" not in said.text


def find_step(page: TestResponse) -> str:
    return re.findall(r"Step \d of \d", page.text)[0]


@pytest.mark.parametrize(("units", "total"), [("", 5), ("/var/lib", 6)])
def test_the_number_of_steps_is_the_same_on_every_page(units: str, total: int, tmp_path: Path):
    staff = tmp_path / "staff.csv"
    staff.write_text("email,first name,last name\nana.ruiz@oakhill.test,Ana,Ruiz\n", "utf-8")
    setup = Setup(units=units).enter()
    backups = {"backup_folder": "none"}
    answers = {
        "district": {**DISTRICT, "staff_file": str(staff)},
        "mail": {**MAIL, "mail_test": "no", "invite_staff": "yes"},
        **REST,
        "backups": backups,
    }
    steps = []
    for section, given in answers.items():
        steps.append(find_step(setup.get(f"/questions/{section}")))
        assert setup.answer(section, given).status_code == 303, section
    if units:
        steps.append(find_step(setup.get("/questions/start")))

    assert steps == [f"Step {number} of {total}" for number in range(1, total + 1)]
    assert find_step(setup.get("/questions/district")) == f"Step 1 of {total}"


def test_an_internal_error_leads_to_the_terminal_since_there_is_no_address(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
):
    setup.answer_all()
    monkeypatch.setattr(SetupVisit, "check_answers", lambda _visit: 1 / 0)

    said = setup.get("/check")

    assert said.status_code == 500
    assert "look into the terminal" in said.text
    assert "address below" not in said.text
