"""A long queue is found by plain columns, and shows exactly what the one rule opens."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from monitor.db.review_index import DisclosureCutoff, ListSlice, ReviewFilter
from monitor.db.review_notes import ReviewAssignment
from monitor.domain.case import apply_decision, build_urgency_key
from monitor.domain.case_log import DecisionRecord
from monitor.domain.case_progress import find_case_standing
from monitor.domain.consent import apply_pause
from monitor.domain.disclosure import DisclosureInput, DisclosurePolicy
from monitor.domain.errors import MonitorError
from monitor.domain.two_reviewers import EarlyAccess, EarlyAccessProposal
from monitor.domain.vocabulary import CaseBin, CaseKind, Decision, Severity, Side
from tests.monitor.db.conftest import MONDAY

DAY = timedelta(days=1)
COUNSELLED = DisclosurePolicy(
    student_link_days=21,
    counsel="Ada Roe",
    counsel_approved_on="2026-09-01",
    told_in=frozenset({"aa"}),
)
POLICIES = (DisclosurePolicy(), DisclosurePolicy(told_in=frozenset({"aa"})), COUNSELLED)
MOMENTS = tuple(MONDAY + days * DAY for days in (0, 3, 7, 8, 12, 15, 21, 30, 47, 364, 366))
ALL = ListSlice(start=0, length=1000)
ANY = ReviewFilter()


def gate(now, policy=POLICIES[0], reviewer=""):
    return DisclosureCutoff(
        now=now,
        student_link_days=policy.student_link_days,
        consent_text_hashes=tuple(policy.told_in),
        reviewer_id=reviewer,
    )


def raised(world, people, chance):
    """Raise a case on which things were said as people say them: fitting or not, and undone."""
    finding = world.finding(chance.choice(people), world.ref())
    case = replace(
        world.case(finding, kind=chance.choice(list(CaseKind))),
        severity=chance.choice(list(Severity)),
        opened_at=MONDAY + chance.randint(0, 5) * DAY,
        notified_at=chance.choice([None, MONDAY + 5 * DAY]),
        relation=chance.choice(["", "follows", "followers"]),
    )
    world.state.cases.insert_case(case)
    for day in range(chance.randint(0, 5)):
        by = chance.choice([case.person_id, case.person_id, "reviewer"])
        told = DecisionRecord(
            case_id=case.id,
            decision=chance.choice(list(Decision)),
            by=by,
            at=MONDAY + (6 + day) * DAY,
        )
        try:
            case = apply_decision(case, told)
        except MonitorError:
            continue
        world.state.cases.update_case(case)
    if chance.random() < 0.1:
        case = replace(case, gone_at=MONDAY + 20 * DAY)
        world.state.cases.update_case(case)
    return case


@pytest.fixture
def cases(world):
    chance = random.Random(7)  # noqa: S311 - the same again is the point
    schools = ("North", "South")
    people = [world.enrolled(f"Rosa{n}", school=schools[n % 2]) for n in range(8)]
    world.withdraws(people[0], MONDAY + 2 * DAY)
    for person in people[1:4]:
        resting = apply_pause(
            world.state.consents.find_latest_consent(person), MONDAY + 14 * DAY, MONDAY + 6 * DAY
        )
        world.state.consents.insert_consent(resting)
    with world.state.begin_transaction():
        cases = [raised(world, people, chance) for _ in range(90)]
        for case in cases[::9]:
            world.state.early_access.save_early_access_proposal(broken(case))
    return cases


def broken(case):
    told = {"id": f"glass-{case.id}", "case_id": case.id, "person_id": case.person_id}
    wish = EarlyAccessProposal(first="ana", reason="A parent called.", at=MONDAY, **told)
    return replace(wish, second="bo", broken_at=MONDAY + 3 * DAY)


def find_standing(world, case, now, policy, reviewer=""):
    inputs = DisclosureInput(
        case=world.state.cases.load_case(case.id),
        consent=world.state.consents.find_latest_consent(case.person_id),
        glass=world.state.early_access.list_active_early_access(case.id, now),
    )
    return find_case_standing(inputs, now, policy, Side.IT, reviewer)


def count(world, cutoff, wanted):
    groups = world.state.review_index.group_visible_cases(cutoff, wanted)
    return sum(group.count for group in groups if group.is_wanted)


def list_schools(world, cutoff):
    """Return the schools of the people that stand for them, one for each."""
    groups = world.state.review_index.group_visible_cases(cutoff, ANY)
    by_school = {group.school_hash: group.person_id for group in groups}
    schools = [world.state.people.load_person(ref).school for ref in by_school.values()]
    assert len(schools) == len(set(schools))
    return set(schools)


def test_the_queue_holds_what_the_rule_opens_and_nothing_else(world, cases):
    for now, policy, reviewer in product(MOMENTS, POLICIES, ("", "reviewer", "another")):
        found = {
            case.id: standing
            for case in sorted(cases, key=build_urgency_key)
            if (standing := find_standing(world, case, now, policy, reviewer))
        }
        bins = list(CaseBin)
        order = sorted(found, key=lambda case_id: bins.index(found[case_id].bin))
        cutoff = gate(now, policy, reviewer)

        listed = world.state.review_index.list_visible_case_ids(cutoff, ANY, ALL)

        assert list(listed) == order
        assert count(world, cutoff, ANY) == len(found)
        for one_bin in CaseBin:
            narrowed = ReviewFilter(bins=(one_bin,))
            of_bin = world.state.review_index.list_visible_case_ids(cutoff, narrowed, ALL)
            by_rule = [ref for ref, standing in found.items() if standing.bin is one_bin]
            assert list(of_bin) == by_rule, (one_bin, now)


def test_what_is_about_its_reader_is_not_in_their_queue(world, cases):
    now = MONDAY + 8 * DAY
    listed = world.state.review_index.list_visible_case_ids(gate(now), ANY, ALL)
    own = world.state.cases.load_case(listed[0]).person_id
    others = world.state.review_index.list_visible_case_ids(
        replace(gate(now), own_person_id=own), ANY, ALL
    )

    assert others == tuple(
        ref for ref in listed if world.state.cases.load_case(ref).person_id != own
    )
    assert len(others) < len(listed)


def test_the_days_of_counsel_count_only_for_who_was_told_of_them(world, cases):
    untold = replace(COUNSELLED, told_in=frozenset({"another text"}))
    now = MONDAY + 30 * DAY

    assert world.state.review_index.list_visible_case_ids(
        gate(now, untold), ANY, ALL
    ) == world.state.review_index.list_visible_case_ids(gate(now), ANY, ALL)


def test_pages_laid_side_by_side_are_the_whole_queue(world, cases):
    now = gate(MONDAY + 20 * DAY)
    whole = world.state.review_index.list_visible_case_ids(now, ANY, ALL)

    for length in (1, 7, 50):
        parts = [
            world.state.review_index.list_visible_case_ids(
                now, ANY, ListSlice(start=start, length=length)
            )
            for start in range(0, len(whole) + length, length)
        ]

        assert sum(parts, ()) == whole
        assert parts[-1] == ()


FILTERS = (
    ReviewFilter(kind=CaseKind.IMPERSONATION),
    ReviewFilter(severity=Severity.HIGH),
    ReviewFilter(severity=Severity.LOW),
    ReviewFilter(bins=(CaseBin.NEEDS_YOU,)),
    ReviewFilter(school="north"),
    ReviewFilter(school="Elsewhere"),
    ReviewFilter(reviewer_id="reviewer-ana"),
    ReviewFilter(reviewer_id=""),
    ReviewFilter(opened_before=MONDAY + 2 * DAY),
    ReviewFilter(kind=CaseKind.STUDENT_LINK, school="South", reviewer_id=""),
)


def fits(world, ref, wanted, now):
    case = world.state.cases.load_case(ref)
    standing = find_standing(world, case, now, POLICIES[0])
    taken = world.state.assignments.find_assignment(ref)
    school = world.state.people.load_person(case.person_id).school
    return (
        wanted.kind in {None, case.kind}
        and wanted.severity in {None, case.severity}
        and (not wanted.bins or standing.bin in wanted.bins)
        and (wanted.school is None or school.casefold() == wanted.school.casefold())
        and (
            wanted.reviewer_id is None or (taken.reviewer_id if taken else "") == wanted.reviewer_id
        )
        and (wanted.opened_before is None or case.opened_at <= wanted.opened_before)
    )


def test_a_filter_only_narrows(world, cases):
    at = MONDAY + 20 * DAY
    now = gate(at)
    whole = world.state.review_index.list_visible_case_ids(now, ANY, ALL)
    for ref in whole[::3]:
        world.state.assignments.save_assignment(
            ReviewAssignment(case_id=ref, reviewer_id="reviewer-ana", at=MONDAY)
        )

    for wanted in FILTERS:
        found = world.state.review_index.list_visible_case_ids(now, wanted, ALL)

        assert found == tuple(ref for ref in whole if fits(world, ref, wanted, at))
        assert count(world, now, wanted) == len(found)
        assert count(world, now, ANY) == len(whole)


def test_withdrawing_consent_empties_the_queue_of_that_person(world, cases):
    now = MONDAY + 20 * DAY
    whole = world.state.review_index.list_visible_case_ids(gate(now), ANY, ALL)
    whose = {ref: world.state.cases.load_case(ref).person_id for ref in whole}
    gone = whose[whole[0]]

    world.withdraws(gone, now)

    left = world.state.review_index.list_visible_case_ids(gate(now), ANY, ALL)
    assert left == tuple(ref for ref in whole if whose[ref] != gone)
    assert len(left) < len(whole)


def test_a_school_is_known_by_one_of_its_people_and_follows_who_moves(world, cases):
    now = gate(MONDAY + 20 * DAY)
    people = world.state.people
    assert list_schools(world, now) == {"North", "South"}

    for ref in people.list_person_ids():
        people.update_person(replace(people.load_person(ref), school="West"))

    assert list_schools(world, now) == {"West"}
    assert count(world, now, ReviewFilter(school="North")) == 0


def test_the_oldest_is_one_that_waits_for_it(world, cases):
    now = MONDAY + 20 * DAY
    shown = [
        world.state.cases.load_case(ref)
        for ref in world.state.review_index.list_visible_case_ids(gate(now), ANY, ALL)
    ]

    waiting = [
        case.opened_at
        for case in shown
        if find_standing(world, case, now, POLICIES[0]).bin is CaseBin.NEEDS_YOU
    ]
    find_oldest = world.state.review_index.find_oldest_time
    assert find_oldest(gate(now), CaseBin.NEEDS_YOU) == min(waiting)
    assert find_oldest(gate(MONDAY - DAY), CaseBin.NEEDS_YOU) is None


def test_a_wish_to_open_early_is_kept_until_it_is_over(world):
    finding = world.finding(world.enrolled(), "a")
    case = world.case(finding)
    world.state.cases.insert_case(case)
    glass = broken(case)
    world.state.early_access.save_early_access_proposal(replace(glass, second="", broken_at=None))
    assert [proposal.id for proposal in world.state.early_access.list_unconfirmed_proposals()] == [
        glass.id
    ]
    assert world.state.early_access.list_active_early_access(case.id, MONDAY + 3 * DAY) == ()

    world.state.early_access.save_early_access_proposal(glass)

    assert world.state.early_access.list_unconfirmed_proposals() == ()
    (held,) = world.state.early_access.list_active_early_access(case.id, MONDAY + 3 * DAY)
    assert isinstance(held, EarlyAccess)
    assert held.reviewers == {"ana", "bo"}
    assert world.state.early_access.list_active_early_access(case.id, MONDAY + 4 * DAY) == ()
