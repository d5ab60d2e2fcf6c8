"""Back up a district, prove each copy by restoring it, and bring a district back.

A restore brings back neither who left nor what was sent. Times that no rule gives are reported; the
service puts them right when it next looks, but they say that a disk, or a hand, changed the
database.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.config import CONSENT_DURATION, Config
from monitor.db.audit import AuditEndStatus, AuditTable
from monitor.db.backups import Backup, KeyBackup, begin_backup, finish_backup, rotate_backups
from monitor.db.connection import check_database
from monitor.db.database import DATABASE_FILE, SENT_LOG_FILE, Database
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.outbox import EmailState
from monitor.db.ownership import hand_over_folder, read_owner
from monitor.db.trial import make_trial_folder, move_keys_to_disk, remove_trial
from monitor.domain.consent import Consent
from monitor.domain.schedule import compute_next_digest
from monitor.errors import CannotWriteError, DatabaseError, InputError, MonitorError
from monitor.services.erasure import BACKUPS_ROTATE, ERASURE
from monitor.services.ingest import SECOND_PROOF
from monitor.services.retention import PURGE
from monitor.services.schedule import DIGEST, MAX_DELAYS, REVIEW, SWEEP
from monitor.services.sweeps import RECHECK
from reports.emails.registry import EmailKind

WEEK = timedelta(days=7)
MAX_DUE_AHEAD = {**MAX_DELAYS, SWEEP: WEEK, DIGEST: WEEK, REVIEW: WEEK}
# Both are put off until a pause ends.
PAUSABLE_JOBS = frozenset({SECOND_PROOF, RECHECK})
# For summer time, and for what was written since the time was last noted.
SLACK = timedelta(days=1)


def check_due_dates(state: Database, at: datetime) -> None:
    """Raise DatabaseError for a due date that is not as the rules would have it at a moment."""
    for name in find_wrong_due_dates(state, at):
        reason = (
            f"The due date of `{name}` is missing or wrong. Start the service, which corrects "
            "it, and back up again."
        )
        raise DatabaseError(reason)


def find_wrong_due_dates(state: Database, at: datetime) -> Iterator[str]:
    """Name what is due too late, and what is due at no time; nothing before the service ran."""
    noted = state.clock.find_last_time()
    if noted is None:
        return
    yield from _find_late_due_dates(state, max(at, noted))
    # A clock that was set back says nothing of what should be there by now.
    if noted <= at:
        yield from _find_missing_due_dates(state, noted, at)


def _find_late_due_dates(state: Database, at: datetime) -> Iterator[str]:
    pauses = [
        each.paused_until for each in state.consents.list_latest_consents() if each.paused_until
    ]
    for due in state.jobs.list_jobs():
        longest = MAX_DUE_AHEAD.get(due.name)
        if longest is None or due.lease_until is not None:
            continue
        latest = max((at + longest, *pauses)) if due.name in PAUSABLE_JOBS else at + longest
        if due.due_at > latest + SLACK:
            yield due.name


def _find_missing_due_dates(state: Database, noted: datetime, at: datetime) -> Iterator[str]:
    """Expect what each look of the service sees to; who joined since then waits for the next."""
    there = {(due.name, due.subject) for due in state.jobs.list_jobs()}
    expected = [(SWEEP, ""), (PURGE, "")]
    for consent in state.consents.list_latest_consents():
        if consent.withdrawn_at is not None:
            expected.append((ERASURE, consent.person))
        elif consent.given_at < noted and consent.is_active(noted) and consent.is_active(at):
            expected.append((DIGEST, consent.person))
    yield from (name for name, subject in expected if (name, subject) not in there)


EVER_SINCE = datetime.min.replace(tzinfo=UTC)
# What a damaged word, number or time comes to when it is read.
DAMAGE_ERRORS = (ValueError, LookupError, TypeError)

END_ACCEPTED = "end-accepted"
AUDIT_TAIL_WORDS = {
    AuditEndStatus.WHOLE: "",
    AuditEndStatus.CUT: "Rows were removed from the end of the audit log.",
    AuditEndStatus.OLDER: (
        "This database is older than the audit log end stored with the keys. "
        "If you restored it yourself, confirm that with `namesake audit accept`."
    ),
    AuditEndStatus.REPLACED: (
        "This audit log does not match the end stored with the keys, as after a restored database "
        "was written to. If you restored it yourself, confirm that with `namesake audit accept`."
    ),
}


def describe_audit_damage(log: AuditTable) -> str:
    """Say what was changed in the audit log, or taken from it; nothing where it is whole."""
    broken = log.verify_chain()
    if broken is not None:
        return f"The audit log was changed from row {broken} on."
    return AUDIT_TAIL_WORDS[log.log_end.check_end()]


def accept_audit_end(state: Database, now: datetime) -> None:
    """Let the audit log go on from where it ends; that somebody let it stands in it from then on.

    Raises InputError where nothing is missing.
    """
    with state.begin_transaction():
        ending = state.audit.log_end
        tail, kept = ending.check_end(), ending.load_sealed_position()
        if tail is AuditEndStatus.WHOLE:
            reason = "No rows are missing at the end of the audit log. There is nothing to accept."
            raise InputError(reason)
        ending.accept_current_end()
        told = {"tail": tail.value, "was": kept.text_form}
        state.audit.append_entry(now, "operator", END_ACCEPTED, "", told)


def check_stored_values(state: Database) -> int:
    """Open all that is kept, and return how many values that were.

    Raises DatabaseError where one is not as it was written. That a database is older than its keys
    is no fault of a copy.
    """
    try:
        broken = state.audit.verify_chain()
        if broken is not None:
            reason = f"The audit log was changed from row {broken} on."
            raise DatabaseError(reason)
        if state.audit.log_end.check_end() is AuditEndStatus.CUT:
            raise DatabaseError(AUDIT_TAIL_WORDS[AuditEndStatus.CUT])
        for what in _find_altered_rows(state):
            reason = f"The columns of {what} were changed. Restore a backup."
            raise DatabaseError(reason)
        return sum(1 for _ in _read_all_values(state))
    except DAMAGE_ERRORS as error:
        reason = f"A value in the database is damaged ({type(error).__name__}). Restore a backup."
        raise DatabaseError(reason) from error


def _find_altered_rows(state: Database) -> Iterator[str]:
    """Name what says otherwise than what is sealed of it, or than its other columns do.

    Times of different moments are not compared: a clock that was set back puts them out of order.
    """
    yield from (f"flag {ref}" for ref in state.flags.list_altered_flag_ids())
    for ref in state.people.list_person_ids():
        if any(not _has_valid_duration(each) for each in state.consents.list_consents(ref)):
            yield f"a consent of {ref}"
    for letter in state.outbox.list_emails():
        # One that came back is dead, and was sent all the same.
        impossible = EmailState.QUEUED if letter.sent_at else EmailState.SENT
        if letter.state is impossible:
            yield f"letter {letter.ref}"


def _has_valid_duration(consent: Consent) -> bool:
    """Compare its two ends, which are written in one moment."""
    return timedelta(0) < consent.expires_at - consent.given_at <= CONSENT_DURATION


def _read_all_values(state: Database) -> Iterator[object]:
    yield from state.audit.list_entries()
    for invitation in state.invitations.list_invitations():
        yield invitation
        yield state.enrollment_drafts.find_draft(invitation.ref)
    yield from state.run_requests.list_run_requests()
    for letter in state.outbox.list_emails():
        yield letter
        if letter.readable:
            yield state.outbox.load_email_view(letter.ref, object)
    yield from state.break_glass.list_break_glass_proposals()
    yield from state.jobs.list_jobs()
    yield from state.source_health.list_source_health()
    yield from state.hosts.list_host_states()
    yield from state.robots_files.list_robots_files()
    yield from state.pages.list_pages()
    for sweep in state.sweeps.list_open_sweeps():
        yield sweep
        yield from state.journal.list_answered_keys(sweep.ref)
        for source in state.journal.list_answering_sources(sweep.ref):
            yield from state.journal.load_answers_by_subject(sweep.ref, source).items()
    for ref in state.people.list_person_ids():
        yield from _read_person_values(state, ref)


def _read_person_values(state: Database, person_id: str) -> Iterator[object]:
    yield state.people.load_person(person_id)
    yield from state.consents.list_consents(person_id)
    yield from state.legal_holds.list_legal_holds_of_person(person_id)
    yield from state.hold_proposals.list_hold_proposals_of_person(person_id)
    yield from state.address_changes.list_address_changes(person_id)
    yield from filter(None, (state.name_changes.find_name_change_of_person(person_id),))
    yield from state.account_proofs.list_proofs_of_person(person_id)
    yield from state.questions.list_questions_of_person(person_id)
    yield from state.review_notes.list_review_notes_of_person(person_id)
    yield from state.sightings.list_sightings_of_person(person_id)
    yield from state.events.list_events_of_person(person_id, EVER_SINCE)
    for item in state.items.list_items_of_person(person_id):
        yield item
        yield state.items.find_assessment(item.ref)
        yield from state.versions.list_versions(item.ref)
    for flag in state.flags.list_flags_of_person(person_id):
        yield flag
        yield from state.flags.list_decisions(flag.ref)


BACKED_UP = "backed-up"
BACKUP_FAILED = "backup-failed"
# It begins with a dot, so that it is in no copy itself.
TRIAL_FOLDER = ".restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRotation:
    """Longer than this no copy is kept: so much was promised to who leaves."""

    max_age: timedelta = BACKUPS_ROTATE
    max_count: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupResult:
    backup: Backup
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingUp:
    """The database is copied first: keys that come too late open nothing, too early too little."""

    state: Database
    config: Config
    now: Callable[[], datetime]

    def create_verified_backup(
        self, to: Path, keys: Path | None, rotation: BackupRotation
    ) -> BackupResult:
        """Copy, prove the copy by restoring it, then let old copies go.

        That it failed is kept, so that whoever looks after the service is told.
        """
        _check_separate_folders(self.config.state, to, keys)
        try:
            return self._write_backup(to, keys, rotation)
        except MonitorError as error:
            with suppress(MonitorError):
                told = {"code": str(error.exit_code)}
                self.state.audit.append_entry(self.now(), "operator", BACKUP_FAILED, "", told)
            raise

    def _write_backup(self, to: Path, keys: Path | None, rotation: BackupRotation) -> BackupResult:
        begun = begin_backup(self.config.state, to, self.now(), self._list_excluded_files())
        try:
            key_copy = KeyBackup(keys) if keys else KeyBackup(self.config.state, live=True)
            if keys is not None:
                key_copy.renew_keys(self.config.state / KEYS_DATABASE, self.state)
            self._test_restore(begun, key_copy)
            done = finish_backup(begun)
        finally:
            shutil.rmtree(begun.path, ignore_errors=True)
        removed = rotate_backups(to, self.now(), rotation.max_age, rotation.max_count)
        counted = {"bytes": str(done.size_bytes), "keys": "copied" if keys else "left"}
        self.state.audit.append_entry(self.now(), "operator", BACKED_UP, "", counted)
        return BackupResult(backup=done, removed=removed)

    def _list_excluded_files(self) -> frozenset[Path]:
        """Leave out the roster and its key, wherever they lie: these two never meet in a copy."""
        students = self.config.students
        return frozenset(each.resolve() for each in (students.tokens, students.key_file) if each)

    def _test_restore(self, copy: Backup, keys: KeyBackup) -> None:
        """Restore it beside the district, where database and keys lie together anyway."""
        try:
            with make_trial_folder(self.config.state / TRIAL_FOLDER) as trial:
                build_state_folder(copy, keys, trial)
                with Database.open_folder(trial) as state:
                    check_due_dates(state, copy.manifest.made_at)
        except OSError as error:
            reason = (
                f"{self.config.state} has no space to test the backup ({error.strerror}): check "
                "its disk."
            )
            raise CannotWriteError(reason) from error


def remove_abandoned_trial(config: Config, before: datetime) -> None:
    """Remove what a trial that was killed has left: keys lie in it that may be destroyed since.

    Raises CannotWriteError where it cannot be removed.
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


def renew_key_backup(state: Database, config: Config) -> None:
    """Destroy in the copy of the keys, too, what was destroyed here since it was made."""
    if config.backup.keys is not None:
        copy = KeyBackup(config.backup.keys)
        if copy.count_missing_erasures(state):
            copy.renew_keys(config.state / KEYS_DATABASE, state)


def build_state_folder(copy: Backup, keys: KeyBackup, folder: Path) -> None:
    """Make a district's folder of a copy and its keys, and prove it sound.

    Opening it refuses keys of another district and a newer database, and erases who was erased
    since. Raises DatabaseError.
    """
    copy.check_files()
    copy.copy_files_to(folder)
    keys.copy_keys_to(folder)
    check_database(folder / DATABASE_FILE)
    check_database(folder / KEYS_DATABASE)
    with Database.open_folder(folder) as state:
        check_stored_values(state)


def _check_separate_folders(state: Path, to: Path, keys: Path | None) -> None:
    """Refuse places where whoever finds one finds the other."""
    places = [("the state folder", state), ("the copies", to)]
    if keys is not None:
        places.append(("the copy of the keys", keys))
    for number, (one, here) in enumerate(places):
        for other, there in places[number + 1 :]:
            if _is_within(here, there) or _is_within(there, here):
                reason = f"{one.capitalize()} and {other} must be in separate folders."
                raise InputError(reason)


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


RESTORED = "restored"
# The last ones to come, so that a folder that was restored by half is none.
MOVED_LAST = (KEYS_DATABASE, DATABASE_FILE)
# Sent again they would be last week's news; all else may be sent twice, and is one letter then.
WEEKLY_KINDS = frozenset({EmailKind.DIGEST, EmailKind.REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """`held_emails` may have been sent already and are not sent again.

    `lost_audit_rows` counts the rows of the audit log that the keys know of and the copy does not.
    """

    made_at: datetime
    person_count: int
    held_emails: int
    lost_audit_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    config: Config
    now: Callable[[], datetime]

    def restore_district(
        self, copy: Backup, keys: KeyBackup, postmarks: Path | None = None
    ) -> RestoreResult:
        """Fill the empty state folder; what fails leaves it empty.

        With the `postmarks` of the folder that was lost it is known of every letter whether it
        went out; without them the weekly ones are left out.
        """
        folder = self.config.state
        _check_folder_empty(folder)
        made_at = copy.manifest.made_at
        try:
            with make_trial_folder(folder / TRIAL_FOLDER) as trial:
                build_state_folder(copy, keys, trial)
                if postmarks is not None:
                    shutil.copyfile(postmarks, trial / SENT_LOG_FILE)
                    (trial / SENT_LOG_FILE).chmod(0o600)
                with Database.open_folder(trial) as state:
                    restored = self._settle_restored_state(
                        state, made_at, known=postmarks is not None
                    )
                move_keys_to_disk(trial)
                hand_over_folder(trial, read_owner(folder))
                _move_into_place(trial, folder)
        except OSError as error:
            reason = (
                f"{folder} cannot be written ({error.strerror}): check the disk and the folder."
            )
            raise CannotWriteError(reason) from error
        return restored

    def _settle_restored_state(
        self, state: Database, made_at: datetime, *, known: bool
    ) -> RestoreResult:
        """Give back every lease, and leave out what may have been done after the copy was made."""
        now = self.now()
        with state.begin_transaction():
            state.jobs.release_leases()
            held = 0 if known else self._drop_weekly_emails(state, now)
            lost = state.audit.log_end.missing_row_count
            # What was written after the copy is gone with the old folder, and that is no fraud.
            state.audit.log_end.accept_current_end()
            told = {"made": made_at.isoformat(timespec="seconds"), "held": str(held)}
            state.audit.append_entry(now, "operator", RESTORED, "", {**told, "lost": str(lost)})
        people = len(state.people.list_person_ids())
        return RestoreResult(
            made_at=made_at, person_count=people, held_emails=held, lost_audit_rows=lost
        )

    def _postpone_digests(self, state: Database, now: datetime) -> None:
        """Nobody can tell whether this week's was sent, so the next one is next week's."""
        district = self.config.district
        for due in state.jobs.list_jobs():
            if due.due_at > now:
                continue
            if due.name == REVIEW:
                next_at = compute_next_digest(now, district.ref, district.zone)
                state.jobs.finish_job(REVIEW, due.subject, next_at)
            elif due.name == DIGEST and due.subject in state.people.list_person_ids():
                zone = state.people.load_person(due.subject).zone
                state.jobs.finish_job(
                    DIGEST, due.subject, compute_next_digest(now, due.subject, zone)
                )

    def _drop_weekly_emails(self, state: Database, now: datetime) -> int:
        """Leave out the weekly letters that may have been sent, and return how many waited."""
        self._postpone_digests(state, now)
        waiting = [
            each
            for each in state.outbox.list_emails()
            if each.state is EmailState.QUEUED and each.kind in WEEKLY_KINDS
        ]
        for each in waiting:
            state.outbox.mark_email_dead(
                each.ref, "it may have been sent before the copy was restored"
            )
        return len(waiting)


def _check_folder_empty(folder: Path) -> None:
    # What a restore that was killed has left is no district, and is made anew.
    if folder.exists() and any(each.name != TRIAL_FOLDER for each in folder.iterdir()):
        reason = f"{folder} is not empty. Move its files elsewhere, and restore again."
        raise InputError(reason)


def _move_into_place(trial: Path, folder: Path) -> None:
    """Move everything to its place, the database last: before it there is no district."""
    names = sorted(path.name for path in trial.iterdir())
    for name in sorted(
        names, key=lambda each: MOVED_LAST.index(each) if each in MOVED_LAST else -1
    ):
        (trial / name).replace(folder / name)
