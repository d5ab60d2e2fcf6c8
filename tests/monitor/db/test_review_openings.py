"""A long queue is found by plain columns, and shows exactly what the one rule opens."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from monitor.db.review import Assignment, Gate, Slice, Wanted
from monitor.domain.disclosure import BreakGlass, Case, DisclosurePolicy, Proposal, opens_to_review
from monitor.domain.flag import FlagKind, FlagState, Judgement, Ruling, Severity, ruled, urgency
from monitor.errors import MonitorError
from tests.monitor.db.conftest import MONDAY

DAY = timedelta(days=1)
COUNSELLED = DisclosurePolicy(
    student_link_days=21,
    counsel="Ada Roe",
    counsel_approved_on="2026-09-01",
    told_in=frozenset({"aa"}),
)
POLICIES = (DisclosurePolicy(), COUNSELLED)
MOMENTS = tuple(MONDAY + days * DAY for days in (0, 3, 7, 8, 21, 30, 364, 366))
ALL = Slice(start=0, length=1000)
ANY = Wanted()


def gate(now, policy=POLICIES[0]):
    days = policy.student_link_days
    return Gate(
        now=now,
        counted_before=None if days is None else now - days * DAY,
        told_in=tuple(policy.told_in),
    )


def raised(world, people, chance):
    """Raise a flag on which things were said as people say them: fitting or not, and undone."""
    item = world.item(chance.choice(people), world.ref())
    flag = replace(
        world.flag(item, kind=chance.choice(list(FlagKind))),
        severity=chance.choice(list(Severity)),
        opened_at=MONDAY + chance.randint(0, 5) * DAY,
        notified_at=chance.choice([None, MONDAY + 5 * DAY]),
        relation=chance.choice(["", "follows", "followers"]),
    )
    world.state.flags.add(flag)
    for day in range(chance.randint(0, 5)):
        by = chance.choice([flag.person, flag.person, "reviewer"])
        told = Judgement(
            flag=flag.ref, ruling=chance.choice(list(Ruling)), by=by, at=MONDAY + (6 + day) * DAY
        )
        try:
            flag = ruled(flag, told)
        except MonitorError:
            continue
        world.state.flags.judge(told)
        world.state.flags.replace(flag)
    return flag


@pytest.fixture
def flags(world):
    chance = random.Random(7)  # noqa: S311 - the same again is the point
    schools = ("North", "South")
    people = [world.enrolled(f"Rosa{n}", school=schools[n % 2]) for n in range(8)]
    world.withdraws(people[0], MONDAY + 2 * DAY)
    with world.state.write():
        flags = [raised(world, people, chance) for _ in range(90)]
        for flag in flags[::9]:
            world.state.glass.put(broken(flag))
    return flags


def broken(flag):
    told = {"ref": f"glass-{flag.ref}", "flag": flag.ref, "person": flag.person}
    wish = Proposal(first="ana", reason="A parent called.", at=MONDAY, **told)
    return replace(wish, second="bo", broken_at=MONDAY + 3 * DAY)


def opened(world, flag, now, policy):
    case = Case(
        flag=world.state.flags.get(flag.ref),
        consent=world.state.consents.latest(flag.person),
        judgements=world.state.flags.judgements(flag.ref),
        glass=world.state.glass.broken(flag.ref, now),
    )
    return opens_to_review(case, now, policy) is not None


def test_the_queue_holds_what_the_rule_opens_and_nothing_else(world, flags):
    for now, policy in product(MOMENTS, POLICIES):
        by_rule = sorted((each for each in flags if opened(world, each, now, policy)), key=urgency)

        found = world.state.openings.page(gate(now, policy), ANY, ALL)

        assert list(found) == [each.ref for each in by_rule]
        assert world.state.openings.count(gate(now, policy), ANY) == len(by_rule)


def test_the_days_of_counsel_count_only_for_who_was_told_of_them(world, flags):
    untold = replace(COUNSELLED, told_in=frozenset({"another text"}))
    now = MONDAY + 30 * DAY

    assert world.state.openings.page(gate(now, untold), ANY, ALL) == world.state.openings.page(
        gate(now), ANY, ALL
    )


def test_pages_laid_side_by_side_are_the_whole_queue(world, flags):
    now = gate(MONDAY + 20 * DAY)
    whole = world.state.openings.page(now, ANY, ALL)

    for length in (1, 7, 50):
        parts = [
            world.state.openings.page(now, ANY, Slice(start=start, length=length))
            for start in range(0, len(whole) + length, length)
        ]

        assert sum(parts, ()) == whole
        assert parts[-1] == ()


FILTERS = (
    Wanted(kind=FlagKind.IMPERSONATION),
    Wanted(severity=Severity.HIGH),
    Wanted(severity=Severity.LOW),
    Wanted(states=(FlagState.NEW, FlagState.OPEN)),
    Wanted(school="north"),
    Wanted(school="Elsewhere"),
    Wanted(assigned="reviewer-ana"),
    Wanted(assigned=""),
    Wanted(opened_before=MONDAY + 2 * DAY),
    Wanted(kind=FlagKind.STUDENT_LINK, school="South", assigned=""),
)


def fits(world, ref, wanted):
    flag = world.state.flags.get(ref)
    taken = world.state.assignments.of(ref)
    school = world.state.people.get(flag.person).school
    return (
        wanted.kind in {None, flag.kind}
        and wanted.severity in {None, flag.severity}
        and (not wanted.states or flag.state in wanted.states)
        and (wanted.school is None or school.casefold() == wanted.school.casefold())
        and (wanted.assigned is None or (taken.reviewer if taken else "") == wanted.assigned)
        and (wanted.opened_before is None or flag.opened_at <= wanted.opened_before)
    )


def test_a_filter_only_narrows(world, flags):
    now = gate(MONDAY + 20 * DAY)
    whole = world.state.openings.page(now, ANY, ALL)
    for ref in whole[::3]:
        world.state.assignments.put(Assignment(flag=ref, reviewer="reviewer-ana", at=MONDAY))

    for wanted in FILTERS:
        found = world.state.openings.page(now, wanted, ALL)

        assert found == tuple(ref for ref in whole if fits(world, ref, wanted))
        assert world.state.openings.count(now, wanted) == len(found)


def test_withdrawing_consent_empties_the_queue_of_that_person(world, flags):
    now = MONDAY + 20 * DAY
    whole = world.state.openings.page(gate(now), ANY, ALL)
    whose = {ref: world.state.flags.get(ref).person for ref in whole}
    gone = whose[whole[0]]

    world.withdraws(gone, now)

    left = world.state.openings.page(gate(now), ANY, ALL)
    assert left == tuple(ref for ref in whole if whose[ref] != gone)
    assert len(left) < len(whole)


def test_a_school_is_known_by_one_of_its_people_and_follows_who_moves(world, flags):
    now = gate(MONDAY + 20 * DAY)
    people = world.state.people
    assert {people.get(ref).school for ref in world.state.openings.one_of_each_school(now)} == {
        "North",
        "South",
    }

    for ref in people.refs():
        people.replace(replace(people.get(ref), school="West"))

    (only,) = world.state.openings.one_of_each_school(now)
    assert people.get(only).school == "West"
    assert world.state.openings.count(now, Wanted(school="North")) == 0


def test_the_oldest_is_one_that_nobody_ruled_on(world, flags):
    now = MONDAY + 20 * DAY
    shown = [world.state.flags.get(ref) for ref in world.state.openings.page(gate(now), ANY, ALL)]

    assert world.state.openings.oldest(gate(now)) == min(
        each.opened_at for each in shown if each.undecided
    )
    assert world.state.openings.oldest(gate(MONDAY - DAY)) is None


def test_flags_of_an_older_database_are_found_once_it_is_opened(world, flags):
    now = gate(MONDAY + 20 * DAY)
    before = world.state.openings.page(now, ANY, ALL)
    with world.state.write():
        world.state.openings.database.run("DELETE FROM openings")

    assert world.state.openings.page(now, ANY, ALL) == ()
    world.state.foresee_all()

    assert world.state.openings.page(now, ANY, ALL) == before


def test_a_wish_to_open_early_is_kept_until_it_is_over(world):
    item = world.item(world.enrolled(), "a")
    flag = world.flag(item)
    world.state.flags.add(flag)
    glass = broken(flag)
    world.state.glass.put(replace(glass, second="", broken_at=None))
    assert [each.ref for each in world.state.glass.unconfirmed()] == [glass.ref]
    assert world.state.glass.broken(flag.ref, MONDAY + 3 * DAY) == ()

    world.state.glass.put(glass)

    assert world.state.glass.unconfirmed() == ()
    (held,) = world.state.glass.broken(flag.ref, MONDAY + 3 * DAY)
    assert isinstance(held, BreakGlass)
    assert held.reviewers == {"ana", "bo"}
    assert world.state.glass.broken(flag.ref, MONDAY + 4 * DAY) == ()
    assert world.state.glass.forget_before(MONDAY + 3 * DAY) == 0
    assert world.state.glass.forget_before(MONDAY + 5 * DAY) == 1
