"""A person can look up what became of a finding, and compare it with what they know."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError
from monitor.domain.finding import withhold_account_text
from monitor.domain.person import build_reviewer_id
from monitor.domain.vocabulary import CaseKind, Decision, FieldLikeness, WithheldKind
from monitor.services.answers import DecisionInput, record_decision
from monitor.services.finding_history import (
    build_finding_timeline,
    build_timeline_lines,
    compare_finding_versions,
    compare_with_each,
    compare_with_own_findings,
)
from reports.reason_rendering import render_told
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff, account


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody whose impostor has changed its words since it was first seen."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.HARMLESS)
    world.internet = world.internet.remove_entry(IMPOSTOR).add_entry(
        replace(IMPOSTOR, bio=f"{IMPOSTOR.bio} Write to me!")
    )
    world.a_week_later()
    world.sweep()
    return maria


@pytest.fixture
def fake(maria: Staff) -> str:
    return maria.case(CaseKind.IMPERSONATION).finding_id


def test_a_timeline_tells_versions_events_cases_and_rulings(maria: Staff, fake: str):
    told = build_finding_timeline(maria.world.app, maria.id, fake)

    assert [(entry.kind, entry.word) for entry in told if entry.kind != "shown"] == [
        ("decided", "harmless"),
        ("event", "changed"),
        ("flagged", "impersonation"),
    ]
    assert [entry.at for entry in told] == sorted(entry.at for entry in told)
    later = [entry for entry in told if entry.kind == "shown" and entry.marks]
    assert {entry.source for entry in later} == {"bluesky"}
    assert {mark.field for entry in later for mark in entry.marks} == {"bio"}


def test_what_reviewers_decided_and_undid_is_told_in_words_to_the_person(maria: Staff, fake: str):
    case = maria.case(CaseKind.IMPERSONATION)
    for decision in (Decision.NAMESAKE, Decision.REOPENED):
        word = DecisionInput(decision=decision, by=build_reviewer_id(REVIEWERS[0]))
        case = record_decision(maria.world.app, case, word)

    told = build_finding_timeline(maria.world.app, maria.id, fake)

    said = [render_told(line.words) for line in build_timeline_lines(told)]
    assert "IT decided: It is someone else with your name." in said
    assert "IT undid its last answer." in said


def test_any_two_versions_are_compared(maria: Staff, fake: str):
    retracing = maria.world.app
    numbers = [
        entry.number for entry in build_finding_timeline(retracing, maria.id, fake) if entry.number
    ]

    marks = compare_finding_versions(retracing, maria.id, fake, numbers[0], numbers[-1])

    assert [mark.text for version in marks if version.field == "bio" for mark in version.marks] == [
        IMPOSTOR.bio,
        " Write to me!",
    ]
    with pytest.raises(InputError, match="There is no version 999"):
        compare_finding_versions(retracing, maria.id, fake, numbers[0], 999)


def test_an_impostor_beside_the_own_account_shows_what_was_copied(maria: Staff, fake: str):
    nearest, *_ = compare_with_own_findings(maria.world.app, maria.id, fake)

    assert nearest.own.portrait.handle == account("maria").handle
    alike = {comparison.field: comparison.likeness for comparison in nearest.field_comparisons}
    assert alike["name"] in {FieldLikeness.SAME, FieldLikeness.LIKE}
    assert alike["bio"] is FieldLikeness.PARTLY


def test_of_own_accounts_that_are_as_like_it_the_one_in_its_network_is_nearest(
    maria: Staff, fake: str
):
    app = maria.world.app
    finding = app.db.findings.load_finding(fake)
    bare = replace(finding, portrait=withhold_account_text(finding.portrait, WithheldKind.SEXUAL))
    own = compare_with_own_findings(app, maria.id, fake)[0].own
    elsewhere = replace(own, id="other", portrait=replace(own.portrait, account="nook:@maria"))

    assert [near.own for near in compare_with_each(bare, (elsewhere, own))] == [own, elsewhere]


def test_an_own_account_is_not_laid_beside_itself(maria: Staff):
    retracing = maria.world.app
    own = {
        with_own_finding.own.id
        for finding in maria.findings.values()
        for with_own_finding in compare_with_own_findings(retracing, maria.id, finding.id)
    }

    for ref in own:
        assert ref not in {
            finding.own.id for finding in compare_with_own_findings(retracing, maria.id, ref)
        }


def test_what_is_anothers_is_not_there(maria: Staff, fake: str):
    john, retracing = maria.world.joins(JOHN), maria.world.app

    for look in (
        lambda: build_finding_timeline(retracing, john.id, fake),
        lambda: compare_finding_versions(retracing, john.id, fake, 1, 2),
        lambda: compare_with_own_findings(retracing, john.id, fake),
    ):
        with pytest.raises(InputError, match="There is no finding"):
            look()
