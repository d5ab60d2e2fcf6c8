"""What happened to findings: where they are seen, their earlier texts, what changed and when."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.db.connection import Row, find_next_seq
from monitor.db.encryption import EncryptedTable, SealedRecords
from monitor.db.open_files import parse_datetime
from monitor.db.people import load_finding_owner
from monitor.db.tables import CLOSED, Expiry, Owner, Records, TableDeclaration
from monitor.domain.finding import FindingVersion, Sighting
from monitor.domain.finding_events import Event
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import EventKind
from scrapers.models import Trace

# What became new or changed for a person (?1) since a time (?2), and is not someone else's.
_SELECT_NEWS = """SELECT id AS finding_id, first_seen AS at FROM findings
WHERE person_id = ?1 AND first_seen >= ?2 AND ifnull(label, '') NOT IN ('namesake', 'unrelated')
UNION SELECT finding_id, at FROM events JOIN findings ON findings.id = finding_id
WHERE events.person_id = ?1 AND at >= ?2 AND kind NOT IN ('flapping', 'cleared')
AND ifnull(label, '') NOT IN ('namesake', 'unrelated')"""
# The next reading is compared with the last one.
_IS_REPLACED = """seq != (SELECT later.seq FROM versions AS later
    WHERE later.finding_id = versions.finding_id ORDER BY later.at DESC, later.seq DESC)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """An event, the address it happened at, and the sweep that saw it (empty: none did)."""

    event: Event
    url: str
    sweep_id: str = ""

    @property
    def finding_id(self) -> str:
        return self.event.finding_id


class EventsTable(EncryptedTable, Records[EventRecord]):
    declaration = TableDeclaration(
        "events",
        Owner.PERSON,
        RetainedKind.EVENT,
        "what changed on a finding, and when",
        Expiry(at="at"),
        sealed=("url",),
        exported="findings.events",
        of_person="person_id = ?1 ORDER BY at, seq",
    )

    select = "SELECT seq, sweep_id, person_id, finding_id, kind, at, fields, url FROM events"

    def insert_event(self, sweep_id: str, event: Event, url: str) -> None:
        with self.connection.begin_transaction():
            seq = find_next_seq(self.connection, "events")
            self.connection.execute(
                """INSERT INTO events (seq, sweep_id, person_id, finding_id, kind, at, fields, url)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                seq,
                sweep_id or None,
                event.person_id,
                event.finding_id,
                event.kind,
                event.at,
                json.dumps(event.fields),
                self.encryption.encrypt(event.person_id, _build_event_place(seq), url),
            )

    def list_events_of_sweep(self, sweep_id: str) -> tuple[EventRecord, ...]:
        return self.list_records("WHERE sweep_id = ? ORDER BY seq", sweep_id)

    def list_events_of_person(self, person_id: str, since: datetime) -> tuple[EventRecord, ...]:
        return self.list_records(
            "WHERE person_id = ? AND at >= ? ORDER BY at, seq", person_id, since
        )

    def list_events_of_finding(self, finding_id: str) -> tuple[EventRecord, ...]:
        return self.list_records("WHERE finding_id = ? ORDER BY at, seq", finding_id)

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        self.connection.write_rows(
            "UPDATE events SET finding_id = ? WHERE finding_id = ?", target_id, finding_id
        )

    def parse_row(self, row: Row) -> EventRecord:
        event = Event(
            person_id=row["person_id"],
            finding_id=row["finding_id"],
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


class SightingsTable(SealedRecords[Sighting]):
    declaration = TableDeclaration(
        "sightings",
        Owner.PERSON,
        RetainedKind.SIGHTING,
        "where a finding was last seen",
        Expiry(CLOSED),
        sealed=("encrypted",),
        exported="findings.sightings",
    )

    record = Sighting
    stored = ("finding_id", "source", "last")
    key = ("finding_id", "query")

    def list_sightings_of_query(self, person_id: str, key: str) -> tuple[Sighting, ...]:
        return self.list_records(
            "WHERE person_id = ? AND query = ? ORDER BY rowid",
            person_id,
            self.encryption.keyed_hash(person_id, key),
        )

    def count_sightings(self, person_id: str, key: str) -> int:
        """Count what a query shows, without opening it."""
        return self.connection.count_rows(
            "sightings",
            "person_id = ? AND query = ?",
            person_id,
            self.encryption.keyed_hash(person_id, key),
        )

    def list_sightings_of_finding(self, finding_id: str) -> tuple[Sighting, ...]:
        return self.list_records("WHERE finding_id = ? ORDER BY rowid", finding_id)

    def list_sightings_of_person(self, person_id: str) -> tuple[Sighting, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY rowid", person_id)

    def has_sighting_before(self, person_id: str, at: datetime) -> bool:
        """Tell it without opening any."""
        return self.connection.has_row(
            "SELECT 1 FROM sightings WHERE person_id = ? AND last <= ?", person_id, at
        )

    def list_sources(self, person_id: str) -> frozenset[str]:
        """Return the sources that showed anything."""
        rows = self.connection.fetch_rows(
            "SELECT DISTINCT source FROM sightings WHERE person_id = ?", person_id
        )
        return frozenset(row["source"] for row in rows)

    def list_sources_with_news(self, person_id: str, since: datetime) -> frozenset[str]:
        """Return the sources that showed something new or changed, but of no one else's."""
        rows = self.connection.fetch_rows(
            f"""SELECT DISTINCT source FROM sightings
            WHERE person_id = ?1 AND last >= ?2
            AND finding_id IN (SELECT finding_id FROM ({_SELECT_NEWS}))""",  # noqa: S608 - our own words
            person_id,
            since,
        )
        return frozenset(row["source"] for row in rows)

    def save_sighting(self, sighting: Sighting) -> None:
        """Keep it in place of what the same query saw of the same finding before."""
        with self.connection.begin_transaction():
            person = load_finding_owner(self.connection, sighting.finding_id)
            mark = self.encryption.keyed_hash(person, sighting.query)
            self.replace_record(sighting, person_id=person, query=mark)

    def delete_sighting(self, sighting: Sighting) -> None:
        with self.connection.begin_transaction():
            person = load_finding_owner(self.connection, sighting.finding_id)
            self.connection.execute(
                "DELETE FROM sightings WHERE finding_id = ? AND query = ?",
                sighting.finding_id,
                self.encryption.keyed_hash(person, sighting.query),
            )

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        """Give them to another finding of the same person; the later of two values stays."""
        there = {sighting.query: sighting for sighting in self.list_sightings_of_finding(target_id)}
        with self.connection.begin_transaction():
            for sighting in self.list_sightings_of_finding(finding_id):
                self.delete_sighting(sighting)
                self.save_sighting(
                    _pick_later(replace(sighting, finding_id=target_id), there.get(sighting.query))
                )


def _pick_later(one: Sighting, other: Sighting | None) -> Sighting:
    if other is None:
        return one
    last = max(one, other, key=lambda entry: entry.last)
    return replace(last, first=min(one.first, other.first))


class VersionsTable(SealedRecords[FindingVersion]):
    declaration = TableDeclaration(
        "versions",
        Owner.PERSON,
        RetainedKind.VERSION,
        "earlier texts of a finding",
        Expiry(CLOSED, at="at", where=_IS_REPLACED),
        sealed=("encrypted",),
        exported="findings.versions",
        of_person="person_id = ?1 ORDER BY at, seq",
    )

    record = FindingVersion
    stored = ("finding_id", "at")
    key = ("seq",)

    def list_versions(self, finding_id: str) -> tuple[FindingVersion, ...]:
        return tuple(self.load_versions_by_seq(finding_id).values())

    def insert_version(self, version: FindingVersion) -> None:
        with self.connection.begin_transaction():
            person = load_finding_owner(self.connection, version.finding_id)
            self.insert_record(version, person_id=person)

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        with self.connection.begin_transaction():
            moving = self.list_versions(finding_id)
            self.connection.execute("DELETE FROM versions WHERE finding_id = ?", finding_id)
            for version in moving:
                self.insert_version(replace(version, finding_id=target_id))

    def rewrite_versions(self, finding_id: str, change: Callable[[Trace], Trace]) -> None:
        """Remove from every version what may no longer be stored; the order stays."""
        with self.connection.begin_transaction():
            for seq, version in self.load_versions_by_seq(finding_id).items():
                changed = replace(version, trace=change(version.trace))
                if changed != version:
                    sealed = self.encrypt_value(
                        load_finding_owner(self.connection, finding_id), seq, changed
                    )
                    self.connection.execute(
                        "UPDATE versions SET encrypted = ? WHERE seq = ?", sealed, seq
                    )

    def delete_versions_of_query(self, finding_id: str, query: str) -> None:
        """Forget all that one query showed of it."""
        self._delete_versions(
            seq
            for seq, version in self.load_versions_by_seq(finding_id).items()
            if version.query == query
        )

    def delete_replaced_versions(self, finding_id: str, query: str, at: datetime) -> None:
        """Forget what one query showed before `at`, but for what it shows now."""
        shown = [
            (seq, value)
            for seq, value in self.load_versions_by_seq(finding_id).items()
            if value.query == query
        ]
        self._delete_versions(seq for seq, entry in shown[:-1] if entry.at < at)

    def load_versions_by_seq(self, finding_id: str) -> dict[int, FindingVersion]:
        """Return them, the oldest first, by a number that stays the same."""
        rows = self.connection.fetch_rows(
            f"{self.select} WHERE finding_id = ? ORDER BY at, seq", finding_id
        )
        return {row["seq"]: self.parse_row(row) for row in rows}

    def _delete_versions(self, seqs: Iterable[int]) -> None:
        with self.connection.begin_transaction():
            for seq in seqs:
                self.connection.execute("DELETE FROM versions WHERE seq = ?", seq)


# What became new or changed for a person (?1) since a time (?2), and is not someone else's.
