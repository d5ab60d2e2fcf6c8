"""The doctor says of each part how it is and what to do, and nothing of anybody."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.annexes import discover_annexes
from monitor.config.file import list_example_values, load_config
from monitor.config.sections import find_shipped_files
from monitor.db.database import Database
from monitor.db.state_folder_lock import StateFolderLock
from tests.monitor.chat_room import open_chat_room
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.test_main_quiet import leaks
from tests.monitor.emails import PASSWORD
from tests.monitor.post_office import Counter, only, opened
from tests.scrapers.http.certificates import issue, server_context
from tests.scrapers.http.loopback import Loopback, answer, answering

NO_SEARCH_ENGINE = (
    "No search engine is asked: impersonation on Facebook, Instagram, TikTok, X or LinkedIn cannot "
    "be seen."
)
PARTS = {
    *("config", "files", "zone", "service", "mail", "students", "database", "disk"),
    *(
        "facts",
        "sources",
        "search",
        "official",
        "reviewers",
        "example",
        "sweep",
        "jobs",
        "outbox",
        "backup",
        "clock",
        "audit",
        "processes",
        "portal",
    ),
}


def parts(terminal: Terminal) -> dict[str, list[tuple[str, str, str]]]:
    """Return level, words and remedy of each part."""
    told: dict[str, list[tuple[str, str, str]]] = {}
    for entry in terminal.run("doctor", "--json").json:
        told.setdefault(entry["what"], []).append(
            (entry["level"], entry["message"], entry["remedy"])
        )
    return told


def levels(terminal: Terminal, part: str) -> set[str]:
    return {level for level, _, _ in parts(terminal)[part]}


def test_every_part_is_looked_at_and_each_trouble_comes_with_what_to_do(terminal: Terminal):
    told = parts(terminal)

    assert set(told) - {annex.name for annex in discover_annexes()} == PARTS
    assert all(remedy for part in told.values() for level, _, remedy in part if level != "ok")


def test_copies_that_are_no_longer_where_they_were_made_are_missed(
    terminal: Terminal, tmp_path: Path
):
    copies, keys = tmp_path / "copies", tmp_path / "keys"
    terminal.path.write_text(
        f'{terminal.path.read_text("utf-8")}\n[backup]\nfolder = "{copies}"\nkeys = "{keys}"\n'
    )
    assert terminal.run("backup").code == 0
    assert levels(terminal, "backup") == {"ok"}

    copies.rename(tmp_path / "moved")
    (keys / "keys.db").rename(tmp_path / "moved.db")

    told = parts(terminal)["backup"]
    assert {f"there is none in {copies}." in words for _, words, _ in told} == {True, False}
    assert ("bad", f"There is no copy of the keys in {keys}.") in [part[:2] for part in told]


def test_a_district_without_a_search_engine_is_warned(tmp_path: Path):
    path = tmp_path / "namesake.toml"
    answers = (
        "--name",
        "Cedar",
        "--domain",
        "c.example",
        "--zone",
        "UTC",
        "--contact",
        "it@c.example",
    )
    terminal = Terminal(path)
    terminal.run("init", *answers)

    (told,) = [
        entry for entry in terminal.run("doctor", "--json").json if entry["what"] == "search"
    ]

    assert told["level"] == "bad"
    assert told["message"] == NO_SEARCH_ENGINE
    assert "docs/set-up.md" in told["remedy"]


def test_an_engine_whose_key_is_missing_counts_as_none(terminal: Terminal):
    settings = terminal.path.read_text("utf-8")
    terminal.path.write_text(f"{settings}\n[sources.brave]\n", "utf-8")

    ((level, message, remedy),) = parts(terminal)["search"]

    assert (level, message) == ("bad", NO_SEARCH_ENGINE)
    assert remedy == "Your search engine has no key: store it as the credential brave-key."


def test_a_healthy_service_ends_with_nought_but_for_its_made_up_domain(after_demo: Terminal):
    with (
        closing(Loopback(answering(answer(b"Namesake")))) as portal,
        StateFolderLock(after_demo.config.state),
    ):
        after_demo.configured(("[portal]\n", f'[portal]\nlisten = "127.0.0.1:{portal.port}"\n'))
        said = after_demo.run("doctor", "--json")
        bad = {entry["what"] for entry in said.json if entry["level"] == "bad"}

        assert bad == {"example"}
        after_demo.leaves_example()
        assert after_demo.run("doctor").code == 0


@pytest.mark.parametrize(
    ("good", "left", "key"),
    [
        ('"cedar-valley-schools"', '"cedar-valley"', "district.id"),
        ('"Cedar Valley Schools"', '"Cedar Valley Public Schools"', "district.name"),
        ('["Cedar Valley", "Oak Hill"]', '["Cedar Valley"]', "district.places"),
        ("privacy@cedarvalley.test", "privacy@school.example", "district.contact"),
        ("https://namesake.cedarvalley.test", "https://namesake.example.org", "portal.address"),
        ("[portal]", "[policy]\nurl = 'https://district.example/p'\n[portal]", "policy.url"),
        (
            "[portal]",
            "[[official.accounts]]\nname = 'A'\naddress = 'https://social.example/a'\n[portal]",
            "official.accounts.address",
        ),
    ],
)
def test_a_value_of_an_example_does_not_pass(terminal: Terminal, good, left, key):
    terminal.leaves_example()
    assert parts(terminal)["example"] == [("ok", "No example values are left.", "")]

    terminal.configured((good, left))

    ((level, message, remedy),) = parts(terminal)["example"]
    assert (level, message) == ("bad", f"Example values still there: {key}.")
    assert str(terminal.path) in remedy
    assert terminal.run("doctor").code == 64


def test_every_value_of_the_shipped_example_that_is_invented_is_named():
    config = load_config(find_shipped_files() / "namesake.toml")

    told = list_example_values(config)

    assert {"district.id", "district.name", "district.domains", "district.places"} <= {*told}
    assert {"mail.sender", "mail.host", "mail.user", "portal.address"} <= {*told}


def test_nobody_is_named(after_demo: Terminal, played):
    for asked in (("doctor",), ("doctor", "--json"), ("metrics",), ("metrics", "--json")):
        assert leaks(after_demo.run(*asked), played.planted) == set()


UNSEEN = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA journal_mode = WAL").fetchone()
database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
if sys.argv[2] == "without locks":
    os.close(os.open(sys.argv[1], os.O_RDONLY))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("holds", "level"), [("locks", "ok"), ("without locks", "bad")])
def test_a_process_that_uses_the_database_without_locks_is_told(terminal, holds, level):
    command = [sys.executable, "-c", UNSEEN, str(terminal.config.state / "namesake.db"), holds]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"ready\n"
        (found,) = parts(terminal)["processes"]
        other.communicate(b"")

    assert found[0] == level
    assert (str(other.pid) in found[1]) is (level == "bad")


def loose_folder(terminal: Terminal) -> None:
    terminal.config.state.chmod(0o755)


def loose_config(terminal: Terminal) -> None:
    terminal.path.chmod(0o666)


def key_beside_the_tokens(terminal: Terminal) -> None:
    (terminal.config.state / "roster.key").write_text("00" * 32, "ascii")
    (terminal.config.state / "roster.key").chmod(0o600)
    keyed = "[students]\nkey_file = 'state/roster.key'\n"
    terminal.configured(("[sources.bluesky]", f"{keyed}[sources.bluesky]"))


def no_tokens(terminal: Terminal) -> None:
    students = "[students]\nenabled = true\ntokens = 'gone'\n"
    terminal.configured(("[sources.bluesky]", f"{students}[sources.bluesky]"))


def silent_server(terminal: Terminal) -> None:
    server = '.test>"\nhost = "127.0.0.1"\nport = 1\n'
    terminal.configured(('@cedarvalley.test>"\n', f"@cedarvalley{server}"))


def clock_gone_back(terminal: Terminal) -> None:
    terminal.enrols()
    terminal.clock.at -= timedelta(days=30)


def forged_audit(terminal: Terminal) -> None:
    terminal.enrols()
    with sqlite3.connect(terminal.config.state / "namesake.db") as database:
        database.execute("DELETE FROM audit WHERE seq = 1")
    database.close()


def newer_database(terminal: Terminal) -> None:
    with sqlite3.connect(terminal.config.state / "namesake.db") as database:
        database.execute("PRAGMA user_version = 2")
    database.close()


def other_keys(terminal: Terminal) -> None:
    other = terminal.path.parent / "other"
    Database.create_or_open_folder(other).close()
    (other / "keys.db").replace(terminal.config.state / "keys.db")


def no_folder(terminal: Terminal) -> None:
    terminal.configured(('state = "state"', 'state = "nowhere"'))


def wrong_zone(terminal: Terminal) -> None:
    terminal.configured(("America/Chicago", "America/Cedar_Valley"))


@pytest.mark.parametrize(
    ("harm", "part", "code"),
    [
        (loose_folder, "files", 77),
        (loose_config, "files", 77),
        (key_beside_the_tokens, "files", 64),
        (no_tokens, "students", 69),
        (silent_server, "mail", 69),
        (clock_gone_back, "clock", 69),
        (forged_audit, "audit", 78),
        (newer_database, "database", 78),
        (other_keys, "database", 78),
        (no_folder, "database", 65),
        (wrong_zone, "config", 64),
    ],
)
def test_each_trouble_is_found_in_its_part(
    terminal: Terminal, harm: Callable[[Terminal], None], part: str, code: int
):
    terminal.leaves_example()
    harm(terminal)

    said = terminal.run("doctor", "--json")

    troubled = {entry["what"]: entry["exit_code"] for entry in said.json if entry["level"] == "bad"}
    assert troubled[part] == code
    assert said.code == code


@pytest.mark.parametrize(("password", "level"), [(PASSWORD, "ok"), ("trumpet", "bad")])
def test_the_doctor_signs_in_to_the_mail_server_and_sends_nothing(
    terminal: Terminal, tmp_path: Path, password: str, level: str
):
    counter, certificate = Counter(), issue(tmp_path, "localhost")
    guarded = {
        "tls_context": server_context(certificate),
        "authenticator": only("namesake", PASSWORD),
        "auth_required": True,
    }
    with opened(counter, **guarded) as office:
        server = f'host = "localhost"\nport = {office.port}\nuser = "namesake"\n'
        server += f'ca_file = "{certificate}"\n'
        terminal.configured(('@cedarvalley.example>"\n', f'@cedarvalley.example>"\n{server}'))
        environ = {"NAMESAKE_SMTP_PASSWORD": password}
        terminal.environment = replace(terminal.environment, variables=environ)

        assert levels(terminal, "mail") == {level}

    assert counter.emails == []


def test_an_email_on_trial_goes_to_the_contact_where_it_is_asked_for(terminal: Terminal):
    counter = Counter()
    with opened(counter) as office:
        server = f'host = "127.0.0.1"\nport = {office.port}\nsecurity = "relay"\n'
        terminal.configured(('@cedarvalley.example>"\n', f'@cedarvalley.example>"\n{server}'))

        told = terminal.run("doctor", "--send-test", "--json").json

    assert counter.recipients == [["privacy@cedarvalley.example"]]
    assert [entry["level"] for entry in told if entry["what"] == "mail"] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "Not queried, for lack of a key: reddit-api."),
        (
            "our-app",
            "The credential reddit-app must be the ID of your app and its secret, as ID:SECRET.",
        ),
    ],
)
def test_a_missing_or_half_key_of_an_application_is_told(terminal: Terminal, key, told):
    terminal.configured(("[sources.bluesky]", "[sources.reddit]\n[sources.bluesky]"))
    variables = {"NAMESAKE_REDDIT_APP": key}
    terminal.environment = replace(terminal.environment, variables=variables)

    assert told in [message for _, message, _ in parts(terminal)["sources"]]


def test_a_missing_key_for_data_breaches_is_told(terminal: Terminal):
    terminal.configured(("[sources.bluesky]", "[sources.have_i_been_pwned]\n[sources.bluesky]"))

    told = [message for _, message, _ in parts(terminal)["sources"]]

    assert "Not queried, for lack of a key: have-i-been-pwned." in told


def test_a_message_on_trial_goes_to_each_chat_where_it_is_asked_for(terminal: Terminal):
    with open_chat_room() as room:
        secret = f"{room.address}\njson://127.0.0.1:1/gone"
        variables = {"NAMESAKE_NOTIFY_OPERATORS": secret, "NAMESAKE_NOTIFY_REVIEWERS": "s3cret"}
        terminal.environment = replace(terminal.environment, variables=variables)

        quiet = terminal.run("doctor", "--json").json
        assert room.messages == []
        said = terminal.run("doctor", "--send-test", "--json")

    (message,) = room.messages
    assert "This is a test" in message
    assert "s3cret" not in said.out
    told = [(entry["level"], entry["message"]) for entry in said.json if entry["what"] == "notices"]
    assert told == [
        ("ok", "Operators get messages in this many chats: 2."),
        ("bad", "Line 1 of the secret notify-reviewers is not an address that Apprise knows."),
        ("ok", "A test went to line 1 of the secret notify-operators. Check that it arrived."),
        ("bad", "A test to line 2 of the secret notify-operators: not accepted."),
    ]
    assert [entry["message"] for entry in quiet if entry["what"] == "notices"] == [
        message for _, message in told[:2]
    ]
