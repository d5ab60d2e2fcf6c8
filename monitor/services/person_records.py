"""Everything stored about one person, as each table declares it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, TypeVar, cast

from monitor.app import App
from monitor.db.database import list_annex_tables
from monitor.db.pictures import Screenshot, Thumbnail
from monitor.domain.case import Case, FlaggedFindings
from monitor.domain.case_log import DecisionRecord
from monitor.domain.finding import Finding
from monitor.domain.person import Person
from monitor.domain.vocabulary import Decision, OwnershipLabel

T = TypeVar("T")
# Where the copy of one's data has findings, and what hangs on them.
FINDINGS = "findings.finding"
OF_FINDINGS = "findings."
OF_CASES = "findings.cases"


class FindingPart(Protocol):
    """What hangs on a finding."""

    @property
    def finding_id(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class PersonRecords:
    """`stored` are the records of each table, by where the copy of one's data has them."""

    person: Person
    stored: Mapping[str, tuple[object, ...]]
    cases: tuple[Case, ...]
    decisions: Mapping[str, tuple[DecisionRecord, ...]]
    labels: Mapping[str, OwnershipLabel]
    feedback: Mapping[str, Decision | None]

    def list_of(self, kind: type[T]) -> tuple[T, ...]:
        """Return all records of one kind, in the order of their table."""
        rows = (row for records in self.stored.values() for row in records)
        return tuple(row for row in rows if isinstance(row, kind))

    def list_of_finding(self, kind: type[T], finding_id: str) -> tuple[T, ...]:
        return tuple(row for row in self._by_finding[finding_id] if isinstance(row, kind))

    @cached_property
    def urls(self) -> Mapping[str, str]:
        """Return the address of each finding."""
        return {finding.id: finding.portrait.url for finding in self.list_of(Finding)}

    def find_case_url(self, case_id: str) -> str:
        return next(self.urls[case.finding_id] for case in self.cases if case.id == case_id)

    @cached_property
    def pictures(self) -> Mapping[str, Screenshot | Thumbnail]:
        """Return every stored picture by the name of its file in the copy."""
        shots = enumerate(self.list_of(Screenshot), 1)
        thumbnails = enumerate(self.list_of(Thumbnail), 1)
        return {
            **{f"pictures/screenshot-{number}.jpg": shot for number, shot in shots},
            **{f"pictures/profile-{number}.jpg": thumbnail for number, thumbnail in thumbnails},
        }

    @cached_property
    def _by_finding(self) -> Mapping[str, list[FindingPart]]:
        groups: dict[str, list[FindingPart]] = defaultdict(list)
        for path, records in self.stored.items():
            if path.startswith(OF_FINDINGS) and path != FINDINGS:
                for record in cast("tuple[FindingPart, ...]", records):
                    groups[record.finding_id].append(record)
        return groups


def load_person_records(app: App, person_id: str, flagged: FlaggedFindings) -> PersonRecords:
    """Read all; where flagged findings are left out, without them and what is for no one else."""
    db = app.db
    whole_copy = flagged is FlaggedFindings.SHOWN
    cases = db.cases.list_cases_of_person(person_id)
    stored = dict(_list_stored_records(app, person_id, whole_copy=whole_copy))
    if not whole_copy:
        hidden = {case.id for case in cases} | {case.finding_id for case in cases}
        stored = {path: _leave_out(records, hidden) for path, records in stored.items()}
        cases = ()
    (person,) = cast("tuple[Person]", stored["profile"])
    finding_ids = [finding.id for finding in cast("tuple[Finding, ...]", stored[FINDINGS])]
    return PersonRecords(
        person=person,
        stored=stored,
        cases=cases,
        decisions={case.id: db.cases.list_decisions(case.id) for case in cases},
        labels={
            finding_id: db.findings.find_finding_label(finding_id) or OwnershipLabel.UNKNOWN
            for finding_id in finding_ids
        },
        feedback={
            finding_id: db.findings.find_finding_feedback(finding_id) for finding_id in finding_ids
        },
    )


def _list_stored_records(
    app: App, person_id: str, *, whole_copy: bool
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield what each table has of a person; what hangs on cases is read case by case."""
    seen: dict[str, tuple[object, ...]] = {}
    for table in app.db.list_record_tables():
        path, withheld = table.declaration.exported, table.declaration.withheld
        if path and not path.startswith(OF_CASES):
            records = () if withheld and not whole_copy else table.list_records_of_person(person_id)
            seen[path] = (*seen.get(path, ()), *records)
    for brought in list_annex_tables():
        # What this district never used is a part of its copies all the same.
        seen.setdefault(brought.declaration.exported, ())
    yield from seen.items()


def _leave_out(records: tuple[object, ...], hidden: set[str]) -> tuple[object, ...]:
    """Leave out findings that are flagged and what is about them, and mask what opens feeds."""
    return tuple(
        _mask_private_fields(record) if isinstance(record, Person) else record
        for record in records
        if hidden.isdisjoint(
            getattr(record, field, "")
            for field in ("id" if isinstance(record, Finding) else "finding_id", "subject")
        )
    )


def _mask_private_fields(person: Person) -> Person:
    """Leave out the addresses of feeds, each of which opens its feed to anyone, and the picture."""
    masked = (replace(feed, address="not shown") for feed in person.alert_feeds)
    return replace(person, alert_feeds=tuple(masked), reference_picture="")
