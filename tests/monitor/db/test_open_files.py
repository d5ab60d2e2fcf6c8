"""Which process holds locks is what the kernel notes of its descriptors."""

from pathlib import Path

import pytest

from monitor.db import open_files
from monitor.db.open_files import has_locks

INFO = "pos:\t0\nflags:\t02100002\nmnt_id:\t27\nino:\t4\n"
LOCK = "lock:\t1: POSIX  ADVISORY  READ 77 fe:00:4 1073741826 1073742335\n"


@pytest.mark.parametrize(
    ("main", "side", "locked"),
    [(INFO + LOCK, INFO, True), (INFO, INFO + LOCK, False), (INFO, INFO, False)],
    ids=["a lock", "a lock of another file", "none"],
)
def test_a_lock_is_found_whatever_number_the_device_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, side: str, locked: object
) -> None:
    """On an overlay, that number is another one than stat(2) gives; in a container, say."""
    database = tmp_path / "namesake.db"
    database.touch()
    process = tmp_path / "proc" / "77"
    for descriptor, (path, info) in enumerate([(database, main), (f"{database}-wal", side)]):
        (process / "fd").mkdir(parents=True, exist_ok=True)
        (process / "fdinfo").mkdir(exist_ok=True)
        (process / "fd" / str(descriptor)).symlink_to(path)
        (process / "fdinfo" / str(descriptor)).write_text(info, "ascii")
    monkeypatch.setattr(open_files, "PROC_FOLDER", tmp_path / "proc")

    assert has_locks(77, database) is locked
    assert not has_locks(78, database)
