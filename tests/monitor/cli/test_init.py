"""`namesake init`: what it asks, what it writes, and what it says is left to do."""

import re
from pathlib import Path

import pytest

from monitor.app import Environment
from monitor.app.sources import build_sources
from monitor.config.file import load_config
from monitor.domain.language import Language
from monitor.web.roles import ACCESS_RULES
from tests.monitor.cli.conftest import Terminal, run
from tests.monitor.emails import PASSWORD
from tests.monitor.post_office import Counter, opened

GIVEN = ("--name", "Oak Hill", "--domain", "oakhill.test", "--zone", "America/Denver")
CONTACT = ("--contact", "it@oakhill.test")
# One line for each question, in their order; an empty one takes the default.
TYPED = {
    "name": "Oak Hill Unified",
    "zone": "",
    "language": "",
    "domains": "oakhill.test, @ohusd.test",
    "places": "Oak Hill, Elm Creek",
    "contact": "it@oakhill.test",
    "reviewers": "a.lee@oakhill.test, r.ortiz@oakhill.test",
    "operators": "",
    "staff_file": "",
    "mail_host": "",
    "mail_sender": "",
    "portal_address": "",
    "sign_in": "",
    "search": "none",
    "backup_folder": "",
}


# Their addresses alone open nothing: they ask for a session or a token, or are for everybody.
OPENS_NOTHING = frozenset(
    {
        *("", "api", "healthz", "language", "me", "metrics"),
        *("operate", "review", "scim", "sign-out", "static"),
    }
)


def init(path, *arguments, typed="", environment=None):
    return run("--config", str(path), "init", *arguments, typed=typed, environment=environment)


def type_answers(**changed: str) -> str:
    """Return what is typed; a value may have several lines, for a question that comes along.

    The last line confirms all answers.
    """
    assert set(changed) <= set(TYPED)
    return "".join(f"{line}\n" for line in (*{**TYPED, **changed}.values(), "yes"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "etc" / "namesake.toml"


def test_init_writes_a_configuration_that_works_and_makes_the_folder(path):
    said = init(path, *GIVEN, *CONTACT)

    assert said.code == 0
    assert str(path) in said.out
    assert (path.parent / "state").stat().st_mode & 0o777 == 0o700
    assert run("--config", str(path), "staff", "list").code == 0


def test_the_conversation_fills_in_the_whole_configuration(path):
    said = init(path, typed=type_answers())

    assert said.code == 0, said.err
    config = load_config(path)
    assert config.district.name == "Oak Hill Unified"
    assert config.district.id == "oak-hill-unified"
    assert config.district.domains == ("oakhill.test", "ohusd.test")
    assert config.district.places == ("Oak Hill", "Elm Creek")
    assert config.district.reviewers == ("a.lee@oakhill.test", "r.ortiz@oakhill.test")
    assert config.district.operators == ("it@oakhill.test",)
    assert config.mail.sender == "Namesake <namesake@oakhill.test>"
    assert config.portal.address == "https://namesake.oakhill.test"
    assert (config.mail.host, config.backup.folder) == ("", None)


def test_nothing_of_the_example_is_left_and_the_comments_are(path):
    init(path, typed=type_answers())

    assert "No value is still that of the example" in Terminal(path).run("doctor").out
    used = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert not [line for line in used if "cedar" in line.lower() or ".example" in line]
    assert "# goes into Message-IDs: never change it" in path.read_text("utf-8")


def test_each_question_says_why_it_is_asked(path):
    said = init(path, typed=type_answers())

    prompts = re.findall(r"\n\n?  (\S[^\n]+[.:]\n(?:  \S[^\n]+\n)*)(\w[^\n:]+)", said.out)
    assert len(prompts) >= len(TYPED)
    assert "Ctrl-C stops." in said.out


def test_a_district_chooses_the_language_of_its_staff(path):
    said = init(path, typed=type_answers(language="ES"))

    assert said.code == 0
    assert load_config(path).district.language is Language.SPANISH


def test_init_asks_for_what_no_option_told(path):
    typed = type_answers().partition("\n")[2]
    said = init(path, "--name", "Oak Hill", typed=typed)

    assert said.code == 0
    assert "Name of the district" not in said.out.partition("Your answers")[0]
    written = path.read_text("utf-8")
    assert 'zone = "America/Chicago"' in written
    assert 'contact = "it@oakhill.test"' in written


@pytest.mark.parametrize(
    ("question", "wrong", "reason"),
    [
        ("name", " ", "A district needs a name."),
        ("zone", "Denver", "'Denver' is not a time zone. Did you mean America/Denver?"),
        ("zone", "Oak Hill", "'Oak Hill' is not a time zone such as America/Chicago."),
        ("language", "Spanish", "'Spanish' is not one of en, es."),
        ("domains", "nowhere", "'nowhere' is not a domain such as district.example."),
        ("domains", "none", "At least one domain is needed, or no one can be invited."),
        ("contact", "it", "'it' is not a single email address."),
        ("reviewers", "a.lee, r.ortiz", "'a.lee' is not a single email address."),
        ("staff_file", "nowhere.csv", "nowhere.csv"),
        ("mail_host", "smtp.oakhill.test:25", "is not the name of a server"),
        ("mail_sender", "Namesake", "'Namesake' has no email address"),
        ("portal_address", "portal", "'portal' is not https:// and a host only"),
        ("sign_in", "saml", "'saml' is not one of link, google, entra, oidc, header."),
        ("search", "google", "'google' is not brave, searxng, feeds, none, or an address"),
        ("backup_folder", "copies", "'copies' is not a full path"),
    ],
)
def test_a_wrong_answer_is_answered_by_one_sentence_and_asked_again(path, question, wrong, reason):
    said = init(path, typed=type_answers(**{question: f"{wrong}\n{TYPED[question]}"}))

    assert said.code == 0
    assert (said.out + said.err).count("Error: ") == 1
    assert f"Error: {reason}" in said.out + said.err or reason in said.out + said.err


def test_all_answers_are_shown_before_anything_is_written_and_can_be_refused(path):
    typed = type_answers(search=f"brave\n{PASSWORD}").removesuffix("yes\n")

    said = init(path, typed=f"{typed}no\n")

    summary = said.out.partition("Your answers")[2]
    assert "  Domains of staff email: oakhill.test, ohusd.test\n" in summary
    assert "  Key for Brave: given, and not shown\n" in summary
    assert PASSWORD not in said.out
    assert said.code == 130
    assert not path.parent.exists()


@pytest.mark.parametrize("lines", [0, 3, len(TYPED) - 1, len(TYPED)])
def test_who_stops_in_the_middle_leaves_nothing_behind(path, lines):
    typed = "".join(type_answers().splitlines(keepends=True)[:lines])

    said = init(path, typed=typed)

    assert said.code == 130
    assert said.err.splitlines()[-1] == "namesake: Stopped. Nothing was written."
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("--zone", "Central"),
        ("--domain", "it@oakhill.test"),
        ("--contact", "it@oakhill.test, mallory@elsewhere.test"),
        ("--name", " "),
        ("--search", "google"),
    ],
)
def test_an_option_that_cannot_be_used_writes_nothing(path, option, answer):
    said = init(path, *GIVEN, *CONTACT, option, answer)

    assert said.code == 2
    assert not path.exists()


def test_a_name_with_quotes_and_signs_stays_as_it_is(path):
    name = 'The "Old" \\ North District — Área 5'

    assert init(path, *GIVEN, *CONTACT, "--name", name).code == 0

    assert load_config(path).district.name == name
    assert 'id = "the-old-north-district-rea-5"' in path.read_text("utf-8")


def test_a_configuration_that_is_there_stays_and_nothing_is_asked(path):
    init(path, *GIVEN, *CONTACT)
    before = path.read_bytes()

    said = init(path, "--name", "Another")

    assert said.code == 0
    assert "already exists. It was not changed." in said.out
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_exits_with_73(tmp_path):
    (tmp_path / "etc").write_text("a file in the place of the folder")

    said = init(tmp_path / "etc" / "namesake.toml", *GIVEN, *CONTACT)

    assert said.code == 73
    assert "--config" in said.sentence


NO_ENGINE = "impersonation on Facebook, Instagram, TikTok, X or LinkedIn cannot be seen."


def sources_of(path):
    return build_sources(load_config(path))


@pytest.mark.parametrize(
    ("answer", "name", "origin"),
    [
        ("brave", "brave", "https://api.search.brave.com"),
        ("feeds", "alerts", "https://www.google.com"),
        ("searxng", "searxng", "http://127.0.0.1:8888"),
        ("https://searx.oakhill.test/s/", "searxng", "https://searx.oakhill.test"),
    ],
)
def test_init_turns_on_the_search_engine_that_was_chosen(path, answer, name, origin):
    said = init(path, *GIVEN, *CONTACT, "--search", answer)

    assert said.code == 0
    waits = "put it into the credential brave-key" in said.out
    assert (NO_ENGINE in said.out) is waits is (answer == "brave")
    assert sources_of(path)[name].crawl_policy.origins[0] == origin
    engines = {"brave", "alerts", "searxng"} & {*sources_of(path)}
    assert engines == {name}


def test_init_says_loudly_that_there_is_no_search_engine(path):
    said = init(path, *GIVEN, *CONTACT)

    assert said.code == 0
    assert NO_ENGINE in said.out
    assert "searxng" not in sources_of(path)


def test_a_secret_is_stored_in_a_private_file_and_not_in_the_configuration(path):
    said = init(path, typed=type_answers(search=f"brave\n{PASSWORD}"))

    assert said.code == 0
    secret = path.parent / "secrets" / "brave-key"
    assert secret.read_text("utf-8") == PASSWORD
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.parent.stat().st_mode & 0o777 == 0o700
    assert PASSWORD not in path.read_text("utf-8") + said.out + said.err
    assert f"CREDENTIALS_DIRECTORY={secret.parent} namesake" in said.out


def test_a_secret_of_the_environment_is_not_asked_for(path):
    environment = Environment(variables={"NAMESAKE_BRAVE_KEY": PASSWORD})

    said = init(path, typed=type_answers(search="brave"), environment=environment)

    assert said.code == 0
    assert "Key for Brave (" not in said.out
    assert (path.parent / "secrets" / "brave-key").read_text("utf-8") == PASSWORD


def test_a_secret_that_is_left_out_is_left_to_do(path):
    said = init(path, typed=type_answers(search="brave\n"))

    assert said.code == 0
    assert "Store the secret brave-key." in said.out
    assert not (path.parent / "secrets").exists()


@pytest.mark.parametrize(
    ("typed", "provider", "issuer"),
    [
        ("google\nour-client\nsecret", "your Google account", "https://accounts.google.com"),
        (
            "entra\n1234-abcd\nour-client\nsecret",
            "your Microsoft account",
            "https://login.microsoftonline.com/1234-abcd/v2.0",
        ),
        ("oidc\nhttps://id.oakhill.test\nour-client\nsecret", "your school account", None),
    ],
)
def test_signing_in_with_accounts_states_the_exact_redirect_address(path, typed, provider, issuer):
    said = init(path, typed=type_answers(sign_in=typed))

    assert said.code == 0
    portal = load_config(path).portal
    assert portal.sign_in == "oidc"
    assert (portal.provider, portal.client) == (provider, "our-client")
    assert portal.issuer == (issuer or "https://id.oakhill.test")
    back = "https://namesake.oakhill.test/sign-in/account/back"
    assert said.out.count(back) == 2
    assert said.out.index(back) < said.out.index("Client ID")
    assert (path.parent / "secrets" / "oidc-secret").read_text("utf-8") == "secret"


def test_a_proxy_that_signs_people_in_gets_a_socket_and_no_forged_header(path):
    said = init(path, typed=type_answers(sign_in="header\nX-Mail"))

    assert said.code == 0
    portal = load_config(path).portal
    assert (portal.sign_in, portal.header) == ("header", "X-Mail")
    assert portal.socket_path == "/run/namesake-portal/pages.sock"
    caddy = (path.parent / "proxy" / "Caddyfile").read_text("utf-8")
    nginx = (path.parent / "proxy" / "nginx.conf").read_text("utf-8")
    assert "reverse_proxy unix//run/namesake-portal/pages.sock" in caddy
    assert "header_up -X-Mail" in caddy
    assert "proxy_pass http://unix:/run/namesake-portal/pages.sock;" in nginx
    assert 'proxy_set_header X-Mail "";' in nginx


def test_a_test_email_goes_to_the_contact_if_the_person_agrees(path):
    counter = Counter()
    with opened(counter) as office:
        mail = f"127.0.0.1\nrelay\n{office.port}"
        said = init(path, typed=type_answers(mail_host=mail, mail_sender="\nyes"))
        declined = init(
            path.with_name("other.toml"), typed=type_answers(mail_host=mail, mail_sender="\nno")
        )

    assert (said.code, declined.code) == (0, 0)
    assert counter.recipients == [["it@oakhill.test"]]
    assert "A test email was sent to the district's contact." in said.out
    assert load_config(path).mail.port == office.port


def test_a_mail_server_that_refuses_can_be_answered_again(path):
    counter = Counter()
    with opened(counter) as office:
        wrong = "127.0.0.1\nrelay\n1\n\nyes\nyes\n"
        # The server and its encryption were right, so Enter accepts them as they are.
        right = f"\n\n{office.port}"
        said = init(path, typed=type_answers(mail_host=wrong + right, mail_sender="\nyes"))

    assert said.code == 0
    assert "was not accepted: the mail server cannot be reached" in said.out
    assert len(counter.emails) == 1
    assert load_config(path).mail.port == office.port


def test_a_staff_file_is_checked_and_no_one_is_invited(path, tmp_path):
    good, bad = tmp_path / "staff.csv", tmp_path / "bad.csv"
    good.write_text("email,first name,last name\nana.ruiz@oakhill.test,Ana,Ruiz\n", "utf-8")
    bad.write_text("email,first name,last name\nana.ruiz@elsewhere.test,Ana,Ruiz\n", "utf-8")
    counter = Counter()
    with opened(counter) as office:
        mail = f"127.0.0.1\nrelay\n{office.port}"
        said = init(
            path,
            typed=type_answers(staff_file=f"{bad}\n{good}", mail_host=mail, mail_sender="\nno\n"),
        )

    assert said.code == 0
    assert f"{bad} lists no staff member who can be invited" in said.out + said.err
    assert f"staff import {good} --dry-run" in said.out
    assert "No one has enrolled yet" in run("--config", str(path), "staff", "list").out
    assert counter.emails == []


def test_what_is_left_to_do_is_a_numbered_list_of_commands(path):
    said = init(path, typed=type_answers(reviewers=""))

    numbers = [int(found_part) for found_part in re.findall(r"^(\d+)\. ", said.out, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "1. Name two reviewers" in said.out
    assert f"namesake --config {path} sources check" in said.out
    assert f"cat {path.parent}/proxy/Caddyfile" in said.out


def test_the_samples_for_a_proxy_name_the_portal_and_let_screenshots_through(path):
    init(path, typed=type_answers(portal_address="https://pages.oakhill.test:8443/"))

    caddy = (path.parent / "proxy" / "Caddyfile").read_text("utf-8")
    nginx = (path.parent / "proxy" / "nginx.conf").read_text("utf-8")
    assert "\npages.oakhill.test:8443 {\n" in caddy
    assert "max_size 16MB" in caddy
    assert "reverse_proxy 127.0.0.1:8080" in caddy
    assert "listen 8443 ssl;" in nginx
    assert "server_name pages.oakhill.test;" in nginx
    assert "client_max_body_size 16m;" in nginx
    assert "proxy_set_header Host $host:8443;" in nginx


def test_the_samples_for_a_proxy_keep_addresses_that_open_something_out_of_its_logs(path):
    init(path, typed=type_answers(portal_address="https://pages.oakhill.test/"))

    caddy = (path.parent / "proxy" / "Caddyfile").read_text("utf-8")
    nginx = (path.parent / "proxy" / "nginx.conf").read_text("utf-8")
    opening = set(ACCESS_RULES) - OPENS_NOTHING
    assert opening == set(re.search(r"\^/\((.*)\)/", nginx)[1].split("|"))
    named = caddy.partition("addresses under ")[2].partition(" open something")[0]
    assert opening == set(re.findall(r"/([a-z-]+)", named))
    assert not re.search(r"^\s*log\b", caddy, re.MULTILINE)


def test_a_portal_on_this_machine_alone_needs_no_proxy(path: Path):
    said = init(path, typed=type_answers(portal_address="http://127.0.0.1:8080"))

    assert said.code == 0
    assert not (path.parent / "proxy").exists()
