"""A state folder of a made-up district, and the things that are kept in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.db.legal_holds import LegalHold
from monitor.db.outbox import OutboxEmail
from monitor.db.sweeps import Sweep
from monitor.domain.case import Case
from monitor.domain.consent import Consent, apply_end
from monitor.domain.finding import Finding, FindingVersion, Sighting
from monitor.domain.person import Person, PersonName
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, ConsentAction, Scope, Severity, SweepKind
from scrapers.models import (
    CrawlResult,
    Outcome,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)
from tests.monitor.conftest import Found

MONDAY = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)


@dataclass
class World:
    """Makes things of the district that differ only in what a test says."""

    state: Database
    folder: Path
    now: datetime = MONDAY
    numbers: Iterator[int] = field(default_factory=count)

    def ref(self) -> str:
        return f"{next(self.numbers):032x}"

    def person(self, given: str = "Rosa", family: str = "Delgado", **fields: object) -> Person:
        told = {
            "id": self.ref(),
            "name": PersonName(given=given, family=family),
            "mail": f"{given}.{family}@cedar.example",
            **fields,
        }
        return Person(organization="Cedar Valley", zone="America/Chicago", **told)

    def enrolled(self, given: str = "Rosa", family: str = "Delgado", **fields: object) -> str:
        person = self.person(given, family, **fields)
        self.state.people.insert_person(person)
        self.state.consents.insert_consent(self.consent(person.id))
        return person.id

    def held(self, given: str = "Rosa", reason: str = "a lawsuit") -> str:
        """Enrol somebody who is under a legal hold from the first day."""
        ref = self.enrolled(given)
        self.holds(ref, reason)
        return ref

    def holds(self, person: str, reason: str, at: datetime | None = None) -> None:
        hold = LegalHold(
            person_id=person, placed_at=at or self.now, by=("ana", "bo"), reason=reason
        )
        self.state.legal_holds.insert_legal_hold(hold)

    def withdraws(self, person: str, at: datetime) -> None:
        """Append the last line of somebody's consent, as leaving does."""
        latest = self.state.consents.find_latest_consent(person)
        assert latest
        self.state.consents.insert_consent(apply_end(latest, ConsentAction.WITHDRAWN, at))

    def consent(self, person: str) -> Consent:
        return Consent(
            person_id=person,
            text_version="1",
            text_hash="aa",
            scopes=frozenset({Scope.SEARCH, Scope.PROFILES}),
            given_at=self.now,
            expires_at=self.now + timedelta(days=365),
        )

    def sweep(self, kind: SweepKind = SweepKind.SWEEP, person: str = "") -> str:
        sweep = Sweep(
            id=self.ref(),
            week="2026-W02",
            kind=kind,
            person_id=person,
            nonce="qzxv",
            started_at=self.now,
        )
        return self.state.sweeps.open_or_resume(sweep).id

    def query(self, subject: str, *terms: str, source: str = "alpha") -> Query:
        return Query(
            source=source,
            kind=QueryKind.PRESENCE,
            terms=terms or ("rosa",),
            request=Request(url="https://alpha.example/rosa"),
            subject=subject,
        )

    def visit(self, query: Query, reading: ParseResult | None = None) -> CrawlResult:
        return CrawlResult(
            query=query, result=reading or ParseResult(outcome=Outcome.ABSENT), at=self.now
        )

    def trace(self, key: str = "alpha.example/rosa", **fields: object) -> Trace:
        return Trace(key=key, kind=TraceKind.ACCOUNT, url=f"https://{key}", **fields)

    def finding(self, person: str, *aliases: str, **fields: object) -> Finding:
        finding = Finding(
            id=self.ref(),
            person_id=person,
            **{
                "portrait": self.trace(),
                "first_seen": self.now,
                "last_seen": self.now,
                **fields,
            },
        )
        self.state.findings.insert_finding(finding, aliases)
        return finding

    def sighting(self, finding: Finding, query: str, **fields: object) -> Sighting:
        told = {"first": self.now, "last": self.now, "trace": finding.portrait, **fields}
        return Sighting(finding_id=finding.id, query=query, source="alpha", **told)

    def version(self, finding: Finding, **fields: object) -> FindingVersion:
        told = {"at": self.now, "trace": finding.portrait, **fields}
        return FindingVersion(finding_id=finding.id, query="q", **told)

    def case(self, finding: Finding, **fields: object) -> Case:
        told = {
            "kind": CaseKind.IMPERSONATION,
            "reasons": (Reason("copied-name"),),
            "opened_at": self.now,
            **fields,
        }
        return Case(
            id=self.ref(),
            person_id=finding.person_id,
            finding_id=finding.id,
            severity=Severity.HIGH,
            **told,
        )

    def email(self, person: str = "", **fields: object) -> OutboxEmail:
        told = {"recipient_id": person or "reviewer-1", "dedupe_key": "2026-W02", **fields}
        return OutboxEmail(
            id=self.ref(),
            person_id=person,
            kind="digest",
            message_id="<abc@cedar.example>",
            queued_at=self.now,
            due_at=self.now,
            **told,
        )

    def bytes_on_disk(self) -> bytes:
        """Everything in the database's files, the write-ahead log included."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("namesake.db*")))


@pytest.fixture
def world(tmp_path: Path, found: Found) -> Iterator[World]:
    found(tmp_path / "state")
    with Database.open_folder(tmp_path / "state", patience=5) as state:
        yield World(state, tmp_path / "state")
