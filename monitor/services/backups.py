"""Back up a district, prove each copy by restoring it, and bring a district back.

A restore neither brings back people who left, nor sends emails again, nor lets anyone in who does
not sign in anew. Due times that no rule gives are reported: the service corrects them, but they
show that a disk, or a person, changed the database.
"""

import logging
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.sections import CONSENT_DURATION, Config
from monitor.db.audit import AuditTable
from monitor.db.backups import (
    Backup,
    KeyBackup,
    begin_backup,
    finish_backup,
    make_trial_folder,
    move_keys_to_disk,
    remove_trial,
    rotate_backups,
)
from monitor.db.connection import check_database
from monitor.db.database import DATABASE_FILE, SENT_LOG_FILE, Database
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.files import hand_over_folder, read_owner
from monitor.domain.consent import Consent
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError, MonitorError
from monitor.domain.health import BACKED_UP, BACKUP_FAILED
from monitor.domain.schedule import DIGEST as DIGEST_SLOT
from monitor.domain.vocabulary import AuditEndStatus, EmailState
from monitor.services.erasure import BACKUPS_ROTATE
from monitor.services.job_kinds import JOB_KINDS, JobScope
from reports.emails.registry import EmailKind
from reports.labels import AUDIT_END_PROBLEMS

# For summer time, and for what was written since the time was last noted.
SLACK = timedelta(days=1)


def check_due_dates(db: Database, at: datetime) -> None:
    """Raise DatabaseError for a due date that the rules do not give at that time."""
    for name in find_wrong_due_dates(db, at):
        reason = (
            f"The due date of `{name}` is missing or wrong. Start the service, which corrects "
            "it, and back up again."
        )
        raise DatabaseError(reason)


def find_wrong_due_dates(db: Database, at: datetime) -> Iterator[str]:
    """Name jobs that are due too late or never; none before the service first ran."""
    last_time = db.clock.find_last_time()
    if last_time is None:
        return
    yield from _find_late_due_dates(db, max(at, last_time))
    # A clock that was set back says nothing of what should be there by now.
    if last_time <= at:
        # Jobs of people who joined since are created next time.
        there = {(due.name, due.subject) for due in db.jobs.list_jobs()}
        consents = db.consents.list_latest_consents()
        subjects: Mapping[JobScope, Collection[str]] = {
            JobScope.DISTRICT: ("",),
            JobScope.ENROLLED: [
                consent.person_id
                for consent in consents
                if consent.given_at < last_time
                and consent.is_active(last_time)
                and consent.is_active(at)
            ],
            JobScope.WITHDRAWN: [consent.person_id for consent in consents if consent.withdrawn_at],
            JobScope.ON_DEMAND: (),
        }
        for kind in JOB_KINDS.values():
            # A copy does not say how its district was configured.
            for subject in subjects[kind.scope] if kind.is_on is None else ():
                if (kind.name, subject) not in there:
                    yield kind.name


def _find_late_due_dates(db: Database, at: datetime) -> Iterator[str]:
    pauses = [
        consent.paused_until
        for consent in db.consents.list_latest_consents()
        if consent.paused_until
    ]
    for due in db.jobs.list_jobs():
        kind = JOB_KINDS.get(due.name)
        if kind is None or due.lease_until is not None:
            continue
        latest = max((at + kind.longest, *(pauses if kind.pausable else ())))
        if due.due_at > latest + SLACK:
            yield due.name


# What a damaged word, number or time comes to when it is read.
DAMAGE_ERRORS = (ValueError, LookupError, TypeError)

END_ACCEPTED = "end-accepted"


def describe_audit_damage(log: AuditTable) -> str:
    """Say what was changed in the audit log, or removed from it; empty if it is intact."""
    broken = log.verify_chain()
    if broken is not None:
        return f"The audit log was changed from row {broken} on."
    return AUDIT_END_PROBLEMS[log.log_end.check_end()]


def accept_audit_end(db: Database, now: datetime) -> None:
    """Continue the audit log from its last row, and record that an operator accepted this.

    Raises InputError if nothing is missing.
    """
    with db.begin_transaction():
        ending = db.audit.log_end
        tail, sealed = ending.check_end(), ending.load_sealed_position()
        if tail is AuditEndStatus.WHOLE:
            reason = "No rows are missing at the end of the audit log. There is nothing to accept."
            raise InputError(reason)
        ending.accept_current_end()
        details = {"tail": tail.value, "was": sealed.text_form}
        db.audit.append_entry(now, "operator", END_ACCEPTED, "", details)


def check_stored_values(db: Database) -> int:
    """Decrypt every stored value, and return how many there were.

    Raises DatabaseError if one was damaged. A database that is older than its keys is not a fault
    of a copy.
    """
    try:
        broken = db.audit.verify_chain()
        if broken is not None:
            reason = f"The audit log was changed from row {broken} on."
            raise DatabaseError(reason)
        if db.audit.log_end.check_end() is AuditEndStatus.CUT:
            raise DatabaseError(AUDIT_END_PROBLEMS[AuditEndStatus.CUT])
        for what in _find_altered_rows(db):
            reason = f"The columns of {what} were changed. Restore a backup."
            raise DatabaseError(reason)
        return sum(1 for _ in _read_all_values(db))
    except DAMAGE_ERRORS as error:
        reason = f"A value in the database is damaged ({type(error).__name__}). Restore a backup."
        raise DatabaseError(reason) from error


def _find_altered_rows(db: Database) -> Iterator[str]:
    """Name rows whose plain columns contradict the encrypted values or each other.

    Times of different moments are not compared, since a clock may be set back.
    """
    yield from (f"case {case_id}" for case_id in db.cases.list_altered_case_ids())
    for person_id in db.people.list_person_ids():
        if any(
            not _has_valid_duration(consent) for consent in db.consents.list_consents(person_id)
        ):
            yield f"a consent of {person_id}"
    for email in db.outbox.list_emails():
        # A bounced email is dead, but it was sent.
        impossible = EmailState.QUEUED if email.sent_at else EmailState.SENT
        if email.state is impossible:
            yield f"email {email.id}"


def _has_valid_duration(consent: Consent) -> bool:
    """Compare its two ends, which are written at the same moment."""
    return timedelta(0) < consent.expires_at - consent.given_at <= CONSENT_DURATION


def _read_all_values(db: Database) -> Iterator[object]:
    """Read each value of each table, and what is sealed beside them."""
    for table in db.list_record_tables():
        yield from table.iterate_records()
    for email in db.outbox.list_emails():
        if email.readable:
            yield db.outbox.load_email_view(email.id, object)
    for sweep in db.sweeps.list_open_sweeps():
        yield from db.journal.list_answered_keys(sweep.id)
    for person_id in db.people.list_person_ids():
        for finding_id in db.findings.list_finding_ids_of_person(person_id):
            yield db.findings.find_assessment(finding_id)
        for case in db.cases.list_cases_of_person(person_id):
            yield from db.cases.list_decisions(case.id)


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
    A failure is recorded, so that the operator finds out.
    """
    # Refuse folders that are not separate.
    places = [("the state folder", config.state), ("the copies", target.folder)]
    if target.keys is not None:
        places.append(("the copy of the keys", target.keys))
    for number, (one, here) in enumerate(places):
        for other, there in places[number + 1 :]:
            if _is_within(here, there) or _is_within(there, here):
                reason = f"{one.capitalize()} and {other} must be in separate folders."
                raise InputError(reason)
    try:
        unfinished = begin_backup(config.state, target.folder, now, list_excluded_files(config))
        try:
            key_copy = KeyBackup(target.keys) if target.keys else KeyBackup(config.state, live=True)
            if target.keys is not None:
                key_copy.renew_keys(config.state / KEYS_DATABASE, db)
            _test_restore(config, unfinished, key_copy)
            backup = finish_backup(unfinished)
        finally:
            shutil.rmtree(unfinished.path, ignore_errors=True)
        rotation = target.rotation
        removed = rotate_backups(target.folder, now, rotation.max_age, rotation.max_count)
        done = BackupResult(backup=backup, removed=removed)
        if recorded:
            details = {
                "bytes": str(done.backup.size_bytes),
                "keys": "copied" if target.keys else "left",
            }
            db.audit.append_entry(now, "operator", BACKED_UP, "", details)
    except MonitorError as error:
        LOG.error("backup_failed", extra={"code": error.exit_code})  # noqa: TRY400 - the command says why
        with suppress(MonitorError):
            details = {"code": str(error.exit_code)}
            db.audit.append_entry(now, "operator", BACKUP_FAILED, "", details)
        raise
    LOG.info("backup_made", extra={"bytes": done.backup.size_bytes, "removed": done.removed})
    return done


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
        reason = (
            f"{config.state} has no space to test the backup ({error.strerror}): check its disk."
        )
        raise CannotWriteError(reason) from error


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
    """Renew the copy of the keys, so that it loses the keys destroyed here since."""
    if config.backup.keys is not None:
        copy = KeyBackup(config.backup.keys)
        if copy.count_missing_erasures(db):
            copy.renew_keys(config.state / KEYS_DATABASE, db)


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


RESTORED = "restored"
# The last ones to come, so that a folder that was restored by half is none.
MOVED_LAST = (KEYS_DATABASE, DATABASE_FILE)
# All others may be sent twice, and are one email then: a mailbox shows one `Message-ID` once.
WEEKLY_EMAILS = frozenset(kind for kind in EmailKind if kind.form.weekly)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """`held_emails` may have been sent already and are not sent again.

    `lost_audit_rows` counts the rows of the audit log that the keys know of and the copy does not.
    """

    made_at: datetime
    person_count: int
    held_emails: int
    lost_audit_rows: int


def restore_district(
    config: Config, now: datetime, copy: Backup, keys: KeyBackup, sent_log: Path | None = None
) -> RestoreResult:
    """Fill the empty state folder; a failure leaves it empty.

    The `sent_log` of the lost folder shows which emails were sent; without it, the weekly ones are
    left out.
    """
    folder = config.state
    _check_folder_empty(folder)
    try:
        with make_trial_folder(folder / TRIAL_FOLDER) as trial:
            build_state_folder(copy, keys, trial)
            if sent_log is not None:
                shutil.copyfile(sent_log, trial / SENT_LOG_FILE)
                (trial / SENT_LOG_FILE).chmod(0o600)
            with Database.open_folder(trial) as db:
                held = 0
                with db.begin_transaction():
                    db.jobs.release_leases()
                    # Someone may have ended theirs since the copy was made.
                    db.access_tokens.delete_all_tokens()
                    db.sessions.delete_all_sessions()
                    if sent_log is None:
                        held = _drop_weekly_emails(db, config, now)
                    result = _record_restore(db, now, copy.manifest.made_at, held)
            move_keys_to_disk(trial)
            hand_over_folder(trial, read_owner(folder))
            # Move everything to its place, the database last: before it there is no district.
            names = sorted(path.name for path in trial.iterdir())
            for name in sorted(
                names,
                key=lambda one_name: MOVED_LAST.index(one_name) if one_name in MOVED_LAST else -1,
            ):
                (trial / name).replace(folder / name)
    except OSError as error:
        reason = f"{folder} cannot be written ({error.strerror}): check the disk and the folder."
        raise CannotWriteError(reason) from error
    return result


def _record_restore(db: Database, now: datetime, made_at: datetime, held: int) -> RestoreResult:
    """Continue the audit log from the end of the copy, with a row that says so."""
    lost = db.audit.log_end.missing_row_count
    # What was written after the copy is gone with the old folder, and that is no fraud.
    db.audit.log_end.accept_current_end()
    details = {"made": made_at.isoformat(timespec="seconds"), "held": str(held), "lost": str(lost)}
    db.audit.append_entry(now, "operator", RESTORED, "", details)
    return RestoreResult(
        made_at=made_at,
        person_count=len(db.people.list_person_ids()),
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


def _check_folder_empty(folder: Path) -> None:
    # What a restore that was killed has left is no district, and is made again.
    if folder.exists() and any(path.name != TRIAL_FOLDER for path in folder.iterdir()):
        reason = f"{folder} is not empty. Move its files elsewhere, and restore again."
        raise InputError(reason)
