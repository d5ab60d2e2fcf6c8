"""Who is no longer in the staff file is proposed to an operator, and to no one else."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError
from monitor.domain.person import build_operator_id
from monitor.domain.vocabulary import StaffLineState
from monitor.services.consent_end import withdraw_consent
from monitor.services.data_export import list_access_log
from monitor.services.due_jobs import delete_expired_data
from monitor.services.enrollment import invite_person
from monitor.services.leavers import record_left_address, record_present_address
from tests.monitor.services.test_staff_import import STAFF, counts, imports, invitee_of
from tests.monitor.services.world import World

OPERATOR = build_operator_id("ops@cedarvalley.example")


def proposed(world: World) -> int:
    return len(world.state.staff_listings.list_missing())


def test_who_is_no_longer_listed_is_counted_and_unchanged(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), *STAFF)
    emails = world.state.outbox.list_emails()

    report = imports(world, *STAFF[1:])

    assert report.missing == proposed(world) == 2
    assert world.state.consents.can_query_person(maria.id, world.clock.now())
    assert world.state.outbox.list_emails() == emails


def test_who_was_never_in_a_file_is_never_proposed(world: World):
    world.joins(MARIA)
    invite_person(world.app, JOHN.person.mail, "John", "Smith")

    imports(world, *STAFF)
    imports(world, *STAFF[1:])

    assert proposed(world) == 1


@pytest.mark.parametrize("days", [0, 15, 40])
@pytest.mark.parametrize("act", ["joined", "withdrew", "never answered"])
def test_what_is_counted_is_the_same_whoever_joined(world: World, act: str, days: int):
    """A list of who joined or may still join told, once invitations had ended, who had joined."""
    if act != "never answered":
        maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), *STAFF)
    if act == "withdrew":
        withdraw_consent(world.app, maria.id)
    world.later(days=days)
    imports(world, *STAFF)
    delete_expired_data(world.app)

    assert proposed(world) == 1
    assert world.state.staff_listings.list_missing()[0].missing_since == world.clock.at


def test_who_comes_back_into_the_file_is_no_longer_proposed(world: World):
    imports(world, *STAFF)
    imports(world, *STAFF[1:])

    report = imports(world, *STAFF)

    assert counts(report) == {StaffLineState.INVITED: 5}
    assert proposed(world) == 0


def test_a_leaver_is_proposed_since_the_first_file_without_them(world: World):
    imports(world, *STAFF)
    first = world.clock.at
    imports(world, *STAFF[1:])
    world.later(days=1)
    imports(world, *STAFF[1:])

    (leaver,) = world.state.staff_listings.list_missing()

    assert leaver.missing_since == first


def test_a_confirmed_leaver_who_joined_is_erased_after_one_goodbye(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    imports(world, STAFF[0])

    record_left_address(world.app, maria.mail, OPERATOR)

    assert not world.state.consents.can_query_person(maria.id, world.clock.now())
    assert proposed(world) == 0
    world.writes()
    assert len(world.post.of_kind("withdrawn")) == 1
    assert world.state.people.list_person_ids() == ()


def test_a_confirmed_leaver_who_was_only_invited_has_no_invitation_anymore(world: World):
    imports(world, *STAFF[:2])
    imports(world, STAFF[1])

    record_left_address(world.app, STAFF[0].mail, OPERATOR)
    world.later(days=1)
    world.writes()

    assert [invitation.mail for invitation in world.state.invitations.list_invitations()] == [
        STAFF[1].mail
    ]
    assert [email.envelope.recipient for email in world.post.of_kind("invitation")] == [
        STAFF[1].mail
    ]


def test_someone_who_is_still_here_is_not_proposed_again_and_loses_nothing(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    imports(world, STAFF[0])

    record_present_address(world.app, maria.mail, OPERATOR)
    imports(world, STAFF[0])

    assert proposed(world) == 0
    assert world.state.consents.can_query_person(maria.id, world.clock.now())


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (STAFF[1].mail, "No file that was imported"),
        ("who@cedarvalley.example", "No file that was imported"),
        ("no address", "Write one email address"),
    ],
    ids=["still listed", "never listed", "none"],
)
def test_only_who_is_no_longer_listed_can_be_said_to_be_here(world: World, mail: str, said: str):
    imports(world, *STAFF[:2])
    imports(world, STAFF[1])

    with pytest.raises(InputError, match=said):
        record_present_address(world.app, mail, OPERATOR)

    assert proposed(world) == 1


def test_people_see_in_their_own_log_that_they_were_proposed_and_what_was_said(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    imports(world, STAFF[0])
    imports(world, STAFF[0])
    record_present_address(world.app, maria.mail, OPERATOR)

    log = [(view.who, view.what) for view in list_access_log(world.app, maria.id)]

    assert log[:2] == [
        ("IT", "said that the person is still here"),
        ("IT", "was told that a work email is no longer in the staff file or directory"),
    ]
    assert sum(1 for _, what in log if "no longer in the staff file" in what) == 1


def test_who_changed_address_does_not_leave_with_the_old_one(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    person = world.state.people.load_person(maria.id)
    world.state.people.update_person(replace(person, mail="m.new@cedarvalley.example"))

    report = imports(world, STAFF[0], replace(invitee_of(MARIA), mail="m.new@cedarvalley.example"))

    # To the eye it is a new address as any other: an email goes there, and invites nobody.
    assert counts(report)[StaffLineState.NEW] == 1
    assert world.state.invitations.list_invitations()[-1].mail == STAFF[0].mail
    # The old one is no longer listed. Whoever says that it left ends nothing of hers.
    assert proposed(world) == 1
    record_left_address(world.app, maria.mail, OPERATOR)
    assert world.state.consents.can_query_person(maria.id, world.clock.now())


def test_what_a_file_listed_is_forgotten_a_year_after_the_last_import(world: World):
    imports(world, *STAFF)
    world.later(days=364)
    delete_expired_data(world.app)
    assert world.state.staff_listings.count_listed() == 5

    world.later(days=1)
    delete_expired_data(world.app)

    assert world.state.staff_listings.count_listed() == 0
    assert world.state.staff_listings.find_last_import() is None


def test_an_unlisted_address_is_forgotten_a_year_after_it_was_listed(world: World):
    imports(world, *STAFF)
    imports(world, *STAFF[1:])
    world.later(days=364)
    imports(world, *STAFF[1:])
    delete_expired_data(world.app)
    assert proposed(world) == 1

    world.later(days=1)
    delete_expired_data(world.app)

    assert proposed(world) == 0


def test_nothing_but_keyed_hashes_says_whom_a_file_listed(world: World):
    imports(world, *STAFF)
    world.later(days=40)
    delete_expired_data(world.app)

    database = world.config.state.joinpath("namesake.db").read_bytes()

    assert world.state.staff_listings.count_listed() == 5
    assert b"ann@cedarvalley" not in database
