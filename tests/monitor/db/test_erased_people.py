"""A restored copy, however old, brings nobody back who was erased."""

import shutil

import pytest

from monitor.db.database import Database
from monitor.db.erased_people import TOMBSTONES_FILE
from monitor.db.invitations import Invitation
from monitor.domain.errors import DatabaseError, InputError

COPIED = ("namesake.db", "keys.db")


@pytest.fixture
def copied(world, tmp_path):
    """Copy both databases away as they are now, as a careless backup would."""

    def copy():
        world.state.close()
        for name in COPIED:
            shutil.copy(world.folder / name, tmp_path / name)
        world.state = Database.open_folder(world.folder)

    return copy


def restored(tmp_path, *marks):
    folder = tmp_path / "restored"
    folder.mkdir()
    for name in COPIED:
        shutil.copy(tmp_path / name, folder / name)
    if marks:
        (folder / TOMBSTONES_FILE).write_text("\n".join(marks), "ascii")
    return Database.open_folder(folder)


def test_the_marks_of_the_erased_are_replayed_on_a_copy_with_its_old_keys(world, copied, tmp_path):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    copied()
    world.state.people.erase_person(rosa)

    with restored(tmp_path, *world.state.tombstones.list_tombstones()) as state:
        assert state.people.list_person_ids() == (theo,)
        assert not state.people.encryption.keys.has_key(rosa)
        with pytest.raises(InputError):
            state.people.load_person(rosa)


def test_without_its_marks_an_old_copy_with_its_old_keys_knows_everybody(world, copied, tmp_path):
    rosa = world.enrolled("Rosa")
    copied()
    world.state.people.erase_person(rosa)

    with restored(tmp_path) as state:
        assert state.people.list_person_ids() == (rosa,)


def test_a_mark_tells_nothing_and_two_districts_mark_alike_differently(world, tmp_path):
    rosa = world.enrolled("Rosa")
    world.state.people.erase_person(rosa)
    (mark,) = world.state.tombstones.list_tombstones()

    with Database.create_or_open_folder(tmp_path / "other") as other:
        assert other.tombstones.replay_erasures((mark,)) == 0
    assert rosa not in mark


def test_marks_are_added_to_a_file_and_none_is_lost(world, tmp_path):
    path = tmp_path / "marks.txt"
    for given in ("Rosa", "Theo"):
        world.state.people.erase_person(world.enrolled(given))
        world.state.tombstones.write_tombstone_file(path)

    assert tuple(path.read_text("ascii").split()) == world.state.tombstones.list_tombstones()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_spent_invitation_in_an_old_copy_holds_nothing_up(world, copied, tmp_path):
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

    with restored(tmp_path, *world.state.tombstones.list_tombstones()) as state:
        assert state.invitations.list_invitations() == ()


def test_a_person_under_hold_in_an_old_copy_stays_erased(world, copied, tmp_path):
    rosa = world.held("Rosa")
    copied()
    world.state.legal_holds.lift_legal_holds(rosa, world.now)
    world.state.people.erase_person(rosa)

    with restored(tmp_path, *world.state.tombstones.list_tombstones()) as state:
        assert state.people.list_person_ids() == ()


def test_what_an_erased_person_left_in_a_copy_cannot_be_opened(world, copied, tmp_path):
    rosa = world.enrolled("Rosa")
    world.finding(rosa)
    copied()
    world.state.people.erase_person(rosa)
    shutil.copy(world.folder / "keys.db", tmp_path / "keys.db")

    with restored(tmp_path) as state, pytest.raises(DatabaseError, match="was deleted"):
        state.people.encryption.keys.load_key(rosa)
