"""When each flag opens to IT, in plain columns: what a long queue is found by.

It only narrows. Whether a flag may be shown is decided anew, by the one rule, for each that is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.disclosure import Foreseen
from monitor.domain.flag import Flag, FlagKind, FlagState, Severity
from monitor.store.database import Database
from monitor.store.moment import read_or_none, written, written_or_none
from monitor.store.people import school_mark
from monitor.store.sealing import Sealing

_RANK = {severity: rank for rank, severity in enumerate(Severity)}

# Nothing opens, or stays open, without a consent in force.
_LIVE = """WITH live AS (
    SELECT person, text_hash FROM consents
    WHERE seq IN (SELECT max(seq) FROM consents GROUP BY person)
    AND withdrawn_at IS NULL AND given_at <= ?1 AND expires_at > ?1)
"""
_OPEN = """
FROM openings JOIN live ON live.person = openings.person
LEFT JOIN assignments ON assignments.flag = openings.flag
WHERE (
    since <= ?1
    OR (counted_from <= ?2 AND text_hash IN (SELECT value FROM json_each(?3)))
    OR openings.flag IN (
        SELECT flag FROM glass WHERE broken_at <= ?1 AND until > ?1
        AND broken_at >= openings.opened_at))
"""
_FILTERED = """
AND (?4 = '' OR kind = ?4) AND (?5 < 0 OR severity = ?5)
AND (?6 = '[]' OR state IN (SELECT value FROM json_each(?6)))
AND (?7 IS NULL OR school = ?7)
AND (?8 IS NULL OR ifnull(reviewer, '') = ?8)
AND (?9 IS NULL OR opened_at <= ?9)
"""
_COUNT = "SELECT count(*)"
_PAGE = "SELECT openings.flag"
_IN_ORDER = " ORDER BY severity, openings.opened_at, openings.flag LIMIT ?10 OFFSET ?11"
_SCHOOLS = "SELECT min(openings.person)"
_BY_SCHOOL = " GROUP BY school"
_OLDEST = "SELECT min(openings.opened_at)"
_UNDECIDED = " AND state IN ('new', 'open')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What opens at a moment: `counted_before` and `told_in` are of a district's days, if any."""

    now: datetime
    counted_before: datetime | None = None
    told_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a reviewer chose to see; what is None or empty narrows nothing.

    `assigned` is a reviewer's ref, and empty for what nobody has taken.
    """

    kind: FlagKind | None = None
    severity: Severity | None = None
    states: tuple[FlagState, ...] = ()
    school: str | None = None
    assigned: str | None = None
    opened_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a list; a length below 0 goes on to its end."""

    start: int
    length: int


EVERYTHING = Slice(start=0, length=-1)


@dataclass(frozen=True, slots=True)
class Openings:
    database: Database
    sealing: Sealing

    def put(self, flag: Flag, foreseen: Foreseen, school: str) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO openings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                flag.ref,
                flag.person,
                school_mark(self.sealing, school),
                flag.kind,
                _RANK[flag.severity],
                flag.state,
                written(flag.opened_at),
                written_or_none(foreseen.since),
                written_or_none(foreseen.counted_from),
            )

    def missing(self) -> tuple[str, ...]:
        """Return the flags that were written before there was this table."""
        rows = self.database.rows(
            "SELECT ref FROM flags WHERE ref NOT IN (SELECT flag FROM openings)"
        )
        return tuple(ref for (ref,) in rows)

    def page(self, gate: Gate, wanted: Wanted, part: Slice) -> tuple[str, ...]:
        """Return the refs of one page, the worst first, among equals the oldest."""
        query = _LIVE + _PAGE + _OPEN + _FILTERED + _IN_ORDER
        values = (*self._values(gate, wanted), part.length, part.start)
        return tuple(ref for (ref,) in self.database.rows(query, *values))

    def count(self, gate: Gate, wanted: Wanted) -> int:
        query = _LIVE + _COUNT + _OPEN + _FILTERED
        found = self.database.row(query, *self._values(gate, wanted))
        return int(found[0]) if found else 0

    def one_of_each_school(self, gate: Gate) -> tuple[str, ...]:
        """Return a person of each school of which a flag is open: only they know its name."""
        query = _LIVE + _SCHOOLS + _OPEN + _FILTERED + _BY_SCHOOL
        rows = self.database.rows(query, *self._values(gate, Wanted()))
        return tuple(ref for (ref,) in rows)

    def oldest(self, gate: Gate) -> datetime | None:
        """Return when the oldest open flag that nobody ruled on was opened."""
        query = _LIVE + _OLDEST + _OPEN + _FILTERED + _UNDECIDED
        found = self.database.row(query, *self._values(gate, Wanted()))
        return read_or_none(found[0]) if found else None

    def _values(self, gate: Gate, wanted: Wanted) -> Iterator[object]:
        yield written(gate.now)
        yield written_or_none(gate.counted_before)
        yield json.dumps(gate.told_in)
        yield wanted.kind or ""
        yield -1 if wanted.severity is None else _RANK[wanted.severity]
        yield json.dumps(wanted.states)
        yield None if wanted.school is None else school_mark(self.sealing, wanted.school)
        yield wanted.assigned
        yield written_or_none(wanted.opened_before)
