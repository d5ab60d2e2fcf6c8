"""Back up a district, prove each copy by restoring it, and bring a district back.

A restore brings back neither who left nor what was sent. Times that no rule gives are reported; the
service puts them right when it next looks, but they say that a disk, or a hand, changed the
database.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.config import CONSENT_LASTS, Config
from monitor.db.audit import Audit, Tail
from monitor.db.backups import Backup, KeyCopy, begin, finish, rotate
from monitor.db.connection import check_database
from monitor.db.database import DATABASE, POSTMARKS, State
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.outbox import LetterState
from monitor.db.ownership import hand_over, owner_of
from monitor.db.trial import remove_trial, settle_keys, trial_folder
from monitor.domain.consent import Consent
from monitor.domain.schedule import next_digest
from monitor.errors import CannotWriteError, DatabaseError, InputError, MonitorError
from monitor.services.erasure import BACKUPS_ROTATE, ERASURE
from monitor.services.ingest import SECOND_PROOF
from monitor.services.ports import Now
from monitor.services.retention import PURGE
from monitor.services.schedule import DIGEST, LONGEST, REVIEW, SWEEP
from monitor.services.sweeps import RECHECK
from reports.emails.registry import LetterKind

WEEK = timedelta(days=7)
FURTHEST = {**LONGEST, SWEEP: WEEK, DIGEST: WEEK, REVIEW: WEEK}
# Both are put off until a pause ends.
RESTING = frozenset({SECOND_PROOF, RECHECK})
# For summer time, and for what was written since the time was last noted.
SLACK = timedelta(days=1)


def refuse_misplaced(state: State, at: datetime) -> None:
    """Raise DatabaseError for a due date that is not as the rules would have it at a moment."""
    for name in misplaced(state, at):
        reason = (
            f"The due date of `{name}` is missing or wrong. Start the service, which corrects "
            "it, and back up again."
        )
        raise DatabaseError(reason)


def misplaced(state: State, at: datetime) -> Iterator[str]:
    """Name what is due too late, and what is due at no time; nothing before the service ran."""
    noted = state.clock.last()
    if noted is None:
        return
    yield from _too_late(state, max(at, noted))
    # A clock that was set back says nothing of what should be there by now.
    if noted <= at:
        yield from _missing(state, noted, at)


def _too_late(state: State, at: datetime) -> Iterator[str]:
    pauses = [each.paused_until for each in state.consents.standing() if each.paused_until]
    for due in state.due.all():
        longest = FURTHEST.get(due.name)
        if longest is None or due.lease_until is not None:
            continue
        latest = max((at + longest, *pauses)) if due.name in RESTING else at + longest
        if due.due_at > latest + SLACK:
            yield due.name


def _missing(state: State, noted: datetime, at: datetime) -> Iterator[str]:
    """Expect what each look of the service sees to; who joined since then waits for the next."""
    there = {(due.name, due.subject) for due in state.due.all()}
    expected = [(SWEEP, ""), (PURGE, "")]
    for consent in state.consents.standing():
        if consent.withdrawn_at is not None:
            expected.append((ERASURE, consent.person))
        elif consent.given_at < noted and consent.live(noted) and consent.live(at):
            expected.append((DIGEST, consent.person))
    yield from (name for name, subject in expected if (name, subject) not in there)


EVER_SINCE = datetime.min.replace(tzinfo=UTC)
# What a damaged word, number or time comes to when it is read.
NONSENSE = (ValueError, LookupError, TypeError)

END_ACCEPTED = "end-accepted"
MISSING = {
    Tail.WHOLE: "",
    Tail.CUT: "Rows were removed from the end of the audit log.",
    Tail.OLDER: (
        "This database is older than the audit log end stored with the keys. "
        "If you restored it yourself, confirm that with `namesake audit accept`."
    ),
    Tail.REPLACED: (
        "This audit log does not match the end stored with the keys, as after a restored database "
        "was written to. If you restored it yourself, confirm that with `namesake audit accept`."
    ),
}


def trouble_of(log: Audit) -> str:
    """Say what was changed in the audit log, or taken from it; nothing where it is whole."""
    broken = log.verify()
    if broken is not None:
        return f"The audit log was changed from row {broken} on."
    return MISSING[log.ending.tail()]


def accept_end(state: State, now: datetime) -> None:
    """Let the audit log go on from where it ends; that somebody let it stands in it from then on.

    Raises InputError where nothing is missing.
    """
    with state.write():
        ending = state.audit.ending
        tail, kept = ending.tail(), ending.kept()
        if tail is Tail.WHOLE:
            reason = "No rows are missing at the end of the audit log. There is nothing to accept."
            raise InputError(reason)
        ending.accept()
        told = {"tail": tail.value, "was": kept.written}
        state.audit.append(now, "operator", END_ACCEPTED, "", told)


def read_everything(state: State) -> int:
    """Open all that is kept, and return how many values that were.

    Raises DatabaseError where one is not as it was written. That a database is older than its keys
    is no fault of a copy.
    """
    try:
        broken = state.audit.verify()
        if broken is not None:
            reason = f"The audit log was changed from row {broken} on."
            raise DatabaseError(reason)
        if state.audit.ending.tail() is Tail.CUT:
            raise DatabaseError(MISSING[Tail.CUT])
        for what in _altered(state):
            reason = f"The columns of {what} were changed. Restore a backup."
            raise DatabaseError(reason)
        return sum(1 for _ in _everything(state))
    except NONSENSE as error:
        reason = f"A value in the database is damaged ({type(error).__name__}). Restore a backup."
        raise DatabaseError(reason) from error


def _altered(state: State) -> Iterator[str]:
    """Name what says otherwise than what is sealed of it, or than its other columns do.

    Times of different moments are not compared: a clock that was set back puts them out of order.
    """
    yield from (f"flag {ref}" for ref in state.flags.altered())
    for ref in state.people.refs():
        if any(not _lasts_as_it_may(each) for each in state.consents.history(ref)):
            yield f"a consent of {ref}"
    for letter in state.outbox.all():
        # One that came back is dead, and was sent all the same.
        impossible = LetterState.QUEUED if letter.sent_at else LetterState.SENT
        if letter.state is impossible:
            yield f"letter {letter.ref}"


def _lasts_as_it_may(consent: Consent) -> bool:
    """Compare its two ends, which are written in one moment."""
    return timedelta(0) < consent.expires_at - consent.given_at <= CONSENT_LASTS


def _everything(state: State) -> Iterator[object]:
    yield from state.audit.all()
    for invitation in state.invitations.all():
        yield invitation
        yield state.unfinished.get(invitation.ref)
    yield from state.requests.all()
    for letter in state.outbox.all():
        yield letter
        if letter.readable:
            yield state.outbox.view(letter.ref, object)
    yield from state.glass.all()
    yield from state.due.all()
    yield from state.health.all()
    yield from state.hosts.all()
    yield from state.robots.all()
    yield from state.pages.all()
    for sweep in state.sweeps.open():
        yield sweep
        yield from state.journal.answered(sweep.ref)
        for source in state.journal.sources(sweep.ref):
            yield from state.journal.visits(sweep.ref, source).items()
    for ref in state.people.refs():
        yield from _about(state, ref)


def _about(state: State, ref: str) -> Iterator[object]:
    yield state.people.get(ref)
    yield from state.consents.history(ref)
    yield from state.holds.of(ref)
    yield from state.hold_proposals.of(ref)
    yield from state.address_changes.of(ref)
    yield from filter(None, (state.name_changes.of_person(ref),))
    yield from state.account_proofs.of_person(ref)
    yield from state.questions.of(ref)
    yield from state.remarks.of_person(ref)
    yield from state.sightings.of_person(ref)
    yield from state.events.of_person(ref, EVER_SINCE)
    for item in state.items.of(ref):
        yield item
        yield state.items.assessment(item.ref)
        yield from state.versions.of(item.ref)
    for flag in state.flags.of_person(ref):
        yield flag
        yield from state.flags.judgements(flag.ref)


BACKED_UP = "backed-up"
BACKUP_FAILED = "backup-failed"
# It begins with a dot, so that it is in no copy itself.
TRIAL = ".restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Longer than this no copy is kept: so much was promised to who leaves."""

    keep: timedelta = BACKUPS_ROTATE
    most: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    backup: Backup
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingUp:
    """The database is copied first: keys that come too late open nothing, too early too little."""

    state: State
    config: Config
    now: Now

    def back_up(self, to: Path, keys: Path | None, rotation: Rotation) -> Done:
        """Copy, prove the copy by restoring it, then let old copies go.

        That it failed is kept, so that whoever looks after the service is told.
        """
        _refuse_together(self.config.state, to, keys)
        try:
            return self._backed_up(to, keys, rotation)
        except MonitorError as error:
            with suppress(MonitorError):
                told = {"code": str(error.exit_code)}
                self.state.audit.append(self.now(), "operator", BACKUP_FAILED, "", told)
            raise

    def _backed_up(self, to: Path, keys: Path | None, rotation: Rotation) -> Done:
        begun = begin(self.config.state, to, self.now(), self._without())
        try:
            key_copy = KeyCopy(keys) if keys else KeyCopy(self.config.state, live=True)
            if keys is not None:
                key_copy.renew(self.config.state / KEYS_DATABASE, self.state)
            self._prove(begun, key_copy)
            done = finish(begun)
        finally:
            shutil.rmtree(begun.path, ignore_errors=True)
        removed = rotate(to, self.now(), rotation.keep, rotation.most)
        counted = {"bytes": str(done.bytes), "keys": "copied" if keys else "left"}
        self.state.audit.append(self.now(), "operator", BACKED_UP, "", counted)
        return Done(backup=done, removed=removed)

    def _without(self) -> frozenset[Path]:
        """Leave out the roster and its key, wherever they lie: these two never meet in a copy."""
        students = self.config.students
        return frozenset(each.resolve() for each in (students.tokens, students.key_file) if each)

    def _prove(self, copy: Backup, keys: KeyCopy) -> None:
        """Restore it beside the district, where database and keys lie together anyway."""
        try:
            with trial_folder(self.config.state / TRIAL) as trial:
                laid_out(copy, keys, trial)
                with State.open(trial) as state:
                    refuse_misplaced(state, copy.manifest.made_at)
        except OSError as error:
            reason = (
                f"{self.config.state} has no space to test the backup ({error.strerror}): check "
                "its disk."
            )
            raise CannotWriteError(reason) from error


def clear_abandoned(config: Config, before: datetime) -> None:
    """Remove what a trial that was killed has left: keys lie in it that may be destroyed since.

    Raises CannotWriteError where it cannot be removed.
    """
    trial = config.state / TRIAL
    try:
        if trial.stat().st_mtime < before.timestamp():
            remove_trial(trial)
    except FileNotFoundError:
        return  # there is none, or it has just ended
    except OSError as error:
        reason = f"{trial} cannot be deleted ({error.strerror}). It contains keys: delete it."
        raise CannotWriteError(reason) from error


def renew_keys(state: State, config: Config) -> None:
    """Destroy in the copy of the keys, too, what was destroyed here since it was made."""
    if config.backup.keys is not None:
        copy = KeyCopy(config.backup.keys)
        if copy.lacks(state):
            copy.renew(config.state / KEYS_DATABASE, state)


def laid_out(copy: Backup, keys: KeyCopy, folder: Path) -> None:
    """Make a district's folder of a copy and its keys, and prove it sound.

    Opening it refuses keys of another district and a newer database, and erases who was erased
    since. Raises DatabaseError.
    """
    copy.check()
    copy.lay_out(folder)
    keys.lay_out(folder)
    check_database(folder / DATABASE)
    check_database(folder / KEYS_DATABASE)
    with State.open(folder) as state:
        read_everything(state)


def _refuse_together(state: Path, to: Path, keys: Path | None) -> None:
    """Refuse places where whoever finds one finds the other."""
    places = [("the state folder", state), ("the copies", to)]
    if keys is not None:
        places.append(("the copy of the keys", keys))
    for number, (one, here) in enumerate(places):
        for other, there in places[number + 1 :]:
            if _within(here, there) or _within(there, here):
                reason = f"{one.capitalize()} and {other} must be in separate folders."
                raise InputError(reason)


def _within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


RESTORED = "restored"
# The last ones to come, so that a folder that was restored by half is none.
LAST = (KEYS_DATABASE, DATABASE)
# Sent again they would be last week's news; all else may be sent twice, and is one letter then.
WEEKLY = frozenset({LetterKind.DIGEST, LetterKind.REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`held` counts the letters that may have been sent already and are not sent again.

    `lost` counts the rows of the audit log that the keys know of and the copy does not.
    """

    made_at: datetime
    people: int
    held: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    config: Config
    now: Now

    def restore(self, copy: Backup, keys: KeyCopy, postmarks: Path | None = None) -> Restored:
        """Fill the empty state folder; what fails leaves it empty.

        With the `postmarks` of the folder that was lost it is known of every letter whether it
        went out; without them the weekly ones are left out.
        """
        folder = self.config.state
        _refuse_filled(folder)
        made_at = copy.manifest.made_at
        try:
            with trial_folder(folder / TRIAL) as trial:
                laid_out(copy, keys, trial)
                if postmarks is not None:
                    shutil.copyfile(postmarks, trial / POSTMARKS)
                    (trial / POSTMARKS).chmod(0o600)
                with State.open(trial) as state:
                    restored = self._resumed(state, made_at, known=postmarks is not None)
                settle_keys(trial)
                hand_over(trial, owner_of(folder))
                _move_up(trial, folder)
        except OSError as error:
            reason = (
                f"{folder} cannot be written ({error.strerror}): check the disk and the folder."
            )
            raise CannotWriteError(reason) from error
        return restored

    def _resumed(self, state: State, made_at: datetime, *, known: bool) -> Restored:
        """Give back every lease, and leave out what may have been done after the copy was made."""
        now = self.now()
        with state.write():
            state.due.release()
            held = 0 if known else self._leave_out(state, now)
            lost = state.audit.ending.lacking
            # What was written after the copy is gone with the old folder, and that is no fraud.
            state.audit.ending.accept()
            told = {"made": made_at.isoformat(timespec="seconds"), "held": str(held)}
            state.audit.append(now, "operator", RESTORED, "", {**told, "lost": str(lost)})
        people = len(state.people.refs())
        return Restored(made_at=made_at, people=people, held=held, lost=lost)

    def _put_off_digests(self, state: State, now: datetime) -> None:
        """Nobody can tell whether this week's was sent, so the next one is next week's."""
        district = self.config.district
        for due in state.due.all():
            if due.due_at > now:
                continue
            if due.name == REVIEW:
                next_at = next_digest(now, district.ref, district.zone)
                state.due.finish(REVIEW, due.subject, next_at)
            elif due.name == DIGEST and due.subject in state.people.refs():
                zone = state.people.get(due.subject).zone
                state.due.finish(DIGEST, due.subject, next_digest(now, due.subject, zone))

    def _leave_out(self, state: State, now: datetime) -> int:
        """Leave out the weekly letters that may have been sent, and return how many waited."""
        self._put_off_digests(state, now)
        waiting = [
            each
            for each in state.outbox.all()
            if each.state is LetterState.QUEUED and each.kind in WEEKLY
        ]
        for each in waiting:
            state.outbox.dead(each.ref, "it may have been sent before the copy was restored")
        return len(waiting)


def _refuse_filled(folder: Path) -> None:
    # What a restore that was killed has left is no district, and is made anew.
    if folder.exists() and any(each.name != TRIAL for each in folder.iterdir()):
        reason = f"{folder} is not empty. Move its files elsewhere, and restore again."
        raise InputError(reason)


def _move_up(trial: Path, folder: Path) -> None:
    """Move everything to its place, the database last: before it there is no district."""
    names = sorted(path.name for path in trial.iterdir())
    for name in sorted(names, key=lambda each: LAST.index(each) if each in LAST else -1):
        (trial / name).replace(folder / name)
