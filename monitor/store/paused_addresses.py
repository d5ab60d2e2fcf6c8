"""Addresses that refuse letters: each belongs to a person, who may get another one any day."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.moment import read, written
from monitor.store.people import mail_mark
from monitor.store.sealing import Sealing


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedAddress:
    """`status` is what the mail server answered, such as 5.1.1."""

    person: str
    since: datetime
    status: str


@dataclass(frozen=True, slots=True)
class PausedAddresses:
    database: Database
    sealing: Sealing

    def pause(self, mail: str, paused: PausedAddress) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO paused_addresses VALUES (?, ?, ?, ?)",
                paused.person,
                mail_mark(self.sealing, mail),
                written(paused.since),
                paused.status,
            )

    def of(self, person: str, mail: str) -> PausedAddress | None:
        """Return the pause of this person's address; one of an earlier address counts no more."""
        found = self.database.row(
            "SELECT person, since, status FROM paused_addresses WHERE person = ? AND mark = ?",
            person,
            mail_mark(self.sealing, mail),
        )
        return None if found is None else _paused(*found)

    def all(self) -> tuple[PausedAddress, ...]:
        rows = self.database.rows(
            "SELECT person, since, status FROM paused_addresses ORDER BY since, person"
        )
        return tuple(_paused(*row) for row in rows)

    def resume(self, person: str) -> bool:
        """Write to them again; return whether anything was held back."""
        with self.database.write():
            gone = self.database.run("DELETE FROM paused_addresses WHERE person = ?", person)
        return gone == 1


def _paused(person: str, since: str, status: str) -> PausedAddress:
    return PausedAddress(person=person, since=read(since), status=status)
