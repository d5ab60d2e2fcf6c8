"""The copy of the keys is overwritten each night, and never half."""

import errno
import os

import pytest

from monitor.db.backups import KeyCopy
from monitor.db.database import POSTMARKS
from monitor.db.encryption import KEYS_DATABASE
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
