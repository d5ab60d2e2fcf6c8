"""What reviewers open, take, note and propose, and the district's numbers.

The plain columns only narrow a long queue: whether a flag may be shown is decided anew, by the one
rule, for each that is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.db.connection import (
    Database,
    Row,
    next_in,
    read,
    read_or_none,
    written,
    written_or_none,
)
from monitor.db.encryption import Sealing
from monitor.db.people import owner_of_flag, school_mark
from monitor.domain.disclosure import BreakGlass, Foreseen, Proposal
from monitor.domain.flag import Flag, FlagKind, FlagState, Severity
from monitor.errors import InputError

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`reviewer` is an opaque ref."""

    flag: str
    reviewer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Assignments:
    database: Database

    def of(self, flag: str) -> Assignment | None:
        found = self.database.row("SELECT flag, reviewer, at FROM assignments WHERE flag = ?", flag)
        if found is None:
            return None
        return Assignment(flag=found[0], reviewer=found[1], at=read(found[2]))

    def put(self, assignment: Assignment) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO assignments VALUES (?, ?, ?, ?)",
                assignment.flag,
                owner_of_flag(self.database, assignment.flag),
                assignment.reviewer,
                written(assignment.at),
            )

    def drop(self, flag: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM assignments WHERE flag = ?", flag)


class RemarkKind(StrEnum):
    NOTE = "note"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """`by` is a reviewer's address, as its person reads it."""

    flag: str
    kind: RemarkKind
    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Remarks:
    database: Database
    sealing: Sealing

    def add(self, remark: Remark) -> None:
        with self.database.write():
            person = owner_of_flag(self.database, remark.flag)
            seq = next_in(self.database, "remarks")
            self.database.run(
                "INSERT INTO remarks VALUES (?, ?, ?, ?, ?)",
                seq,
                remark.flag,
                person,
                written(remark.at),
                self.sealing.seal(person, _place(seq), remark),
            )

    def of_flag(self, flag: str) -> tuple[Remark, ...]:
        query = "SELECT seq, person, sealed FROM remarks WHERE flag = ? ORDER BY at, seq"
        return tuple(map(self._remark, self.database.rows(query, flag)))

    def of_person(self, person: str) -> tuple[Remark, ...]:
        query = "SELECT seq, person, sealed FROM remarks WHERE person = ? ORDER BY at, seq"
        return tuple(map(self._remark, self.database.rows(query, person)))

    def _remark(self, row: Row) -> Remark:
        seq, person, sealed = row
        return self.sealing.open(person, _place(seq), sealed, Remark)


def _place(seq: int) -> str:
    return f"remarks/{seq}/sealed"


@dataclass(frozen=True, slots=True)
class Looks:
    """`reviewer` is an opaque ref."""

    database: Database

    def open(self, reviewer: str, flag: str, until: datetime) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?)",
                reviewer,
                flag,
                owner_of_flag(self.database, flag),
                written(until),
            )

    def stands(self, reviewer: str, flag: str, now: datetime) -> bool:
        found = self.database.row(
            "SELECT 1 FROM looks WHERE reviewer = ? AND flag = ? AND until > ?",
            reviewer,
            flag,
            written(now),
        )
        return found is not None

    def forget_before(self, at: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM looks WHERE until < ?", written(at))


@dataclass(frozen=True, slots=True)
class GlassProposals:
    database: Database
    sealing: Sealing

    def put(self, proposal: Proposal) -> None:
        """Keep it, in place of what it was before."""
        broken = proposal.broken
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO glass VALUES (?, ?, ?, ?, ?, ?, ?)",
                proposal.ref,
                proposal.flag,
                proposal.person,
                written(proposal.at),
                written_or_none(proposal.broken_at),
                written_or_none(broken.until if broken else None),
                self.sealing.seal(proposal.person, _place_of_glass(proposal.ref), proposal),
            )

    def get(self, ref: str) -> Proposal:
        found = self.database.row("SELECT ref, person, sealed FROM glass WHERE ref = ?", ref)
        if found is None:
            reason = "There is no such proposal; it may have been withdrawn with its person."
            raise InputError(reason)
        return self._proposal(found)

    def all(self) -> tuple[Proposal, ...]:
        query = "SELECT ref, person, sealed FROM glass ORDER BY at, ref"
        return tuple(map(self._proposal, self.database.rows(query)))

    def unconfirmed(self) -> tuple[Proposal, ...]:
        """Return what no second reviewer has confirmed, the oldest first."""
        query = "SELECT ref, person, sealed FROM glass WHERE broken_at IS NULL ORDER BY at, ref"
        return tuple(map(self._proposal, self.database.rows(query)))

    def broken(self, flag: str, now: datetime) -> tuple[BreakGlass, ...]:
        """Return what holds a flag open now."""
        rows = self.database.rows(
            """SELECT ref, person, sealed FROM glass
            WHERE flag = ?1 AND broken_at <= ?2 AND until > ?2 ORDER BY at, ref""",
            flag,
            written(now),
        )
        found = (self._proposal(row).broken for row in rows)
        return tuple(each for each in found if each)

    def forget_before(self, at: datetime) -> int:
        """Forget what nobody confirmed and what is over; the audit remembers that it was."""
        with self.database.write():
            return self.database.run("DELETE FROM glass WHERE ifnull(until, at) < ?", written(at))

    def _proposal(self, row: Row) -> Proposal:
        ref, person, sealed = row
        return self.sealing.open(person, _place_of_glass(ref), sealed, Proposal)


def _place_of_glass(ref: str) -> str:
    return f"glass/{ref}/sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that happened to a flag of a person. `person` is opaque, and for counting only."""

    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Figures:
    database: Database

    def raised(self, since: datetime) -> Iterator[Happened]:
        """Yield when each flag was opened, whoever may see it."""
        return self._happened(
            "SELECT opened_at, person FROM flags WHERE opened_at >= ? ORDER BY opened_at", since
        )

    def ruled(self, since: datetime) -> Iterator[Happened]:
        """Yield when each flag got its last ruling; sharing and taking back are none."""
        return self._happened(
            """SELECT max(at), person FROM judgements WHERE ruling NOT IN ('shared', 'reopened')
            AND at >= ? GROUP BY flag ORDER BY 1""",
            since,
        )

    def _happened(self, query: str, since: datetime) -> Iterator[Happened]:
        for at, person in self.database.rows(query, written(since)):
            yield Happened(at=read(at), person=person)
