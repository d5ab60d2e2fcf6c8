"""Look-alikes of the district at a shell: there is nothing personal in them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.services.lookalike_checks import DISTRICT_CHECK
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.test_doctor import parts
from tests.monitor.services.watched import FAILED, MAILING, FakeRecords

OFFICIAL = """
[official]
schools = ["Cedar Valley High School"]
accounts = [{ name = "Panthers", address = "https://facebook.com/cedarvalleypanthers" }]

[sources.sites]
"""


@pytest.fixture
def records(terminal: Terminal) -> FakeRecords:
    """Public records for a district that lists its own accounts."""
    terminal.configured(("\n[sources.sites]\n", OFFICIAL))
    records = FakeRecords()
    terminal.environment = replace(terminal.environment, records=records)
    with terminal.app() as app:
        # Today's part has been looked up: the check that is asked for is the only one.
        tomorrow = app.clock.now() + timedelta(days=1)
        app.db.jobs.ensure_job(DISTRICT_CHECK, "", tomorrow)
    return records


def test_a_district_that_lists_nothing_is_told_what_to_do(terminal):
    for words in (("check",), ("domains",)):
        said = terminal.run("district", *words)

        assert said.code == 65
        assert said.sentence.endswith("Add [official] to the configuration.")
    out = terminal.run("district", "list").out
    assert "not searched for" in out
    assert "No look-alikes are known" not in out, "nobody looked"


def test_a_check_lists_what_it_found_and_what_could_not_be_checked(terminal, records):
    records.domains["cedarvalley.org"] = MAILING
    records.domains["cedarvalley.com"] = FAILED

    said = terminal.run_served("district", "check")

    assert said.code == 0
    (line,) = [line for line in said.out.splitlines() if "cedarvalley.org" in line]
    assert line.startswith("domain")
    (line,) = [line for line in said.out.splitlines() if line.startswith("dns")]
    assert "partial" in line
    assert "1 of" in line


def test_a_program_reads_the_list_as_json(terminal, records):
    records.domains["cedarvalley.org"] = MAILING
    terminal.run_served("district", "check", "--json")

    (row,) = terminal.run("district", "list", "--json").json

    assert (row["kind"], row["state"]) == ("domain", "open")
    assert row["reasons"][-1] == "It can send and receive email."


def test_the_domains_that_are_looked_up_are_listed_with_their_reasons(terminal, records):
    rows = terminal.run("district", "domains", "--json").json

    assert rows[0]["name"] == "cedarvalley.org"
    assert "cedarvalley.org" in terminal.run("district", "domains").out
    assert records.asked == []


def test_the_job_has_a_name_that_people_read(terminal, records):
    assert "look-alikes of the district" in terminal.run("status", "--jobs").out


def test_the_doctor_says_whether_look_alikes_are_searched_for(terminal):
    assert parts(terminal)["official"][0][0] == "ok"
    terminal.configured(("\n[sources.sites]\n", OFFICIAL))

    assert parts(terminal)["official"][0][1].endswith("Official accounts listed: 1.")


@pytest.mark.parametrize(
    ("accounts", "word"),
    [
        ("", "No official account"),
        ('{ name = "Band", address = "https://www.facebook.com/profile.php?id=77" }', "Band"),
    ],
)
def test_the_doctor_warns_of_a_list_that_helps_little(terminal, accounts, word):
    table = f"\n[official]\naccounts = [{accounts}]\n\n[sources.sites]\n"
    terminal.configured(("\n[sources.sites]\n", table))

    ((level, message, _),) = parts(terminal)["official"]
    assert level == "warn"
    assert word in message


@pytest.mark.parametrize(
    "accounts",
    [
        '{ name = "Band", address = "facebook.com/band" }',
        '{ name = "Band", address = "https://facebook.com" }',
        '{ name = "Band", handle = "@band" }',
        '{ name = "", address = "https://facebook.com/band" }',
    ],
)
def test_an_account_without_the_address_of_its_profile_is_refused(terminal, accounts):
    table = f"\n[official]\naccounts = [{accounts}]\n\n[sources.sites]\n"
    terminal.configured(("\n[sources.sites]\n", table))

    assert terminal.run("district", "list").code == 64
