"""The desk that holds the roster: which key it uses, and how key and tokens are put away."""

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.domain.errors import CannotWriteError, ConfigError, InputError, WrongKeyError
from monitor.domain.students.roster import Roster, RosterStudent, compute_key_id
from monitor.matcher.keys import (
    KEY_BYTES,
    SECRET,
    build_roster,
    check_key,
    load_key,
    parse_key,
    read_tokens,
    write_tokens,
)
from monitor.people_files import SizeCheck

_OWNER_READS = 0o400


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterAdmin:
    """Where the desk keeps things. Without `key_file` the key is a secret of `environ`.

    `state` is the folder that is backed up, None where this machine has none: no key goes there.
    Under `Size.ANY` a roster of quite another size than the last one is taken as it is.
    """

    tokens: Path
    key_file: Path | None
    environ: Mapping[str, str]
    state: Path | None = None
    size_check: SizeCheck = SizeCheck.LIKE_THE_LAST
    random_bytes: Callable[[int], bytes] = secrets.token_bytes

    def import_roster(self, students: Iterable[RosterStudent], today: date) -> Roster:
        """Make the tokens of the key in use, or of a first one.

        Raise WrongKeyError if there are other tokens: only `rotate` replaces them.
        """
        key = self._read_key()
        if self.tokens.exists():
            roster = read_tokens(self.tokens)
            if key is None:
                reason = (
                    f"The roster key that made {self.tokens} (id {roster.key_id}) is not in "
                    f"{self.key_file}. Use that key, or start over with `namesake roster rotate`."
                )
                raise WrongKeyError(reason)
            check_key(roster, key, self.tokens)
        return self._write_roster(key or self.random_bytes(KEY_BYTES), students, today)

    def rotate_key(self, students: Iterable[RosterStudent], today: date) -> Roster:
        """Make tokens of a new key; the old ones match nothing from then on, and are gone."""
        key = self._read_key()
        if key is None or compute_key_id(key) == self._read_current_key_id():
            if self.key_file is None:
                reason = f"The secret {SECRET} is the key in use. Set a new one first."
                raise InputError(reason)
            key = self.random_bytes(KEY_BYTES)
        return self._write_roster(key, students, today)

    def delete_files(self) -> tuple[Path, ...]:
        """Remove tokens and key, and return what was there."""
        paths = (self.tokens, self.key_file)
        there = tuple(path for path in paths if path and path.exists())
        try:
            for path in there:
                path.unlink()
        except OSError as error:
            reason = f"{error.filename} cannot be removed ({error.strerror})."
            raise CannotWriteError(reason) from error
        return there

    def _read_current_key_id(self) -> str:
        roster = self._read_current_roster()
        return roster.key_id if roster else ""

    def _read_current_roster(self) -> Roster | None:
        """Return the roster in use; None where there is none that can be read."""
        try:
            return read_tokens(self.tokens)
        except InputError:
            return None

    def _refuse_unusual_size(self, roster: Roster) -> None:
        last = self._read_current_roster() if self.size_check is SizeCheck.LIKE_THE_LAST else None
        if last is not None and roster.has_unusual_size(last):
            reason = (
                f"The file holds about {roster.size:,} students, and the roster in use about "
                f"{last.size:,}: nothing was written. If that is right, add --size-is-right."
            )
            raise InputError(reason)

    def _read_key(self) -> bytes | None:
        """Return the key; None where a key file is named that is yet to be made."""
        if self.key_file is None:
            key = load_key(self.environ)
            if key is None:
                reason = f"No roster key. Pass a key file, or set the secret {SECRET}."
                raise InputError(reason)
            return key
        _refuse_key_in_state(self.state, self.key_file)
        try:
            return parse_key(self.key_file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = f"The roster key {self.key_file} cannot be read ({error.strerror})."
            raise InputError(reason) from error

    def _write_roster(self, key: bytes, students: Iterable[RosterStudent], today: date) -> Roster:
        """Write the key under another name first, so that tokens never lack their key."""
        roster = build_roster(students, key, today, self.random_bytes)
        self._refuse_unusual_size(roster)
        fresh = _write_new_key(self.key_file, key) if self.key_file else None
        try:
            write_tokens(self.tokens, roster)
            if fresh and self.key_file:
                fresh.replace(self.key_file)
        except OSError as error:
            reason = f"{self.key_file} cannot be written ({error.strerror})."
            raise CannotWriteError(reason) from error
        finally:
            if fresh:
                fresh.unlink(missing_ok=True)
        return roster


def _write_new_key(path: Path, key: bytes) -> Path:
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=_OWNER_READS)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(key.hex())
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror})."
        raise CannotWriteError(reason) from error
    return fresh


def _refuse_key_in_state(state: Path | None, key_file: Path) -> None:
    if state and key_file.resolve().is_relative_to(state.resolve()):
        reason = f"The roster key {key_file} is in the state folder. Keep it out of the backups."
        raise ConfigError(reason)
