"""What exists, where it is seen, and what happens when two turn out to be one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.errors import InputError
from monitor.domain.finding import withhold_account_text
from monitor.domain.finding_events import Event
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, EventKind, OwnershipLabel
from tests.cases import say

DAY = timedelta(days=1)


def appeared(world, finding):
    return Event(
        person_id=finding.person_id, finding_id=finding.id, kind=EventKind.APPEARED, at=world.now
    )


def test_a_finding_is_found_by_any_of_its_aliases(world):
    rosa = world.enrolled()
    finding = world.finding(rosa, "alpha.example/rosa", "alpha:@rosa")

    assert world.state.findings.load_finding(finding.id) == finding
    assert world.state.findings.find_findings_by_aliases(rosa, ["alpha:@rosa", "alpha:17"]) == (
        finding,
    )
    assert world.state.findings.find_findings_by_aliases(rosa, ["alpha:17"]) == ()


def test_findings_of_two_people_are_two_whatever_they_are_called(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    finding = world.finding(rosa, "alpha.example/rosa")

    assert world.state.findings.find_findings_by_aliases(theo, ["alpha.example/rosa"]) == ()
    world.finding(theo, "alpha.example/rosa")
    assert world.state.findings.find_findings_by_aliases(rosa, ["alpha.example/rosa"]) == (finding,)


def test_findings_are_listed_the_oldest_first(world):
    rosa = world.enrolled()
    later = world.finding(rosa, "b", first_seen=world.now + DAY)
    first = world.finding(rosa, "a")

    assert world.state.findings.list_findings_of_person(rosa) == (first, later)
    assert world.state.findings.find_findings_by_aliases(rosa, ["b", "a", "b"]) == (first, later)


def test_findings_are_counted_without_being_opened(world):
    rosa = world.enrolled()
    findings = [world.finding(rosa, character) for character in "abc"]
    world.state.findings.set_finding_feedback(findings[1].id, Decision.MINE)
    world.state.findings.encryption.keys.destroy_key(rosa)

    assert world.state.findings.count_findings_with_feedback(rosa) == 1
    assert world.state.findings.list_finding_ids_of_person(rosa) == tuple(
        finding.id for finding in findings
    )


def test_a_replaced_finding_learns_aliases_and_forgets_none(world):
    rosa = world.enrolled()
    finding = world.finding(rosa, "alpha:@rosa")
    world.state.findings.update_finding(finding, ["alpha:17"])

    assert world.state.findings.find_findings_by_aliases(rosa, ["alpha:17"]) == (finding,)
    assert world.state.findings.find_findings_by_aliases(rosa, ["alpha:@rosa"]) == (finding,)


def test_an_alias_never_names_two_findings(world):
    rosa = world.enrolled()
    world.finding(rosa, "alpha:@rosa")
    other = world.finding(rosa, "alpha:17")

    with pytest.raises(ValueError, match="merge them first"):
        world.state.findings.update_finding(other, ["alpha:@rosa"])


def test_an_unknown_finding_is_said_in_a_sentence(world):
    never_added = replace(world.finding(world.enrolled()), id="none")

    with pytest.raises(InputError, match="There is no finding none"):
        world.state.findings.load_finding("none")
    with pytest.raises(InputError, match="There is no finding none"):
        world.state.findings.update_finding(never_added)
    with pytest.raises(InputError, match="There is no finding none"):
        world.state.sightings.save_sighting(world.sighting(never_added, "q"))


def test_a_sighting_is_kept_for_each_query(world):
    rosa = world.enrolled()
    finding = world.finding(rosa)
    here, there = world.sighting(finding, "q1"), world.sighting(finding, "q2")
    renewed = world.sighting(finding, "q1", last=world.now + DAY)
    for entry in (here, there, renewed):
        world.state.sightings.save_sighting(entry)

    assert world.state.sightings.list_sightings_of_query(rosa, "q1") == (renewed,)
    assert world.state.sightings.list_sightings_of_finding(finding.id) == (renewed, there)
    assert world.state.sightings.list_sightings_of_person(rosa) == (renewed, there)


def test_an_ended_sighting_is_gone_and_its_finding_stays(world):
    rosa = world.enrolled()
    finding = world.finding(rosa)
    sighting = world.sighting(finding, "q1")
    world.state.sightings.save_sighting(sighting)
    world.state.sightings.delete_sighting(sighting)

    assert world.state.sightings.list_sightings_of_finding(finding.id) == ()
    assert world.state.findings.load_finding(finding.id) == finding


def test_versions_are_kept_in_their_order(world):
    finding = world.finding(world.enrolled())
    later = world.version(finding, at=world.now + DAY)
    first = world.version(finding)
    for side in (later, first):
        world.state.versions.insert_version(side)

    assert world.state.versions.list_versions(finding.id) == (first, later)


def test_old_versions_are_forgotten_but_never_the_last(world):
    finding = world.finding(world.enrolled())
    versions = [world.version(finding, at=world.now + days * DAY) for days in range(3)]
    for version in versions:
        world.state.versions.insert_version(version)

    world.state.delete_expired_rows(world.now + 400 * DAY)

    assert world.state.versions.list_versions(finding.id) == (versions[2],)


def test_an_assessment_comes_back_with_its_reasons(world):
    finding = world.finding(world.enrolled())
    reason = Evidence(rule="name", axis=EvidenceAxis.CLAIM, bits=3.5, reason=Reason("copied-name"))
    assessment = Assessment(label=OwnershipLabel.NAMESAKE, bits=3.5, evidence=(reason,))
    assert world.state.findings.find_assessment(finding.id) is None
    assert world.state.findings.find_finding_label(finding.id) is None

    world.state.findings.set_assessment(finding.id, assessment)

    assert world.state.findings.find_assessment(finding.id) == assessment
    assert world.state.findings.find_finding_label(finding.id) is OwnershipLabel.NAMESAKE


def test_what_is_unjudged_was_assessed_and_has_no_verdict(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    waiting, judged, _unassessed, others = (
        world.finding(who, f"alpha:@{number}")
        for number, who in enumerate((rosa, rosa, rosa, theo))
    )
    assessment = Assessment(label=OwnershipLabel.UNKNOWN, bits=0.0, evidence=())
    for finding in (waiting, judged, others):
        world.state.findings.set_assessment(finding.id, assessment)
    world.state.findings.set_finding_feedback(judged.id, Decision.MINE)

    assert world.state.findings.list_findings_awaiting_feedback(rosa) == ((waiting, assessment),)


def test_a_verdict_can_be_given_and_taken_back(world):
    finding = world.finding(world.enrolled())
    assert world.state.findings.find_finding_feedback(finding.id) is None

    world.state.findings.set_finding_feedback(finding.id, Decision.MINE)
    assert world.state.findings.find_finding_feedback(finding.id) is Decision.MINE

    world.state.findings.set_finding_feedback(finding.id, None)
    assert world.state.findings.find_finding_feedback(finding.id) is None


def test_a_removed_finding_leaves_nothing_behind(world):
    rosa = world.enrolled()
    finding = world.finding(rosa, "alpha:@rosa")
    world.state.sightings.save_sighting(world.sighting(finding, "q"))
    world.state.cases.insert_case(world.case(finding))
    world.state.jobs.ensure_job("second-proof", finding.id, world.now)

    world.state.findings.delete_finding(finding.id)

    assert world.state.findings.list_findings_of_person(rosa) == ()
    assert world.state.cases.list_cases_of_person(rosa) == ()
    assert world.state.sightings.list_sightings_of_person(rosa) == ()
    assert world.state.jobs.list_jobs() == ()


def test_of_two_findings_that_are_one_the_older_history_stays(world):
    rosa = world.enrolled()
    older = world.finding(rosa, "alpha:@rosa", last_seen=world.now + DAY)
    newer = world.finding(
        rosa, "alpha:17", first_seen=world.now + 2 * DAY, last_seen=world.now + 3 * DAY
    )
    whole = world.state.findings.merge_findings(newer, older)

    assert whole.id == newer.id
    assert (whole.first_seen, whole.last_seen) == (older.first_seen, newer.last_seen)
    assert world.state.findings.list_findings_of_person(rosa) == (whole,)
    assert world.state.findings.find_findings_by_aliases(rosa, ["alpha:@rosa"]) == (whole,)


def test_merging_moves_sightings_versions_and_events(world):
    rosa = world.enrolled()
    keep, drop = world.finding(rosa, "a"), world.finding(rosa, "b")
    world.state.sightings.save_sighting(world.sighting(keep, "q1", last=world.now + DAY))
    for query in ("q1", "q2"):
        world.state.sightings.save_sighting(
            world.sighting(drop, query, first=world.now - DAY, last=world.now)
        )
    world.state.versions.insert_version(world.version(drop))
    world.state.events.insert_event("", appeared(world, drop), "https://alpha.example/rosa")

    world.state.findings.merge_findings(keep, drop)

    sightings = {
        sighting.query: sighting
        for sighting in world.state.sightings.list_sightings_of_finding(keep.id)
    }
    assert set(sightings) == {"q1", "q2"}
    assert (sightings["q1"].first, sightings["q1"].last) == (world.now - DAY, world.now + DAY)
    assert world.state.versions.list_versions(keep.id) == (world.version(keep),)
    (told,) = world.state.events.list_events_of_person(rosa, world.now)
    assert told.event == appeared(world, keep)
    assert told.url == "https://alpha.example/rosa"


def test_merging_never_quietens_an_impersonation(world):
    rosa = world.enrolled()
    keep, drop = world.finding(rosa, "a"), world.finding(rosa, "b")
    world.state.findings.set_finding_feedback(keep.id, Decision.MINE)
    world.state.findings.set_finding_feedback(drop.id, Decision.IMPERSONATION)
    quiet = say(world.case(keep), Decision.HARMLESS)
    raised = world.case(drop, opened_at=world.now - DAY, reasons=(Reason("copied-bio"),))
    loud = say(raised, Decision.REPORTED, Decision.SHARED, at=world.now)
    for case in (quiet, loud):
        world.state.cases.insert_case(case)

    world.state.findings.merge_findings(keep, drop)

    (case,) = world.state.cases.list_cases_of_person(rosa)
    assert world.state.findings.find_finding_feedback(keep.id) is Decision.IMPERSONATION
    assert (case.id, case.finding_id, case.state) == (quiet.id, keep.id, CaseState.REPORTED)
    assert (case.opened_at, case.shared_at) == (loud.opened_at, loud.shared_at)
    assert case.reasons == loud.reasons
    assert {decision.decision for decision in world.state.cases.list_decisions(case.id)} == {
        Decision.HARMLESS,
        Decision.REPORTED,
        Decision.SHARED,
    }


def test_merging_moves_a_case_that_has_no_twin(world):
    rosa = world.enrolled()
    keep, drop = world.finding(rosa, "a"), world.finding(rosa, "b")
    case = world.case(drop, kind=CaseKind.STUDENT_LINK, relation="follows")
    world.state.cases.insert_case(case)

    world.state.findings.merge_findings(keep, drop)

    moved = world.state.cases.find_case(keep.id, CaseKind.STUDENT_LINK, "follows")
    assert moved is not None
    assert moved.id == case.id


@pytest.mark.parametrize("older", [True, False])
def test_what_is_known_of_a_withheld_account_stays_when_it_becomes_one_with_another(
    world,
    older: bool,  # noqa: FBT001 - a column of the table
):
    findings, rosa = world.state.findings, world.enrolled("Rosa")
    kept, dropped = world.finding(rosa), world.finding(rosa)
    withheld, other = (kept, dropped) if older else (dropped, kept)
    bare = replace(withheld, portrait=withhold_account_text(withheld.portrait, "sexual"))
    findings.update_finding(bare)
    known = Assessment(label=OwnershipLabel.IMPERSONATION, bits=9.0)
    findings.set_assessment(bare.id, known)
    findings.set_assessment(other.id, Assessment(label=OwnershipLabel.NAMESAKE, bits=-3.0))

    whole = findings.merge_findings(*(findings.load_finding(one.id) for one in (kept, dropped)))

    assert (whole.portrait.withheld, whole.portrait.name) == ("sexual", "")
    assert findings.find_assessment(whole.id) == known
    assert findings.find_finding_label(whole.id) is OwnershipLabel.IMPERSONATION


def test_two_people_s_findings_never_become_one(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")

    with pytest.raises(ValueError, match="two people"):
        world.state.findings.merge_findings(world.finding(rosa), world.finding(theo))


def test_events_are_told_by_sweep_and_by_person(world):
    rosa, sweep = world.enrolled(), world.sweep()
    finding = world.finding(rosa)
    event = Event(
        person_id=rosa,
        finding_id=finding.id,
        kind=EventKind.CHANGED,
        at=world.now,
        fields=("name", "bio"),
    )
    world.state.events.insert_event(sweep, event, "https://alpha.example/rosa")

    (told,) = world.state.events.list_events_of_sweep(sweep)
    assert (told.event, told.url, told.sweep_id) == (event, "https://alpha.example/rosa", sweep)
    assert world.state.events.list_events_of_person(rosa, world.now) == (told,)
    assert world.state.events.list_events_of_finding(finding.id) == (told,)
    assert world.state.events.list_events_of_person(rosa, world.now + DAY) == ()


def test_old_events_are_forgotten(world):
    rosa = world.enrolled()
    world.state.events.insert_event(
        "", appeared(world, world.finding(rosa)), "https://alpha.example/rosa"
    )

    world.state.delete_expired_rows(world.now + 364 * DAY)
    assert world.state.events.list_events_of_person(rosa, world.now) != ()

    world.state.delete_expired_rows(world.now + 365 * DAY)
    assert world.state.events.list_events_of_person(rosa, world.now) == ()
