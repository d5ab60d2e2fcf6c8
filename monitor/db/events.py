"""What happened to items, as it was told."""

import json
from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import Database, Row, next_in, read, written
from monitor.db.encryption import Sealing
from monitor.domain.events import Event, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event, the address it happened at, and the sweep that saw it (empty: none did)."""

    event: Event
    url: str
    sweep: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    database: Database
    sealing: Sealing

    def add(self, sweep: str, event: Event, url: str) -> None:
        with self.database.write():
            seq = next_in(self.database, "events")
            self.database.run(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                seq,
                sweep or None,
                event.person,
                event.item,
                event.kind,
                written(event.at),
                json.dumps(event.fields),
                self.sealing.seal(event.person, _place(seq), url),
            )

    def of_sweep(self, sweep: str) -> tuple[Recorded, ...]:
        rows = self.database.rows("SELECT * FROM events WHERE sweep = ? ORDER BY seq", sweep)
        return tuple(self._recorded(row) for row in rows)

    def of_person(self, ref: str, since: datetime) -> tuple[Recorded, ...]:
        rows = self.database.rows(
            "SELECT * FROM events WHERE person = ? AND at >= ? ORDER BY at, seq",
            ref,
            written(since),
        )
        return tuple(self._recorded(row) for row in rows)

    def of_item(self, item: str) -> tuple[Recorded, ...]:
        rows = self.database.rows("SELECT * FROM events WHERE item = ? ORDER BY at, seq", item)
        return tuple(self._recorded(row) for row in rows)

    def move(self, item: str, to: str) -> None:
        with self.database.write():
            self.database.run("UPDATE events SET item = ? WHERE item = ?", to, item)

    def forget_before(self, ref: str, at: datetime) -> int:
        with self.database.write():
            return self.database.run(
                "DELETE FROM events WHERE person = ? AND at < ?", ref, written(at)
            )

    def _recorded(self, row: Row) -> Recorded:
        seq, sweep, person, item, kind, at, fields, url = row
        event = Event(
            person=person,
            item=item,
            kind=EventKind(kind),
            at=read(at),
            fields=tuple(json.loads(fields)),
        )
        address = self.sealing.open(person, _place(seq), url, str)
        return Recorded(event=event, url=address, sweep=sweep or "")


def _place(seq: int) -> str:
    return f"events/{seq}/url"
