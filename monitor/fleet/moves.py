"""A district goes to another machine: its folder, or its last backup if its machine was lost.

It is closed here, copied, and opened there, never on both. While it is on its way, its row in the
fleet's database lets only the new machine have it, and a file in its folder keeps every process
from opening it, on both sides. The new machine takes it up once each file is there as it was, so
what fails midway can be done again, or taken back.

What was done since a backup is lost. What people withdrew since is not: it is known outside of the
backup, and holds for any older copy before anyone is asked about.
"""

import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from monitor.app import Environment
from monitor.config.sections import BackupConfig
from monitor.db.atomic_files import PRIVATE_MODE, compute_file_digest, make_folder, write_file
from monitor.db.backup_files import KeyBackup, find_newest_backup
from monitor.db.database import DATABASE_FILE, WARNINGS_FILE
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.state_folder_lock import (
    HANDOVER_FILE,
    Handover,
    StateFolderLock,
    check_not_moved,
    find_handover,
)
from monitor.domain.errors import (
    BusyError,
    DatabaseError,
    InputError,
    MonitorError,
    MovedError,
    UnavailableError,
)
from monitor.domain.serialization import encode_json
from monitor.fleet.district_folders import (
    DISTRICT_CONFIG,
    LEAVING_FILE,
    DistrictFolder,
    ask_to_leave,
    build_district_environment,
    let_stay,
    list_district_folders,
    rename_folder,
    translate_os_errors,
    work_in_district,
)
from monitor.services.backups import RestoreResult, restore_district

if TYPE_CHECKING:
    from monitor.fleet.db.district_leases import LeasesTable

T = TypeVar("T")
DATABASES = (DATABASE_FILE, KEYS_DATABASE)
# What belongs to a process of this machine. The list itself cannot be in it.
NOT_HANDED_OVER = frozenset({HANDOVER_FILE, "lock", "wake.sock", WARNINGS_FILE, LEAVING_FILE})
MOVED_SUFFIX = ".moved"
# A folder of this name is being copied to, and no district yet.
ARRIVING_SUFFIX = ".arriving"
# A service looks for districts that leave every few seconds; what runs in one ends first.
LEAVES_WITHIN = 60.0
CHECKED_EVERY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictMove:
    """`commands` copy its folder."""

    district: str
    machine: str
    folder: Path
    commands: tuple[str, ...]


def move_district(
    district: DistrictFolder, leases: "LeasesTable", machine: str, sleep: Callable[[float], None]
) -> DistrictMove:
    """Close a district for good here, and say how to copy it to another machine.

    What fails leaves it here as it was. Raises BusyError while someone has it open, MovedError if
    it lives elsewhere.
    """
    state = district.load_config().state
    if not state.resolve().is_relative_to(district.path.resolve()):
        raise InputError(
            f"{state} is not in {district.path}. Stop the service, move it there, and set "
            f'state = "state" in {district.config_path}.'
        )
    if not (state / DATABASE_FILE).exists():
        raise InputError(f"There is no database in {state}, so there is nothing to move.")
    known = find_handover(state)
    if known is not None and not known.token:
        check_not_moved(state)
    token = known.token if known else token_hex(16)
    handover = Handover(district=district.name, machine=machine, token=token)
    ask_to_leave(district)
    try:
        with hold_state_folder(state, sleep):
            write_handover(state, handover)
            wait_while_busy(lambda: close_databases(state), sleep)
            write_handover(state, replace(handover, files=hash_files(district.path)))
            lease = leases.begin_move(district.name, machine, token)
            if lease is None or lease.token != token:
                elsewhere = lease.machine if lease else "that has it"
                reason = f"The machine {elsewhere} works on {district.name}. Move it from there."
                raise MovedError(reason)
            return build_move(district.name, machine, rename_folder(district, MOVED_SUFFIX))
    except UnavailableError:
        raise  # it may have been begun, so it stays closed, and is done again or taken back
    except MonitorError:
        leases.cancel_move(district.name, token)
        remove_handover(state)
        let_stay(district.path)
        raise


def take_back(folder: Path, name: str, leases: "LeasesTable") -> None:
    """Let a district stay here that is on its way, if no other machine has taken it up by now."""
    here, moved = folder / name, folder / f"{name}{MOVED_SUFFIX}"
    if moved.exists() and here.exists():
        reason = f"Both {here} and {moved} exist. Move away the one that is not the district."
        raise InputError(reason)
    if not moved.exists() and not here.exists():
        reason = f"There is no district {name!r} in {folder}. `namesake status` shows them."
        raise InputError(reason)
    found = DistrictFolder(name=name, path=moved if moved.exists() else here)
    handover = find_handover(found.load_config().state)
    if not leases.cancel_move(name, handover.token if handover else ""):
        raise MovedError(f"Another machine has taken up {name} by now. Move it back from there.")
    if moved.exists():
        with translate_os_errors(moved, "cannot be renamed"):
            moved.rename(here)
    remove_handover(DistrictFolder(name=name, path=here).load_config().state)
    let_stay(here)


def build_move(name: str, machine: str, folder: Path) -> DistrictMove:
    """Say how to copy a folder that was closed: under another name, so that half of it is none."""
    target = folder.with_name(name).absolute()
    arriving = f"{target}{ARRIVING_SUFFIX}"
    source = f"{folder.absolute()}/"
    copy = shlex.join(["rsync", "-a", "--delete", source, f"root@{machine}:{arriving}/"])
    rename = shlex.join(["ssh", f"root@{machine}", "mv", "-T", arriving, str(target)])
    return DistrictMove(district=name, machine=machine, folder=folder, commands=(copy, rename))


def describe_elsewhere(machine: str) -> str:
    return (
        f"The machine {machine} works on it, so what lies here stays closed. Keep it, and see "
        "docs/fleet.md: two copies."
    )


def describe_handover(district: DistrictFolder, handover: Handover) -> str:
    """Say why a folder stays closed, and what to do; nothing where its copy is awaited."""
    if not handover.token:
        return describe_elsewhere(handover.machine)
    if not district.is_leaving:
        return ""
    return (
        f"A move to {handover.machine} did not end. Run `namesake fleet move {district.name} "
        f"{handover.machine}` again, or with the name of this machine to take it back."
    )


def list_moves(folder: Path) -> tuple[DistrictMove, ...]:
    """Return the districts that were closed here for another machine, and still lie here."""
    found = []
    for path in sorted(folder.glob(f"*{MOVED_SUFFIX}")):
        name = path.name.removesuffix(MOVED_SUFFIX)
        with suppress(MonitorError):
            state = DistrictFolder(name=name, path=path).load_config().state
            handover = find_handover(state)
            if handover is not None:
                found.append(build_move(name, handover.machine, path))
    return tuple(found)


def check_drained(folder: Path) -> None:
    """Raise BusyError while a service here has not let go of all districts."""
    busy = []
    for district in list_district_folders(folder):
        with suppress(MonitorError):
            if StateFolderLock(district.load_config().state).is_locked():
                busy.append(district.name)
    if busy:
        named = ", ".join(busy[:5]) + (" and others" if len(busy) > len(busy[:5]) else "")
        raise BusyError(
            f"The service has not let go of {len(busy)} districts yet: {named}. What runs there "
            "ends first. Run this again."
        )


@contextmanager
def hold_state_folder(state: Path, sleep: Callable[[float], None]) -> Iterator[None]:
    """Hold a district's lock as soon as the service lets go of it. Raises BusyError."""
    lock = StateFolderLock(state)
    wait_while_busy(lock.acquire, sleep)
    try:
        yield
    finally:
        lock.release()


def wait_while_busy(work: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """Do it as soon as no one is in the way. Raises BusyError if someone is for too long."""
    until = monotonic() + LEAVES_WITHIN
    while True:
        try:
            return work()
        except BusyError:
            if monotonic() >= until:
                raise
        sleep(CHECKED_EVERY)


def write_handover(state: Path, handover: Handover) -> None:
    write_file(state / HANDOVER_FILE, encode_json(handover), PRIVATE_MODE)


def remove_handover(state: Path) -> None:
    """Let a district be opened again."""
    with translate_os_errors(state / HANDOVER_FILE, "cannot be deleted"):
        (state / HANDOVER_FILE).unlink(missing_ok=True)


def close_databases(state: Path) -> None:
    """Bring all that was written into the two files; raises BusyError while anyone has them open.

    SQLite leaves its log mode only for the last one who has a database open.
    """
    for name in DATABASES:
        try:
            with closing(sqlite3.connect(state / name, timeout=0, isolation_level=None)) as opened:
                (mode,) = opened.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = ""
        except sqlite3.DatabaseError as error:
            reason = f"{state / name} is damaged. Restore a backup of the district."
            raise DatabaseError(reason) from error
        if mode != "delete":
            reason = f"Another process has {state / name} open: the portal, a backup or a command."
            raise BusyError(reason)


def hash_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a district's folder. Raises CannotWriteError."""
    with translate_os_errors(folder, "cannot be read", "check its files"):
        digests = [
            compute_file_digest(folder, path)
            for path in sorted(folder.rglob("*"))
            if path.name not in NOT_HANDED_OVER and path.is_file() and not path.is_symlink()
        ]
    return {digest.path: digest.sha256 for digest in digests}


def find_missing_file(folder: Path, handover: Handover) -> str:
    """Name a file that has not come, or not as it was; empty if all have."""
    found = hash_files(folder)
    return next((path for path, sha256 in handover.files.items() if found.get(path) != sha256), "")


def restore_lost_district(
    district: DistrictFolder,
    places: BackupConfig,
    take_over: Callable[[], None],
    environment: Environment,
) -> RestoreResult:
    """Bring a district back here; `take_over` is called once nothing else is in the way.

    A running service takes it up when it is whole. What fails can be done again.
    """
    if places.folder is None or places.keys is None:
        raise InputError(
            "Name the folder with the copies of the district, and with --keys that with the copy "
            "of its keys; or set both under [backup]."
        )
    copy = find_newest_backup(places.folder)
    copy.check_files()
    with translate_os_errors(district.path, "cannot be written", "check the disk"):
        make_folder(district.path, like=district.path.parent)
        saved = copy.path.parent / DISTRICT_CONFIG
        if not district.config_path.exists() and not saved.exists():
            raise InputError(
                f"The backup has no configuration. Put the district's {DISTRICT_CONFIG} and its "
                f"secrets into {district.path}, then try again."
            )
        if not district.config_path.exists():
            write_file(district.config_path, saved.read_bytes(), PRIVATE_MODE)
    config = district.load_config()
    if (config.state / DATABASE_FILE).exists():
        raise InputError(f"{config.state} has a district. Move it away, then restore again.")
    take_over()
    with work_in_district(district.name):
        own = build_district_environment(environment, district)
        return restore_district(config, own, copy, KeyBackup(places.keys))


def take_over_lease(leases: "LeasesTable", name: str, gone: str) -> None:
    """Have a district live here. Raises BusyError while its machine may still work on it."""
    lease = leases.replace_machine(name, gone)
    if lease is None or (lease.machine == leases.machine and not lease.is_arriving):
        return
    if lease.is_arriving:
        raise MovedError(
            f"{name} is on its way to {lease.machine}, and that copy is newer than any backup. "
            f"Finish that, or say --gone {lease.machine} if it is lost."
        )
    seconds = round(lease.left.total_seconds())
    raise BusyError(
        f"The machine {lease.machine} was heard of lately, and may work on {name} for another "
        f"{seconds} seconds. Try again then, or say --gone {lease.machine} if it is off for good."
    )
