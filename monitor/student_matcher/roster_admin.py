"""The desk that holds the roster: what it reads from a file, which key it uses, what it stores."""

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.domain.errors import CannotWriteError, ConfigError, InputError, WrongKeyError
from monitor.domain.person_columns import is_student_role
from monitor.domain.students.hashed_roster import Roster, compute_key_id
from monitor.domain.students.name_forms import RosterStudent
from monitor.domain.students.roster_file import (
    RosterContext,
    RosterLayout,
    RosterRow,
    RosterRowKind,
    parse_header,
    parse_row,
)
from monitor.people_csv import ROLES_FILE, CsvLine, SizeCheck, open_rows, read_roles
from monitor.student_matcher.keys import (
    KEY_BYTES,
    SECRET,
    build_roster,
    check_key,
    load_key,
    parse_key,
    read_tokens,
    write_tokens,
)

# The largest district of the United States has fewer.
MAX_STUDENTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentImport:
    """`others` are rows of people who are no students, `left` of students who have left.

    `unusable_lines` and `unread_handle_lines` are numbers of lines: of rows without a usable name,
    and of those with a handle that could not be read.
    """

    students: frozenset[RosterStudent]
    rows: int
    others: int = 0
    left: int = 0
    unusable_lines: tuple[int, ...] = ()
    unread_handle_lines: tuple[int, ...] = ()


def read_students(path: Path, roles: Path | None = None, unit: str = "") -> StudentImport:
    """Read the students of a file, and no one else. Raise InputError where there are none.

    `roles` is the file that tells who is one, where this one does not: else the roles.csv
    beside it. `unit` is what a directory calls the unit of students.
    """
    with open_rows(path) as lines:
        laid_out = _read_layout(path, lines)
        students = (
            frozenset[str]()
            if laid_out.student_marker.ids is None
            else _read_student_ids(path, roles)
        )
        context = RosterContext(student_ids=students, student_unit=unit)
        numbered_rows = ((line.number, parse_row(line.cells, laid_out, context)) for line in lines)
        read = _gather_students(path, numbered_rows)
    if not read.students:
        seen = read.others + read.left + len(read.unusable_lines)
        hint = (
            "; pass their unit with --unit" if laid_out.student_marker.units and read.others else ""
        )
        raise InputError(f"{path} has no student with a usable name in {seen} rows{hint}.")
    return read


def _read_layout(path: Path, lines: Iterator[CsvLine]) -> RosterLayout:
    header = next(lines, None)
    try:
        return parse_header(header.cells if header else ())
    except InputError as error:
        raise InputError(f"{path} {error}; nothing was written.") from None


def _gather_students(path: Path, numbered_rows: Iterator[tuple[int, RosterRow]]) -> StudentImport:
    kinds: Counter[RosterRowKind] = Counter()
    students: set[RosterStudent] = set()
    unusable, unread = [], []
    for number, row in numbered_rows:
        kinds[row.kind] += 1
        if row.student:
            students.add(row.student)
        if row.kind is RosterRowKind.UNUSABLE:
            unusable.append(number)
        if row.has_unread_handle:
            unread.append(number)
        if len(students) > MAX_STUDENTS:
            reason = f"{path} holds more than {MAX_STUDENTS:,} students, too many for one district."
            raise InputError(reason)
    return StudentImport(
        students=frozenset(students),
        rows=kinds[RosterRowKind.STUDENT],
        others=kinds[RosterRowKind.OTHER],
        left=kinds[RosterRowKind.LEFT],
        unusable_lines=tuple(unusable),
        unread_handle_lines=tuple(unread),
    )


def _read_student_ids(path: Path, roles: Path | None) -> frozenset[str]:
    """Read who is a student from the file of roles."""
    source = roles or path.with_name(ROLES_FILE)
    if not source.exists():
        reason = f"{path} does not say who is a student. Add its {ROLES_FILE}, or pass --roles."
        raise InputError(reason)
    return frozenset(role.user_id for role in read_roles(source) if is_student_role(role.role))


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

        Raise WrongKeyError if there are other tokens: only `rotate_key` replaces them.
        """
        key = self._read_key()
        if self.tokens.exists():
            roster = read_tokens(self.tokens)
            if key is None:
                raise WrongKeyError(
                    f"The roster key that made {self.tokens} (id {roster.key_id}) is not in "
                    f"{self.key_file}. Use that key, or start over with `namesake roster "
                    "import --new-year`."
                )
            check_key(roster, key, self.tokens)
        return self._write_roster(key or self.random_bytes(KEY_BYTES), students, today)

    def rotate_key(self, students: Iterable[RosterStudent], today: date) -> Roster:
        """Make tokens of a new key; the old ones match nothing from then on, and are gone."""
        key = self._read_key()
        current = self._read_current_roster()
        if key is None or (current and compute_key_id(key) == current.key_id):
            if self.key_file is None:
                raise InputError(f"The secret {SECRET} is the key in use. Set a new one first.")
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

    def _read_current_roster(self) -> Roster | None:
        """Return the roster in use; None where there is none that can be read."""
        try:
            return read_tokens(self.tokens)
        except InputError:
            return None

    def _read_key(self) -> bytes | None:
        """Return the key; None where a key file is named that is yet to be made."""
        if self.key_file is None:
            key = load_key(self.environ)
            if key is None:
                raise InputError(f"No roster key. Pass a key file, or set the secret {SECRET}.")
            return key
        if self.state and self.key_file.resolve().is_relative_to(self.state.resolve()):
            raise ConfigError(
                f"The roster key {self.key_file} is in the state folder. "
                "Keep it out of the backups."
            )
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
        last = self._read_current_roster() if self.size_check is SizeCheck.LIKE_THE_LAST else None
        if last is not None and roster.has_unusual_size(last):
            raise InputError(
                f"The file holds about {roster.size:,} students, and the roster in use about "
                f"{last.size:,}: nothing was written. If that is right, add --size-is-right."
            )
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
        raise CannotWriteError(f"{path} cannot be written ({error.strerror}).") from error
    return fresh
