"""A district whose machine was lost comes back on another one, from its last backup.

What was done since that backup is lost. What people withdrew since is not: it is known outside of
the backup, and holds for any older copy before anyone is asked about.
"""

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.app import App, Environment, open_portal_app
from monitor.config.sections import BackupConfig
from monitor.db.backup_files import Backup, KeyBackup, find_newest_backup
from monitor.db.database import DATABASE_FILE
from monitor.db.files import hand_over_folder, make_folder
from monitor.domain.errors import BusyError, InputError, MovedError
from monitor.domain.vocabulary import ConsentChannel
from monitor.fleet.db.consent_changes import ConsentChange
from monitor.fleet.districts import (
    DISTRICT_CONFIG,
    LEAVING_FILE,
    DistrictFolder,
    ask_to_leave,
    build_district_environment,
    translate_os_errors,
    work_in_district,
)
from monitor.services.backups import RestoreResult, restore_district
from monitor.services.consent_end import audit_consent, withdraw_consent
from monitor.services.consent_renewal import follow_changed_consent

if TYPE_CHECKING:
    from monitor.fleet.db.district_leases import LeasesTable

LOG = logging.getLogger(__name__)


def find_backup(places: BackupConfig) -> tuple[Backup, KeyBackup]:
    """Return the newest copy of a district and the copy of its keys. Raises InputError."""
    if places.folder is None or places.keys is None:
        reason = (
            "Name the folder with the copies of the district, and with --keys that with the copy "
            "of its keys; or set both under [backup]."
        )
        raise InputError(reason)
    for path in (places.folder, places.keys):
        if not path.is_dir():
            reason = f"{path} is not there. Fetch the district's backup, and name its folder."
            raise InputError(reason)
    copy = find_newest_backup(places.folder)
    copy.check_files()
    return copy, KeyBackup(places.keys)


def restore_lost_district(
    district: DistrictFolder,
    backup: tuple[Backup, KeyBackup],
    take_over: Callable[[], None],
    apply_changes: Callable[[str, App], int],
    environment: Environment,
) -> RestoreResult:
    """Bring a district back here; `take_over` is called once nothing else is in the way.

    A running service takes it up when it is whole. What fails can be done again.
    """
    copy, keys = backup
    prepare_folder(district, copy.path.parent)
    config = district.load_config()
    if (config.state / DATABASE_FILE).exists():
        reason = f"{config.state} has a district. Move it away, then restore again."
        raise InputError(reason)
    take_over()
    # Remove what a service left that found no district here.
    with suppress(OSError):
        for name in ("lock", "wake.sock"):
            (config.state / name).unlink(missing_ok=True)
    with work_in_district(district.name):
        own = build_district_environment(environment, district)
        done = restore_district(config, own, copy, keys)
        with open_portal_app(config, own) as app:
            applied = apply_changes(district.name, app)
    with translate_os_errors(district.path, "cannot be opened to the service"):
        hand_over_folder(district.path)
        (district.path / LEAVING_FILE).unlink(missing_ok=True)
    return replace(done, changed_consents=done.changed_consents + applied)


def prepare_folder(district: DistrictFolder, copies: Path) -> None:
    """Make its folder, closed to the service, with the configuration that was backed up."""
    with translate_os_errors(district.path, "cannot be written", "check the disk"):
        make_folder(district.path, like=district.path.parent)
        ask_to_leave(district)
        if not district.config_path.exists():
            saved = copies / DISTRICT_CONFIG
            if not saved.exists():
                reason = (
                    f"The backup has no configuration. Put the district's {DISTRICT_CONFIG} and "
                    f"its secrets into {district.path}, then try again."
                )
                raise InputError(reason)
            shutil.copyfile(saved, district.config_path)
            district.config_path.chmod(0o600)
        hand_over_folder(district.path.parent)


def take_over_lease(leases: "LeasesTable", name: str, gone: str) -> None:
    """Have a district live here. Raises BusyError while its machine may still work on it."""
    lease = leases.replace_machine(name, gone)
    if lease is None or (lease.machine == leases.machine and not lease.is_arriving):
        return
    if lease.is_arriving:
        reason = (
            f"{name} is on its way to {lease.machine}, and that copy is newer than any backup. "
            f"Finish that, or say --gone {lease.machine} if it is lost."
        )
        raise MovedError(reason)
    seconds = round(lease.left.total_seconds())
    reason = (
        f"The machine {lease.machine} was heard of lately, and may work on {name} for another "
        f"{seconds} seconds. Try again then, or say --gone {lease.machine} if it is off for good."
    )
    raise BusyError(reason)


def apply_consent_changes(
    app: App, name: str, find_change: Callable[[str], ConsentChange | None]
) -> int:
    """Append what an older copy does not know; return how many consents it lacked."""
    lacked = 0
    for consent in app.db.consents.list_latest_consents():
        change = find_change(consent.person_id)
        if change is None or consent.withdrawn_at or change.at <= consent.written_at:
            continue
        lacked += 1
        if change.consent is None:
            withdraw_consent(app, consent.person_id, ConsentChannel.AUTOMATIC)
            continue
        with app.db.begin_transaction():
            app.db.consents.insert_consent(change.consent)
            follow_changed_consent(app, change.consent)
            audit_consent(app, change.consent, ConsentChannel.AUTOMATIC, app.clock.now())
    if lacked:
        LOG.warning("consent_changes_applied", extra={"district": name, "count": lacked})
    return lacked
