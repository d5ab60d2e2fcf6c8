"""Requests for public records: what exists of which kind, and an export of what IT did.

Counsel decides and answers. An export is proposed by one reviewer and confirmed by another, each in
a session of their own; it names nobody, and each person whom a row is about finds it in their log.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.app import App
from monitor.db.audit import AuditEntry, AuditTable
from monitor.db.database import list_declarations
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.english_dates import convert_to_zone, format_date
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer, build_reviewer_id
from monitor.domain.public_records import RecordsRequest
from monitor.domain.retention import RETENTION_PERIODS
from monitor.domain.small_counts import round_down_to_band
from monitor.domain.two_reviewers import CONFIRM_WITHIN, check_two_reviewers, check_withdrawal
from monitor.domain.vocabulary import RecordAccess, RecordKind, Redaction
from reports.data_export import render_csv
from reports.labels.office import DISTRICT_ACTIONS, RECORD_KINDS
from reports.pages.public_records import StoredKindLine, describe_span
from reports.pages.review import ProposalLine

PROPOSED, EXPORTED, WITHDRAWN = "records-proposed", "records-exported", "records-withdrawn"
# What a person reads in their own log, and no export repeats: it would count them.
DISCLOSED = "records-disclosed"
# Far more than reviewers propose within a day.
_MAX_LISTED = 200
COLUMNS = ("date", "time", "who", "by means of", "action", "about", "redacted")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsExport:
    """A file for counsel; `redactions` counts the rows that lost each kind of thing."""

    name: str
    body: bytes
    row_count: int
    redactions: Mapping[Redaction, int]


def list_stored_kinds(app: App) -> Iterator[StoredKindLine]:
    """Yield what each table is declared to hold; counts of people's rows need twenty people."""
    counts, is_large = app.db.count_rows(), _has_many_people(app)
    for declared in sorted(list_declarations(), key=lambda table: table.holds):
        period, access = RETENTION_PERIODS[declared.kept_as], find_record_access(declared)
        yield StoredKindLine(
            holds=declared.holds,
            owner=declared.owner,
            in_use=describe_span(period.open, endless="no limit"),
            afterwards=describe_span(period.closed, endless="stays"),
            is_counted=access is not RecordAccess.PERSON or is_large,
            band=round_down_to_band(counts.get(declared.name, 0)),
            access=access,
        )


def find_record_access(declared: TableDeclaration) -> RecordAccess:
    if declared is AuditTable.declaration:
        return RecordAccess.EXPORTED
    of_office = declared.owner in {Owner.DISTRICT, Owner.NOBODY}
    return RecordAccess.OFFICE if of_office else RecordAccess.PERSON


def propose_records_export(app: App, reviewer: Reviewer, request: RecordsRequest) -> None:
    """Write down what counsel decided, as one reviewer says; the audit log keeps it."""
    _check_reviewers(app, reviewer.id)
    details = {
        "request": request.reference,
        "kinds": "+".join(sorted(set(request.kinds))),
        "from": request.first_day.isoformat(),
        "until": request.last_day.isoformat(),
    }
    app.db.audit.append_entry(app.clock.now(), reviewer.id, PROPOSED, "", details)


def list_records_proposals(app: App, reviewer: Reviewer) -> Iterator[ProposalLine]:
    """Yield what waits for a second reviewer, the newest first."""
    for entry in _list_pending(app):
        request = _read_request(entry)
        days = (request.first_day, request.last_day)
        yield ProposalLine(
            id=str(entry.seq),
            title=f"Request {request.reference}",
            subject=" to ".join(map(format_date, days)),
            by=app.config.district.find_reviewer_address(entry.actor),
            reason=". ".join(RECORD_KINDS[kind] for kind in request.kinds),
            at=entry.at,
            until=entry.at + CONFIRM_WITHIN,
            mine=entry.actor == reviewer.id,
        )


def confirm_records_export(app: App, reviewer: Reviewer, proposal_id: str) -> RecordsExport:
    """Make the file that another reviewer proposed, log it, and tell each person concerned."""
    with app.db.begin_transaction():
        proposal = _load_pending(app, proposal_id)
        _check_reviewers(app, proposal.actor, reviewer.id)
        check_two_reviewers(proposal.actor, reviewer.id, waits=True)
        request, audit, now = _read_request(proposal), app.db.audit, app.clock.now()
        rows = _choose_rows(app, request)
        export = _build_export(rows, request, app.config.district.zone)
        for person_id in sorted({person_id for _, person_id in rows} - {""}):
            audit.append_entry(now, reviewer.id, DISCLOSED, person_id, {})
        counts = {kind.value: str(export.redactions[kind]) for kind in Redaction}
        details = {"proposal": proposal_id, "first": proposal.actor, "rows": str(export.row_count)}
        audit.append_entry(
            now, reviewer.id, EXPORTED, "", {**proposal.details, **details, **counts}
        )
    return export


def withdraw_records_proposal(app: App, reviewer: Reviewer, proposal_id: str) -> None:
    """Take back one's own proposal; the audit log keeps both."""
    with app.db.begin_transaction():
        check_withdrawal(_load_pending(app, proposal_id).actor, reviewer.id, waits=True)
        app.db.audit.append_entry(
            app.clock.now(), reviewer.id, WITHDRAWN, "", {"proposal": proposal_id}
        )


def _load_pending(app: App, proposal_id: str) -> AuditEntry:
    for proposal in _list_pending(app):
        if str(proposal.seq) == proposal_id:
            return proposal
    raise InputError("There is no such proposal: it was confirmed or withdrawn, or it has expired.")


def _list_pending(app: App) -> Iterator[AuditEntry]:
    """Yield the rows of proposals that are neither done with nor expired, the newest first."""
    actions = (PROPOSED, EXPORTED, WITHDRAWN)
    entries = app.db.audit.list_privileged_entries(actions, 0, _MAX_LISTED)
    done = {entry.details["proposal"] for entry in entries if entry.action != PROPOSED}
    for entry in entries:
        is_waiting = app.clock.now() < entry.at + CONFIRM_WITHIN and str(entry.seq) not in done
        if entry.action == PROPOSED and is_waiting:
            yield entry


def _has_many_people(app: App) -> bool:
    """Tell whether so many have joined that a row or a count about people points to none."""
    return round_down_to_band(len(app.db.people.list_person_ids())) is not None


def _choose_rows(app: App, request: RecordsRequest) -> tuple[tuple[AuditEntry, str], ...]:
    """Return the rows to give out, and whom each is about: empty for the district.

    A row about who left, was only invited, or is nobody here, stays: nobody could tell them.
    """
    start, end = (
        datetime.combine(day, time.min, ZoneInfo(app.config.district.zone)).astimezone(UTC)
        for day in (request.first_day, request.last_day + timedelta(days=1))
    )
    entries = [
        entry
        for kind in request.kinds
        for entry in app.db.audit.list_entries_of_office(kind, start, end)
        if entry.action != DISCLOSED
    ]
    people: Mapping[str, str] = {}
    if _has_many_people(app):
        people = app.db.audit.find_people_of_subjects(entry.subject for entry in entries)
    about = (
        (entry, "" if entry.action in DISTRICT_ACTIONS else people.get(entry.subject))
        for entry in entries
    )
    return tuple((entry, person_id) for entry, person_id in about if person_id is not None)


def _build_export(
    rows: Collection[tuple[AuditEntry, str]], request: RecordsRequest, zone: str
) -> RecordsExport:
    actors = enumerate(sorted({entry.actor for entry, _ in rows if "-" in entry.actor}), 1)
    marks = {actor: f"{actor.partition('-')[0]} {number}" for number, actor in actors}
    counts: Counter[Redaction] = Counter()
    lines: list[tuple[str, ...]] = []
    for entry, person_id in rows:
        kind_of_means, _, name_of_means = entry.means.partition(":")
        redactions = {
            Redaction.NAME: entry.actor in marks or bool(name_of_means),
            Redaction.REFERENCE: bool(entry.subject),
            Redaction.TIME: bool(person_id),
            Redaction.DETAILS: bool(entry.details),
        }
        lost = [kind for kind, is_lost in redactions.items() if is_lost]
        counts.update(lost)
        at = convert_to_zone(entry.at, zone)
        lines.append(
            (
                at.date().isoformat(),
                "" if person_id else f"{at:%H:%M}",
                marks.get(entry.actor, entry.actor),
                kind_of_means,
                entry.action,
                "[withheld]" if entry.subject else "",
                ", ".join(lost),
            )
        )
    # Rows without a time come first in their day: their order would tell it.
    return RecordsExport(
        name=f"public-records-{request.reference}.csv",
        body=render_csv((COLUMNS, *sorted(lines))).encode(),
        row_count=len(lines),
        redactions=counts,
    )


def _read_request(entry: AuditEntry) -> RecordsRequest:
    return RecordsRequest(
        reference=entry.details["request"],
        kinds=tuple(map(RecordKind, entry.details["kinds"].split("+"))),
        first_day=date.fromisoformat(entry.details["from"]),
        last_day=date.fromisoformat(entry.details["until"]),
    )


def _check_reviewers(app: App, *reviewer_ids: str) -> None:
    listed = set(map(build_reviewer_id, app.config.district.reviewers))
    if not set(reviewer_ids) <= listed:
        sentence = "Only reviewers named in the configuration can export public records."
        raise NotPermittedError(sentence)
