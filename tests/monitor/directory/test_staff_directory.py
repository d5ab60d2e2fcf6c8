"""What follows from an entry of the staff directory is what follows from a line of a staff file."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from monitor.demo.district import JOHN, MARIA
from monitor.directory import staff_directory
from monitor.directory.config import DirectoryMode, DirectoryStaffConfig
from monitor.directory.scim_user import DirectoryUser, UserFields
from monitor.directory.staff_directory import (
    change_directory_user,
    create_directory_user,
    delete_directory_user,
    invite_newcomers,
    list_newcomers,
)
from monitor.directory.tables import open_directory
from monitor.domain.person import build_operator_id
from monitor.domain.vocabulary import StaffLineState
from monitor.people_csv import SizeCheck
from monitor.services.consent_end import withdraw_consent
from monitor.services.data_export import export_person_data, list_access_log
from monitor.services.due_jobs import delete_expired_data, run_mail_and_cleanup, schedule_jobs
from monitor.services.enrollment import INVITATION_INTERVAL, INVITATION_LASTS
from monitor.services.leavers import record_left_address
from monitor.services.outbox import send_due
from tests.monitor.services.test_staff_import import STAFF, counts, imports, invitee_of
from tests.monitor.services.world import World

OPERATOR = "ops@cedarvalley.example"
ANN = "ann@cedarvalley.example"


def listening(world: World, mode: DirectoryMode | None) -> World:
    """Let the world's directory write by SCIM, or stop it."""
    config = world.config
    world.restarts(
        structs.replace(
            config,
            mail=structs.replace(config.mail, host="127.0.0.1"),
            district=structs.replace(config.district, operators=(OPERATOR,)),
            staff=DirectoryStaffConfig(scim=mode),
        )
    )
    return world


@pytest.fixture
def proposing(world: World) -> World:
    return listening(world, DirectoryMode.PROPOSE)


@pytest.fixture
def inviting(world: World) -> World:
    """A district whose directory may invite; ten people are listed already."""
    listening(world, DirectoryMode.INVITE)
    for number in range(10):
        adds(world, f"old{number}@cedarvalley.example")
    invite_newcomers(world.app, OPERATOR, list_newcomers(world.app))
    settles(world)
    return world


def adds(world: World, mail: str = ANN, **changes: Any) -> str:
    fields: UserFields = {"username": mail, "name.givenname": "Ann", "name.familyname": "Abel"}
    return create_directory_user(world.app, {**fields, **changes}).id


def changes(world: World, user_id: str, **fields: Any) -> None:
    def change(before: DirectoryUser) -> UserFields:
        return {**before.to_fields(), **fields}

    change_directory_user(world.app, user_id, change)


def settles(world: World) -> None:
    world.later(minutes=16)
    run_mail_and_cleanup(world.app)


def night(world: World) -> None:
    schedule_jobs(world.app)
    world.later(hours=24)
    run_mail_and_cleanup(world.app)


def proposed(world: World) -> int:
    return len(world.state.staff_listings.list_missing())


def invited(world: World) -> list[str]:
    return [invitation.mail for invitation in world.state.invitations.list_invitations()]


def told(world: World) -> list[str]:
    send_due(world.app)
    emails = (
        email for email in world.post.of_kind("staff-file") if email in world.post.to(OPERATOR)
    )
    return [" ".join(email.email.text.split()) for email in emails]


def test_a_newcomer_waits_for_an_operator_and_is_then_invited(proposing: World):
    adds(proposing)
    night(proposing)
    assert invited(proposing) == []

    assert invite_newcomers(proposing.app, OPERATOR, list_newcomers(proposing.app)) == 1

    assert invited(proposing) == [ANN]
    assert list_newcomers(proposing.app) == ()
    assert invite_newcomers(proposing.app, OPERATOR, list_newcomers(proposing.app)) == 0
    assert proposing.state.people.list_person_ids() == ()


def test_each_invitation_records_who_answers_for_it(inviting: World):
    adds(inviting)
    night(inviting)

    entries = inviting.state.audit.list_entries()
    actors = [entry.actor for entry in entries if entry.action == "invited"]
    assert actors == [*[build_operator_id(OPERATOR)] * 10, "namesake"]


def test_invitations_go_out_one_after_another(proposing: World):
    for member in STAFF:
        adds(proposing, member.mail)

    invite_newcomers(proposing.app, OPERATOR, list_newcomers(proposing.app))

    due = [email.due_at for email in proposing.state.outbox.list_emails()]
    assert due == [due[0] + number * INVITATION_INTERVAL for number in range(len(STAFF))]


def test_where_the_district_says_so_a_newcomer_is_invited_at_night(inviting: World):
    adds(inviting, title="Librarian")
    settles(inviting)
    assert ANN not in invited(inviting)

    night(inviting)

    invitation = inviting.state.invitations.find_open_invitation_by_mail(ANN, inviting.clock.now())
    assert invitation
    assert (invitation.given, invitation.family, invitation.title) == ("Ann", "Abel", "Librarian")


def test_unusually_many_newcomers_wait_for_an_operator_in_any_case(inviting: World):
    for number in range(11):
        adds(inviting, f"new{number}@cedarvalley.example")

    night(inviting)

    assert len(invited(inviting)) == 10
    assert "11 people are new and not invited yet" in told(inviting)[-1]


def test_the_first_time_waits_for_an_operator_in_any_case(world: World):
    listening(world, DirectoryMode.INVITE)
    adds(world)

    night(world)

    assert invited(world) == []


def test_a_change_reaches_an_open_invitation_and_no_one_who_joined(proposing: World):
    maria = proposing.joins(MARIA)
    before = proposing.state.people.load_person(maria.id)
    user_id = adds(proposing)
    invite_newcomers(proposing.app, OPERATOR, list_newcomers(proposing.app))
    settles(proposing)

    changes(proposing, user_id, **{"name.familyname": "Ames"})
    adds(proposing, maria.mail, title="Principal")
    settles(proposing)

    invitation = proposing.state.invitations.find_open_invitation_by_mail(
        ANN, proposing.clock.now()
    )
    assert invitation
    assert invitation.family == "Ames"
    assert proposing.state.people.load_person(maria.id) == before


LEAVING: dict[str, Callable[[World, str], None]] = {
    "inactive": lambda world, user_id: changes(world, user_id, active=False),
    "deleted": lambda world, user_id: delete_directory_user(world.app, user_id),
    "renamed": lambda world, user_id: changes(world, user_id, username="other@cedarvalley.example"),
}


@pytest.mark.parametrize("leave", LEAVING.values(), ids=list(LEAVING))
def test_a_leaver_is_proposed_and_keeps_everything(proposing: World, leave):
    maria = proposing.joins(MARIA)
    user_id = adds(proposing, maria.mail)
    settles(proposing)

    leave(proposing, user_id)
    assert proposed(proposing) == 0
    settles(proposing)

    assert proposed(proposing) == 1
    assert proposing.state.consents.can_query_person(maria.id, proposing.clock.now())
    assert "no longer in the staff file" in str(list_access_log(proposing.app, maria.id))
    night(proposing)
    assert "One person may have left, because the directory" in told(proposing)[-1]


@pytest.mark.parametrize("leave", LEAVING.values(), ids=list(LEAVING))
def test_someone_invited_who_leaves_is_proposed_in_the_same_way(proposing: World, leave):
    user_id = adds(proposing)
    invite_newcomers(proposing.app, OPERATOR, list_newcomers(proposing.app))
    settles(proposing)

    leave(proposing, user_id)
    settles(proposing)

    assert proposed(proposing) == 1
    assert invited(proposing) == [ANN]


def test_who_comes_back_within_minutes_or_later_is_not_proposed(proposing: World):
    maria = proposing.joins(MARIA)
    user_id = adds(proposing, maria.mail)
    settles(proposing)
    changes(proposing, user_id, active=False)
    changes(proposing, user_id, active=True)
    settles(proposing)
    assert proposed(proposing) == 0

    changes(proposing, user_id, active=False)
    settles(proposing)
    assert proposed(proposing) == 1
    changes(proposing, user_id, active=True)
    settles(proposing)

    assert proposed(proposing) == 0


def test_who_was_never_invited_leaves_without_a_trace(proposing: World):
    user_id = adds(proposing)
    settles(proposing)
    delete_directory_user(proposing.app, user_id)
    settles(proposing)
    night(proposing)

    assert proposed(proposing) == 0
    assert told(proposing) == []
    assert proposing.state.staff_listings.count_listed() == 0


def test_who_withdrew_or_did_not_answer_is_never_invited_again(inviting: World):
    maria = inviting.joins(MARIA)
    adds(inviting, maria.mail)
    settles(inviting)
    withdraw_consent(inviting.app, maria.id)
    inviting.writes()
    assert inviting.state.people.list_person_ids() == ()
    inviting.clock.at += INVITATION_LASTS * 3
    delete_expired_data(inviting.app)
    assert inviting.state.invitations.list_invitations() == ()

    night(inviting)

    assert list_newcomers(inviting.app) == ()
    assert invited(inviting) == []


def test_who_was_invited_by_hand_meanwhile_counts_as_listed(proposing: World):
    adds(proposing, JOHN.person.mail)
    john = proposing.joins(JOHN)

    night(proposing)

    assert proposing.state.staff_listings.was_listed(john.mail)
    assert list_newcomers(proposing.app) == ()


def test_after_an_operator_said_left_the_entry_invites_no_one(inviting: World):
    user_id = adds(inviting)
    night(inviting)
    changes(inviting, user_id, active=False)
    settles(inviting)

    record_left_address(inviting.app, ANN, build_operator_id(OPERATOR))
    night(inviting)

    assert ANN not in invited(inviting)
    assert proposed(inviting) == 0


def test_a_stop_in_the_middle_leaves_the_rest_for_the_next_time(proposing: World, monkeypatch):
    staff = [proposing.joins(person) for person in (MARIA, JOHN)]
    ids = [adds(proposing, member.mail) for member in staff]
    settles(proposing)
    for user_id in ids:
        changes(proposing, user_id, active=False)
    monkeypatch.setattr(staff_directory, "BATCH_SIZE", 1)
    unlist = staff_directory.unlist_address
    calls: list[int] = []

    def fail_once(*told: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise InterruptedError
        unlist(*told)

    monkeypatch.setattr(staff_directory, "unlist_address", fail_once)
    with pytest.raises(InterruptedError):
        settles(proposing)
    assert proposed(proposing) == 1

    proposing.later(hours=1)
    run_mail_and_cleanup(proposing.app)

    assert proposed(proposing) == len(staff)
    assert open_directory(proposing.state).list_changes() == ()


def test_what_is_written_while_the_service_looks_is_looked_at_later(proposing: World, monkeypatch):
    maria, john = proposing.joins(MARIA), proposing.joins(JOHN)
    maria_entry, john_entry = adds(proposing, maria.mail), adds(proposing, john.mail)
    settles(proposing)
    find = staff_directory.find_line_state

    def write_meanwhile(*told: Any) -> StaffLineState:
        monkeypatch.setattr(staff_directory, "find_line_state", find)
        changes(proposing, john_entry, active=False)
        return find(*told)

    monkeypatch.setattr(staff_directory, "find_line_state", write_meanwhile)
    changes(proposing, maria_entry, title="Aide")
    settles(proposing)
    assert proposed(proposing) == 0

    settles(proposing)

    assert proposed(proposing) == 1


def test_a_file_invites_no_one_whom_the_directory_calls_inactive(proposing: World):
    adds(proposing, STAFF[0].mail, active=False)

    report = imports(proposing, *STAFF)

    assert counts(report) == {StaffLineState.NEW: 4, StaffLineState.INACTIVE: 1}
    assert STAFF[0].mail not in invited(proposing)


def test_a_file_proposes_no_one_whom_the_directory_lists(proposing: World):
    maria = proposing.joins(MARIA)
    adds(proposing, maria.mail)
    settles(proposing)
    imports(proposing, invitee_of(MARIA), *STAFF)

    assert imports(proposing, *STAFF).missing == 0
    assert proposed(proposing) == 0


def test_a_file_does_not_take_back_that_the_directory_calls_someone_inactive(proposing: World):
    maria = proposing.joins(MARIA)
    imports(proposing, invitee_of(MARIA), *STAFF)
    user_id = adds(proposing, maria.mail)
    changes(proposing, user_id, active=False)
    settles(proposing)

    imports(proposing, invitee_of(MARIA), replace(STAFF[0], title="Aide"), *STAFF[1:])

    assert proposed(proposing) == 1


def test_a_file_of_those_whom_the_directory_lacks_is_no_half_file(proposing: World):
    many = [f"a{number}@cedarvalley.example" for number in range(40)]
    for mail in many:
        adds(proposing, mail)
    invite_newcomers(proposing.app, OPERATOR, list_newcomers(proposing.app))

    imports(proposing, *STAFF, size=SizeCheck.LIKE_THE_LAST)
    report = imports(proposing, *STAFF[:4], size=SizeCheck.LIKE_THE_LAST)

    assert report.missing == 1


def test_an_entry_that_was_long_inactive_is_forgotten(proposing: World):
    adds(proposing, active=False)
    adds(proposing, "bea@cedarvalley.example")
    proposing.later(days=366)

    delete_expired_data(proposing.app)

    users = open_directory(proposing.state)
    assert (users.count_users(), users.count_newcomers()) == (1, 1)


def test_without_the_setting_the_next_night_forgets_every_entry(proposing: World):
    adds(proposing)
    invite_newcomers(proposing.app, OPERATOR, list_newcomers(proposing.app))
    listening(proposing, None)

    delete_expired_data(proposing.app)
    proposing.later(hours=24)
    run_mail_and_cleanup(proposing.app)

    left = proposing.state.count_rows()
    names = ("directory_users", "directory_changes", "directory_state", "staff_listings")
    assert [left[name] for name in names] == [0, 0, 0, 0]
    assert not [job for job in proposing.state.jobs.list_jobs() if "directory" in job.name]


def test_a_person_finds_what_the_directory_sent_in_their_own_copy(proposing: World):
    maria = proposing.joins(MARIA)
    before = export_person_data(proposing.app, maria.id, maria.id)
    adds(proposing, maria.mail, title="Principal", externalid="id-of-maria")

    after = export_person_data(proposing.app, maria.id, maria.id)

    assert "staff directory" not in before.render_html()
    assert json.loads(before.encode_json())["directory_entry"] is None
    assert "id-of-maria" in after.render_html()
    assert json.loads(after.encode_json())["directory_entry"]["title"] == "Principal"


def test_nothing_that_a_directory_sent_is_readable_in_the_database(proposing: World):
    adds(proposing, title="Librarian", externalid="id-of-ann")
    proposing.later(days=1)

    content = (proposing.config.state / "namesake.db").read_bytes()
    log = proposing.config.state / "namesake.db-wal"
    content += log.read_bytes() if log.exists() else b""

    for its in (b"ann@cedar", b"Abel", b"Librarian", b"id-of-ann"):
        assert its not in content
