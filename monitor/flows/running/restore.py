"""Bringing a district back from a copy, without bringing back who left, or what was sent."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.config import Config
from monitor.domain.due import next_digest
from monitor.errors import CannotWriteError, InputError
from monitor.flows.parts import Now
from monitor.flows.running.backup import TRIAL, laid_out
from monitor.flows.running.grid import DIGEST, REVIEW
from monitor.store.backups import Backup
from monitor.store.key_copy import KeyCopy
from monitor.store.outbox import LetterState
from monitor.store.sealing import KEYS_DATABASE
from monitor.store.state import DATABASE, POSTMARKS, State
from reports.press import LetterKind

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
        made_at, trial = copy.manifest.made_at, folder / TRIAL
        try:
            shutil.rmtree(trial, ignore_errors=True)
            trial.mkdir(mode=0o700, parents=True)
            laid_out(copy, keys, trial)
            if postmarks is not None:
                shutil.copyfile(postmarks, trial / POSTMARKS)
                (trial / POSTMARKS).chmod(0o600)
            with State.open(trial) as state:
                restored = self._resumed(state, made_at, known=postmarks is not None)
            _move_up(trial, folder)
        except OSError as error:
            reason = (
                f"{folder} cannot be written ({error.strerror}): check the disk and the folder."
            )
            raise CannotWriteError(reason) from error
        finally:
            shutil.rmtree(trial, ignore_errors=True)
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
        reason = f"{folder} is not empty: move what is there elsewhere, and restore again."
        raise InputError(reason)


def _move_up(trial: Path, folder: Path) -> None:
    """Move everything to its place, the database last: before it there is no district."""
    names = sorted(path.name for path in trial.iterdir())
    for name in sorted(names, key=lambda each: LAST.index(each) if each in LAST else -1):
        (trial / name).replace(folder / name)
