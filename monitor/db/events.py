"""What happened to items, as reported."""

import json
from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import (
    DatabaseConnection,
    Row,
    find_next_seq,
    format_datetime,
    parse_datetime,
)
from monitor.db.encryption import Encryption
from monitor.domain.events import Event
from monitor.domain.vocabulary import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """An event, the address it happened at, and the sweep that saw it (empty: none did)."""

    event: Event
    url: str
    sweep_id: str = ""


_SELECT_EVENTS = "SELECT seq, sweep_id, person_id, item_id, kind, at, fields, url FROM events"


@dataclass(frozen=True, slots=True)
class EventsTable:
    connection: DatabaseConnection
    encryption: Encryption

    def insert_event(self, sweep_id: str, event: Event, url: str) -> None:
        with self.connection.begin_transaction():
            seq = find_next_seq(self.connection, "events")
            self.connection.execute(
                """INSERT INTO events (seq, sweep_id, person_id, item_id, kind, at, fields, url)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                seq,
                sweep_id or None,
                event.person_id,
                event.item_id,
                event.kind,
                format_datetime(event.at),
                json.dumps(event.fields),
                self.encryption.encrypt(event.person_id, _build_event_place(seq), url),
            )

    def list_events_of_sweep(self, sweep_id: str) -> tuple[EventRecord, ...]:
        rows = self.connection.fetch_rows(
            f"{_SELECT_EVENTS} WHERE sweep_id = ? ORDER BY seq", sweep_id
        )
        return tuple(self._decrypt_event(row) for row in rows)

    def list_events_of_person(self, person_id: str, since: datetime) -> tuple[EventRecord, ...]:
        rows = self.connection.fetch_rows(
            f"{_SELECT_EVENTS} WHERE person_id = ? AND at >= ? ORDER BY at, seq",
            person_id,
            format_datetime(since),
        )
        return tuple(self._decrypt_event(row) for row in rows)

    def list_events_of_item(self, item_id: str) -> tuple[EventRecord, ...]:
        rows = self.connection.fetch_rows(
            f"{_SELECT_EVENTS} WHERE item_id = ? ORDER BY at, seq", item_id
        )
        return tuple(self._decrypt_event(row) for row in rows)

    def move_to_item(self, item_id: str, target_id: str) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                "UPDATE events SET item_id = ? WHERE item_id = ?", target_id, item_id
            )

    def delete_events_before(self, person_id: str, at: datetime) -> int:
        with self.connection.begin_transaction():
            return self.connection.execute(
                "DELETE FROM events WHERE person_id = ? AND at < ?", person_id, format_datetime(at)
            )

    def _decrypt_event(self, row: Row) -> EventRecord:
        event = Event(
            person_id=row["person_id"],
            item_id=row["item_id"],
            kind=EventKind(row["kind"]),
            at=parse_datetime(row["at"]),
            fields=tuple(json.loads(row["fields"])),
        )
        address = self.encryption.decrypt(
            row["person_id"], _build_event_place(row["seq"]), row["url"], str
        )
        return EventRecord(event=event, url=address, sweep_id=row["sweep_id"] or "")


def _build_event_place(seq: int) -> str:
    return f"events/{seq}/url"
