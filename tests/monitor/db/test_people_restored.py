"""A database that is put back, however old, follows the keys: they are of today."""

import shutil
from datetime import timedelta

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.db.database import Database
from monitor.db.encryption import KeyStore
from monitor.db.invitations import Invitation
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError, NotPermittedError


@pytest.fixture
def copied(world, tmp_path):
    """Copy the database away as it is now."""

    def copy():
        world.state.close()
        shutil.copy(world.folder / "namesake.db", tmp_path / "namesake.db")
        world.state = Database.open_folder(world.folder)

    return copy


def put_back(world, tmp_path):
    world.state.close()
    shutil.copy(tmp_path / "namesake.db", world.folder / "namesake.db")
    world.state = Database.open_folder(world.folder)
    return world.state


def test_who_was_erased_is_erased_from_an_older_copy(world, copied, tmp_path):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    world.finding(rosa)
    copied()
    world.state.people.erase_person(rosa)

    state = put_back(world, tmp_path)

    assert state.people.list_person_ids() == (theo,)
    with pytest.raises(InputError):
        state.people.load_person(rosa)
    with pytest.raises(DatabaseError, match="was deleted"):
        state.keys.load_key(rosa)
    assert state.keys.list_last_lines("consents").keys() == {theo}


def test_a_spent_invitation_in_an_older_copy_holds_nothing_up(world, copied, tmp_path):
    invitation = Invitation(
        id=world.ref(),
        mail="theo@cedar.example",
        given="Theo",
        family="Lind",
        invited_at=world.now,
        expires_at=world.now,
    )
    world.state.invitations.insert_invitation(invitation)
    copied()
    world.state.invitations.delete_invitation(invitation.id)

    assert put_back(world, tmp_path).invitations.list_invitations() == ()


def test_a_person_under_hold_in_an_older_copy_stays_erased(world, copied, tmp_path):
    rosa = world.held("Rosa")
    copied()
    world.state.legal_holds.lift_legal_holds(rosa, world.now)
    world.state.people.erase_person(rosa)

    assert put_back(world, tmp_path).people.list_person_ids() == ()


def test_a_hold_that_was_placed_since_is_so_in_an_older_copy_without_its_reason(
    world, copied, tmp_path
):
    rosa = world.enrolled("Rosa")
    copied()
    world.holds(rosa, "a lawsuit of Theo Lind")

    state = put_back(world, tmp_path)
    Database.open_folder(world.folder).close()

    (hold,) = state.legal_holds.list_legal_holds_of_person(rosa)
    assert (hold.placed_at, hold.lifted_at) == (world.now, None)
    assert (hold.by, hold.reason) == ((), "")
    with pytest.raises(NotPermittedError):
        state.people.erase_person(rosa)
    for word in (b"lawsuit", b"Theo", b"ana"):
        assert word not in (world.folder / "keys.db").read_bytes()


def test_a_hold_that_was_lifted_since_is_so_in_an_older_copy(world, copied, tmp_path):
    rosa, later = world.held("Rosa"), world.now + timedelta(days=1)
    copied()
    world.state.legal_holds.lift_legal_holds(rosa, later)

    state = put_back(world, tmp_path)

    (hold,) = state.legal_holds.list_legal_holds_of_person(rosa)
    assert (hold.lifted_at, hold.reason) == (later, "a lawsuit")
    state.people.erase_person(rosa)


def test_of_two_holds_since_the_copy_only_the_last_one_is_in_place(world, copied, tmp_path):
    rosa, later = world.held("Rosa"), world.now + timedelta(days=1)
    copied()
    world.state.legal_holds.lift_legal_holds(rosa, world.now)
    world.holds(rosa, "another", at=later)

    state = put_back(world, tmp_path)

    assert [hold.placed_at for hold in state.legal_holds.list_active_legal_holds()] == [later]


@pytest.mark.parametrize("lifts", [True, False])
def test_a_hold_that_a_crash_kept_from_the_keys_stays_as_it_was_written(
    world, monkeypatch, *, lifts
):
    rosa, later = world.held("Rosa"), world.now + timedelta(days=1)
    with monkeypatch.context() as killed:
        killed.setattr(KeyStore, "save_last_line", lambda *_: None)
        world.state.legal_holds.lift_legal_holds(rosa, world.now)
        if not lifts:
            world.holds(rosa, "another", at=later)
    before = world.state.legal_holds.list_legal_holds_of_person(rosa)
    known = world.state.keys.list_last_lines("legal_holds")

    with Database.open_folder(world.folder) as again:
        assert again.legal_holds.list_legal_holds_of_person(rosa) == before
        assert again.keys.list_last_lines("legal_holds") != known


def test_an_older_ledger_gets_the_last_line_once_whoever_opens_it(world, copied, tmp_path):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    copied()
    world.withdraws(rosa, world.now)
    last = world.state.consents.find_latest_consent(rosa)

    state = put_back(world, tmp_path)
    Database.open_folder(world.folder).close()

    assert state.consents.list_consents(rosa)[1:] == (last,)
    assert state.consents.list_queryable_person_ids(world.now) == (theo,)
    assert len(state.consents.list_consents(theo)) == 1


def test_a_copy_of_another_course_of_events_follows_the_keys_of_ours(world, copied, tmp_path):
    """Both ledgers have as many lines, and a clock that erred wrote the one of the copy."""
    rosa = world.enrolled("Rosa")
    world.state.close()
    shutil.copytree(world.folder, tmp_path / "before")
    world.state = Database.open_folder(world.folder)
    world.withdraws(rosa, world.now.replace(year=2031))
    copied()
    world.state.close()
    shutil.copytree(tmp_path / "before", world.folder, dirs_exist_ok=True)
    world.state = Database.open_folder(world.folder)
    world.withdraws(rosa, world.now)

    state = put_back(world, tmp_path)

    assert state.consents.find_latest_consent(rosa).withdrawn_at == world.now


def test_a_line_that_a_crash_kept_from_the_keys_is_laid_there_later(world, monkeypatch):
    rosa = world.enrolled("Rosa")
    with monkeypatch.context() as killed:
        killed.setattr(DatabaseConnection, "run_after_commit", lambda *_: None)
        world.withdraws(rosa, world.now)
    before = world.state.keys.list_last_lines("consents")[rosa]

    with Database.open_folder(world.folder) as again:
        assert again.keys.list_last_lines("consents")[rosa] != before
        assert again.consents.find_latest_consent(rosa).withdrawn_at == world.now
        assert len(again.consents.list_consents(rosa)) == 2


def test_a_withdrawal_holds_while_the_keys_cannot_be_written(world, monkeypatch):
    rosa = world.enrolled("Rosa")

    def refuse(*_):
        reason = "keys.db cannot be written"
        raise CannotWriteError(reason)

    with monkeypatch.context() as full:
        full.setattr(KeyStore, "save_last_line", refuse)
        world.withdraws(rosa, world.now)
    before = world.state.keys.list_last_lines("consents")[rosa]
    world.state.follow_keys()

    assert world.state.consents.find_latest_consent(rosa).withdrawn_at == world.now
    assert world.state.keys.list_last_lines("consents")[rosa] != before


def test_an_erasure_that_a_crash_cut_short_lays_no_empty_line_with_the_keys(
    world, copied, tmp_path, monkeypatch
):
    rosa = world.enrolled("Rosa")
    copied()
    with monkeypatch.context() as killed:
        killed.setattr(KeyStore, "destroy_key", lambda *_: None)
        with world.state.begin_transaction():
            world.withdraws(rosa, world.now)
            world.state.people.erase_person(rosa)

    assert put_back(world, tmp_path).keys.list_last_lines("consents")[rosa]
