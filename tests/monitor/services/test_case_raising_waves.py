"""Waves: what several colleagues meet at once raises each of them, and only a number crosses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.data import DemoAccount
from monitor.demo.district import JOHN, MARIA, ROSA, THOMAS, StaffMember
from monitor.domain.detection.waves import list_wave_marks
from monitor.domain.vocabulary import CaseKind, Decision, OwnershipLabel, WaveMark
from monitor.services.answers import record_feedback
from monitor.services.narrowed_consent import delete_unconsented_results
from reports.reason_rendering import render_reason
from tests.monitor.services.world import Staff, World, account

TEACHERS = (JOHN, THOMAS, ROSA)
BASE = account("rosa")
WAVE = "under the names of 3 staff members of your school appeared on Bluesky."


def made_about(member: StaffMember, number: int, made: timedelta | None = None) -> DemoAccount:
    """Make an account under a name, of which nothing else is like the teacher's."""
    name = member.person.name
    return replace(
        BASE,
        id=f"new-{number}",
        handle=f"zz{number}.skies.example",
        name=f"{name.given} {name.family}",
        bio=f"{member.person.school} 28",
        picture="",
        created=account("impersonator", week=2).created + (made or timedelta()),
    )


@pytest.fixture
def world(world_of) -> World:
    return world_of(families=("bluesky",))


@pytest.fixture
def staff(world: World) -> list[Staff]:
    joined = [world.joins(teacher) for teacher in (*TEACHERS, MARIA)]
    world.sweep()
    world.a_week_later()
    return joined


def meets(world: World, *accounts: DemoAccount) -> None:
    for one_account in accounts:
        world.internet = world.internet.add_entry(one_account)
    world.sweep()


def assessed(someone: Staff, account: DemoAccount):
    finding = someone.findings[f"https://bsky.app/profile/{account.handle}"]
    found = someone.world.state.findings.find_assessment(finding.id)
    assert found
    return found


def is_in_wave(someone: Staff, account: DemoAccount) -> bool:
    return any(WAVE in render_reason(reason) for reason in assessed(someone, account).reasons)


def test_three_new_accounts_of_one_school_raise_each_other(world: World, staff: list[Staff]):
    made = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS)]
    meets(world, *made)

    for someone, found in zip(staff, made, strict=False):
        assert is_in_wave(someone, found)
        assert assessed(someone, found).label in {
            OwnershipLabel.UNKNOWN,
            OwnershipLabel.IMPERSONATION,
        }


def test_two_are_no_wave(world: World, staff: list[Staff]):
    made = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS[:2])]
    meets(world, *made)

    assert not any(is_in_wave(*member) for member in zip(staff, made, strict=False))


def test_accounts_of_who_agreed_to_an_older_text_are_compared_with_no_ones(
    world: World, staff: list[Staff]
):
    rosa = world.state.consents.find_latest_consent(staff[2].id)
    older = replace(rosa, text_version="2026-11-30.7", at=world.clock.at)
    world.state.consents.insert_consent(older)
    made = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS)]
    meets(world, *made)

    assert world.state.new_accounts.list_new_account_ids(staff[2].id) == ()
    assert not any(is_in_wave(*member) for member in zip(staff, made, strict=False))


def test_a_colleague_of_another_school_does_not_count(world: World, staff: list[Staff]):
    made = [made_about(person, at) for at, person in enumerate((JOHN, THOMAS, MARIA))]
    meets(world, *made)

    assert not is_in_wave(staff[0], made[0])


def test_one_that_comes_a_week_later_raises_those_before_it(world: World, staff: list[Staff]):
    first = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS[:2])]
    meets(world, *first)
    world.a_week_later()
    meets(world, made_about(ROSA, 2, timedelta(days=6)))

    assert is_in_wave(staff[0], first[0])
    assert is_in_wave(staff[1], first[1])


def test_accounts_a_month_apart_are_no_wave(world: World, staff: list[Staff]):
    first = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS[:2])]
    meets(world, *first)
    for _ in range(4):
        world.a_week_later()
        world.sweep()
    meets(world, made_about(ROSA, 2, timedelta(days=28)))

    assert not is_in_wave(staff[0], first[0])


def test_old_accounts_that_a_first_look_shows_are_no_wave(world: World):
    made = [made_about(teacher, at, timedelta(days=-400)) for at, teacher in enumerate(TEACHERS)]
    for entry in made:
        world.internet = world.internet.add_entry(entry)
    joined = [world.joins(teacher) for teacher in TEACHERS]
    world.sweep()

    assert not any(is_in_wave(*entry) for entry in zip(joined, made, strict=True))


def test_who_says_that_theirs_is_a_namesake_leaves_the_wave(world: World, staff: list[Staff]):
    made = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS)]
    meets(world, *made)
    finding = staff[0].findings[f"https://bsky.app/profile/{made[0].handle}"]
    record_feedback(world.app, staff[0].id, {finding.id: Decision.NAMESAKE})
    world.a_week_later()
    world.sweep()

    assert world.app.db.new_accounts.list_accounts_of_same_place(finding.id)
    assert staff[0].id not in {
        new_account.person_id
        for new_account in world.app.db.new_accounts.list_accounts_of_same_place(finding.id)
    }


def test_the_same_words_in_several_schools_raise_each_other(world: World, staff: list[Staff]):
    teachers = (JOHN, THOMAS, MARIA)
    said = "worst of them all, more to come every single day"
    made = [replace(made_about(one, at), bio=said) for at, one in enumerate(teachers)]
    meets(world, *made)

    told = [
        " ".join(map(render_reason, assessed(someone, found).reasons))
        for someone, found in zip((*staff[:2], staff[3]), made, strict=True)
    ]
    assert all("accounts with the same words" in one for one in told)
    assert all("3 staff members of your district" in one for one in told)


def test_what_accounts_may_share_is_kept_as_hashes_alone(world: World, staff: list[Staff]):
    said = "worst of them all, more to come every single day"
    meets(world, replace(made_about(JOHN, 0), bio=said))
    rows = world.state.people.connection.fetch_rows("SELECT mark, shared FROM new_accounts")
    kept = {row["mark"]: row["shared"] for row in rows}

    assert kept.keys() == {"place", "words"}
    assert all(isinstance(one, bytes) and b"worst" not in one for one in kept.values())


def test_a_picture_counts_no_more_without_the_scope(world: World, staff: list[Staff]):
    found, new_accounts = made_about(JOHN, 0), world.app.db.new_accounts
    meets(world, found)
    finding = staff[0].findings[f"https://bsky.app/profile/{found.handle}"]
    portrait = replace(finding.portrait, picture_print="a print")
    marks = list_wave_marks(portrait, JOHN.person)
    new_accounts.save_new_account(finding, marks, world.clock.now())
    consent = world.state.consents.find_latest_consent(staff[0].id)

    delete_unconsented_results(world.app, consent)

    assert [mark for mark, _ in new_accounts.list_accounts_alike(finding.id)] == [WaveMark.PLACE]


def test_words_that_come_later_count_from_when_the_account_was_made(
    world: World, staff: list[Staff]
):
    said = "worst of them all, more to come every single day"
    made = [replace(made_about(one, at), bio=said) for at, one in enumerate((JOHN, MARIA))]
    late = made_about(THOMAS, 2)
    meets(world, *made, late)
    world.a_week_later()
    meets(world, replace(late, bio=said))

    reasons = map(render_reason, assessed(staff[0], made[0]).reasons)
    assert any("accounts with the same words" in reason for reason in reasons)


def test_who_left_counts_no_more(world: World, staff: list[Staff]):
    made = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS)]
    meets(world, *made)
    finding = staff[0].findings[f"https://bsky.app/profile/{made[0].handle}"]
    staff[2].withdraws()
    world.writes()

    assert len(world.app.db.new_accounts.list_accounts_of_same_place(finding.id)) == 2


def test_no_colleague_is_named_in_anything_a_wave_says(world: World, staff: list[Staff]):
    made = [made_about(teacher, at) for at, teacher in enumerate(TEACHERS)]
    meets(world, *made)
    told = " ".join(map(render_reason, assessed(staff[0], made[0]).reasons))

    assert "Okafor" not in told
    assert "Marchetti" not in told
    assert made[1].handle not in told


def test_a_wave_with_a_copied_bio_is_flagged(world: World, staff: list[Staff]):
    copied = replace(made_about(ROSA, 2), bio=BASE.bio)
    meets(world, made_about(JOHN, 0), made_about(THOMAS, 1), copied)

    assert any(
        WAVE in render_reason(reason) for reason in staff[2].case(CaseKind.IMPERSONATION).reasons
    )
