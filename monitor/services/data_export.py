"""The copy of all data about one person, for that person, and who viewed it.

Staff appear by role, not by name.

Each request is recorded; the export itself is stored nowhere.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import msgspec

from monitor.app import App
from monitor.db.audit import AuditEntry
from monitor.db.database import list_declarations
from monitor.db.evidence_pages import StoredPage
from monitor.db.people import AddressChange
from monitor.db.pictures import Screenshot
from monitor.db.sign_in import SignInSession
from monitor.domain.case import FlaggedFindings
from monitor.domain.errors import TooSoonError
from monitor.domain.finding import Finding
from monitor.domain.person_limits import MAX_EXPORTS_AN_HOUR, compute_next_export
from monitor.domain.two_reviewers import HoldProposal
from monitor.services.disclosure import find_review_opening
from monitor.services.export_parts import (
    REVIEWER,
    build_export_parts,
    describe_actor,
    describe_entry,
    describe_means,
)
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from monitor.services.person_records import OF_FINDINGS, PersonRecords, load_person_records
from monitor.services.review_access import VIEWED
from reports.data_export import ExportView, render_export, render_part_csv
from reports.emails.account import OwnDataView
from reports.emails.render import Attachment
from reports.pages.data import AccessLogLine, LegalHoldLine

ExportData = Mapping[str, object]
EXPORTED = "exported"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataExport:
    """`pictures` are files of their own, by name."""

    at: datetime
    data: ExportData
    view: ExportView
    pictures: Mapping[str, bytes]

    def encode_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self.data), indent=2)

    def render_html(self) -> str:
        return render_export(self.view)

    def render_csv(self) -> str:
        """Write what was found as CSV."""
        return render_part_csv(
            next(part for part in self.view.parts if part.title == "What was found")
        )

    def build_archive(self) -> bytes:
        """Put all three and the pictures into one archive."""
        made = BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, body in (
                ("data.json", self.encode_json()),
                ("data.html", self.render_html().encode()),
                ("findings.csv", self.render_csv().encode()),
                *self.pictures.items(),
            ):
                dated = zipfile.ZipInfo(name, self.at.timetuple()[:6])
                archive.writestr(dated, body, zipfile.ZIP_DEFLATED)
        return made.getvalue()

    def build_attachment(self) -> Attachment:
        return Attachment(
            name="namesake-data.zip", media_type="application/zip", body=self.build_archive()
        )


def export_person_data(
    app: App, person_id: str, by: str, flagged: FlaggedFindings = FlaggedFindings.SHOWN
) -> DataExport:
    """Copy what is stored about a person. `by` is who asked: the person, or a role.

    Raises TooSoonError if the person made the most copies allowed in an hour. An operator's copies
    do not count.
    """
    with app.db.begin_transaction():
        if by == person_id and find_next_export_time(app, person_id):
            raise TooSoonError("Five copies were made for you within the last hour. Wait a little.")
        app.db.audit.append_entry(app.clock.now(), by, EXPORTED, person_id, {})
    return build_data_export(app, person_id, flagged)


def find_next_export_time(app: App, person_id: str) -> datetime | None:
    """Return when a person may have the next copy; None for now."""
    made = app.db.audit.list_own_action_times(person_id, EXPORTED, MAX_EXPORTS_AN_HOUR)
    return compute_next_export(made, app.clock.now())


def queue_export_email(app: App, person_id: str, by: str) -> None:
    """Send the copy to its person only. It is made when the email is sent."""
    now, person = app.clock.now(), app.db.people.load_person(person_id)
    with app.db.begin_transaction():
        app.db.audit.append_entry(now, by, EXPORTED, person_id, {})
        view = OwnDataView(**build_greeting(app, person))
        queue_email(app, EmailPlan(recipient_id=person_id, dedupe_key=now.isoformat()), view)


def build_data_export(
    app: App, person_id: str, flagged: FlaggedFindings = FlaggedFindings.SHOWN
) -> DataExport:
    """Make a copy. The request must be in the audit log already."""
    now, records = app.clock.now(), load_person_records(app, person_id, flagged)
    person = records.person
    view = ExportView(
        name=person.name.full_name if person.is_named else person.mail,
        district=app.config.district.name,
        contact=app.config.district.contact,
        zone=person.zone,
        at=now,
        parts=tuple(build_export_parts(records)),
    )
    return DataExport(
        at=now,
        data={"made_at": now, **_build_export_data(app, records)},
        view=view,
        pictures={name: picture.picture for name, picture in records.pictures.items()},
    )


def _build_export_data(app: App, records: PersonRecords) -> ExportData:
    """Put the records of each table where it declares them to be."""
    data: dict[str, Any] = {}
    singles = {declared.exported for declared in list_declarations() if declared.single}
    for path, stored in records.stored.items():
        copied = [_copy_record(record, records.person.id) for record in stored]
        value = copied if path not in singles else next(iter(copied), None)
        group, _, name = path.partition(".")
        if name == "*":
            data.setdefault(group, {}).update(msgspec.to_builtins(value, builtin_types=(datetime,)))
        elif name:
            data.setdefault(group, {})[name] = value
        else:
            data[group] = value
    findings = records.list_of(Finding)
    return {
        **data,
        "findings": [_build_finding_data(app, records, finding) for finding in findings],
        "pictures": list(_build_picture_data(records)),
    }


# What a copy says instead of who acted, and of what opens something.
MASKS: Mapping[type, Mapping[str, str]] = {
    HoldProposal: {"first": REVIEWER},
    SignInSession: {"hash": ""},
    AddressChange: {"browser": ""},
}


def _copy_record(record: object, person_id: str) -> object:
    if isinstance(record, AuditEntry):
        means = record.means.partition(":")[0] if record.actor != person_id else record.means
        return _replace_names(record, actor=describe_actor(record.actor, person_id), means=means)
    if isinstance(record, StoredPage):
        page = record.page
        return {
            "source": record.source,
            "url": page.url,
            "status": page.status,
            "fetched_at": page.fetched_at,
            "text": page.text,
            "read": record.reading,
        }
    mask = MASKS.get(type(record))
    return _replace_names(record, **mask) if mask else record


def _build_picture_data(records: PersonRecords) -> Iterator[ExportData]:
    for name, picture in records.pictures.items():
        about = (
            {"case_id": picture.case_id}
            if isinstance(picture, Screenshot)
            else {"finding_id": picture.finding_id}
        )
        yield {"file": name, **about, "at": picture.at}


def _build_finding_data(app: App, records: PersonRecords, finding: Finding) -> ExportData:
    db = app.db
    parts = {
        path.removeprefix(OF_FINDINGS): records.list_of_finding(type(stored[0]), finding.id)
        if stored
        else ()
        for path, stored in records.stored.items()
        if path.startswith(OF_FINDINGS)
    }
    return {
        **parts,
        "finding": finding,
        "assessment": db.findings.find_assessment(finding.id),
        "cases": [
            _build_case_data(app, case.id) for case in db.cases.list_cases_of_finding(finding.id)
        ],
    }


def _build_case_data(app: App, case_id: str) -> dict[str, object]:
    db = app.db
    taken_on = db.assignments.find_assignment(case_id)
    remarks = db.review_notes.list_review_notes_of_case(case_id)
    return {
        "case": db.cases.load_case(case_id),
        "decisions": db.cases.list_decisions(case_id),
        "notes": [_replace_names(remark, by=REVIEWER) for remark in remarks],
        "assigned_at": taken_on.at if taken_on else None,
        "opened_early": [
            glass.at for glass in db.early_access.list_active_early_access(case_id, app.clock.now())
        ],
    }


def _replace_names(value: object, **roles: object) -> dict[str, object]:
    """Replace the names of people who acted on something with their roles."""
    return {**msgspec.to_builtins(value, builtin_types=(datetime,)), **roles}


def find_hold_line(app: App, person_id: str) -> LegalHoldLine | None:
    hold = app.db.legal_holds.find_active_legal_hold(person_id)
    return LegalHoldLine(since=hold.placed_at, by=hold.by, reason=hold.reason) if hold else None


def count_stored_data(app: App, person_id: str) -> tuple[tuple[str, int], ...]:
    """Count what there is."""
    findings, cases = app.db.findings, app.db.cases.list_cases_of_person(person_id)
    open_now = sum(1 for case in cases if find_review_opening(app, case) is not None)
    viewed = {
        entry.subject
        for entry in app.db.audit.list_entries_of_subjects(tuple(case.id for case in cases))
        if entry.action == VIEWED
    }
    return (
        ("Results: accounts and pages", len(findings.list_finding_ids_of_person(person_id))),
        ("Your answers about results", findings.count_findings_with_feedback(person_id)),
        ("Data breaches", app.db.breaches.count_breaches(person_id)),
        ("Alerts", len(cases)),
        ("Of those, IT can see now", open_now),
        ("Of those, IT has viewed", len(viewed)),
        (
            "Pictures: your screenshots and profile pictures",
            app.db.screenshots.count_screenshots_of_person(person_id)
            + app.db.thumbnails.count_thumbnails(person_id),
        ),
        (
            "Access tokens and calendar addresses",
            len(app.db.access_tokens.list_tokens_of_account(person_id, app.clock.now())),
        ),
    )


def list_access_log(app: App, person_id: str) -> tuple[AccessLogLine, ...]:
    """List the audit log about a person and their findings, newest first."""
    labels_by_id = {
        finding: finding for finding in app.db.findings.list_finding_ids_of_person(person_id)
    }
    cases = app.db.cases.list_cases_of_person(person_id)
    labels_by_id |= {case.id: case.finding_id for case in cases}
    kinds = {case.id: case.kind for case in cases}
    mails = app.db.invitation_mails.list_mails(app.db.people.load_person(person_id).mail)
    marks = (mail.mark for mail in mails)
    entries = app.db.audit.list_entries_of_subjects((person_id, *marks, *labels_by_id))
    said = {
        (note.case_id, note.at): note.text
        for note in app.db.review_notes.list_review_notes_of_person(person_id)
    }
    return tuple(
        AccessLogLine(
            at=entry.at,
            who=describe_actor(entry.actor, person_id),
            what=describe_entry(entry, person_id, kinds.get(entry.subject)),
            how=describe_means(entry.means) if entry.actor in {person_id, "person"} else "",
            finding_id=labels_by_id.get(entry.subject, ""),
            words=said.get((entry.subject, entry.at), "")
            if entry.action in {"noted", "asked"}
            else "",
        )
        for entry in reversed(entries)
    )
