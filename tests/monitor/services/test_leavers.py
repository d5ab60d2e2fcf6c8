"""Who is no longer in the staff file is proposed to an operator, and to no one else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import StaffLineState
from monitor.services.data_export import list_access_log
from monitor.services.enrollment import INVITATION_LASTS, invite_person
from monitor.services.erasure import withdraw_consent
from monitor.services.jobs import delete_expired_data
from monitor.services.leavers import confirm_leaver, dismiss_leaver, list_leavers
from tests.monitor.services.test_staff_import import STAFF, counts, imports, invitee_of
from tests.monitor.services.world import World

OPERATOR = "ops@cedarvalley.example"


def proposed(world: World) -> list[str]:
    return [leaver.mail for leaver in list_leavers(world.state, world.clock.now())]


def only_leaver(world: World) -> str:
    (leaver,) = list_leavers(world.state, world.clock.now())
    return leaver.id


def test_who_is_enrolled_or_invited_and_no_longer_listed_is_proposed_and_unchanged(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), *STAFF)
    emails = world.state.outbox.list_emails()

    report = imports(world, *STAFF[1:])

    assert report.missing == 2
    assert proposed(world) == [maria.mail, STAFF[0].mail]
    assert world.state.consents.can_query_person(maria.id, world.clock.now())
    assert world.state.outbox.list_emails() == emails


def test_who_was_never_in_a_file_is_never_proposed(world: World):
    world.joins(MARIA)
    invite_person(world.app, JOHN.person.mail, "John", "Smith")

    imports(world, *STAFF)
    imports(world, *STAFF[1:])

    assert proposed(world) == [STAFF[0].mail]


def test_who_did_not_answer_or_withdrew_is_not_proposed(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), *STAFF)
    withdraw_consent(world.app, maria.id)
    world.clock.at += INVITATION_LASTS + timedelta(hours=1)

    assert imports(world, *STAFF[4:]).missing == 0
    assert proposed(world) == []


def test_who_comes_back_into_the_file_is_no_longer_proposed(world: World):
    imports(world, *STAFF)
    imports(world, *STAFF[1:])

    report = imports(world, *STAFF)

    assert counts(report) == {StaffLineState.INVITED: 5}
    assert proposed(world) == []


def test_a_leaver_is_proposed_since_the_first_file_without_them(world: World):
    imports(world, *STAFF)
    first = world.clock.at
    imports(world, *STAFF[1:])
    world.later(days=1)
    imports(world, *STAFF[1:])

    (leaver,) = list_leavers(world.state, world.clock.now())

    assert leaver.missing_since == first


def test_a_confirmed_leaver_who_joined_is_erased_after_one_goodbye(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    imports(world, STAFF[0])

    confirm_leaver(world.app, only_leaver(world), OPERATOR)

    assert not world.state.consents.can_query_person(maria.id, world.clock.now())
    assert proposed(world) == []
    world.writes()
    assert len(world.post.of_kind("withdrawn")) == 1
    assert world.state.people.list_person_ids() == ()


def test_a_confirmed_leaver_who_was_only_invited_has_no_invitation_anymore(world: World):
    imports(world, *STAFF[:2])
    imports(world, STAFF[1])

    confirm_leaver(world.app, only_leaver(world), OPERATOR)
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

    dismiss_leaver(world.app, only_leaver(world), OPERATOR)
    imports(world, STAFF[0])

    assert proposed(world) == []
    assert world.state.consents.can_query_person(maria.id, world.clock.now())


def test_a_leaver_is_decided_once(world: World):
    imports(world, *STAFF[:2])
    imports(world, STAFF[1])
    leaver_id = only_leaver(world)
    dismiss_leaver(world.app, leaver_id, OPERATOR)

    for decide in (confirm_leaver, dismiss_leaver):
        with pytest.raises(InputError, match="decided already"):
            decide(world.app, leaver_id, OPERATOR)


def test_people_see_in_their_own_log_that_they_were_proposed_and_what_was_said(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    imports(world, STAFF[0])
    imports(world, STAFF[0])
    dismiss_leaver(world.app, only_leaver(world), OPERATOR)

    log = [(view.who, view.what) for view in list_access_log(world.app, maria.id)]

    assert log[:2] == [
        ("IT", "said that the person is still here"),
        ("IT", "was shown the work email, as no staff file or directory lists it anymore"),
    ]
    assert sum(1 for _, what in log if "lists it anymore" in what) == 1


def test_a_leaver_who_changed_address_is_known_by_the_new_one(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    person = world.state.people.load_person(maria.id)
    world.state.people.update_person(replace(person, mail="m.new@cedarvalley.example"))

    report = imports(world, STAFF[0], replace(invitee_of(MARIA), mail="m.new@cedarvalley.example"))

    assert counts(report)[StaffLineState.ENROLLED] == 1
    assert proposed(world) == []


def test_what_a_file_listed_is_forgotten_a_year_after_the_last_import(world: World):
    imports(world, *STAFF)
    world.later(days=364)
    delete_expired_data(world.app)
    assert world.state.staff_listings.count_listed() == 5

    world.later(days=1)
    delete_expired_data(world.app)

    assert world.state.staff_listings.count_listed() == 0
    assert world.state.staff_listings.find_last_import() is None


def test_an_unlisted_address_is_forgotten_with_its_invitation(world: World):
    imports(world, *STAFF)
    imports(world, *STAFF[1:])
    world.later(days=15)
    delete_expired_data(world.app)
    delete_expired_data(world.app)

    assert world.state.staff_listings.list_missing() == ()


def test_nothing_but_keyed_hashes_says_whom_a_file_listed(world: World):
    imports(world, *STAFF)
    world.later(days=40)
    delete_expired_data(world.app)

    database = world.config.state.joinpath("namesake.db").read_bytes()

    assert world.state.staff_listings.count_listed() == 5
    assert b"ann@cedarvalley" not in database
