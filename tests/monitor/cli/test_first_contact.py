"""`namesake sources first-contact`: what it costs, what it says, and the bundle that it leaves."""

import json
import tarfile
from datetime import timedelta

import pytest

from monitor.demo.internet import HostMood
from monitor.domain.first_contact import ContactStatus, Verdict
from reports.labels.office import CONTACT_STATUSES, CONTACT_VERDICTS

NOTHING_ASKED = "None of them asks about staff, a school or the district."


@pytest.fixture
def bundle(tmp_path):
    return tmp_path / "contact.tar"


def test_the_cost_is_said_and_nothing_is_asked_in_a_dry_run(terminal, web):
    said = terminal.run("sources", "first-contact", "--dry-run")

    assert said.code == 0
    assert "sources: at most" in said.out
    assert NOTHING_ASKED in said.out
    assert web.visits == []
    assert terminal.run("sources", "first-contact", "--dry-run", "--json").json["requests"] > 0


def test_the_cost_comes_before_the_answers(terminal, web, bundle):
    said = terminal.run_served("sources", "first-contact", "--bundle", str(bundle))

    assert said.code == 0
    assert said.err.splitlines()[0].startswith("namesake: First contact with ")
    assert "sources understood." in said.out
    with tarfile.open(bundle) as archive:
        assert {"manifest.json", "manifest.sig", "page.txt"} <= set(archive.getnames())


def test_only_the_named_sources_are_asked(terminal, web, bundle):
    said = terminal.run_served(
        "sources", "first-contact", "chalkboard", "bluesky", "--bundle", str(bundle), "--json"
    )

    assert {part["source"] for part in said.json["contacts"]} == {"chalkboard", "bluesky"}
    assert {visit.host for visit in web.visits} == {"chalkboard.example", "appview.example"}


def test_a_source_that_nobody_knows_exits_with_65(terminal):
    assert terminal.run("sources", "first-contact", "nonesuch").code == 65


def test_without_a_service_it_exits_with_69_and_leaves_no_bundle(terminal, bundle):
    said = terminal.run("sources", "first-contact", "--bundle", str(bundle))

    assert said.code == 69
    assert not bundle.exists()


def test_lists_and_sheets_say_what_is_proven(terminal, web, bundle):
    before = terminal.run("sources", "list").out
    terminal.run_served("sources", "first-contact", "chalkboard", "--bundle", str(bundle))

    assert "unproven" in before
    assert "proven on" not in before
    (row,) = (
        row
        for row in terminal.run("sources", "list", "--json").json
        if row["source"] == "chalkboard"
    )
    assert row["first_contact"]["status"] == "proven"
    assert row["proof"].startswith("proven on 20")
    assert row["proof"] in terminal.run("sources", "list").out
    assert "proven by first contact on 20" in terminal.run("sources", "show", "chalkboard").out


def test_doctor_says_what_is_proven_and_what_has_changed(terminal, web, bundle):
    def told():
        return [line["message"] for line in json.loads(terminal.run("doctor", "--json").out)]

    assert any("No source is proven by first contact" in line for line in told())
    terminal.run_served("sources", "first-contact", "chalkboard", "--bundle", str(bundle))
    assert any("1 of " in line and "First contact on" in line for line in told())

    web.web = web.web.trouble_host("chalkboard.example", HostMood.REBUILT)
    terminal.clock.at += timedelta(days=1)
    terminal.run_served("sources", "first-contact", "chalkboard", "--bundle", str(bundle))
    assert any("Changed since then: Chalkboard" in line for line in told())


def test_every_verdict_and_status_has_its_words():
    assert set(CONTACT_VERDICTS) == set(Verdict)
    assert set(CONTACT_STATUSES) == set(ContactStatus)
