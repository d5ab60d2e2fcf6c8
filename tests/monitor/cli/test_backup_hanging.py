"""A folder of copies that hangs is told in one sentence, and holds up no command for good."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event, Thread
from threading import enumerate as list_threads
from typing import TypeVar

import pytest

from monitor.db.atomic_files import list_foreign_files
from monitor.db.backup_files import list_backups, read_take_backs
from monitor.services.changed_backups import RECORD_FILE
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import back_up, hanging, place

T = TypeVar("T")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wait no longer than a test may, and leave no thread behind."""
    before: set[Thread] = set(list_threads())
    for limit in (
        "db.backup_files.ANSWERS_WITHIN_SECONDS",
        "services.backups.WORKS_WITHIN_SECONDS",
    ):
        monkeypatch.setattr(f"monitor.{limit}", 0.2)
    monkeypatch.setattr("monitor.services.health.WORKS_WITHIN_SECONDS", 0.2)
    yield
    for thread in set(list_threads()) - before:
        thread.join(10)
        assert not thread.is_alive()


def test_a_backup_whose_folder_of_keys_hangs_fails_and_loses_nothing(copied: Terminal):
    copies, keys = place(copied, "copies"), place(copied, "keys")
    known, there = read_take_backs(keys / "keys.db"), list_backups(copies)
    copied.clock.at += timedelta(days=1)

    with hanging(keys / "keys.db"):
        said = back_up(copied)

    assert said.code == 73
    assert said.sentence == f"{keys} does not answer: check the disk, or the share that it is on."
    assert list_backups(copies) == there
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
    monkeypatch.setattr("monitor.services.changed_backups.COPIED_WITHIN", timedelta(seconds=0.2))

    copied.clock.at += timedelta(days=1)
    with hanging(copies / RECORD_FILE):
        said = back_up(copied, "--changed")
        assert "failed (73)" in copied.run("doctor").out

    assert said.code == 73
    assert said.sentence == f"{copies} does not answer: check the disk, or the share that it is on."


def asleep(work: Callable[..., T], wakes: Event) -> Callable[..., T]:
    def wait_and_work(*arguments: object) -> T:
        wakes.wait(10)
        return work(*arguments)

    return wait_and_work


@pytest.mark.parametrize(
    ("look", "part"),
    [
        ("monitor.services.health.list_foreign_files", "files"),
        ("monitor.cli.doctor.list_backups", "backup"),
    ],
)
def test_a_health_check_names_a_folder_that_hangs_and_goes_on(
    copied: Terminal, monkeypatch: pytest.MonkeyPatch, look: str, part: str
):
    copied.configured(("[sources.bluesky]", "[backup]\nfolder = 'copies'\n[sources.bluesky]"))
    works = {"files": list_foreign_files, "backup": list_backups}
    wakes = Event()
    monkeypatch.setattr(look, asleep(works[part], wakes))
    try:
        told = copied.run("doctor", "--json").json
    finally:
        wakes.set()

    silent = [row for row in told if "does not answer: check the disk" in row["message"]]
    assert part in {row["what"] for row in silent}
    assert all(row["level"] == "bad" and row["remedy"] for row in silent)
    assert told[-1]["what"] != part


def test_who_owns_files_in_a_folder_that_hangs_is_left_for_later(
    copied: Terminal, monkeypatch: pytest.MonkeyPatch
):
    """What root ends with: it would hold up each of its commands."""
    wakes = Event()
    monkeypatch.setattr("monitor.cli.context.is_root", lambda: True)
    monkeypatch.setattr("monitor.db.backup_files.WORKS_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr("monitor.cli.context.hand_over_folder", asleep(os.fspath, wakes))
    try:
        said = copied.run("staff", "list")
    finally:
        wakes.set()

    assert said.code == 0
    assert "(it does not answer). Run `namesake doctor`." in said.err
