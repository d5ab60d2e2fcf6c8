"""What became of a finding, for the one it is about."""

from monitor.demo.district import THOMAS
from monitor.domain.vocabulary import CaseKind


def changed(terminal) -> str:
    """Return the case of the account that changed in week 2."""
    with terminal.app() as app:
        ref = app.db.people.find_person_id_by_mail(THOMAS.person.mail)
        cases = app.db.cases.list_cases_of_person(ref)
        return next(case.id for case in cases if case.kind is CaseKind.OWN_ACCOUNT_CHANGED)


def test_what_became_of_a_finding_is_its_persons_own(after_demo):
    said = after_demo.run("explain", "--history", changed(after_demo))

    assert said.code == 77
    assert "--break-glass" in said.sentence


def test_a_timeline_breaks_the_glass_and_tells_the_person(after_demo):
    finding = unflagged(after_demo)

    said = after_demo.run("explain", "--history", finding, "--break-glass", "he asked me to")

    assert said.code == 0
    assert "shown" in said.out
    with after_demo.app() as app:
        person = app.db.findings.load_finding(finding).person_id
        assert [entry.action for entry in app.db.audit.list_entries_of_subjects((person,))].count(
            "opened-early"
        ) == 1


def test_a_finding_with_a_case_has_no_timeline_at_a_shell(after_demo):
    said = after_demo.run(
        "explain", "--history", changed(after_demo)[:8], "--break-glass", "he asked me to"
    )

    assert said.code == 77
    assert "Cases do not open on the command line" in said.sentence


def test_a_timeline_of_the_demo_marks_what_changed(played, after_demo):
    said = played.run("explain", "--history", changed(after_demo)[:8])

    assert said.code == 0
    assert "own-account-changed" in said.out
    assert "{+ | FREE CRYPTO TIPS+}" in said.out


def test_a_timeline_is_told_to_programs_oldest_first(played, after_demo):
    told = played.run("explain", "--history", changed(after_demo), "--json").json

    assert [entry["at"] for entry in told] == sorted(entry["at"] for entry in told)
    assert {"shown", "event", "flagged"} <= {entry["kind"] for entry in told}


def unflagged(terminal) -> str:
    """Return a finding of the same person that has no case."""
    with terminal.app() as app:
        ref = app.db.people.find_person_id_by_mail(THOMAS.person.mail)
        flagged = {case.finding_id for case in app.db.cases.list_cases_of_person(ref)}
        return next(
            finding.id
            for finding in app.db.findings.list_findings_of_person(ref)
            if finding.id not in flagged
        )
