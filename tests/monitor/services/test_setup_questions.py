"""How each answer is checked, and that a file of answers has the same keys."""

from pathlib import Path

import msgspec
import pytest

from monitor.config.sections import MailSecurity
from monitor.domain.errors import InputError
from monitor.services.setup_questions import (
    QUESTIONS,
    UNIT_DATA,
    Answers,
    AnswersFile,
    SignInChoice,
    list_summary,
)
from tests.monitor.emails import PASSWORD
from tests.rows import over_rows

EARLIER: Answers = {
    UNIT_DATA: "/var/lib",
    "domains": "oakhill.test",
    "contact": "it@oakhill.test",
    "mail_security": "tls",
    "mail_host": "smtp.oakhill.test",
    "backup_folder": "/var/lib/copies",
}


def parse(key: str, text: str) -> str:
    return QUESTIONS[key].parse(text, EARLIER)


@over_rows(
    ("key", "text", "kept"),
    [
        ("name", " Oak Hill ", "Oak Hill"),
        ("zone", " America/Denver", "America/Denver"),
        ("domains", "@OakHill.test ohusd.test,oakhill.test", "oakhill.test, ohusd.test"),
        ("places", "Oak Hill,, Elm Creek ", "Oak Hill, Elm Creek"),
        ("places", "none", ""),
        ("contact", " it@oakhill.test", "it@oakhill.test"),
        ("reviewers", "a@oakhill.test,b@oakhill.test", "a@oakhill.test, b@oakhill.test"),
        ("reviewers", "none", ""),
        ("staff_file", "None", ""),
        ("mail_host", "google", "smtp-relay.gmail.com"),
        ("mail_host", "Microsoft", "oakhill-test.mail.protection.outlook.com"),
        ("mail_host", "smtp.oakhill.test", "smtp.oakhill.test"),
        ("mail_host", "2001:db8::25", "2001:db8::25"),
        ("mail_security", "STARTTLS", "starttls"),
        ("mail_port", "2525", "2525"),
        ("mail_user", "none", ""),
        ("mail_sender", "Namesake <n@oakhill.test>", "Namesake <n@oakhill.test>"),
        ("mail_sender", "n@oakhill.test", "n@oakhill.test"),
        ("mail_test", "Y", "yes"),
        ("portal_address", "https://n.oakhill.test/", "https://n.oakhill.test"),
        ("sign_in", "Entra", "entra"),
        ("tenant", "oakhill.onmicrosoft.com", "oakhill.onmicrosoft.com"),
        ("issuer", "https://id.oakhill.test/realms/staff", "https://id.oakhill.test/realms/staff"),
        ("header", "X-Mail", "X-Mail"),
        ("search", "SearXNG", "http://127.0.0.1:8888"),
        ("backup_folder", "/var/lib/copies", "/var/lib/copies"),
        ("backup_keys", "none", ""),
        ("start", "no", "no"),
    ],
)
def test_an_answer_is_kept_as_the_configuration_wants_it(key, text, kept):
    assert parse(key, text) == kept


@over_rows(
    ("key", "text", "reason"),
    [
        ("name", " ", "A district needs a name."),
        ("contact", " ", "An answer is needed here."),
        ("zone", "Central", "'Central' is not a time zone. Did you mean US/Central?"),
        ("domains", "nowhere", "'nowhere' is not a domain such as district.example."),
        ("domains", "none", "At least one domain is needed, or no one can be invited."),
        ("zone", "EST", "'EST' is not a time zone of a place. Did you mean America/New_York?"),
        ("zone", "pdt", "'pdt' is not a time zone of a place. Did you mean America/Los_Angeles?"),
        ("contact", "it", "'it' is not a single email address."),
        ("contact", "it@gmail", "'it@gmail' lacks the end of its domain, such as .org."),
        ("mail_sender", "N <n@gmail>", "'n@gmail' lacks the end of its domain, such as .org."),
        ("reviewers", "a.lee, r.ortiz", "'a.lee' is not a single email address."),
        ("staff_file", "nowhere.csv", "nowhere.csv cannot be read (No such file or directory)."),
        (
            "mail_host",
            "smtp.oakhill.test:25",
            "'smtp.oakhill.test:25' is not the name of a server such as smtp.district.example.",
        ),
        ("mail_security", "ssl", "'ssl' is not one of starttls, tls, relay."),
        ("mail_port", "0", "'0' is not a port from 1 to 65535."),
        (
            "mail_sender",
            "Namesake",
            "'Namesake' has no email address such as namesake@district.example.",
        ),
        ("mail_test", "maybe", "'maybe' is not yes or no."),
        (
            "portal_address",
            "https://n.oakhill.test/staff",
            (
                "'https://n.oakhill.test/staff' is not https:// and a host only, such as "
                "https://namesake.school.example."
            ),
        ),
        ("sign_in", "saml", "'saml' is not one of link, google, entra, oidc, header."),
        (
            "tenant",
            "https://x",
            "'https://x' is not a tenant ID such as 00000000-0000-0000-0000-000000000000.",
        ),
        (
            "issuer",
            "id.oakhill.test",
            (
                "'id.oakhill.test' is not the https:// address that your provider states as its "
                "issuer."
            ),
        ),
        ("client", " ", "An answer is needed here."),
        ("header", "X Mail", "'X Mail' is not the name of a header such as X-Forwarded-Email."),
        (
            "search",
            "google",
            (
                "'google' is not brave, searxng, feeds, none, or an address like "
                "http://127.0.0.1:8888."
            ),
        ),
        (
            "backup_folder",
            "copies",
            "'copies' is not a full path such as /var/lib/namesake-copies.",
        ),
        (
            "backup_folder",
            "/mnt/copies",
            "'/mnt/copies' is not a folder in /var/lib. Mount the other disk there.",
        ),
        (
            "backup_keys",
            "/var/lib/copies",
            (
                "'/var/lib/copies' and /var/lib/copies are the same. Keys and backups must never "
                "be together."
            ),
        ),
    ],
)
def test_a_wrong_answer_is_refused_in_one_sentence(key, text, reason):
    with pytest.raises(InputError) as refusal:
        parse(key, text)

    assert str(refusal.value) == reason


def test_a_file_of_answers_has_the_keys_of_the_questions_and_of_secrets():
    keys = {field.name for field in msgspec.structs.fields(AnswersFile)}

    asked = {key for key, question in QUESTIONS.items() if not question.secret}
    assert keys == {*asked, "secrets"}


def test_where_answers_are_typed_the_question_names_all_that_there_are():
    for key, choices in (("sign_in", SignInChoice), ("mail_security", MailSecurity)):
        assert tuple(QUESTIONS[key].choices) == tuple(choices)
    prompts = [QUESTIONS[key].spell_prompt() for key in ("mail_security", "start")]

    assert prompts == [
        "Encryption: starttls, tls or relay",
        "Start the service, the portal and nightly backups now",
    ]


@pytest.mark.parametrize(
    ("host", "security"), [("localhost", "relay"), ("smtp.oakhill.test", "starttls")]
)
def test_only_a_mail_server_of_this_machine_is_offered_without_encryption(host, security):
    assert QUESTIONS["mail_security"].find_default({**EARLIER, "mail_host": host}) == security


def test_every_default_is_an_answer_that_can_be_used():
    given = {**dict.fromkeys(QUESTIONS, ""), **EARLIER, "name": "Oak Hill"}
    for question in QUESTIONS.values():
        default = question.find_default(given)
        if default is not None:
            assert question.parse(default, given) is not None


def test_every_question_says_why_in_a_few_words():
    given = {**dict.fromkeys(QUESTIONS, ""), **EARLIER}
    for question in QUESTIONS.values():
        *choices, why = question.explain(given).splitlines()
        assert why.endswith(":" if question.copied else ".")
        assert max(map(len, (why, *choices))) < 220


@pytest.mark.parametrize(
    ("staff", "told"),
    [
        (3, "24 searches a week, once all 3 staff have joined: its free credit pays for them."),
        (400, "its free credit pays for 207; the others wait longer, or cost about $6 a month."),
    ],
)
def test_what_each_engine_sees_and_costs_is_said_of_the_staff_that_were_named(
    tmp_path: Path, staff: int, told: str
):
    file = tmp_path / "staff.csv"
    rows = (f"ana{number}@oakhill.example,Ana,Ruiz\n" for number in range(staff))
    file.write_text(f"email,first name,last name\n{''.join(rows)}", "utf-8")
    given = {**dict.fromkeys(QUESTIONS, ""), **EARLIER, "domains": "oakhill.example"}

    why = QUESTIONS["search"].explain({**given, "staff_file": str(file)})

    assert told in why
    for choice in ("brave (recommended)", "searxng", "feeds", "none"):
        assert f"\n{choice}: " in why
    assert "130 staff" in QUESTIONS["search"].explain(given)


def test_what_the_terms_of_brave_let_us_store_is_said_before_it_is_chosen():
    why = QUESTIONS["search"].explain({**dict.fromkeys(QUESTIONS, ""), **EARLIER})

    assert "it requires a credit card, bills use beyond the credit" in why
    assert "By its terms of February 11, 2026, results may be stored only as far as" in why
    assert "drops the words of a result 60 days after it was last shown" in why


def test_a_staff_file_is_read_to_its_last_line(tmp_path: Path):
    file = tmp_path / "staff.csv"
    file.write_text("email,first name,last name\nana@elsewhere.test,Ana,Ruiz\n", "utf-8")

    with pytest.raises(InputError, match="line 2"):
        parse("staff_file", str(file))


def test_the_summary_shows_every_answer_but_no_secret():
    given = {**dict.fromkeys(QUESTIONS, ""), **EARLIER, "search": "brave", "brave-key": "BSA-7"}

    told = {question.key: answer for question, answer in list_summary(given)}

    assert (told["contact"], told["places"]) == ("it@oakhill.test", "none")
    assert told["brave-key"] == "given, and not shown"
    assert "tenant" not in told


@pytest.mark.parametrize(
    ("host", "typed", "kept"),
    [
        ("smtp.gmail.com", "abcd efgh ijkl mnop", "abcdefghijklmnop"),
        ("smtp.office365.com", "abcdefghijklmnop", "abcdefghijklmnop"),
        ("smtp.gmail.com", "", ""),
        ("smtp.oakhill.test", "my dog 7", "my dog 7"),
        ("mygmail.com.oakhill.test", "my dog 7", "my dog 7"),
    ],
)
def test_google_and_microsoft_get_an_app_password_and_others_any(host, typed, kept):
    assert QUESTIONS["smtp-password"].parse(typed, {**EARLIER, "mail_host": host}) == kept


@pytest.mark.parametrize("host", ["smtp.gmail.com", "SMTP.office365.com", "smtp-mail.outlook.com"])
def test_the_password_of_an_account_there_is_refused_in_one_sentence(host):
    with pytest.raises(InputError, match="accepts no account password: use an app password"):
        QUESTIONS["smtp-password"].parse(PASSWORD, {**EARLIER, "mail_host": host})
