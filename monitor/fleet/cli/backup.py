"""The backups of many districts, one after another; what goes wrong with one stops no other."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from monitor import event_log
from monitor.cli.backup import BackupReport, back_up_one, build_rotation
from monitor.cli.context import CliContext, Output
from monitor.config.sections import BackupConfig
from monitor.db.atomic_files import PRIVATE_MODE, write_file
from monitor.db.backup_files import work_in_folder
from monitor.domain.errors import InputError, SetAsideError, describe_fault
from monitor.fleet.cli.context import list_contexts
from monitor.fleet.config import FleetFile
from monitor.fleet.district_folders import DISTRICT_CONFIG, DistrictFolder, work_in_district
from monitor.services.backups import BackupRotation, BackupTarget

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictBackup(BackupReport):
    """`fault` is why there is none."""

    district: str
    fault: str = ""


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
    """Back up each district into folders of its own in `dest`, or where its configuration says."""
    places = BackupConfig(folder=dest, keys=keys)
    context.folders.extend(filter(None, (places.folder, places.keys)))
    # Tell of each district as soon as it is done: all of them may take hours.
    output, done = Output("UTC"), []
    with event_log.log_to_journal():
        for backup in _back_up_districts(context, file, places, build_rotation(**most), changed):
            done.append(backup)
            if not as_json and (backup.path or backup.fault):
                said = str(backup) if backup.path else f"NOT backed up. {backup.fault}"
                output.print_line(f"{backup.district}: {said}")
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


def _back_up_districts(
    asked: CliContext,
    file: FleetFile,
    places: BackupConfig,
    rotation: BackupRotation,
    changed: bool,  # noqa: FBT001 - as it was typed
) -> Iterator[DistrictBackup]:
    taken: dict[Path, str] = {}
    for name, context in list_contexts(asked, file):
        district = context.district
        with work_in_district(name):
            try:
                target = _find_target(district, rotation, places, taken)
                done = back_up_one(context, target, changed=changed)
                save = partial(_save_configuration, district, target.folder)
                work_in_folder(target.folder, save)
                backup = DistrictBackup(district=name, **asdict(done))
            except Exception as error:  # noqa: BLE001 - whatever it is, the other districts go on
                fault = describe_fault(error)
                LOG.error("district_set_aside", extra={"reason": fault})  # noqa: TRY400 - its trace may quote
                backup = DistrictBackup(district=name, fault=fault)
        yield backup


def _find_target(
    district: DistrictFolder, rotation: BackupRotation, places: BackupConfig, taken: dict[Path, str]
) -> BackupTarget:
    own = district.load_config().backup
    folder = places.folder / district.name if places.folder else own.folder
    keys = places.keys / district.name if places.keys else own.keys
    if folder is None:
        reason = f"No backup folder. Set `folder` under [backup] in {district.config_path}."
        raise InputError(reason)
    found = {place: work_in_folder(place, place.resolve) for place in (folder, keys) if place}
    for place, real in found.items():
        for path, owner in taken.items():
            if path.is_relative_to(real) or real.is_relative_to(path):
                # Each would delete the old backups of the other, and overwrite its keys.
                raise InputError(
                    f"{place} has the backups of {owner}. Give each district folders of its own."
                )
    taken.update(dict.fromkeys(found.values(), district.name))
    return BackupTarget(folder=folder, keys=keys, rotation=rotation)


def _save_configuration(district: DistrictFolder, copies: Path) -> None:
    """Keep a district's configuration beside its copies: there are no secrets in it."""
    if not copies.is_dir():
        return
    content, saved = district.config_path.read_bytes(), copies / DISTRICT_CONFIG
    with suppress(FileNotFoundError):
        if saved.read_bytes() == content:
            return
    write_file(saved, content, PRIVATE_MODE)
