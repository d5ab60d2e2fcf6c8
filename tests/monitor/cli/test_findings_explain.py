"""Why a finding was judged as it was, for the one it is about."""

import pytest

from monitor.demo.district import DANIEL, MARIA
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.vocabulary import CaseKind, OwnershipLabel

FIELDS = ("mine", "impersonation", "mock", "namesake", "unrelated", "unknown")


def person(terminal, member):
    with terminal.app() as app:
        return app.db.people.find_person_id_by_mail(member.person.mail)


def finding_of(terminal, member, label):
    with terminal.app() as app:
        findings = app.db.findings
        ref = app.db.people.find_person_id_by_mail(member.person.mail)
        return next(
            finding.id
            for finding in findings.list_findings_of_person(ref)
            if findings.find_finding_label(finding.id) is label
        )


def test_what_was_found_of_a_person_is_their_own(after_demo):
    said = after_demo.run("explain", finding_of(after_demo, DANIEL, OwnershipLabel.UNKNOWN))

    assert said.code == 77
    assert "--break-glass" in said.sentence


def test_an_explanation_breaks_the_glass_and_tells_the_person(after_demo):
    finding = finding_of(after_demo, DANIEL, OwnershipLabel.UNKNOWN)

    said = after_demo.run("explain", finding, "--break-glass", "he asked me to")

    assert said.code == 0
    with after_demo.app() as app:
        trail = app.db.audit.list_entries_of_subjects((person(after_demo, DANIEL),))
        assert [entry.action for entry in trail].count("opened-early") == 1


def test_the_evidence_adds_up_and_the_answer_is_the_cheapest(after_demo):
    finding = finding_of(after_demo, DANIEL, OwnershipLabel.UNKNOWN)

    told = after_demo.run("explain", finding, "--break-glass", "he asked", "--json").json

    assert told["label"] == "unknown"
    assert sum(piece["bits"] for piece in told["evidence"]) == pytest.approx(told["bits"])
    assert sum(told["sums"].values()) == pytest.approx(told["bits"])
    assert min(FIELDS, key=lambda answer: told["costs"][answer]) == "unknown"
    assert not told["settled"]


def test_the_table_names_axis_bits_and_sentence(after_demo):
    finding = finding_of(after_demo, DANIEL, OwnershipLabel.UNKNOWN)

    out = after_demo.run("explain", finding, "--break-glass", "he asked").out

    weighs = f"{load_own_weights().bits['employer']:+.1f}"
    assert f"claim       {weighs}   It names your school or your employer." in out
    assert "temperature" in out
    assert "cost of label unknown" in out
    assert "It would point to you less if it did not name your school or employer." in out


def test_a_finding_with_a_case_is_not_explained_at_a_shell(played, after_demo):
    with after_demo.app() as app:
        cases = app.db.cases.list_cases_of_person(person(after_demo, MARIA))
        case = next(one_case for one_case in cases if one_case.kind is CaseKind.IMPERSONATION)

    for ref in (case.id[:8], case.finding_id):
        said = after_demo.run("explain", ref, "--break-glass", "she asked", "--json")
        assert said.code == 77
        assert "Cases do not open on the command line" in said.sentence
    told = played.run("explain", case.id[:8], "--json").json
    assert told["label"] == "impersonation"


def test_what_the_person_said_settles_it(after_demo):
    with after_demo.app() as app:
        (finding, *_) = app.db.findings.find_findings_by_aliases(
            person(after_demo, DANIEL), ("bluesky:@dreyesart.skies.example",)
        )

    out = after_demo.run("explain", finding.id, "--break-glass", "he asked").out

    assert "Label: mine. The person said so" in out
    assert "costs" not in out


def test_in_the_demo_it_is_open(played, after_demo):
    finding = finding_of(after_demo, DANIEL, OwnershipLabel.UNKNOWN)

    said = played.run("explain", finding)

    assert said.code == 0
    assert "Label: unknown" in said.out


def test_an_unknown_reference_is_one_sentence(after_demo):
    said = after_demo.run("explain", "0" * 32, "--break-glass", "he asked")

    assert said.code == 65
    assert "There is no finding" in said.sentence


def test_a_finding_that_nobody_has_assessed_says_so(after_demo):
    finding = finding_of(after_demo, DANIEL, OwnershipLabel.UNKNOWN)
    with after_demo.app() as app, app.db.begin_transaction():
        app.db.findings.connection.execute(
            "UPDATE findings SET assessment = NULL WHERE id = ?", finding
        )

    said = after_demo.run("explain", finding, "--break-glass", "he asked")

    assert said.code == 65
    assert "not been assessed" in said.sentence
