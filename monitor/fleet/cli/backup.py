"""The backups of many districts."""

from pathlib import Path

from monitor import event_log
from monitor.cli.backup import build_rotation
from monitor.cli.context import CliContext, Output
from monitor.config.sections import BackupConfig
from monitor.domain.errors import SetAsideError
from monitor.fleet.backups import DistrictBackup, back_up_districts
from monitor.fleet.config import FleetFile
from monitor.fleet.districts import list_district_folders


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
