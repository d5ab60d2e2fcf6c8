"""The copy of the keys is overwritten each night, and never half."""

import errno
import os
from pathlib import Path

import pytest

from monitor.db.backups import KeyCopy
from monitor.db.database import POSTMARKS
from monitor.db.encryption import KEYS_DATABASE, Keys
from monitor.db.people import TOMBSTONES
from monitor.errors import CannotWriteError


def test_a_disk_that_is_full_in_between_leaves_what_was_copied_before(world, tmp_path, monkeypatch):
    copy, keys = KeyCopy(tmp_path / "keys"), world.folder / KEYS_DATABASE
    world.state.postmarks.add(["a" * 32], world.now, "hash")
    copy.renew(keys, world.state)
    before = {name: (copy.folder / name).read_bytes() for name in (TOMBSTONES, POSTMARKS)}
    world.state.postmarks.add(["b" * 32], world.now, "hash")
    world.state.people.erase(world.enrolled("Rosa"))

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        with pytest.raises(CannotWriteError, match="No space left"):
            copy.renew(keys, world.state)

    assert {name: (copy.folder / name).read_bytes() for name in before} == before
    copy.renew(keys, world.state)
    assert {(copy.folder / name).read_bytes() == before[name] for name in before} == {False}


def test_old_keys_are_overwritten_where_they_lie_once_new_ones_took_their_place(world, tmp_path):
    copy, keys = KeyCopy(tmp_path / "keys"), world.folder / KEYS_DATABASE
    ref = world.enrolled("Rosa")
    copy.renew(keys, world.state)
    with Keys.open(world.folder) as opened:
        key = opened.of(ref)
    before = tmp_path / "what-the-disk-still-holds"
    os.link(copy.folder / KEYS_DATABASE, before)
    assert key.seal in before.read_bytes()

    world.state.people.erase(ref)
    copy.renew(keys, world.state)

    held = before.read_bytes()
    assert held
    assert key.seal not in held
    assert key.mark not in held
    with Keys.open(copy.folder) as renewed:
        assert renewed.all_destroyed() == (ref,)


def test_keys_that_cannot_be_replaced_stay_as_they_are(world, tmp_path, monkeypatch):
    copy, keys = KeyCopy(tmp_path / "keys"), world.folder / KEYS_DATABASE
    copy.renew(keys, world.state)
    before = (copy.folder / KEYS_DATABASE).read_bytes()
    real = Path.replace

    def refused(path: Path, to: Path) -> Path:
        if to.parent == copy.folder and to.name == KEYS_DATABASE:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, to)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", refused)
        with pytest.raises(CannotWriteError):
            copy.renew(keys, world.state)

    assert (copy.folder / KEYS_DATABASE).read_bytes() == before
    assert {path.name for path in copy.folder.iterdir()} == {KEYS_DATABASE, TOMBSTONES}
