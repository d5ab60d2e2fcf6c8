"""The backups of many districts, one after another; what goes wrong with one stops no other."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import monotonic

from monitor import event_log
from monitor.cli.backup import build_rotation
from monitor.cli.context import CliContext, Output
from monitor.config.sections import BackupConfig
from monitor.db.database import Database
from monitor.db.files import PRIVATE_MODE, write_file
from monitor.domain.errors import InputError, SetAsideError, describe_fault
from monitor.fleet.config import FleetFile
from monitor.fleet.districts import (
    DISTRICT_CONFIG,
    NO_BACKUPS,
    DistrictFolder,
    list_district_folders,
    work_in_district,
)
from monitor.services.backups import BackupRotation, BackupTarget, back_up
from monitor.services.changed_backups import back_up_changes

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictBackup:
    """How the backup of one district went; `fault` is why there is none.

    `path` is empty then, and `keys` where no copy of the keys was made.
    """

    district: str
    path: str = ""
    bytes: int = 0
    removed: int = 0
    keys: str = ""
    seconds: float = 0.0
    fault: str = ""


def back_up_districts(
    districts: Iterable[DistrictFolder],
    now: datetime,
    rotation: BackupRotation,
    places: BackupConfig = NO_BACKUPS,
    *,
    changed: bool = False,
) -> Iterator[DistrictBackup]:
    """Back up each district into `places`, or else where its configuration says.

    `changed` leaves out those that did not change since their last backup.
    """
    taken: dict[Path, str] = {}
    for district in districts:
        began = monotonic()
        with work_in_district(district.name):
            try:
                target = _find_target(district, rotation, places, taken)
                done = _back_up_district(district, now, target, changed=changed)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other districts go on
                fault = describe_fault(error)
                LOG.error("district_set_aside", extra={"reason": fault})  # noqa: TRY400 - its trace may quote
                done = DistrictBackup(district=district.name, fault=fault)
        yield replace(done, seconds=round(monotonic() - began, 1))


def _find_target(
    district: DistrictFolder,
    rotation: BackupRotation,
    places: BackupConfig,
    taken: dict[Path, str],
) -> BackupTarget:
    own = district.load_config().backup
    folder = places.folder / district.name if places.folder else own.folder
    keys = places.keys / district.name if places.keys else own.keys
    if folder is None:
        reason = f"No backup folder. Set `folder` under [backup] in {district.config_path}."
        raise InputError(reason)
    for place in filter(None, (folder, keys)):
        for path, owner in taken.items():
            if path.is_relative_to(place.resolve()) or place.resolve().is_relative_to(path):
                # Each would delete the old backups of the other, and overwrite its keys.
                reason = (
                    f"{place} has the backups of {owner}. Give each district folders of its own."
                )
                raise InputError(reason)
    taken.update({path.resolve(): district.name for path in (folder, keys) if path})
    return BackupTarget(folder=folder, keys=keys, rotation=rotation)


def _back_up_district(
    district: DistrictFolder, now: datetime, target: BackupTarget, *, changed: bool
) -> DistrictBackup:
    config = district.load_config()
    if changed:
        done = back_up_changes(config, now, target)
    else:
        with Database.open_folder(config.state) as db:
            done = back_up(db, config, now, target)
    if target.folder.is_dir():
        _save_configuration(district, target.folder / DISTRICT_CONFIG)
    if done is None:
        return DistrictBackup(district=district.name)
    return DistrictBackup(
        district=district.name,
        path=str(done.backup.path),
        bytes=done.backup.size_bytes,
        removed=done.removed,
        keys=str(target.keys or ""),
    )


def _save_configuration(district: DistrictFolder, saved: Path) -> None:
    """Keep a district's configuration beside its copies: there are no secrets in it."""
    content = district.config_path.read_bytes()
    with suppress(FileNotFoundError):
        if saved.read_bytes() == content:
            return
    write_file(saved, content, PRIVATE_MODE)


def back_up_fleet(  # noqa: PLR0913 - what can be typed
    context: CliContext,
    file: FleetFile,
    *,
    dest: Path | None,
    keys: Path | None,
    changed: bool,
    as_json: bool,
    **most: int,
) -> int:
    places = BackupConfig(folder=dest, keys=keys)
    context.folders.extend(filter(None, (places.folder, places.keys)))
    districts = list_district_folders(file.fleet.districts, file.backup)
    now, rotation = context.environment.clock.now(), build_rotation(**most)
    backups = back_up_districts(districts, now, rotation, places, changed=changed)
    # Tell of each district as soon as it is done: all of them may take hours.
    output, done = Output("UTC"), []
    with event_log.log_to_journal():
        for backup in backups:
            done.append(backup)
            if not as_json and (backup.path or backup.fault):
                output.print_line(_describe_backup(backup))
    faults, made = sum(bool(entry.fault) for entry in done), sum(bool(entry.path) for entry in done)
    if as_json:
        output.print_json(done)
    else:
        same = len(done) - faults - made
        unchanged = f" {same} did not change." if same else ""
        output.print_line(f"{made} of {len(done)} districts backed up.{unchanged}")
    if not as_json and any(entry.path and not entry.keys for entry in done):
        output.print_line("Not all keys were copied. Use --keys FOLDER to update their copies.")
    return SetAsideError.exit_code if faults else 0


def _describe_backup(done: DistrictBackup) -> str:
    if done.fault:
        return f"{done.district}: NOT backed up. {done.fault}"
    return (
        f"{done.district}: {done.path}, {done.bytes / 1e6:.1f} MB, backed up and test-restored in "
        f"{done.seconds:.1f} s. Old backups deleted: {done.removed}."
    )
