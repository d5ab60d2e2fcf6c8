"""One folder holds a district, and refuses what does not belong to it."""

import shutil
import stat

import pytest

from monitor.db.database import Database
from monitor.db.people import PeopleTable
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError


def test_a_folder_without_a_district_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="Run `namesake init` first"):
        Database.open_folder(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_making_a_district_twice_keeps_the_first(world):
    rosa = world.enrolled()

    with Database.create_or_open_folder(world.folder) as again:
        assert again.people.list_person_ids() == (rosa,)


def test_it_is_known_whether_somebody_else_has_written(world):
    before = world.state.read_data_version()
    world.enrolled("Rosa")

    assert world.state.read_data_version() == before

    with Database.open_folder(world.folder) as other:
        other.clock.record_time(world.now)

    assert world.state.read_data_version() != before


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CannotWriteError, match="cannot be created"):
        Database.create_or_open_folder(tmp_path / "file" / "state")


def test_the_folder_is_for_its_owner_alone(world):
    assert stat.S_IMODE(world.folder.stat().st_mode) == 0o700


def test_lost_keys_are_asked_for_and_never_made_anew(world):
    world.state.close()
    (world.folder / "keys.db").unlink()

    for start in (Database.open_folder, Database.create_or_open_folder):
        with pytest.raises(DatabaseError, match=r"keys.db is missing. Restore the copy") as refusal:
            start(world.folder)

    assert refusal.value.exit_code == 78
    assert not (world.folder / "keys.db").exists()


def test_another_district_s_keys_are_refused(world, tmp_path):
    Database.create_or_open_folder(tmp_path / "other").close()
    world.state.close()
    shutil.copy(tmp_path / "other" / "keys.db", world.folder / "keys.db")

    with pytest.raises(DatabaseError, match="does not match"):
        Database.open_folder(world.folder)


def test_what_is_written_with_several_nouns_is_kept_or_lost_together(world):
    person = world.person()

    def cut_short():
        with world.state.begin_transaction():
            world.state.people.insert_person(person)
            world.state.consents.insert_consent(world.consent(person.id))
            world.state.outbox.insert_email(world.email(person.id), "view")
            world.state.jobs.ensure_job("digest", person.id, world.now)
            world.state.audit.append_entry(world.now, "operator", "enrolled", person.id, {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_short()

    assert world.state.people.list_person_ids() == ()
    assert world.state.consents.find_latest_consent(person.id) is None
    assert world.state.outbox.list_emails() == ()
    assert world.state.jobs.list_jobs() == ()
    assert world.state.audit.list_entries() == ()


def test_a_start_that_fails_leaves_the_folder_usable(world, monkeypatch):
    def fail(_people):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(PeopleTable, "finish_erasures", fail)
        with pytest.raises(RuntimeError):
            Database.open_folder(world.folder)

    Database.open_folder(world.folder).close()
