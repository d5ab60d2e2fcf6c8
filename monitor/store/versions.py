"""What items looked like, in the order they were seen to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.item import Version
from monitor.store.database import Database
from monitor.store.moment import written
from monitor.store.owner import owner_of_item
from monitor.store.sealing import Sealing
from monitor.store.sequence import next_in
from scrapers.finding import Finding


@dataclass(frozen=True, slots=True)
class Versions:
    database: Database
    sealing: Sealing

    def of(self, item: str) -> tuple[Version, ...]:
        return tuple(self.numbered(item).values())

    def add(self, version: Version) -> None:
        with self.database.write():
            person = owner_of_item(self.database, version.item)
            seq = next_in(self.database, "versions")
            self.database.run(
                "INSERT INTO versions VALUES (?, ?, ?, ?, ?)",
                seq,
                version.item,
                person,
                written(version.at),
                self.sealing.seal(person, _place(seq), version),
            )

    def move(self, item: str, to: str) -> None:
        with self.database.write():
            moving = self.of(item)
            self.database.run("DELETE FROM versions WHERE item = ?", item)
            for each in moving:
                self.add(replace(each, item=to))

    def forget_before(self, item: str, at: datetime) -> int:
        """Forget the older ones, but never the last, which the next reading is compared with."""
        with self.database.write():
            return self.database.run(
                """DELETE FROM versions WHERE item = ?1 AND at < ?2
                AND seq != (SELECT seq FROM versions WHERE item = ?1 ORDER BY at DESC, seq DESC)""",
                item,
                written(at),
            )

    def rewrite(self, item: str, change: Callable[[Finding], Finding]) -> None:
        """Take out of every version what may be kept no more; the order stays."""
        with self.database.write():
            for seq, version in self.numbered(item).items():
                told = replace(version, finding=change(version.finding))
                if told != version:
                    sealed = self.sealing.seal(
                        owner_of_item(self.database, item), _place(seq), told
                    )
                    self.database.run("UPDATE versions SET sealed = ? WHERE seq = ?", sealed, seq)

    def forget_question(self, item: str, query: str) -> None:
        """Forget all that one question showed of it."""
        self._drop(seq for seq, version in self.numbered(item).items() if version.query == query)

    def forget_replaced(self, item: str, query: str, at: datetime) -> None:
        """Forget what one question showed before `at`, but for what it shows now."""
        shown = [(seq, each) for seq, each in self.numbered(item).items() if each.query == query]
        self._drop(seq for seq, each in shown[:-1] if each.at < at)

    def numbered(self, item: str) -> dict[int, Version]:
        """Return them, the oldest first, by a number that stays the same."""
        rows = self.database.rows(
            "SELECT seq, person, sealed FROM versions WHERE item = ? ORDER BY at, seq", item
        )
        return {
            seq: self.sealing.open(person, _place(seq), sealed, Version)
            for seq, person, sealed in rows
        }

    def _drop(self, seqs: Iterable[int]) -> None:
        with self.database.write():
            for seq in seqs:
                self.database.run("DELETE FROM versions WHERE seq = ?", seq)


def _place(seq: int) -> str:
    return f"versions/{seq}/sealed"
