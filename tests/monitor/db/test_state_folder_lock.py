"""Whoever holds the lock may use the network."""

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.errors import BusyError, CannotWriteError

HOLDER = """
import sys
from pathlib import Path
from monitor.db.state_folder_lock import StateFolderLock
with StateFolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_turned_away(tmp_path: Path) -> None:
    with StateFolderLock(tmp_path), pytest.raises(BusyError, match="Another Namesake") as refusal:
        StateFolderLock(tmp_path).acquire()

    assert refusal.value.exit_code == 75


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    with StateFolderLock(tmp_path) as lock:
        assert lock.is_locked()

    assert not lock.is_locked()
    with StateFolderLock(tmp_path) as next_lock:
        assert next_lock.is_locked()


def test_who_looks_at_the_lock_keeps_no_service_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, other = StateFolderLock(tmp_path), StateFolderLock(tmp_path)
    lock.acquire()
    looked: list[float] = []

    def look_and_go_away(seconds: float) -> None:
        looked.append(seconds)
        lock.release()

    monkeypatch.setattr("monitor.db.state_folder_lock.sleep", look_and_go_away)
    with other:
        assert other.is_locked()
    assert len(looked) == 1


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError):
            StateFolderLock(tmp_path).acquire()
        holder.kill()

    with StateFolderLock(tmp_path) as lock:
        assert lock.is_locked()


def test_a_lock_in_no_folder_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="check its folder"):
        StateFolderLock(tmp_path / "nowhere").acquire()


def test_a_lock_that_may_not_be_looked_at_is_not_said_to_be_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_told: object) -> int:
        raise PermissionError

    monkeypatch.setattr("os.open", refused)

    with pytest.raises(PermissionError):
        StateFolderLock(tmp_path).is_locked()
