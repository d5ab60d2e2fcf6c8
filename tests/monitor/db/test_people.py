"""Enrolled, found, and forgotten without a trace."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.db.encryption import KeyStore
from monitor.db.invitations import Invitation
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import Scope

DAY = timedelta(days=1)


def invitation(world, mail="rosa.delgado@cedar.example"):
    return Invitation(
        id=world.ref(),
        mail=mail,
        given="Rosa",
        family="Delgado",
        invited_at=world.now,
        expires_at=world.now + 14 * DAY,
    )


def test_a_person_comes_back_as_they_told_it(world):
    person = world.person(handles=("rosa_d",))
    world.state.people.insert_person(person)

    assert world.state.people.load_person(person.id) == person
    assert world.state.people.list_person_ids() == (person.id,)


def test_an_unknown_person_is_said_in_a_sentence(world):
    with pytest.raises(InputError, match="No one is enrolled under nobody") as refusal:
        world.state.people.load_person("nobody")

    assert refusal.value.exit_code == 65


def test_people_are_found_by_mail_however_it_is_written(world):
    rosa = world.enrolled(mail="rosa@cedar.example")

    assert world.state.people.find_person_id_by_mail(" Rosa@Cedar.EXAMPLE ") == rosa
    assert world.state.people.find_person_id_by_mail("theo@cedar.example") is None


def test_an_address_that_only_looks_alike_finds_nobody(world):
    world.enrolled(mail="rosa.strauss@cedar.example")

    assert world.state.people.find_person_id_by_mail("rosa.strau\u00df@cedar.example") is None


def test_two_people_never_share_a_mail_address(world):
    world.enrolled("Rosa", mail="office@cedar.example")
    theo = world.enrolled("Theo", mail="theo@cedar.example")

    with pytest.raises(InputError, match="enrolled already"):
        world.enrolled("Ines", mail="Office@cedar.example")
    with pytest.raises(InputError, match="enrolled already"):
        world.state.people.update_person(world.person("Theo", mail="office@cedar.example", id=theo))


def test_a_changed_person_is_found_by_the_new_address_only(world):
    rosa = world.person(mail="rosa@cedar.example")
    world.state.people.insert_person(rosa)
    renamed = world.person("Rosa", "Marsh", mail="rosa.marsh@cedar.example", id=rosa.id)
    world.state.people.update_person(renamed)

    assert world.state.people.load_person(rosa.id) == renamed
    assert world.state.people.find_person_id_by_mail("rosa@cedar.example") is None
    assert world.state.people.find_person_id_by_mail("rosa.marsh@cedar.example") == rosa.id


def test_nobody_unknown_can_be_changed(world):
    with pytest.raises(InputError):
        world.state.people.update_person(world.person())


def test_the_last_word_on_consent_counts(world):
    rosa = world.enrolled()
    assert world.state.consents.find_latest_consent(rosa) == world.consent(rosa)
    assert world.state.consents.list_consenting_person_ids(world.now) == (rosa,)

    world.withdraws(rosa, world.now + DAY)

    assert world.state.consents.list_consenting_person_ids(world.now + 2 * DAY) == ()
    assert world.state.consents.find_latest_consent(rosa).withdrawn_at == world.now + DAY
    assert len(world.state.consents.list_consents(rosa)) == 2


def test_consent_given_again_is_live_again(world):
    rosa = world.enrolled()
    world.withdraws(rosa, world.now)
    world.state.consents.insert_consent(world.consent(rosa))

    assert world.state.consents.list_consenting_person_ids(world.now) == (rosa,)
    assert world.state.consents.find_latest_consent(rosa).scopes == {Scope.SEARCH, Scope.PROFILES}


def test_consent_that_ran_out_is_not_live(world):
    rosa = world.enrolled()

    assert world.state.consents.list_consenting_person_ids(world.now + 364 * DAY) == (rosa,)
    assert world.state.consents.list_consenting_person_ids(world.now + 365 * DAY) == ()


def test_nobody_consents_who_is_not_enrolled(world):
    assert world.state.consents.find_latest_consent("nobody") is None


def test_an_invitation_opens_by_its_code_alone(world):
    invited = invitation(world)
    world.state.invitations.insert_invitation(invited)
    assert world.state.invitations.find_open_invitation_by_code("hash", world.now) is None

    world.state.invitations.set_code_hash(invited.id, "hash")

    assert world.state.invitations.find_open_invitation_by_code("hash", world.now) == invited
    assert world.state.invitations.find_open_invitation_by_code("other", world.now) is None
    assert world.state.invitations.find_open_invitation_by_code("hash", invited.expires_at) is None


def test_a_new_code_ends_the_old_one(world):
    invited = invitation(world)
    world.state.invitations.insert_invitation(invited)
    world.state.invitations.set_code_hash(invited.id, "old")
    world.state.invitations.set_code_hash(invited.id, "new")

    assert world.state.invitations.find_open_invitation_by_code("old", world.now) is None


def test_an_invitation_is_spent_once(world):
    invited = invitation(world)
    world.state.invitations.insert_invitation(invited)
    world.state.invitations.set_code_hash(invited.id, "hash")
    world.state.invitations.mark_invitation_answered(invited.id, world.now)

    assert world.state.invitations.find_open_invitation_by_code("hash", world.now) is None
    assert world.state.invitations.load_invitation(invited.id).spent_at == world.now
    with pytest.raises(InputError, match="answered already"):
        world.state.invitations.mark_invitation_answered(invited.id, world.now)


def test_an_open_invitation_is_found_by_its_address(world):
    invited = invitation(world)
    world.state.invitations.insert_invitation(invited)

    assert (
        world.state.invitations.find_open_invitation_by_mail(invited.mail.upper(), world.now)
        == invited
    )
    assert (
        world.state.invitations.find_open_invitation_by_mail(invited.mail, invited.expires_at)
        is None
    )


def test_a_dropped_invitation_leaves_neither_row_nor_email_nor_key(world):
    invited = invitation(world)
    world.state.invitations.insert_invitation(invited)
    world.state.outbox.insert_email(world.email(invited.id), "view")

    world.state.invitations.delete_invitation(invited.id)

    assert world.state.invitations.list_invitations() == ()
    assert world.state.outbox.list_emails() == ()
    with pytest.raises(InputError, match="There is no invitation"):
        world.state.invitations.load_invitation(invited.id)
    with KeyStore.open_store(world.folder) as keys:
        assert not keys.has_key(invited.id)


def test_an_erased_person_takes_their_invitations_along_even_after_a_change_of_address(world):
    invited = invitation(world)
    world.state.invitations.insert_invitation(invited)
    rosa = world.person(mail=invited.mail)
    world.state.people.insert_person(rosa)
    world.state.people.update_person(world.person(mail="r.marsh@cedar.example", id=rosa.id))

    world.state.people.erase_person(rosa.id)

    assert world.state.invitations.list_invitations() == ()


def test_an_erasure_that_is_taken_back_destroys_no_key(world):
    rosa = world.person()
    world.state.people.insert_person(rosa)

    def taken_back():
        with world.state.begin_transaction():
            world.state.people.erase_person(rosa.id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        taken_back()

    assert world.state.people.load_person(rosa.id) == rosa


def test_an_erasure_cut_short_is_finished_at_the_next_start(world, monkeypatch):
    rosa = world.enrolled()
    with monkeypatch.context() as crash:
        crash.setattr(KeyStore, "destroy_key", lambda *_: None)
        world.state.people.erase_person(rosa)
    world.state.close()

    Database.open_folder(world.folder).close()

    with KeyStore.open_store(world.folder) as keys:
        assert not keys.has_key(rosa)


def test_nobody_erased_comes_back_with_an_old_backup(world, tmp_path: Path):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    world.state.close()
    shutil.copy(world.folder / "namesake.db", tmp_path / "backup.db")
    with Database.open_folder(world.folder) as state:
        state.people.erase_person(rosa)
    for path in world.folder.glob("namesake.db*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", world.folder / "namesake.db")

    with Database.open_folder(world.folder) as state:
        assert state.people.list_person_ids() == (theo,)
        with pytest.raises(InputError):
            state.people.load_person(rosa)
