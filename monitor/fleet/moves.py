"""A district moves to another machine: it is closed here, copied, and opened there, never on both.

While it is on its way, its row in the fleet's database lets only the new machine have it, and a
file in its folder keeps every process from opening it, on both sides. The new machine takes it up
once each file is there as it was, so what fails midway can be done again, or taken back.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import TypeVar

from msgspec import Struct, structs

from monitor.config.sections import Config
from monitor.db.files import StateFolderLock
from monitor.db.handover import Handover, check_not_moved, find_handover
from monitor.domain.errors import (
    BusyError,
    CannotWriteError,
    InputError,
    MonitorError,
    MovedError,
    UnavailableError,
)
from monitor.fleet.db.handover import (
    LeaseStore,
    close_databases,
    list_handover_files,
    remove_handover,
    write_handover,
)
from monitor.fleet.districts import (
    LEAVING_FILE,
    DistrictFolder,
    ask_to_leave,
    list_district_folders,
    rename_folder,
)

T = TypeVar("T")
MOVED_SUFFIX = ".moved"
# A folder of this name is being copied to, and no district yet.
ARRIVING_SUFFIX = ".arriving"
# A service looks for districts that leave every few seconds; what runs in one ends first.
LEAVES_WITHIN = 60.0
CHECKED_EVERY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictMove:
    """`commands` copy its folder; `outside` are files that it names, and are not in its folder."""

    district: str
    machine: str
    folder: Path
    commands: tuple[str, ...]
    outside: tuple[Path, ...]


def move_district(
    district: DistrictFolder, leases: LeaseStore, machine: str, sleep: Callable[[float], None]
) -> DistrictMove:
    """Close a district for good here, and say how to copy it to another machine.

    What fails leaves it here as it was. Raises BusyError while someone has it open, MovedError if
    it lives elsewhere.
    """
    config = district.load_config()
    state = config.state
    outside = _check_movable(district, config)
    if not (state / "namesake.db").exists():
        reason = f"There is no database in {state}, so there is nothing to move."
        raise InputError(reason)
    known = find_handover(state)
    if known is not None and not known.token:
        check_not_moved(state)
    handover = Handover(district=district.name, machine=machine, token=token_hex(16))
    lease = leases.begin_move(district.name, machine, handover.token)
    if lease is None or lease.machine != leases.machine:
        elsewhere = lease.machine if lease else "that has it"
        reason = f"The machine {elsewhere} works on {district.name}. Move it from there."
        raise MovedError(reason)
    ask_to_leave(district)
    try:
        with hold_state_folder(state, sleep):
            write_handover(state, handover)
            wait_while_busy(lambda: close_databases(state), sleep)
            files = list_handover_files(district.path)
            write_handover(state, replace(handover, files=files))
            folder = rename_folder(district, MOVED_SUFFIX)
    except MonitorError:
        with suppress(UnavailableError):
            leases.cancel_move(district.name)
        remove_handover(state)
        _stay(district.path)
        raise
    with suppress(UnavailableError):  # it runs out by itself
        leases.end_leases((district.name,))
    return build_move(district.name, machine, folder, outside)


def take_back(folder: Path, name: str, leases: LeaseStore) -> None:
    """Let a district stay here that is on its way, if no other machine has taken it up by now."""
    here, moved = folder / name, folder / f"{name}{MOVED_SUFFIX}"
    if moved.exists() and here.exists():
        reason = f"Both {here} and {moved} exist. Move away the one that is not the district."
        raise InputError(reason)
    if not moved.exists() and not here.exists():
        reason = f"There is no district {name!r} in {folder}. `namesake fleet list` shows them."
        raise InputError(reason)
    if not leases.cancel_move(name):
        reason = f"Another machine has taken up {name} by now. Move it back from there."
        raise MovedError(reason)
    if moved.exists():
        try:
            moved.rename(here)
        except OSError as error:
            reason = f"{moved} cannot be renamed ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error
    found = DistrictFolder(name=name, path=here)
    remove_handover(found.load_config().state)
    _stay(here)


def build_move(
    name: str, machine: str, folder: Path, outside: tuple[Path, ...] = ()
) -> DistrictMove:
    """Say how to copy a folder that was closed: under another name, so that half of it is none."""
    target = folder.with_name(name).absolute()
    arriving = f"{target}{ARRIVING_SUFFIX}"
    owner = _name_owner(folder)
    words = ["rsync", "-a", "--delete", *([f"--chown={owner}"] if owner else [])]
    copy = shlex.join([*words, f"{folder.absolute()}/", f"root@{machine}:{arriving}/"])
    rename = shlex.join(["ssh", f"root@{machine}", "mv", "-T", arriving, str(target)])
    return DistrictMove(
        district=name, machine=machine, folder=folder, commands=(copy, rename), outside=outside
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


def list_busy_districts(folder: Path) -> tuple[str, ...]:
    """Name the districts that a service here has not let go of."""
    return tuple(
        district_folder.name
        for district_folder in list_district_folders(folder)
        if _is_locked(district_folder)
    )


def _is_locked(district: DistrictFolder) -> bool:
    try:
        return StateFolderLock(district.load_config().state).is_locked()
    except MonitorError:
        return False


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


def _stay(folder: Path) -> None:
    with suppress(OSError):
        (folder / LEAVING_FILE).unlink(missing_ok=True)


def _check_movable(district: DistrictFolder, config: Config) -> tuple[Path, ...]:
    """Return what it names outside of its folder. Raises InputError if that is its state."""
    home = district.path.resolve()
    if not config.state.resolve().is_relative_to(home):
        reason = (
            f"{config.state} is not in {district.path}. Stop the service, move it there, and set "
            f'state = "state" in {district.config_path}.'
        )
        raise InputError(reason)
    named = {path.resolve() for path in _list_paths(config)}
    return tuple(
        sorted(entry for entry in named if not entry.is_relative_to(home) and entry.exists())
    )


def _list_paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, Struct):
        yield from _list_paths(structs.astuple(value))
    elif isinstance(value, Mapping):
        yield from _list_paths(tuple(value.values()))
    elif isinstance(value, tuple | list | frozenset):
        for entry in value:
            yield from _list_paths(entry)


def _name_owner(folder: Path) -> str:
    """Return whose a folder is, by names that hold on every machine; empty if it has none."""
    try:
        return f"{folder.owner()}:{folder.group()}"
    except (KeyError, OSError):
        return ""
