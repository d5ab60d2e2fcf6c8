"""`namesake init`: what it asks, what it writes, and what it says is left to do."""

import errno
import re
from pathlib import Path

import pytest

from monitor.app import Environment
from monitor.app.sources import build_sources
from monitor.config.file import load_config
from monitor.domain.vocabulary import Language
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
    "domains": "oakhill.test, @ohusd.test",
    "contact": "it@oakhill.test",
    "staff_file": "",
    "mail_host": "",
    "search": "none",
}
# The number under which an answer stands where all are shown, without a mail server and units.
SHOWN = {
    "language": 3,
    "places": 5,
    "reviewers": 7,
    "operators": 8,
    "mail_sender": 11,
    "portal_address": 12,
    "sign_in": 13,
    "backup_folder": 15,
}
GOOD = {"mail_sender": "n@oakhill.test", "portal_address": "https://n.oakhill.test"}
REVIEWERS = "a.lee@oakhill.test, r.ortiz@oakhill.test"


# Their addresses alone open nothing: they ask for a session or a token, or are for everybody.
OPENS_NOTHING = frozenset(
    {
        *("", "api", "healthz", "language", "me", "metrics"),
        *("operate", "review", "scim", "sign-out", "static"),
    }
)


def init(path, *arguments, typed="", environment=None):
    return run("--config", str(path), "init", *arguments, typed=typed, environment=environment)


def type_answers(**typed: str) -> str:
    """Return what is typed; a value may have several lines, for a question that comes along.

    What is not asked is changed at the end, by its number. The last line confirms all answers.
    """
    asked = {**TYPED, **{key: text for key, text in typed.items() if key in TYPED}}
    changed = [f"{SHOWN[key]}\n{text}" for key, text in typed.items() if key not in TYPED]
    return "".join(f"{line}\n" for line in (*asked.values(), *changed, "yes"))


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
    said = init(path, typed=type_answers(places="Oak Hill, Elm Creek", reviewers=REVIEWERS))

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

    assert "No example values are left" in Terminal(path).run("doctor").out
    used = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert not [line for line in used if "cedar" in line.lower() or ".example" in line]
    assert "# goes into Message-IDs: never change it" in path.read_text("utf-8")


def test_each_question_says_why_it_is_asked(path):
    said = init(path, typed=type_answers())

    prompts = re.findall(r"\n\n?  (\S[^\n]+[.:]\n(?:  \S[^\n]+\n)*)(\w[^\n:]+)", said.out)
    assert len(prompts) >= len(TYPED)
    assert "Ctrl-C stops" in said.out


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
    said = init(
        path,
        typed=type_answers(**{question: f"{wrong}\n{TYPED.get(question, GOOD.get(question, ''))}"}),
    )

    assert said.code == 0
    assert (said.out + said.err).count("Error: ") == 1
    assert f"Error: {reason}" in said.out + said.err or reason in said.out + said.err


def test_all_answers_are_shown_before_anything_is_written_and_can_be_refused(path):
    typed = type_answers(search=f"brave\n{PASSWORD}").removesuffix("yes\n")

    said = init(path, typed=f"{typed}no\n")

    summary = said.out.partition("Your answers")[2]
    assert "   4 Domains of staff email: oakhill.test, ohusd.test\n" in summary
    assert " Key for Brave: given, and not shown\n" in summary
    assert PASSWORD not in said.out
    assert said.code == 130
    assert [file.name for file in path.parent.iterdir()] == ["namesake.toml.answers"]
    assert PASSWORD not in (path.parent / "namesake.toml.answers").read_text("utf-8")


@pytest.mark.parametrize("lines", [1, 3, len(TYPED) - 1, len(TYPED)])
def test_who_stops_in_the_middle_goes_on_there_and_nothing_is_half(path, lines):
    typed = type_answers(reviewers=REVIEWERS).splitlines(keepends=True)

    said = init(path, typed="".join(typed[:lines]))

    assert said.code == 130
    draft = path.with_name("namesake.toml.answers")
    assert said.err.splitlines()[-1] == (
        f"namesake: Stopped. Nothing was written. Your answers so far are in {draft}."
    )
    assert [*path.parent.iterdir()] == [draft]
    assert draft.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o755
    again = init(path, typed=f"yes\n{''.join(typed[lines:])}")
    assert again.code == 0, again.err
    assert "Name of the district" not in again.out.partition("Your answers")[0]
    assert load_config(path).district.reviewers == tuple(REVIEWERS.split(", "))
    assert not draft.exists()


def test_who_stops_at_once_leaves_nothing_behind(path):
    said = init(path, typed="")

    assert said.err.splitlines()[-1] == "namesake: Stopped. Nothing was written."
    assert not path.parent.exists()


def test_answers_of_last_time_may_be_given_up(path):
    init(path, typed="Elm Creek\n")

    assert init(path, typed=f"no\n{type_answers()}").code == 0

    assert load_config(path).district.name == "Oak Hill Unified"


def test_stopping_while_files_are_written_leaves_no_configuration(path, monkeypatch):
    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.services.setup.create_state_folder", stop)
    init(path, typed=type_answers())
    monkeypatch.undo()

    assert not path.exists()
    assert init(path, typed="yes\nyes\n").code == 0
    assert load_config(path).district.name == "Oak Hill Unified"


def test_what_a_stopped_run_left_is_replaced_by_the_new_answers(path, monkeypatch):
    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.rename", stop)
    init(path, typed=type_answers(portal_address="https://old.oakhill.test"))
    monkeypatch.undo()
    assert "old.oakhill.test" in (path.parent / "proxy/Caddyfile").read_text("utf-8")

    said = init(path, *GIVEN, *CONTACT)

    assert f"Replaced {path.parent / 'proxy/Caddyfile'}." in said.out.replace("\n", " ")
    for sample in ("Caddyfile", "nginx.conf"):
        text = (path.parent / "proxy" / sample).read_text("utf-8")
        assert "old.oakhill.test" not in text
        assert "namesake.oakhill.test" in text
    assert not path.with_name("namesake.toml.answers").exists()


def test_answers_are_kept_no_longer_than_until_the_configuration_is_written(path, monkeypatch):
    def stop(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.cli.init.check_district", stop)

    said = init(path, typed=type_answers())

    assert said.code == 130
    assert path.exists()
    assert not path.with_name("namesake.toml.answers").exists()


def test_answers_that_were_kept_go_too_where_there_is_a_configuration(path):
    init(path, *GIVEN, *CONTACT)
    draft = path.with_name("namesake.toml.answers")
    draft.write_text("{}", "utf-8")

    assert init(path).code == 0

    assert not draft.exists()


def test_a_configuration_that_cannot_be_put_in_its_place_is_said_in_a_sentence(path, monkeypatch):
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.rename", refuse)

    said = init(path, *GIVEN, *CONTACT)

    assert said.code == 73
    assert "namesake.toml cannot be written (Read-only file system)" in said.err
    assert not path.exists()


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
    waits = "store it as the credential brave-key" in said.out
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


def test_without_systemd_backups_are_left_to_do(path):
    said = init(path, typed=type_answers())

    assert "Have cron back it up each night" in said.out
    assert "backup COPIES --keys KEYS" in " ".join(said.out.split())


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


def own_server(port: int, *, came: str = "yes") -> str:
    """Answer for a server of this machine, whose port is asked for after the usual one failed."""
    return f"127.0.0.1\nrelay\nchange\n\n\n{port}\n{came}"


def test_a_test_email_goes_to_the_contact_and_is_waited_for(path):
    counter = Counter()
    with opened(counter) as office:
        said = init(path, typed=type_answers(mail_host=own_server(office.port)))

    assert said.code == 0, said.err
    assert "was not accepted: the mail server cannot be reached" in said.out
    assert counter.recipients == [["it@oakhill.test"]]
    assert "Did it arrive at it@oakhill.test?" in said.out
    assert load_config(path).mail.port == office.port


def test_a_test_email_that_did_not_come_is_sent_again_with_advice(path):
    counter = Counter()
    with opened(counter) as office:
        came = "n\nmaybe\nagain\nlater"
        said = init(path, typed=type_answers(mail_host=own_server(office.port, came=came)))

    assert said.code == 0, said.err
    assert len(counter.emails) == 2
    assert "Check the spam and quarantine folders of it@oakhill.test" in said.out


def test_a_test_email_is_sent_anew_only_when_its_answers_change(path):
    counter = Counter()
    with opened(counter) as office:
        mail = own_server(office.port)
        typed = type_answers(mail_host=mail).removesuffix("yes\n")
        said = init(path, typed=f"{typed}7\n{REVIEWERS}\n6\nops@oakhill.test\nyes\nyes\n")

    assert said.code == 0, said.err
    assert counter.recipients == [["it@oakhill.test"], ["ops@oakhill.test"]]


@pytest.mark.parametrize(
    ("typed", "host", "port", "help_text"),
    [
        ("google", "smtp-relay.gmail.com", 587, "SMTP relay service"),
        ("microsoft", "oakhill-test.mail.protection.outlook.com", 25, "inbound connector"),
    ],
)
def test_the_relays_of_google_and_microsoft_ask_for_nothing_more(
    path, typed, host, port, help_text
):
    said = init(path, typed=type_answers(mail_host=f"{typed}\nlater"))

    assert said.code == 0, said.err
    mail = load_config(path).mail
    assert (mail.host, mail.port, mail.security, mail.user) == (host, port, "starttls", "")
    assert help_text in said.out


def test_a_mail_server_that_refuses_can_be_answered_again(path):
    counter = Counter()
    with opened(counter) as office:
        typed = own_server(1).removesuffix("yes") + f"change\n\n\n{office.port}\nyes"
        said = init(path, typed=type_answers(mail_host=typed))

    assert said.code == 0, said.err
    assert said.out.count("was not accepted: the mail server cannot be reached") == 2
    assert len(counter.emails) == 1
    assert load_config(path).mail.port == office.port


def test_a_staff_file_is_shown_as_a_table_and_no_one_is_invited(path, tmp_path):
    good, bad = tmp_path / "staff.csv", tmp_path / "bad.csv"
    good.write_text(
        "First,Last,Mail,School,Department,Title\n"
        "Ana,Ruiz,ana.ruiz@oakhill.test,Oak High,Math,Teacher\n"
        "Bo,Lind,bo.lind@oakhill.test,Oak High,Math,Teacher\n"
        "Cart,7,cart7@oakhill.test,Oak High,Math,\n",
        "utf-8",
    )
    bad.write_text("email,first name,last name\nana.ruiz@elsewhere.test,Ana,Ruiz\n", "utf-8")
    counter = Counter()
    with opened(counter) as office:
        said = init(
            path,
            typed=type_answers(staff_file=f"{bad}\n{good}", mail_host=own_server(office.port)),
        )

    assert said.code == 0, said.err
    assert f"{bad} lists no staff member who can be invited" in said.out + said.err
    assert re.search(r"^2 +Oak High +Math +Teacher$", said.out, re.MULTILINE)
    assert "Line 4: it looks like a device, a vacant post or a shared" in " ".join(said.out.split())
    assert "Ruiz" not in said.out
    assert f"staff import {good} --dry-run" in said.out
    assert "No one has enrolled yet" in run("--config", str(path), "staff", "list").out
    assert len(counter.emails) == 1


def test_what_is_left_to_do_is_a_numbered_list_of_commands(path):
    said = init(path, typed=type_answers())

    numbers = [int(found_part) for found_part in re.findall(r"^(\d+)\. ", said.out, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "1. Name two reviewers" in said.out
    assert f"namesake --config {path} sources first-contact" in said.out
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
    assert "return 301 https://pages.oakhill.test:8443$request_uri;" in nginx
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


def test_the_samples_for_a_proxy_name_no_address_where_the_portal_is_away_or_nobody_can_read_it(
    path,
):
    init(path, typed=type_answers(portal_address="https://pages.oakhill.test/"))

    caddy = (path.parent / "proxy" / "Caddyfile").read_text("utf-8")
    nginx = (path.parent / "proxy" / "nginx.conf").read_text("utf-8")
    # Without a handler of errors, Caddy's own log has the address of each.
    assert "handle_errors {\n\t\trespond " in caddy
    # nginx logs a socket that is not there as "crit"; of an address with %00, $uri is empty.
    assert re.findall("error_log .* ([a-z]+);", nginx) == ["emerg"]
    assert '"" 0;' in nginx
    assert "~^/me/data/address/ 0;" in nginx


def test_a_portal_on_this_machine_alone_needs_no_proxy(path: Path):
    said = init(path, typed=type_answers(portal_address="http://127.0.0.1:8080"))

    assert said.code == 0
    assert not (path.parent / "proxy").exists()
