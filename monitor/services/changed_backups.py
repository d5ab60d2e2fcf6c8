"""Back up a district that changed since its last backup, and any once a day.

Opening a district writes to its files, and a service that looks at it notes the time. So files that
are as they were need no reading, and those that are not are compared by what they hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from monitor.config.sections import Config
from monitor.db.atomic_files import PRIVATE_MODE, write_file
from monitor.db.backup_files import (
    hash_content,
    list_backups,
    list_extra_files,
    thin_backups,
    work_in_folder,
)
from monitor.db.database import DATABASE_FILE, Database
from monitor.db.encryption import KEYS_DATABASE
from monitor.domain.errors import InputError, MonitorError
from monitor.domain.health import BACKED_UP
from monitor.domain.serialization import decode_json, encode_json
from monitor.services.backups import (
    BackupResult,
    BackupTarget,
    back_up,
    list_excluded_files,
    record_failed_backup,
)

# Beside the copies. Without it, the next backup is made as if all had changed.
RECORD_FILE = "last-backup.json"
# Once a day it is done whatever has changed: the audit log has a row of it, and `doctor` looks.
EACH_DAY = timedelta(days=1)
# Less than what systemd grants the command (namesake-backup.service), so that it can say so.
COPIED_WITHIN = timedelta(minutes=50)
# Of older copies, the last one of each day stays.
KEPT_WHOLE = timedelta(hours=2)
WATCHED_FILES = tuple(
    f"{name}{log}" for name in (DATABASE_FILE, KEYS_DATABASE) for log in ("", "-wal")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """`changed` is in nanoseconds."""

    name: str
    changed: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRecord:
    """What the last backup of a district has: its files as they were before it, and `content`.

    `stamps` are those of its databases, `others` those of all its other files.
    """

    daily_at: datetime
    stamps: tuple[FileStamp, ...]
    others: tuple[FileStamp, ...]
    content: str


def back_up_district(
    config: Config, now: datetime, target: BackupTarget, *, changed: bool
) -> BackupResult | None:
    """Back up a district; if it shall only be what `changed`, None where nothing did.

    A failure is recorded. Raises CannotWriteError where a folder hangs.
    """
    # Without a database of ours, nothing is begun that could fail.
    work_in_folder(config.state, config.state.exists if changed else partial(_open_once, config))
    try:
        # A copy takes minutes, but a share that has gone away is told at once.
        for folder in filter(None, (target.folder, target.keys)):
            work_in_folder(folder, partial(list_backups, folder))
        work = partial(back_up_changes if changed else _back_up_all, config, now, target)
        return work_in_folder(target.folder, work, COPIED_WITHIN.total_seconds())
    except InputError:  # it was not begun
        raise
    except MonitorError as error:
        record_failed_backup(config, now, error)
        raise


def _open_once(config: Config) -> None:
    Database.open_folder(config.state).close()


def _back_up_all(config: Config, now: datetime, target: BackupTarget) -> BackupResult:
    with Database.open_folder(config.state) as db:
        return back_up(db, config, now, target)


def back_up_changes(config: Config, now: datetime, target: BackupTarget) -> BackupResult | None:
    """Back up a district unless nothing changed since the last time; None then.

    What is written meanwhile is in this backup or in the next one.
    """
    stamps, last = read_stamps(config.state, WATCHED_FILES), load_record(target.folder)
    # Name the files that a backup has besides the database.
    found = list_extra_files(config.state, list_excluded_files(config))
    others = read_stamps(config.state, tuple(str(file.relative_to(config.state)) for file in found))
    is_daily = last is None or now >= last.daily_at + EACH_DAY or not list_backups(target.folder)
    if last is not None and not is_daily and last.others == others:
        if last.stamps == stamps:
            return None
        if last.content == hash_content(config.state, BACKED_UP):
            save_record(target.folder, replace(last, stamps=stamps))
            return None
    with Database.open_folder(config.state) as db:
        done = back_up(db, config, now, target, recorded=is_daily)
    record = BackupRecord(
        daily_at=now if last is None or is_daily else last.daily_at,
        stamps=stamps,
        others=others,
        content=hash_content(done.backup.path, BACKED_UP),
    )
    save_record(target.folder, record)
    thinned = thin_backups(target.folder, now, KEPT_WHOLE)
    return replace(done, removed=done.removed + thinned)


def read_stamps(state: Path, names: Iterable[str]) -> tuple[FileStamp, ...]:
    """Describe files without opening them; a log that is empty is none."""
    found = []
    for name in names:
        try:
            known = (state / name).stat()
        except OSError:
            continue
        if known.st_size:
            found.append(FileStamp(name=name, changed=known.st_mtime_ns, bytes=known.st_size))
    return tuple(found)


def load_record(folder: Path) -> BackupRecord | None:
    """Return what is known of the last backup; None where that is nothing of use."""
    try:
        return decode_json((folder / RECORD_FILE).read_bytes(), BackupRecord)
    except (OSError, ValueError):
        return None


def save_record(folder: Path, record: BackupRecord) -> None:
    write_file(folder / RECORD_FILE, encode_json(record), PRIVATE_MODE)
