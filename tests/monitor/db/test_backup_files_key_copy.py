"""The copy of the keys is overwritten each night, and never half."""

import errno
import os
from pathlib import Path

import pytest

from monitor.db.backup_files import KeyBackup
from monitor.db.database import SENT_LOG_FILE
from monitor.db.encryption import KEYS_DATABASE, KeyStore
from monitor.domain.errors import CannotWriteError


def test_a_disk_that_is_full_in_between_leaves_what_was_copied_before(world, tmp_path, monkeypatch):
    copy = KeyBackup(tmp_path / "keys")
    world.state.sent_log.append_sent_entries(["a" * 32], world.now, "hash")
    copy.back_up_keys(world.state)
    before = {name: (copy.folder / name).read_bytes() for name in (KEYS_DATABASE, SENT_LOG_FILE)}
    world.state.sent_log.append_sent_entries(["b" * 32], world.now, "hash")
    world.state.people.erase_person(world.enrolled("Rosa"))

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        with pytest.raises(CannotWriteError, match="No space left"):
            copy.back_up_keys(world.state)

    assert {name: (copy.folder / name).read_bytes() for name in before} == before
    copy.back_up_keys(world.state)
    assert {(copy.folder / name).read_bytes() == before[name] for name in before} == {False}


def test_old_keys_are_overwritten_where_they_lie_once_new_ones_took_their_place(world, tmp_path):
    copy = KeyBackup(tmp_path / "keys")
    ref = world.enrolled("Rosa")
    copy.back_up_keys(world.state)
    with KeyStore.open_store(world.folder) as opened:
        key = opened.load_key(ref)
    before = tmp_path / "what-the-disk-still-holds"
    os.link(copy.folder / KEYS_DATABASE, before)
    assert key.encryption_key in before.read_bytes()

    world.state.people.erase_person(ref)
    copy.back_up_keys(world.state)

    held = before.read_bytes()
    assert held
    assert key.encryption_key not in held
    assert key.hash_key not in held
    with KeyStore.open_store(copy.folder) as renewed:
        assert renewed.list_destroyed_ids() == (ref,)


def test_keys_that_cannot_be_replaced_stay_as_they_are(world, tmp_path, monkeypatch):
    copy = KeyBackup(tmp_path / "keys")
    copy.back_up_keys(world.state)
    before = (copy.folder / KEYS_DATABASE).read_bytes()
    real = Path.replace

    def refused(path: Path, to: Path) -> Path:
        if to.parent == copy.folder and to.name == KEYS_DATABASE:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, to)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", refused)
        with pytest.raises(CannotWriteError):
            copy.back_up_keys(world.state)

    assert (copy.folder / KEYS_DATABASE).read_bytes() == before
    assert {path.name for path in copy.folder.iterdir()} == {KEYS_DATABASE}
