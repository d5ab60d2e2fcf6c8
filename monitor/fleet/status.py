"""What becomes of each district on this machine: at work, set aside, let go, or on its way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.db.handover import check_not_moved, find_handover
from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.errors import MonitorError
from monitor.fleet.conflicting_districts import TwinFinder
from monitor.fleet.db.shared_database import DistrictRecord, SharedDatabase
from monitor.fleet.districts import DistrictFolder, is_drained, list_district_folders
from monitor.fleet.moves import DistrictMove, describe_elsewhere, list_moves

if TYPE_CHECKING:
    from monitor.fleet.db.district_leases import Lease, LeasesTable


class DistrictState(StrEnum):
    AT_WORK = "at work"
    NOT_RUNNING = "not running"
    SET_ASIDE = "set aside"
    LET_GO = "let go"
    ELSEWHERE = "elsewhere"
    ARRIVING = "on its way here"
    MOVED = "moved away"


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictStatus:
    """`seen_at` is None where no service has opened it yet; `fault` is why it is not at work.

    `next_step` is what an operator may want to do about one that is well.
    """

    name: str
    address: str = ""
    seen_at: datetime | None = None
    fault: str = ""
    state: DistrictState
    next_step: str = ""


def list_district_statuses(
    folder: Path, shared: SharedDatabase | None = None, leases: "LeasesTable | None" = None
) -> tuple[DistrictStatus, ...]:
    """Say of each district whether a service has it, and what is wrong if one set it aside."""
    known = shared.districts.list_district_records() if shared else ()
    records = {record.name: record for record in known}
    held, drained = leases.list_leases() if leases else {}, is_drained(folder)
    machine = leases.machine if leases else ""
    folders = list_district_folders(folder)
    twins = TwinFinder().find_twins(folders)
    return (
        *(
            _find_other_machine(district, held, machine)
            or _build_status(
                district,
                records.get(district.name),
                twins.get(district.name, ""),
                drained=drained,
            )
            for district in folders
        ),
        *(_build_moved_status(move, held) for move in list_moves(folder)),
    )


def _build_status(
    district: DistrictFolder, record: DistrictRecord | None, refused: str, *, drained: bool
) -> DistrictStatus:
    fault, address, running = refused or (record.reason if record else ""), "", False
    try:
        config = district.load_config()
        check_not_moved(config.state)
        address, running = config.portal.address, StateFolderLock(config.state).is_locked()
    except MonitorError as error:
        fault = str(error)
    state, next_step = DistrictState.NOT_RUNNING, ""
    if fault:
        state = DistrictState.SET_ASIDE
    elif running:
        state = DistrictState.AT_WORK
    elif drained or district.is_leaving:
        state = DistrictState.LET_GO
        next_step = (
            "To go on: `namesake fleet drain --undo`."
            if drained
            else "Run the command again that removes, moves or restores it."
        )
    return DistrictStatus(
        name=district.name,
        address=address,
        seen_at=record.seen_at if record else None,
        fault=fault,
        state=state,
        next_step=next_step,
    )


def _find_other_machine(
    district: DistrictFolder, held: Mapping[str, "Lease"], machine: str
) -> DistrictStatus | None:
    """Return the status of one that this machine may not work on; None if it may."""
    try:
        handover = find_handover(district.load_config().state)
    except MonitorError:
        return None
    lease, name = held.get(district.name), district.name
    if lease is None or (lease.machine == machine and not lease.is_arriving and not handover):
        return None
    is_its_copy = handover is not None and handover.token == lease.token
    if (
        handover is not None
        and handover.machine != machine
        and (is_its_copy if lease.is_arriving else lease.machine == machine)
    ):
        state, to = DistrictState.LET_GO, handover.machine
        fault = (
            f"A move to {to} did not end. Run `namesake fleet move {name} {to}` again, or take it "
            f"back: `namesake fleet move {name} {machine}`."
        )
    elif lease.machine == machine:
        state, fault = DistrictState.ARRIVING, "It is taken up here once its copy is complete."
        if not is_its_copy:
            fault = "It comes here, and this is not its copy. Move this away, and copy it again."
    else:
        state, fault = DistrictState.ELSEWHERE, describe_elsewhere(lease.machine)
    return DistrictStatus(name=name, state=state, fault=fault)


def _build_moved_status(move: DistrictMove, held: Mapping[str, "Lease"]) -> DistrictStatus:
    lease = held.get(move.district)
    if lease is not None and lease.is_arriving and lease.machine == move.machine:
        next_step = f"Copy it to {move.machine}: {' && '.join(move.commands)}"
    elif lease is not None:
        next_step = f"The machine {lease.machine} has it. See docs/fleet.md: two copies."
    else:
        next_step = f"No machine has it: keep {move.folder}, and see docs/fleet.md."
    return DistrictStatus(name=move.district, state=DistrictState.MOVED, next_step=next_step)
