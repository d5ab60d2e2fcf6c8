"""Keeping a district safe: a copy that was restored once before anybody needs it."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config import Config
from monitor.errors import CannotWriteError, InputError, MonitorError
from monitor.flows.membership.withdraw import BACKUPS_ROTATE
from monitor.flows.parts import Now
from monitor.flows.running.misplaced import refuse_misplaced
from monitor.flows.running.soundness import read_everything
from monitor.store.backups import Backup, begin, finish, rotate
from monitor.store.copies import check_database
from monitor.store.key_copy import KeyCopy
from monitor.store.sealing import KEYS_DATABASE
from monitor.store.state import DATABASE, State

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
            key_copy = KeyCopy(keys or self.config.state)
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
        trial = self.config.state / TRIAL
        shutil.rmtree(trial, ignore_errors=True)
        try:
            trial.mkdir(mode=0o700)
            laid_out(copy, keys, trial)
            with State.open(trial) as state:
                refuse_misplaced(state, copy.manifest.made_at)
        except OSError as error:
            reason = (
                f"{self.config.state} has no room to restore the copy on trial ({error.strerror}): "
                "check its disk."
            )
            raise CannotWriteError(reason) from error
        finally:
            shutil.rmtree(trial, ignore_errors=True)


def clear_abandoned(config: Config, before: datetime) -> None:
    """Remove what a trial that was killed has left: keys lie in it that may be destroyed since.

    Raises CannotWriteError where it cannot be removed.
    """
    trial = config.state / TRIAL
    try:
        if trial.stat().st_mtime < before.timestamp():
            shutil.rmtree(trial)
    except FileNotFoundError:
        return  # there is none, or it has just ended
    except OSError as error:
        reason = f"{trial} cannot be removed ({error.strerror}), and keys lie in it: remove it."
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
                reason = f"{one.capitalize()} and {other} need folders apart from each other."
                raise InputError(reason)


def _within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
