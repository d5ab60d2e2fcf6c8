"""What reviewers noted of a flag, and what they asked its person: theirs to read, too."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.store.database import Database, Row
from monitor.store.moment import written
from monitor.store.owner import owner_of_flag
from monitor.store.sealing import Sealing
from monitor.store.sequence import next_in


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
