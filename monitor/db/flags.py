"""What was flagged, and what people ruled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.db.connection import Database, Row, next_in, written
from monitor.db.encryption import Sealing
from monitor.db.people import People, no_flag, only_one, owner_of_flag
from monitor.db.review import Openings
from monitor.domain.disclosure import History, foreseen
from monitor.domain.flag import Flag, FlagKind, FlagState, Judgement, weakness

UNDECIDED = (FlagState.NEW, FlagState.OPEN)
# What reviewers did with a flag goes with it when two become one.
_FOLLOWING = (
    "UPDATE remarks SET flag = ? WHERE flag = ?",
    "UPDATE OR IGNORE assignments SET flag = ? WHERE flag = ?",
    "UPDATE OR IGNORE looks SET flag = ? WHERE flag = ?",
)


@dataclass(frozen=True, slots=True)
class Flags:
    database: Database
    sealing: Sealing

    def add(self, flag: Flag) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO flags VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                flag.ref,
                flag.person,
                flag.item,
                flag.kind,
                flag.relation,
                flag.state,
                written(flag.opened_at),
                self.sealing.seal(flag.person, _place(flag.ref), flag),
            )
            self.foresee(flag)

    def replace(self, flag: Flag) -> None:
        with self.database.write():
            owner_of_flag(self.database, flag.ref)
            self.database.run(
                """UPDATE flags SET item = ?, kind = ?, relation = ?, state = ?, opened_at = ?,
                sealed = ? WHERE ref = ?""",
                flag.item,
                flag.kind,
                flag.relation,
                flag.state,
                written(flag.opened_at),
                self.sealing.seal(flag.person, _place(flag.ref), flag),
                flag.ref,
            )
            self.foresee(flag)

    def foresee(self, flag: Flag) -> None:
        """Note when it opens to IT, so that a long queue is found without opening each."""
        history = History(flag=flag, judgements=self.judgements(flag.ref))
        school = People(self.database, self.sealing).get(flag.person).school
        Openings(self.database, self.sealing).put(flag, foreseen(history), school)

    def get(self, ref: str) -> Flag:
        found = self.database.row("SELECT ref, person, sealed FROM flags WHERE ref = ?", ref)
        if found is None:
            raise no_flag(ref)
        return self._flag(found)

    def of_owner(self, person: str, ref: str) -> Flag:
        """Return a flag of this person; anybody else's is not there."""
        flag = self.get(ref)
        if flag.person != person:
            raise no_flag(ref)
        return flag

    def whole(self, begun: str) -> str:
        """Complete a ref that a letter has cut."""
        query = "SELECT ref FROM flags WHERE substr(ref, 1, length(?1)) = ?1 LIMIT 2"
        return only_one(begun, self.database.rows(query, begun))

    def find(self, item: str, kind: FlagKind, relation: str = "") -> Flag | None:
        found = self.database.row(
            """SELECT ref, person, sealed FROM flags
            WHERE item = ? AND kind = ? AND relation = ?""",
            item,
            kind,
            relation,
        )
        return None if found is None else self._flag(found)

    def of_person(self, ref: str) -> tuple[Flag, ...]:
        rows = self.database.rows(
            "SELECT ref, sealed FROM flags WHERE person = ? ORDER BY opened_at, rowid", ref
        )
        places = ((_place(flag), sealed) for flag, sealed in rows)
        return tuple(self.sealing.open_each(ref, places, Flag))

    def of_item(self, item: str) -> tuple[Flag, ...]:
        rows = self.database.rows(
            "SELECT ref, person, sealed FROM flags WHERE item = ? ORDER BY opened_at, rowid", item
        )
        return tuple(self._flag(row) for row in rows)

    def of_kind(self, kind: FlagKind) -> tuple[Flag, ...]:
        rows = self.database.rows(
            "SELECT ref, person, sealed FROM flags WHERE kind = ? ORDER BY opened_at, rowid", kind
        )
        return tuple(self._flag(row) for row in rows)

    def all_open(self) -> tuple[Flag, ...]:
        """Return those that nobody has ruled on, the oldest first."""
        rows = self.database.rows(
            """SELECT ref, person, sealed FROM flags
            WHERE state IN (?, ?) ORDER BY opened_at, rowid""",
            *UNDECIDED,
        )
        return tuple(self._flag(row) for row in rows)

    def counts(self) -> Mapping[tuple[FlagKind, FlagState], int]:
        rows = self.database.rows("SELECT kind, state, count(*) FROM flags GROUP BY kind, state")
        return {(FlagKind(kind), FlagState(state)): count for kind, state, count in rows}

    def remove(self, ref: str) -> None:
        """Forget the flag with its rulings."""
        with self.database.write():
            self.database.run("DELETE FROM flags WHERE ref = ?", ref)

    def judge(self, judgement: Judgement) -> None:
        """Append it; what it makes of the flag is for the caller to `replace`."""
        with self.database.write():
            person = owner_of_flag(self.database, judgement.flag)
            seq = next_in(self.database, "judgements")
            self.database.run(
                "INSERT INTO judgements VALUES (?, ?, ?, ?, ?, ?)",
                seq,
                judgement.flag,
                person,
                judgement.ruling,
                written(judgement.at),
                self.sealing.seal(person, f"judgements/{seq}/sealed", judgement),
            )
            self.foresee(self.get(judgement.flag))

    def judgements(self, flag: str) -> tuple[Judgement, ...]:
        rows = self.database.rows(
            "SELECT seq, person, sealed FROM judgements WHERE flag = ? ORDER BY at, seq", flag
        )
        return tuple(map(self._judgement, rows))

    def altered(self) -> Iterator[str]:
        """Yield each flag whose plain columns, or its rulings', are not what was sealed of them."""
        for ref, person, *plain, sealed in self.database.rows(
            "SELECT ref, person, item, kind, relation, state, opened_at, sealed FROM flags"
        ):
            flag = self._flag((ref, person, sealed))
            told = [flag.item, flag.kind, flag.relation, flag.state, written(flag.opened_at)]
            if plain != told:
                yield ref
        for flag_ref, ruling, at, *row in self.database.rows(
            "SELECT flag, ruling, at, seq, person, sealed FROM judgements"
        ):
            judgement = self._judgement(row)
            told = [judgement.flag, judgement.ruling, written(judgement.at)]
            if [flag_ref, ruling, at] != told:
                yield flag_ref

    def move(self, item: str, to: str) -> None:
        """Give them to another item of the same person; of two alike the stronger ruling stays."""
        with self.database.write():
            for flag in self.of_item(item):
                twin = self.find(to, flag.kind, flag.relation)
                if twin is None:
                    self.replace(replace(flag, item=to))
                else:
                    self._unite(twin, flag)

    def _unite(self, keep: Flag, drop: Flag) -> None:
        stronger = min(keep, drop, key=lambda each: weakness(each.state))
        judgements = self.judgements(drop.ref)
        for follow in _FOLLOWING:
            self.database.run(follow, keep.ref, drop.ref)
        self.database.run("DELETE FROM flags WHERE ref = ?", drop.ref)
        for each in judgements:
            self.judge(replace(each, flag=keep.ref))
        self.replace(
            replace(
                stronger,
                ref=keep.ref,
                item=keep.item,
                opened_at=min(keep.opened_at, drop.opened_at),
                shared_at=_earlier(keep.shared_at, drop.shared_at),
                notified_at=_earlier(keep.notified_at, drop.notified_at),
            )
        )

    def _judgement(self, row: Sequence[Any]) -> Judgement:
        seq, person, sealed = row
        return self.sealing.open(person, f"judgements/{seq}/sealed", sealed, Judgement)

    def _flag(self, row: Row) -> Flag:
        ref, person, sealed = row
        return self.sealing.open(person, _place(ref), sealed, Flag)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _place(ref: str) -> str:
    return f"flags/{ref}/sealed"
