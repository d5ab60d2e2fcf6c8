"""What exists about each person: findings, where they are seen, their versions and what happened.

Decisions are appended; the finding itself holds the current one.
"""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from monitor.db.cases import CasesTable
from monitor.db.connection import Row, find_next_seq
from monitor.db.encryption import DISTRICT, EncryptedTable, SealedRecords
from monitor.db.evidence_pages import PagesTable
from monitor.db.open_files import parse_datetime
from monitor.db.people import build_missing_finding_error, load_finding_owner, resolve_id_prefix
from monitor.db.tables import CLOSED, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.case import rank_decision
from monitor.domain.feedback import Feedback, resolve_decision
from monitor.domain.finding import Finding, FindingVersion, Sighting, merge_findings
from monitor.domain.finding_events import Event
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import Decision, EventKind, OwnershipLabel, WaveMark
from scrapers.models import Trace

if TYPE_CHECKING:
    from monitor.domain.detection.assessment import Assessment
    from monitor.domain.detection.waves import NewAccount

# What became new or changed for a person (?1) since a time (?2), and is not someone else's.
_SELECT_NEWS = """SELECT id AS finding_id, first_seen AS at FROM findings
WHERE person_id = ?1 AND first_seen >= ?2 AND ifnull(label, '') NOT IN ('namesake', 'unrelated')
UNION SELECT finding_id, at FROM events JOIN findings ON findings.id = finding_id
WHERE events.person_id = ?1 AND at >= ?2 AND kind NOT IN ('flapping', 'cleared')
AND ifnull(label, '') NOT IN ('namesake', 'unrelated')"""


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


# The next reading is compared with the last one.
_IS_REPLACED = """seq != (SELECT later.seq FROM versions AS later
    WHERE later.finding_id = versions.finding_id ORDER BY later.at DESC, later.seq DESC)"""


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


class FeedbackTable(Table, Records[Feedback]):
    declaration = TableDeclaration(
        "feedback",
        Owner.PERSON,
        RetainedKind.FINDING,
        'answers to "whose is this?"',
        exported="findings.feedback",
        of_person="person_id = ?1 ORDER BY seq",
    )

    record = Feedback
    empty_as_null = frozenset({"case_id"})

    def list_feedback_of_finding(self, finding_id: str) -> tuple[Feedback, ...]:
        return self.list_records("WHERE finding_id = ? ORDER BY seq", finding_id)

    def insert_feedback(self, feedback: Feedback) -> Decision | None:
        """Store an answer, and return the one that counts now, which the finding stores too."""
        with self.connection.begin_transaction():
            person_id = load_finding_owner(self.connection, feedback.finding_id)
            self.insert_record(feedback, person_id=person_id)
            stands = resolve_decision(self.list_feedback_of_finding(feedback.finding_id))
            self.connection.execute(
                "UPDATE findings SET feedback = ? WHERE id = ?", stands, feedback.finding_id
            )
            self.connection.forget_read(_build_feedback_key(person_id))
        return stands

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        self.connection.write_rows(
            "UPDATE feedback SET finding_id = ? WHERE finding_id = ?", target_id, finding_id
        )


class FindingsTable(SealedRecords[Finding]):
    """`aliases` are all the keys a finding is known by: canonical URLs and account keys."""

    declaration = TableDeclaration(
        "findings",
        Owner.PERSON,
        RetainedKind.FINDING,
        "findings: title, names, text and address, as published",
        Expiry(CLOSED),
        sealed=("assessment", "encrypted"),
        exported="findings.finding",
        of_person="person_id = ?1 ORDER BY first_seen, rowid",
    )
    attached = (
        TableDeclaration(
            "aliases",
            Owner.PERSON,
            RetainedKind.FINDING,
            "hashes by which a finding is recognized",
            not_exported="keyed hashes of what the findings have",
        ),
    )

    record = Finding
    stored = ("id", "person_id", "first_seen")

    def list_findings_of_person(self, person_id: str) -> tuple[Finding, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY first_seen, rowid", person_id)

    def list_finding_ids_of_person(self, person_id: str) -> tuple[str, ...]:
        rows = self.connection.fetch_rows(
            "SELECT id FROM findings WHERE person_id = ? ORDER BY first_seen, rowid", person_id
        )
        return tuple(finding_id for (finding_id,) in rows)

    def sort_finding_ids(self, finding_ids: Collection[str]) -> tuple[str, ...]:
        """Return some findings' ids, the oldest finding first; what is not there is left out."""
        rows = self.connection.fetch_rows(
            """SELECT id FROM findings WHERE id IN (SELECT value FROM json_each(?))
            ORDER BY first_seen, rowid""",
            json.dumps(sorted(finding_ids)),
        )
        return tuple(finding_id for (finding_id,) in rows)

    def load_finding(self, finding_id: str) -> Finding:
        return self.connection.read_once(
            ("finding", finding_id), partial(self._read_finding, finding_id)
        )

    def load_finding_of_person(self, person_id: str, finding_id: str) -> Finding:
        """Return a person's finding; what is another person's is as if it were not there."""
        if load_finding_owner(self.connection, finding_id) != person_id:
            raise build_missing_finding_error(finding_id)
        return self.load_finding(finding_id)

    def resolve_finding_prefix(self, id_prefix: str) -> str:
        """Complete an id that an email has cut."""
        query = "SELECT id FROM findings WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2"
        return resolve_id_prefix(id_prefix, self.connection.fetch_rows(query, id_prefix))

    def find_findings_by_aliases(
        self, person_id: str, aliases: Iterable[str]
    ) -> tuple[Finding, ...]:
        """Return every finding known by one of the aliases, the oldest first."""
        finding_ids = {self._find_finding_of_alias(person_id, alias) for alias in aliases}
        findings = (
            self.load_finding(finding_id) for finding_id in finding_ids if finding_id is not None
        )
        return tuple(sorted(findings, key=lambda finding: (finding.first_seen, finding.id)))

    def insert_finding(self, finding: Finding, aliases: Iterable[str]) -> None:
        with self.connection.begin_transaction():
            self.insert_record(finding)
            self._insert_aliases(finding, aliases)

    def update_finding(self, finding: Finding, aliases: Iterable[str] = ()) -> None:
        """Keep its new value and further aliases; those it had stay."""
        with self.connection.begin_transaction():
            load_finding_owner(self.connection, finding.id)
            self.replace_record(finding)
            self.connection.forget_read(
                ("finding", finding.id), _build_feedback_key(finding.person_id)
            )
            self._insert_aliases(finding, aliases)

    def delete_finding(self, finding_id: str) -> None:
        """Forget the finding with its sightings, versions, events and cases."""
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM findings WHERE id = ?", finding_id)
            self.connection.execute("DELETE FROM jobs WHERE subject = ?", finding_id)
            self.connection.forget_read()

    def merge_findings(self, keep: Finding, drop: Finding) -> Finding:
        """Make two findings one: the older history and the stronger decision stay."""
        if keep.person_id != drop.person_id:
            message = "two people's findings never become one"
            raise ValueError(message)
        whole = replace(merge_findings((keep, drop)), id=keep.id)
        with self.connection.begin_transaction():
            self.connection.execute(
                "UPDATE aliases SET finding_id = ? WHERE finding_id = ?", keep.id, drop.id
            )
            self.connection.forget_read()
            for noun in (SightingsTable, VersionsTable, EventsTable, CasesTable, PagesTable):
                noun(self.connection, self.encryption).move_to_finding(drop.id, keep.id)
            FeedbackTable(self.connection).move_to_finding(drop.id, keep.id)
            decisions = (self.find_finding_feedback(keep.id), self.find_finding_feedback(drop.id))
            self.set_finding_feedback(keep.id, min(decisions, key=rank_decision))
            self.delete_finding(drop.id)
            self.update_finding(whole)
        return whole

    def find_finding_feedback(self, finding_id: str) -> Decision | None:
        """Return what the person last said of it, None before they did."""
        found = self.connection.fetch_row("SELECT feedback FROM findings WHERE id = ?", finding_id)
        return None if found is None or found["feedback"] is None else Decision(found["feedback"])

    def set_finding_feedback(self, finding_id: str, feedback: Decision | None) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                "UPDATE findings SET feedback = ? WHERE id = ?", feedback, finding_id
            )
            self.connection.forget_read()

    def list_findings_with_feedback(self, person_id: str) -> tuple[tuple[Finding, Decision], ...]:
        """Return what the person decided about, with the decision, the oldest first."""
        return self.connection.read_once(
            _build_feedback_key(person_id), partial(self._read_findings_with_feedback, person_id)
        )

    def _read_findings_with_feedback(self, person_id: str) -> tuple[tuple[Finding, Decision], ...]:
        rows = tuple(
            self.connection.fetch_rows(
                """SELECT id, person_id, encrypted, feedback FROM findings
                WHERE person_id = ? AND feedback IS NOT NULL ORDER BY first_seen, rowid""",
                person_id,
            )
        )
        with self.encryption.keys.hold_keys():
            return tuple((self.parse_row(row), Decision(row["feedback"])) for row in rows)

    def count_findings_with_feedback(self, person_id: str) -> int:
        """Count what the person decided about, without opening anything."""
        return self.connection.count_rows(
            "findings", "person_id = ? AND feedback IS NOT NULL", person_id
        )

    def list_findings_awaiting_feedback(
        self, person_id: str
    ) -> tuple[tuple[Finding, "Assessment"], ...]:
        """Return what was assessed and has no decision of the person's, the oldest first."""
        rows = tuple(
            self.connection.fetch_rows(
                """SELECT id, person_id, encrypted, assessment FROM findings WHERE person_id = ?
                AND feedback IS NULL AND assessment IS NOT NULL ORDER BY first_seen, rowid""",
                person_id,
            )
        )
        with self.encryption.keys.hold_keys():
            return tuple((self.parse_row(row), self._decrypt_assessment(row)) for row in rows)

    def find_finding_label(self, finding_id: str) -> OwnershipLabel | None:
        found = self.connection.fetch_row("SELECT label FROM findings WHERE id = ?", finding_id)
        return None if found is None or found["label"] is None else OwnershipLabel(found["label"])

    def find_assessment(self, finding_id: str) -> "Assessment | None":
        found = self.connection.fetch_row(
            "SELECT id, person_id, assessment FROM findings WHERE id = ?", finding_id
        )
        if found is None or found["assessment"] is None:
            return None
        return self._decrypt_assessment(found)

    def set_assessment(self, finding_id: str, assessment: "Assessment") -> None:
        with self.connection.begin_transaction():
            person = load_finding_owner(self.connection, finding_id)
            self.connection.execute(
                "UPDATE findings SET label = ?, assessment = ? WHERE id = ?",
                assessment.label,
                self.encryption.encrypt(person, _build_assessment_place(finding_id), assessment),
                finding_id,
            )

    def _find_finding_of_alias(self, person_id: str, alias: str) -> str | None:
        return self.connection.read_once(
            ("alias", person_id, alias), partial(self._read_finding_of_alias, person_id, alias)
        )

    def _read_finding_of_alias(self, person_id: str, alias: str) -> str | None:
        found = self.connection.fetch_row(
            "SELECT finding_id FROM aliases WHERE person_id = ? AND alias = ?",
            person_id,
            self.encryption.keyed_hash(person_id, alias),
        )
        return None if found is None else str(found["finding_id"])

    def _insert_aliases(self, finding: Finding, aliases: Iterable[str]) -> None:
        for alias in aliases:
            owner = self._find_finding_of_alias(finding.person_id, alias)
            if owner not in {None, finding.id}:
                message = f"{owner} is known by an alias of {finding.id}: merge them first"
                raise ValueError(message)
            self.connection.execute(
                """INSERT INTO aliases (person_id, alias, finding_id) VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING""",
                finding.person_id,
                self.encryption.keyed_hash(finding.person_id, alias),
                finding.id,
            )
            self.connection.forget_read(("alias", finding.person_id, alias))

    def _decrypt_assessment(self, row: Row) -> "Assessment":
        from monitor.domain.detection.assessment import Assessment  # noqa: PLC0415 - all rules

        return self.encryption.decrypt(
            row["person_id"], _build_assessment_place(row["id"]), row["assessment"], Assessment
        )

    def _read_finding(self, finding_id: str) -> Finding:
        found = self.find_record("WHERE id = ?", finding_id)
        if found is None:
            raise build_missing_finding_error(finding_id)
        return found

    def parse_row(self, row: Row) -> Finding:
        return self.connection.read_once(("finding", row["id"]), partial(super().parse_row, row))


def _build_feedback_key(person_id: str) -> tuple[str, str]:
    return "findings with feedback", person_id


def _build_assessment_place(finding_id: str) -> str:
    return f"findings/{finding_id}/assessment"


# Accounts of which the person said that they are theirs, or a stranger's, are no wave.
_OUTSIDE_A_WAVE = (Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED)


class NewAccountsTable(EncryptedTable):
    """New accounts under a name of the staff, by what each may share with those of others.

    It is one hash, shared by people; no more is compared between them than when such accounts
    appeared.
    """

    declaration = TableDeclaration(
        "new_accounts",
        Owner.PERSON,
        RetainedKind.FINDING,
        "new accounts under a name: date, hashes of school and network, words, links, picture",
        not_exported="keyed hashes of what the findings have",
    )

    def save_new_account(
        self, finding: Finding, marks: Iterable[tuple[WaveMark, str]], appeared_at: datetime
    ) -> None:
        """Keep what it may share with others; when it appeared stays as first kept."""
        known = "SELECT appeared_at FROM new_accounts WHERE finding_id = ?"
        with self.connection.begin_transaction():
            first = self.connection.fetch_row(known, finding.id)
            self.connection.execute("DELETE FROM new_accounts WHERE finding_id = ?", finding.id)
            for mark, shared in marks:
                self.connection.execute(
                    """INSERT INTO new_accounts (finding_id, person_id, mark, shared, appeared_at)
                    VALUES (?, ?, ?, ?, ?)""",
                    finding.id,
                    finding.person_id,
                    mark,
                    self.encryption.keyed_hash(DISTRICT, f"{mark}\n{shared}"),
                    first["appeared_at"] if first else appeared_at,
                )

    def delete_marks(self, person_id: str, mark: WaveMark) -> None:
        """Forget what a person's new accounts may share of one kind."""
        sql = "DELETE FROM new_accounts WHERE person_id = ? AND mark = ?"
        self.connection.write_rows(sql, person_id, mark)

    def list_new_account_ids(self, person_id: str) -> tuple[str, ...]:
        """Return the ids of the person's findings that are such accounts."""
        rows = self.connection.fetch_rows(
            "SELECT DISTINCT finding_id FROM new_accounts WHERE person_id = ? ORDER BY finding_id",
            person_id,
        )
        return tuple(finding_id for (finding_id,) in rows)

    def list_accounts_of_same_place(self, finding_id: str) -> tuple["NewAccount", ...]:
        """Return those of the same school and network, itself included; none if it is not new."""
        alike = self.list_accounts_alike(finding_id)
        return next((accounts for mark, accounts in alike if mark is WaveMark.PLACE), ())

    def list_accounts_alike(
        self, finding_id: str
    ) -> tuple[tuple[WaveMark, tuple["NewAccount", ...]], ...]:
        """Return, for each thing that an account may share, all that share it, itself included."""
        from monitor.domain.detection.waves import NewAccount  # noqa: PLC0415 - all rules

        rows = self.connection.fetch_rows(
            """SELECT here.mark, here.shared, other.finding_id, other.person_id, other.appeared_at
            FROM new_accounts AS here
            JOIN new_accounts AS other ON other.shared = here.shared
            JOIN findings ON findings.id = other.finding_id
            WHERE here.finding_id = ?
            AND ifnull(findings.feedback, '') NOT IN (SELECT value FROM json_each(?))
            ORDER BY here.shared, other.appeared_at, other.finding_id""",
            finding_id,
            json.dumps(_OUTSIDE_A_WAVE),
        )
        alike: dict[tuple[str, bytes], list[NewAccount]] = {}
        for row in rows:
            alike.setdefault((row["mark"], row["shared"]), []).append(
                NewAccount(
                    finding_id=row["finding_id"],
                    person_id=row["person_id"],
                    appeared_at=parse_datetime(row["appeared_at"]),
                )
            )
        return tuple((WaveMark(mark), tuple(accounts)) for (mark, _), accounts in alike.items())

    def list_case_ids(self, since: datetime) -> tuple[str, ...]:
        """Return the cases of such accounts that appeared since."""
        rows = self.connection.fetch_rows(
            """SELECT DISTINCT cases.id FROM new_accounts
            JOIN cases ON cases.finding_id = new_accounts.finding_id
            WHERE new_accounts.appeared_at >= ? ORDER BY new_accounts.appeared_at, cases.id""",
            since,
        )
        return tuple(case_id for (case_id,) in rows)
