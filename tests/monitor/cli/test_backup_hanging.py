"""A folder of copies that hangs is told in one sentence, and holds up no command for good."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from errno import ESTALE
from pathlib import Path
from pkgutil import resolve_name
from threading import Event
from typing import TypeVar

import pytest

from monitor.db import backup_files
from monitor.db.atomic_files import list_foreign_files
from monitor.db.backup_files import list_backups, read_take_backs
from monitor.services.changed_backups import RECORD_FILE
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import back_up, hanging, lose, place, restore

T = TypeVar("T")
MOMENT = 0.05


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Name the folders that get a moment only; all others get as long as a slow machine takes."""
    names: set[str] = set()
    work_within = backup_files._FolderThread.work_within  # noqa: SLF001 - else the test would wait

    def work(thread, work, _seconds):
        return work_within(thread, work, MOMENT if thread.folder.name in names else 600)

    monkeypatch.setattr("monitor.db.backup_files._FolderThread.work_within", work)
    return names


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """Leave no thread behind."""
    before = set(threading.enumerate())
    yield
    await_threads(before)


def await_threads(before: set[threading.Thread]) -> None:
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
        assert not thread.is_alive()


def test_a_backup_whose_folder_of_keys_hangs_fails_and_loses_nothing(
    copied: Terminal, hung: set[str]
):
    copies, keys = place(copied, "copies"), place(copied, "keys")
    known, there = read_take_backs(keys / "keys.db"), list_backups(copies)
    copied.clock.at += timedelta(days=1)

    hung.add("keys")
    with hanging(keys / "keys.db"):
        said = back_up(copied)
    hung.clear()

    assert said.code == 73
    assert said.sentence == f"{keys} does not answer: check the disk, or the share that it is on."
    assert [path.name for path in copies.iterdir()] == [there[0].path.name]
    assert read_take_backs(keys / "keys.db") == known
    assert "failed (73)" in copied.run("doctor").out
    copied.clock.at += timedelta(hours=1)
    assert back_up(copied).code == 0


def test_a_folder_that_hangs_in_the_middle_of_a_backup_is_told_and_recorded(
    copied: Terminal, monkeypatch: pytest.MonkeyPatch
):
    copies = place(copied, "copies")
    copied.clock.at += timedelta(days=1)
    assert back_up(copied, "--changed").code == 0
    limit = timedelta(seconds=MOMENT)
    monkeypatch.setattr("monitor.services.changed_backups.COPIED_WITHIN", limit)

    copied.clock.at += timedelta(days=1)
    with hanging(copies / RECORD_FILE):
        said = back_up(copied, "--changed")
        assert "failed (73)" in copied.run("doctor").out

    assert said.code == 73
    assert said.sentence == f"{copies} does not answer: check the disk, or the share that it is on."


@pytest.mark.parametrize("file", ["manifest.json", "namesake.db"])
def test_a_restore_from_a_folder_that_hangs_ends_and_leaves_nothing(
    copied: Terminal, hung: set[str], file: str
):
    (copy,) = list_backups(place(copied, "copies"))
    before = set(threading.enumerate())
    lose(copied)

    hung.update(("copies", copy.path.name))
    with hanging(copy.path / file):
        said = restore(copied)
    hung.clear()
    await_threads(before)

    assert said.code == 73
    assert said.sentence.endswith(" does not answer: check the disk, or the share that it is on.")
    assert "copies" in said.sentence
    assert not copied.config.state.exists() or list(copied.config.state.iterdir()) == []
    assert restore(copied).code == 0


@pytest.mark.parametrize("folder", ["keys", "old"])
def test_a_restore_names_the_folder_of_keys_or_of_the_log_that_hangs(
    copied: Terminal, hung: set[str], monkeypatch: pytest.MonkeyPatch, folder: str
):
    copies, keys = place(copied, "copies"), place(copied, "keys")
    log, wakes, copy_file = place(copied, "old") / "sent-log", Event(), shutil.copyfile
    log.parent.mkdir()
    log.touch()
    lose(copied)

    def copy_from(source: Path, target: Path) -> None:
        if source.parent.name == folder:
            wakes.wait(60)
        copy_file(source, target)

    hung.add(folder)
    monkeypatch.setattr("monitor.db.backup_files.shutil.copyfile", copy_from)
    try:
        more = "--keys", str(keys), "--sent-log", str(log), "--json"
        said = copied.run("restore", str(copies), *more)
    finally:
        wakes.set()

    assert said.code == 73
    assert said.sentence.startswith(f"{place(copied, folder)} does not answer: check the disk")
    assert list(copied.config.state.iterdir()) == []


@pytest.mark.parametrize(
    ("looked_at", "words"),
    [
        ("pathlib.Path.exists", "copies cannot be read (Stale file handle): check the disk"),
        ("monitor.db.backup_files.compute_file_digest", "cannot be read (Stale file handle): "),
        ("monitor.db.backup_files.shutil.copyfile", "(Stale file handle): check both disks"),
    ],
)
def test_a_restore_from_a_share_that_has_gone_says_so_and_blames_no_file(
    copied: Terminal, monkeypatch: pytest.MonkeyPatch, looked_at: str, words: str
):
    copies, keys = place(copied, "copies"), place(copied, "keys")
    lose(copied)
    work = resolve_name(looked_at)

    def go_stale(*of: Path, **_) -> object:
        if any(copies in (path, *path.parents) for path in of):
            raise OSError(ESTALE, os.strerror(ESTALE))
        return work(*of)

    monkeypatch.setattr(looked_at, go_stale)
    said = copied.run("restore", str(copies), "--keys", str(keys))

    assert said.code == 73
    assert words in said.sentence


def asleep(work: Callable[[Path], T], wakes: Event) -> Callable[[Path], T]:
    """Wait before work in the folder of copies."""

    def wait_and_work(folder: Path) -> T:
        if folder.name == "copies":
            wakes.wait(60)
        return work(folder)

    return wait_and_work


LOOKS = {
    "files": ("monitor.services.health.list_foreign_files", list_foreign_files),
    "backup": ("monitor.cli.doctor.list_backups", list_backups),
}


@pytest.mark.parametrize("part", LOOKS)
def test_a_health_check_names_a_folder_that_hangs_and_goes_on(
    copied: Terminal, hung: set[str], monkeypatch: pytest.MonkeyPatch, part: str
):
    copied.configured(("[sources.bluesky]", "[backup]\nfolder = 'copies'\n[sources.bluesky]"))
    wakes, (look, work) = Event(), LOOKS[part]
    hung.add("copies")
    monkeypatch.setattr(look, asleep(work, wakes))
    try:
        told = copied.run("doctor", "--json").json
    finally:
        wakes.set()

    silent = [row for row in told if "copies does not answer: check the disk" in row["message"]]
    assert part in {row["what"] for row in silent}
    assert all(row["level"] == "bad" and row["remedy"] for row in silent)
    assert told[-1] not in silent


def test_who_owns_files_in_a_folder_that_hangs_is_left_for_later(
    copied: Terminal, monkeypatch: pytest.MonkeyPatch
):
    """What root ends with: it would hold up each of its commands."""
    wakes = Event()
    monkeypatch.setattr("monitor.cli.context.is_root", lambda: True)
    monkeypatch.setattr("monitor.db.backup_files.WORKS_WITHIN_SECONDS", MOMENT)
    monkeypatch.setattr("monitor.cli.context.hand_over_folder", lambda _: wakes.wait(60))
    try:
        said = copied.run("staff", "list")
    finally:
        wakes.set()

    assert said.code == 0
    assert "(it does not answer). Run `namesake doctor`." in said.err
