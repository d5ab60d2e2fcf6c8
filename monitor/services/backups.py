"""Back up a district, prove each copy by restoring it, and bring a district back.

A restore neither brings back people who left, nor sends emails again, nor lets anyone in who does
not sign in anew. Due times that no rule gives are reported: the service corrects them, but they
show that a disk, or a person, changed the database.
"""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from msgspec import structs

from monitor.app import App, Environment, open_portal_app
from monitor.config.sections import BackupConfig, Config
from monitor.db.atomic_files import hand_over_folder, read_owner
from monitor.db.backup_files import (
    WORKS_WITHIN_SECONDS,
    Backup,
    KeyBackup,
    begin_backup,
    finish_backup,
    rotate_backups,
    work_in_folder,
)
from monitor.db.database import DATABASE_FILE, SENT_LOG_FILE, Database
from monitor.db.database_copies import check_database
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.private_folders import make_trial_folder, move_keys_to_disk, remove_trial
from monitor.domain.errors import CannotWriteError, InputError, MonitorError, UnavailableError
from monitor.domain.health import (
    BACKED_UP,
    BACKUP_FAILED,
    RESTORED,
    HealthResult,
    report_failure,
    report_ok,
)
from monitor.domain.reason import Count, Plain, Reason
from monitor.domain.retention import BACKUPS_ROTATE
from monitor.domain.schedule import DIGEST as DIGEST_SLOT
from monitor.domain.vocabulary import EmailState
from monitor.services.backup_checks import check_due_dates, check_stored_values
from monitor.services.consent_renewal import follow_changed_consent
from monitor.services.disclosure import renew_time_limits
from monitor.services.job_kinds import JOB_KINDS, JobScope
from monitor.services.legal_holds import follow_hold_end
from reports.emails.registry import EmailKind

LOG = logging.getLogger(__name__)
# It begins with a dot, so no copy includes it.
TRIAL_FOLDER = ".restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRotation:
    """No copy is stored longer than this: that is the promise to people who leave."""

    max_age: timedelta = BACKUPS_ROTATE
    max_count: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupTarget:
    """Where backups go. Without `keys` the copy of the keys is not renewed."""

    folder: Path
    keys: Path | None = None
    rotation: BackupRotation = field(default_factory=BackupRotation)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupResult:
    backup: Backup
    removed: int


def back_up(
    db: Database, config: Config, now: datetime, target: BackupTarget, *, recorded: bool = True
) -> BackupResult:
    """Make a copy, test it by restoring it, then delete old copies.

    Unless it is `recorded`, it leaves no row in the audit log, and the district as it was. The
    database is copied first: keys copied too early would lack those of new people.
    """
    # Refuse folders that are not separate.
    places = [("the state folder", config.state), ("the copies", target.folder)]
    if target.keys is not None:
        places.append(("the copy of the keys", target.keys))
    for number, (one, here) in enumerate(places):
        for other, there in places[number + 1 :]:
            if _is_within(here, there) or _is_within(there, here):
                raise InputError(f"{one.capitalize()} and {other} must be in separate folders.")
    db.follow_keys()
    unfinished = begin_backup(config.state, target.folder, now, list_excluded_files(config))
    try:
        key_copy = KeyBackup(target.keys) if target.keys else KeyBackup(config.state, live=True)
        if target.keys is not None:
            key_copy.back_up_keys(db, WORKS_WITHIN_SECONDS)
        _test_restore(config, unfinished, key_copy)
        backup = finish_backup(unfinished)
    finally:
        shutil.rmtree(unfinished.path, ignore_errors=True)
    rotation = target.rotation
    removed = rotate_backups(target.folder, now, rotation.max_age, rotation.max_count)
    if recorded:
        details = {"bytes": str(backup.size_bytes), "keys": "copied" if target.keys else "left"}
        db.audit.append_entry(now, "operator", BACKED_UP, "", details)
    LOG.info("backup_made", extra={"bytes": backup.size_bytes, "removed": removed})
    return BackupResult(backup=backup, removed=removed)


def record_failed_backup(config: Config, now: datetime, error: MonitorError) -> None:
    """Record it, so that the operator finds out, unless the database cannot be written either."""
    LOG.error("backup_failed", extra={"code": error.exit_code})
    with suppress(MonitorError), Database.open_folder(config.state) as db:
        details = {"code": str(error.exit_code)}
        db.audit.append_entry(now, "operator", BACKUP_FAILED, "", details)


def list_excluded_files(config: Config) -> frozenset[Path]:
    """Leave out the roster and its key, wherever they are, so that no copy has both."""
    students = config.students
    return frozenset(path.resolve() for path in (students.tokens, students.key_file) if path)


def _test_restore(config: Config, copy: Backup, keys: KeyBackup) -> None:
    """Restore it next to the district, where database and keys are together anyway."""
    try:
        with make_trial_folder(config.state / TRIAL_FOLDER) as trial:
            build_state_folder(copy, keys, trial)
            with Database.open_folder(trial) as db:
                check_due_dates(db, copy.manifest.made_at)
    except OSError as error:
        raise CannotWriteError(
            f"{config.state} has no space to test the backup ({error.strerror}): check its disk."
        ) from error


def remove_abandoned_trial(config: Config, before: datetime) -> None:
    """Remove what a killed test restore left: its keys may have been destroyed since.

    Raises CannotWriteError if it cannot be removed.
    """
    trial = config.state / TRIAL_FOLDER
    try:
        if trial.stat().st_mtime < before.timestamp():
            remove_trial(trial)
    except FileNotFoundError:
        return  # there is none, or it has just ended
    except OSError as error:
        reason = f"{trial} cannot be deleted ({error.strerror}). It contains keys: delete it."
        raise CannotWriteError(reason) from error


def renew_key_backup(db: Database, config: Config) -> None:
    """Renew the copy of the keys where it lacks what people took back since."""
    if config.backup.keys is not None:
        db.follow_keys()
        KeyBackup(config.backup.keys).follow_keys(db)


def check_key_backup(db: Database, config: Config) -> Iterator[HealthResult]:
    """Say whether the copy of the keys is there and knows what people took back."""
    if config.backup.keys is None:
        return
    try:
        lacks = KeyBackup(config.backup.keys).count_missing_changes(db)
    except CannotWriteError as error:
        yield report_failure("backup", str(error), Reason("remedy.keys-unwritten"), error.exit_code)
        return
    if not (config.backup.keys / KEYS_DATABASE).exists():
        message = Reason("health.backup.keys-away", {"folder": Plain(str(config.backup.keys))})
        remedy = Reason("remedy.backup-away")
        yield report_failure("backup", message, remedy, UnavailableError.exit_code)
    elif lacks:
        message = Reason("health.backup.keys-behind", {"count": Count(lacks)})
        remedy = Reason("remedy.keys-behind")
        yield report_failure("backup", message, remedy, UnavailableError.exit_code)
    else:
        yield report_ok("backup", Reason("health.backup.keys"))


def build_state_folder(copy: Backup, keys: KeyBackup, folder: Path) -> None:
    """Build a district's folder from a copy and its keys, and check it.

    Opening it refuses keys of another district and a newer database, and erases people who were
    erased since. Raises DatabaseError.
    """
    copy.check_files()
    copy.copy_files_to(folder)
    keys.copy_keys_to(folder)
    check_database(folder / DATABASE_FILE)
    check_database(folder / KEYS_DATABASE)
    with Database.open_folder(folder) as db:
        check_stored_values(db)


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


# What a restore that was killed has left, and a service that found no district there.
NO_DISTRICT = frozenset({TRIAL_FOLDER, "lock", "wake.sock"})
# The last ones to come, so that a folder that was restored by half is none.
MOVED_LAST = (KEYS_DATABASE, DATABASE_FILE)
# All others may be sent twice, and are one email then: a mailbox shows one `Message-ID` once.
WEEKLY_EMAILS = frozenset(kind for kind in EmailKind if kind.form.weekly)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """`changed_consents` counts who ended or changed theirs since the copy was made, which holds.

    `changed_holds` counts legal holds that were placed or lifted since, which hold, too.
    `held_emails` may have been sent already and are not sent again. `lost_audit_rows` counts the
    rows of the audit log that the keys know of and the copy does not.
    """

    made_at: datetime
    person_count: int
    changed_consents: int
    changed_holds: int
    held_emails: int
    lost_audit_rows: int


def restore_district(
    config: Config,
    environment: Environment,
    copy: Backup,
    keys: KeyBackup,
    sent_log: Path | None = None,
) -> RestoreResult:
    """Fill the empty state folder; a failure leaves it empty.

    Raises CannotWriteError, too, where the copy, its keys or the log are in a folder that hangs.

    The `sent_log` of the lost folder shows which emails were sent; without it, the weekly ones are
    left out.
    """
    folder, now = config.state, environment.clock.now()
    if folder.exists() and not all(path.name in NO_DISTRICT for path in folder.iterdir()):
        raise InputError(f"{folder} is not empty. Move its files elsewhere, and restore again.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # one that somebody made before is often open to others
        with make_trial_folder(folder / TRIAL_FOLDER) as trial:
            build_state_folder(copy, keys, trial)
            if sent_log is not None:
                copy_log = partial(shutil.copyfile, sent_log, trial / SENT_LOG_FILE)
                try:
                    work_in_folder(sent_log.parent, copy_log)
                except FileNotFoundError:
                    raise InputError(f"There is no file {sent_log}.") from None
                (trial / SENT_LOG_FILE).chmod(0o600)
            # Nothing is written to the copy of the keys, which the next try may need.
            there = structs.replace(config, state=trial, backup=BackupConfig())
            with open_portal_app(there, environment) as app:
                db, held = app.db, 0
                with db.begin_transaction():
                    db.jobs.release_leases()
                    # Someone may have ended theirs since the copy was made.
                    db.access_tokens.delete_all_tokens()
                    db.sessions.delete_all_sessions()
                    if sent_log is None:
                        held = _drop_weekly_emails(db, config, now)
                    made_at = copy.manifest.made_at
                    changed = {
                        "consents": _follow_changed_consents(app, made_at),
                        "holds": _follow_changed_holds(app, made_at),
                    }
                    renew_time_limits(app, made_at)
                    result = _record_restore(db, now, made_at, changed, held)
            _move_into_place(trial, folder)
    except OSError as error:
        reason = (
            f"{folder} cannot be filled from {copy.path} ({error.strerror or error}): check both "
            "disks, or the share that the backup is on."
        )
        raise CannotWriteError(reason) from error
    return result


def _move_into_place(trial: Path, folder: Path) -> None:
    """Make a trial the district, its database last: before it there is none."""
    move_keys_to_disk(trial)
    hand_over_folder(trial, read_owner(folder))
    others = {path.name for path in trial.iterdir()}.difference(MOVED_LAST)
    for name in (*sorted(others), *MOVED_LAST):
        (trial / name).replace(folder / name)


def _follow_changed_consents(app: App, made_at: datetime) -> int:
    """Do again what followed when people ended or changed their consent; return how many did."""
    changed = [line for line in app.db.consents.list_latest_consents() if line.written_at > made_at]
    for consent in changed:
        follow_changed_consent(app, consent)
    return len(changed)


def _follow_changed_holds(app: App, made_at: datetime) -> int:
    """Do again what followed when legal holds were lifted; return how many changed."""
    changed = app.db.legal_holds.list_legal_holds_changed_since(made_at)
    for hold in changed:
        if hold.lifted_at is not None:
            follow_hold_end(app, hold.person_id)
    return len(changed)


def _record_restore(
    db: Database, now: datetime, made_at: datetime, changed: Mapping[str, int], held: int
) -> RestoreResult:
    """Continue the audit log from the end of the copy, with a row that says so."""
    lost = db.audit.log_end.missing_row_count
    # What was written after the copy is gone with the old folder, and that is no fraud.
    db.audit.log_end.accept_current_end()
    details = {"made": made_at.isoformat(timespec="seconds"), "held": str(held), "lost": str(lost)}
    details |= {name: str(count) for name, count in changed.items()}
    db.audit.append_entry(now, "operator", RESTORED, "", details)
    return RestoreResult(
        made_at=made_at,
        person_count=len(db.people.list_person_ids()),
        changed_consents=changed["consents"],
        changed_holds=changed["holds"],
        held_emails=held,
        lost_audit_rows=lost,
    )


def _drop_weekly_emails(db: Database, config: Config, now: datetime) -> int:
    """Leave out the weekly emails that may have been sent, and return how many waited."""
    # We cannot know whether this week's was sent, so the next one is next week's.
    for due in db.jobs.list_jobs():
        kind = JOB_KINDS.get(due.name)
        if kind is None or kind.slot is not DIGEST_SLOT or due.due_at > now:
            continue
        subject, zone = config.district.id, config.district.zone
        if kind.scope is JobScope.ENROLLED:
            if due.subject not in db.people.list_person_ids():
                continue
            subject, zone = due.subject, db.people.load_person(due.subject).zone
        next_at = kind.slot.compute_next_time(now, subject, zone)
        db.jobs.finish_job(due.name, due.subject, next_at)
    waiting = [
        email
        for email in db.outbox.list_emails()
        if email.state is EmailState.QUEUED and email.kind in WEEKLY_EMAILS
    ]
    for email in waiting:
        db.outbox.mark_email_dead(email.id, "it may have been sent before the copy was restored")
    return len(waiting)
