"""What becomes of each district on this machine: at work, set aside, let go, or on its way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from monitor.db.state_folder_lock import StateFolderLock, find_handover
from monitor.domain.errors import MonitorError
from monitor.fleet.conflicting_districts import TwinFinder
from monitor.fleet.db.shared_database import DistrictRecord, SharedDatabase
from monitor.fleet.district_folders import DistrictFolder, is_drained, list_district_folders
from monitor.fleet.moves import describe_handover, list_moves


class DistrictState(StrEnum):
    AT_WORK = "at work"
    NOT_RUNNING = "not running"
    SET_ASIDE = "set aside"
    LET_GO = "let go"
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
    folder: Path, memories: SharedDatabase | None = None
) -> tuple[DistrictStatus, ...]:
    """Say of each district whether a service has it, and what is wrong if one set it aside."""
    known = memories.list_district_records() if memories else ()
    records = {record.name: record for record in known}
    folders, drained = list_district_folders(folder), is_drained(folder)
    twins = TwinFinder().find_twins(folders)
    return (
        *(
            _build_status(
                district, records.get(district.name), twins.get(district.name, ""), drained=drained
            )
            for district in folders
        ),
        *(
            DistrictStatus(
                name=move.district,
                state=DistrictState.MOVED,
                next_step=(
                    f"Unless {move.machine} has it, copy it there: {' && '.join(move.commands)}. "
                    "See docs/fleet.md: two copies."
                ),
            )
            for move in list_moves(folder)
        ),
    )


def _build_status(
    district: DistrictFolder, record: DistrictRecord | None, refused: str, *, drained: bool
) -> DistrictStatus:
    fault, address, running = refused or (record.reason if record else ""), "", False
    try:
        config = district.load_config()
        handover = find_handover(config.state)
        if handover is not None:
            fault = describe_handover(district, handover) or fault
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
