"""What people said of items, appended: the item itself keeps the word that stands."""

from dataclasses import dataclass

from monitor.domain.flag import Ruling
from monitor.domain.verdicts.said import Said, verdict
from monitor.store.database import Database
from monitor.store.moment import read, written
from monitor.store.owner import owner_of_item


@dataclass(frozen=True, slots=True)
class Verdicts:
    database: Database

    def of(self, item: str) -> tuple[Said, ...]:
        rows = self.database.rows(
            "SELECT item, ruling, at, flag FROM verdicts WHERE item = ? ORDER BY seq", item
        )
        return tuple(
            Said(
                item=ref,
                ruling=None if ruling is None else Ruling(ruling),
                at=read(at),
                flag=flag or "",
            )
            for ref, ruling, at, flag in rows
        )

    def append(self, said: Said) -> Ruling | None:
        """Keep a word, and return the one that stands now, which the item keeps."""
        with self.database.write():
            self.database.run(
                "INSERT INTO verdicts (item, person, ruling, at, flag) VALUES (?, ?, ?, ?, ?)",
                said.item,
                owner_of_item(self.database, said.item),
                said.ruling,
                written(said.at),
                said.flag or None,
            )
            stands = verdict(self.of(said.item))
            self.database.run("UPDATE items SET verdict = ? WHERE ref = ?", stands, said.item)
        return stands

    def move(self, item: str, to: str) -> None:
        with self.database.write():
            self.database.run("UPDATE verdicts SET item = ? WHERE item = ?", to, item)
