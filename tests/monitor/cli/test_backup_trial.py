"""Keys that are needed for a trial lie in memory, and what lay on a disk is overwritten there."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.db import private_folders
from monitor.db.encryption import KEYS_DATABASE, KeyStore
from monitor.db.private_folders import MEMORY_FOLDER, MEMORY_FOLDER_PREFIX
from monitor.services import backups as backup
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import back_up, lose, place, refs, restore

in_memory = pytest.mark.skipif(not MEMORY_FOLDER.is_dir(), reason="memory: no /dev/shm")


@pytest.fixture
def copied(copied: Terminal) -> Terminal:
    """An hour after the first copy, for each is named after its second."""
    copied.clock.at += timedelta(hours=1)
    return copied


@pytest.fixture
def looked_at(monkeypatch) -> Callable[[Callable[[Path], None]], None]:
    """Have somebody look at the keys of each trial while it lasts."""
    check = backup.check_database

    def look_with(look: Callable[[Path], None]) -> None:
        def checked(path: Path) -> None:
            check(path)
            if path.name == KEYS_DATABASE:
                look(path)

        monkeypatch.setattr(backup, "check_database", checked)

    return look_with


def abandoned(terminal: Terminal, memory: Path) -> datetime:
    """Leave what a trial leaves that was killed, and return when."""
    folder = terminal.config.state / backup.TRIAL_FOLDER
    folder.mkdir()
    memory.mkdir()
    (memory / KEYS_DATABASE).touch()
    (folder / KEYS_DATABASE).symlink_to(memory / KEYS_DATABASE)
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)


@in_memory
def test_the_keys_of_a_trial_and_of_a_restore_lie_in_memory_until_both_are_over(copied, looked_at):
    seen: list[Path] = []
    looked_at(lambda path: seen.append(path.resolve()))

    assert back_up(copied).code == 0
    lose(copied)
    assert restore(copied).code == 0

    assert len(seen) == 2
    assert {path.parent.parent for path in seen} == {MEMORY_FOLDER}
    assert not any(path.parent.exists() for path in seen)
    keys = copied.config.state / KEYS_DATABASE
    assert keys.is_file()
    assert not keys.is_symlink()
    assert len(refs(copied)) == 2


def test_where_no_memory_can_be_had_the_keys_of_a_trial_are_overwritten(
    copied, looked_at, monkeypatch
):
    with KeyStore.open_store(copied.config.state) as keys:
        key = keys.load_key(refs(copied).pop())
    held = place(copied, "what-the-disk-still-holds")
    monkeypatch.setattr(private_folders, "MEMORY_FOLDER", place(copied, "none"))
    looked_at(lambda path: os.link(path, held))

    assert back_up(copied).code == 0

    assert held.stat().st_size
    assert key.encryption_key not in held.read_bytes()


@in_memory
def test_keys_in_memory_that_a_killed_trial_left_are_cleared_away(copied):
    memory = MEMORY_FOLDER / f"{MEMORY_FOLDER_PREFIX}{os.getpid()}-abandoned"
    at = abandoned(copied, memory)

    backup.remove_abandoned_trial(copied.config, at + timedelta(seconds=1))

    assert not memory.exists()
    assert not (copied.config.state / backup.TRIAL_FOLDER).exists()


def test_a_link_in_the_place_of_a_trials_keys_removes_nothing_elsewhere(copied):
    elsewhere = place(copied, "elsewhere")
    at = abandoned(copied, elsewhere)

    backup.remove_abandoned_trial(copied.config, at + timedelta(seconds=1))

    assert (elsewhere / KEYS_DATABASE).exists()
    assert not (copied.config.state / backup.TRIAL_FOLDER).exists()


def test_keys_in_use_are_copied_by_the_database_and_never_opened_as_a_file(copied, monkeypatch):
    opened: list[Path] = []
    copyfile = shutil.copyfile

    def noted(source: Path, to: Path) -> Path:
        opened.append(source)
        return copyfile(source, to)

    monkeypatch.setattr(shutil, "copyfile", noted)

    assert copied.run("backup", str(place(copied, "copies"))).code == 0

    assert opened
    assert copied.config.state / KEYS_DATABASE not in opened
