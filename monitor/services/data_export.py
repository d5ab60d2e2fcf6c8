"""The copy of all data about one person, for that person, and who viewed it.

Staff appear by role, not by name.

Each request is recorded; the export itself is stored nowhere.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

import msgspec

from monitor.app import App
from monitor.db.accounts import AccessToken, SignInSession
from monitor.db.audit import AuditEntry
from monitor.db.findings import EventRecord
from monitor.db.journal import StagedAnswer
from monitor.db.legal_holds import LegalHold
from monitor.db.outbox import OutboxEmail
from monitor.db.pages import StoredPage
from monitor.db.people import AddressChange
from monitor.db.pictures import Screenshot, Thumbnail
from monitor.db.sweeps import Sweep
from monitor.domain.breach import BreachRecord, choose_breach_advice
from monitor.domain.case import Case, DecisionRecord, FlaggedFindings
from monitor.domain.consent import Consent
from monitor.domain.errors import TooSoonError
from monitor.domain.finding import Finding, FindingVersion
from monitor.domain.person import Person
from monitor.domain.schedule import MAX_EXPORTS_AN_HOUR, compute_next_export
from monitor.domain.scim import DirectoryUser
from monitor.domain.vocabulary import Decision, OwnershipLabel
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from monitor.services.review_queue import VIEWED, find_review_opening
from reports.data_export import Cell, ExportPart, ExportView, render_export, render_part_csv
from reports.emails.account import OwnDataView
from reports.emails.render import Attachment
from reports.labels import (
    AUDIT_ACTIONS,
    AUTH_METHODS,
    BREACH_ADVICE,
    BREACH_CREDIT,
    CASE_KINDS,
    CONSENT_ACTIONS,
    CONSENT_CHANNELS,
    EMAIL_KINDS,
    EMAIL_STATES,
    EVENT_KINDS,
    GIVEN_ANSWERS,
    OWN_CASE_STATES,
    OWN_STEPS,
    OWNERS,
    SCOPE_TITLES,
    SEVERITIES,
    SWEEP_KINDS,
    TOKEN_SCOPES,
    describe_data_class,
    describe_field,
    format_site_name,
)
from reports.pages.data import AccessLogLine, LegalHoldLine
from reports.wording import render_in_english

REVIEWER = "A reviewer"


def describe_actor(actor: str, person_id: str) -> str:
    """Name an actor to a person. The row of a decision has "person" for the person it is about."""
    if actor in {person_id, "person"}:
        return "You"
    if actor == "namesake":
        return "Namesake"
    return REVIEWER if actor.startswith("reviewer") else "IT"


ExportRow = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecords:
    """All stored data about one person."""

    person: Person
    consents: tuple[Consent, ...]
    holds: tuple[LegalHold, ...]
    findings: tuple[Finding, ...]
    cases: tuple[Case, ...]
    decisions: Mapping[str, tuple[DecisionRecord, ...]]
    events: tuple[EventRecord, ...]
    versions: Mapping[str, tuple[FindingVersion, ...]]
    labels: Mapping[str, OwnershipLabel]
    feedback: Mapping[str, Decision | None]
    emails: tuple[OutboxEmail, ...]
    checks: tuple[Sweep, ...]
    pages: tuple[StoredPage, ...]
    screenshots: Mapping[str, Screenshot]
    thumbnails: Mapping[str, Thumbnail]
    staged_answers: tuple[StagedAnswer, ...]
    address_changes: tuple[AddressChange, ...]
    breaches: tuple[BreachRecord, ...]
    directory_user: DirectoryUser | None
    sessions: tuple[SignInSession, ...]
    access_tokens: tuple[AccessToken, ...]
    audit_entries: tuple[AuditEntry, ...]

    @property
    def subject_ids(self) -> frozenset[str]:
        return frozenset({self.person.id, *(finding.id for finding in self.findings)})

    @property
    def picture_files(self) -> Mapping[str, bytes]:
        """Return every stored picture by the name of its file in the copy."""
        screenshots = {name: screenshot.picture for name, screenshot in self.screenshots.items()}
        thumbnails = {name: thumbnail.picture for name, thumbnail in self.thumbnails.items()}
        return {**screenshots, **thumbnails}

    def find_finding_url(self, finding_id: str) -> str:
        return next(
            (finding.portrait.url for finding in self.findings if finding.id == finding_id), ""
        )

    def find_case_url(self, case_id: str) -> str:
        return next(
            self.find_finding_url(case.finding_id) for case in self.cases if case.id == case_id
        )


def build_export_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="What you gave us",
        about="We search for these words and for no others.",
        columns=("What", "Your words"),
        rows=tuple(_build_profile_rows(records.person)),
    )
    yield ExportPart(
        title="What you agreed to",
        about="Every step of your consent, in order. None of it can be changed.",
        columns=("When", "What", "Text", "Agreed to", "Lasts until", "How"),
        rows=tuple(_build_consent_rows(records)),
    )
    yield ExportPart(
        title="Legal holds",
        about="During a hold, nothing here may be erased.",
        columns=("Since", "Until", "By", "Why"),
        rows=tuple(
            (hold.placed_at, hold.lifted_at or "not lifted", ", ".join(hold.by), hold.reason)
            for hold in records.holds
        ),
    )
    yield from _build_finding_parts(records)
    yield _build_breach_part(records)
    if records.directory_user is not None:
        yield _build_directory_part(records.directory_user)
    yield from _build_case_parts(records)
    yield from _build_email_parts(records)
    yield from _build_copy_parts(records)
    yield from _build_activity_parts(records)


def _build_profile_rows(person: Person) -> Iterator[ExportRow]:
    name = person.name
    feeds = (feed.address for feed in person.alert_feeds)
    fields = {
        "Name": (name.given, name.middle, name.family),
        "Nicknames": name.nicknames,
        "Former surnames": name.former_families,
        "Work address": (person.mail,),
        "Organization": (person.organization,),
        "School": (person.school,),
        "Your job": (person.role,),
        "Towns": person.places,
        "Usernames": person.handles,
        "Own accounts": person.accounts,
        "Own pages": person.pages,
        "No account on": person.absent_from,
        "Feeds": tuple(feeds),
        "Picture of you": ("added, as numbers",) if person.reference_picture else (),
        "Time zone": (person.zone,),
    }
    for what, words in fields.items():
        separator = " " if what == "Name" else ", "
        if any(words):
            yield what, separator.join(word for word in words if word)


def _build_consent_rows(records: PersonRecords) -> Iterator[ExportRow]:
    for consent in records.consents:
        yield (
            consent.written_at,
            CONSENT_ACTIONS[consent.act],
            f"{consent.text_version} ({consent.text_hash[:12]})",
            ", ".join(SCOPE_TITLES[scope] for scope in sorted(consent.scopes)),
            consent.withdrawn_at or consent.expires_at,
            CONSENT_CHANNELS[consent.channel],
        )


def _build_finding_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="What was found",
        about="Accounts and pages that may be about you, and whose we think they are.",
        columns=("Address", "Platform", "First seen", "Last seen", "Whose", "You said"),
        rows=tuple(_build_finding_row(records, finding) for finding in records.findings),
    )
    yield ExportPart(
        title="What it looked like",
        about="Each change that mattered, in the words of the page itself.",
        columns=("Address", "From", "Name", "Username", "Bio", "Title"),
        rows=tuple(
            (records.find_finding_url(finding), version.at, *_build_version_cells(version))
            for finding, versions in records.versions.items()
            for version in versions
        ),
    )
    yield ExportPart(
        title="What happened",
        about="Events, which your regular emails listed.",
        columns=("When", "What", "Address", "Which fields"),
        rows=tuple(
            (
                event.event.at,
                EVENT_KINDS[event.event.kind],
                event.url,
                ", ".join(map(describe_field, event.event.fields)),
            )
            for event in records.events
        ),
    )


def _build_finding_row(records: PersonRecords, finding: Finding) -> ExportRow:
    return (
        finding.portrait.url,
        format_site_name(finding.portrait.platform) if finding.portrait.platform else "",
        finding.first_seen,
        finding.last_seen,
        OWNERS[records.labels[finding.id]],
        _describe_decision(records.feedback[finding.id]),
    )


def _build_version_cells(version: FindingVersion) -> tuple[str, str, str, str]:
    trace = version.trace
    return trace.name, trace.handle, trace.bio, trace.title


def _build_breach_part(records: PersonRecords) -> ExportPart:
    return ExportPart(
        title="Data breaches",
        about=f"Those that your work email address was part of. {BREACH_CREDIT}",
        columns=("Breach", "Date", "What leaked", "Advice", "First seen", "Listed"),
        rows=tuple(
            (
                breach.breach.title,
                breach.breach.happened_on.isoformat(),
                ", ".join(map(describe_data_class, breach.breach.data)),
                BREACH_ADVICE[choose_breach_advice(breach.breach)],
                breach.first_seen,
                breach.gone_at or "still listed",
            )
            for breach in records.breaches
        ),
    )


def _build_directory_part(user: DirectoryUser) -> ExportPart:
    return ExportPart(
        title="Your district's staff directory",
        about="What it sent about you. It does not learn whether you joined.",
        columns=("Address", "Name", "Job title", "Its ID of you", "Active"),
        rows=(
            (
                user.user_name,
                f"{user.given} {user.family}",
                user.title,
                user.external_id,
                "yes" if user.active else "no",
            ),
        ),
    )


def _build_case_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="Alerts",
        about="What we asked you to look at, and why.",
        columns=("Opened", "Kind", "Severity", "Status", "Address", "Reasons", "Shared with IT"),
        rows=tuple(
            (
                case.opened_at,
                CASE_KINDS[case.kind],
                SEVERITIES[case.severity],
                OWN_CASE_STATES[case.state],
                records.find_finding_url(case.finding_id),
                " ".join(map(render_in_english, case.reasons)),
                case.shared_at or "no",
            )
            for case in records.cases
        ),
    )
    yield ExportPart(
        title="Answers about alerts",
        about="Answers and notes, yours and those of reviewers.",
        columns=("When", "By", "Answer", "Note"),
        rows=tuple(
            (
                decision.at,
                describe_actor(decision.by, records.person.id),
                _describe_decision(decision.decision),
                decision.note,
            )
            for decisions in records.decisions.values()
            for decision in decisions
        ),
    )


def _describe_decision(decision: Decision | None) -> str:
    if decision is None:
        return ""
    return GIVEN_ANSWERS.get(decision) or OWN_STEPS[decision]


def _describe_action(action: str) -> str:
    return AUDIT_ACTIONS.get(action, action.replace("-", " "))


def _build_email_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="Emails",
        about="That they were sent, and when. Their text is erased once they are sent.",
        columns=("Written", "Kind", "Status", "Sent"),
        rows=tuple(
            (
                email.queued_at,
                EMAIL_KINDS[email.kind],
                EMAIL_STATES[email.state],
                email.sent_at or "",
            )
            for email in records.emails
        ),
    )
    yield ExportPart(
        title="Changes of email address",
        about="What you asked for today, and each change for 30 days.",
        columns=("Asked", "From", "To", "Changed"),
        rows=tuple(
            (change.asked_at, change.old, change.new, change.changed_at or "not confirmed")
            for change in records.address_changes
        ),
    )


def _build_copy_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="Page copies",
        about="Evidence of what an alert is about, while it is open, and for 30 days at most.",
        columns=("Fetched", "Address", "Bytes"),
        rows=tuple(
            (page.page.fetched_at, page.page.url, str(len(page.page.body)))
            for page in records.pages
        ),
    )
    yield ExportPart(
        title="Pictures",
        about=(
            "Your screenshots, and small copies of profile pictures while an alert has no answer. "
            "The files are next to this page."
        ),
        columns=("Added or seen", "Address", "File"),
        rows=(
            *(
                (
                    screenshot.at,
                    records.find_case_url(screenshot.case_id),
                    name.removesuffix(".jpg"),
                )
                for name, screenshot in records.screenshots.items()
            ),
            *(
                (
                    thumbnail.at,
                    records.find_finding_url(thumbnail.finding_id),
                    name.removesuffix(".jpg"),
                )
                for name, thumbnail in records.thumbnails.items()
            ),
        ),
    )


def _build_activity_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="Checks",
        about="Checks that you asked for, and other checks of you alone.",
        columns=("Started", "Kind", "Ended"),
        rows=tuple(
            (check.started_at, SWEEP_KINDS[check.kind], check.closed_at or "in progress")
            for check in records.checks
        ),
    )
    yield ExportPart(
        title="Where you are signed in",
        about="Each browser that is signed in as you right now.",
        columns=("Since", "Until", "How"),
        rows=tuple(
            (session.started_at, session.expires_at, AUTH_METHODS[session.auth_method])
            for session in records.sessions
        ),
    )
    yield _build_token_part(records)
    yield ExportPart(
        title="Audit log",
        about=(
            "Who did what with your data. When all other data is erased, it stays, without your "
            "name."
        ),
        columns=("When", "Who", "What"),
        rows=tuple(
            (
                entry.at,
                describe_actor(entry.actor, records.person.id),
                _describe_action(entry.action),
            )
            for entry in records.audit_entries
        ),
    )


def _build_token_part(records: PersonRecords) -> ExportPart:
    return ExportPart(
        title="Access tokens",
        about="What you let programs and calendars see for you. Only hashes of tokens are stored.",
        columns=("Name", "What it may do", "Since", "Until", "Last used"),
        rows=tuple(
            (
                token.name,
                ", ".join(TOKEN_SCOPES[scope] for scope in sorted(token.scopes)),
                token.created_at,
                token.expires_at,
                token.used_on.isoformat() if token.used_on else "never",
            )
            for token in records.access_tokens
        ),
    )


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
            reason = "Five copies were made for you within the last hour. Wait a little."
            raise TooSoonError(reason)
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
    now, records = app.clock.now(), _load_person_records(app, person_id, flagged)
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
        pictures=records.picture_files,
    )


def _load_person_records(app: App, person_id: str, flagged: FlaggedFindings) -> PersonRecords:
    db, now = app.db, app.clock.now()
    person = db.people.load_person(person_id)
    findings = db.findings.list_findings_of_person(person_id)
    cases = db.cases.list_cases_of_person(person_id)
    whole_copy = flagged is FlaggedFindings.SHOWN
    if not whole_copy:
        person = _mask_private_fields(person)
        hidden = frozenset(case.finding_id for case in cases)
        findings, cases = tuple(finding for finding in findings if finding.id not in hidden), ()
    whole = (person_id, *(finding.id for finding in findings), *(case.id for case in cases))
    return PersonRecords(
        person=person,
        consents=db.consents.list_consents(person_id),
        holds=db.legal_holds.list_legal_holds_of_person(person_id),
        findings=findings,
        cases=cases,
        decisions={case.id: db.cases.list_decisions(case.id) for case in cases},
        events=tuple(
            event for finding in findings for event in db.events.list_events_of_finding(finding.id)
        ),
        versions={finding.id: db.versions.list_versions(finding.id) for finding in findings},
        labels={
            finding.id: db.findings.find_finding_label(finding.id) or OwnershipLabel.UNKNOWN
            for finding in findings
        },
        feedback={
            finding.id: db.findings.find_finding_feedback(finding.id) for finding in findings
        },
        emails=tuple(email for email in db.outbox.list_emails() if email.recipient_id == person_id),
        checks=db.sweeps.list_sweeps_of_person(person_id),
        # Pages are evidence of cases, and a staged answer may raise one.
        pages=db.pages.list_pages_of_person(person_id) if whole_copy else (),
        screenshots=dict(_name_screenshots(app, person_id)) if whole_copy else {},
        thumbnails=dict(_name_thumbnails(app, person_id)) if whole_copy else {},
        staged_answers=tuple(_list_staged_answers(app, person_id)) if whole_copy else (),
        address_changes=db.address_changes.list_address_changes(person_id),
        # Breaches are for the person alone, whoever else has a reason to read along.
        breaches=db.breaches.list_breaches_of_person(person_id) if whole_copy else (),
        directory_user=db.directory_users.find_user_by_mail(person.mail),
        sessions=db.sessions.list_sessions_of_account(person_id, now),
        access_tokens=db.access_tokens.list_tokens_of_account(person_id, now),
        audit_entries=db.audit.list_entries_of_subjects(whole),
    )


def _mask_private_fields(person: Person) -> Person:
    """Leave out the addresses of feeds, each of which opens its feed to anyone, and the picture."""
    masked = (replace(feed, address="not shown") for feed in person.alert_feeds)
    return replace(person, alert_feeds=tuple(masked), reference_picture="")


def _name_screenshots(app: App, person_id: str) -> Iterator[tuple[str, Screenshot]]:
    shots = app.db.screenshots.list_screenshots_of_person(person_id)
    for number, shot in enumerate(shots, 1):
        yield f"pictures/screenshot-{number}.jpg", shot


def _name_thumbnails(app: App, person_id: str) -> Iterator[tuple[str, Thumbnail]]:
    thumbnails = app.db.thumbnails.list_thumbnails_of_person(person_id)
    for number, thumbnail in enumerate(thumbnails, 1):
        yield f"pictures/profile-{number}.jpg", thumbnail


def _build_email_settings(app: App, records: PersonRecords) -> ExportData:
    db, person = app.db, records.person
    return {
        **_replace_names(db.preferences.load_preferences(person.id)),
        "suppressed": db.suppression_list.find_suppression(person.id, person.mail),
        "address_changes": [
            _replace_names(change, browser="") for change in records.address_changes
        ],
    }


def _build_export_data(app: App, records: PersonRecords) -> ExportData:
    db, person_id = app.db, records.person.id
    return {
        "profile": records.person,
        "consents": records.consents,
        "legal_holds": records.holds,
        "hold_proposals": [
            _replace_names(proposal, first=REVIEWER)
            for proposal in db.hold_proposals.list_hold_proposals_of_person(person_id)
        ],
        "findings": [_build_finding_data(app, finding) for finding in records.findings],
        "queries": db.queries.list_queries_of_person(person_id),
        "emails": records.emails,
        "email_settings": _build_email_settings(app, records),
        "checks": {
            "sweeps": records.checks,
            "requests": [
                request
                for request in db.run_requests.list_run_requests()
                if request.person_id == person_id
            ],
        },
        "name_changes": db.name_changes.find_name_change_of_person(person_id),
        "account_proofs": db.account_proofs.list_proofs_of_person(person_id),
        "breaches": records.breaches,
        "directory_entry": records.directory_user,
        "staged_answers": records.staged_answers,
        "pages": [_build_page_data(page) for page in records.pages],
        "pictures": list(_build_picture_data(records)),
        **_build_activity_data(app, records),
    }


def _build_activity_data(app: App, records: PersonRecords) -> ExportData:
    return {
        "sessions": [_replace_names(session, hash="") for session in records.sessions],
        "access_tokens": records.access_tokens,
        "jobs": [job for job in app.db.jobs.list_jobs() if job.subject in records.subject_ids],
        "audit_log": [
            _replace_names(entry, actor=describe_actor(entry.actor, records.person.id))
            for entry in records.audit_entries
        ],
    }


def _build_picture_data(records: PersonRecords) -> Iterator[ExportData]:
    for name, shot in records.screenshots.items():
        yield {"file": name, "case_id": shot.case_id, "at": shot.at}
    for name, thumbnail in records.thumbnails.items():
        yield {"file": name, "finding_id": thumbnail.finding_id, "at": thumbnail.at}


def _list_staged_answers(app: App, person_id: str) -> Iterator[StagedAnswer]:
    for sweep in app.db.sweeps.list_open_sweeps():
        yield from app.db.journal.list_answers_about_person(sweep.id, person_id)


def _build_finding_data(app: App, finding: Finding) -> dict[str, object]:
    db, finding_id = app.db, finding.id
    return {
        "finding": finding,
        "feedback": db.feedback.list_feedback_of_finding(finding_id),
        "assessment": db.findings.find_assessment(finding_id),
        "sightings": db.sightings.list_sightings_of_finding(finding_id),
        "versions": db.versions.list_versions(finding_id),
        "events": db.events.list_events_of_finding(finding_id),
        "cases": [
            _build_case_data(app, case.id) for case in db.cases.list_cases_of_finding(finding_id)
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
            glass.at for glass in db.break_glass.list_active_break_glass(case_id, app.clock.now())
        ],
    }


def _replace_names(value: object, **roles: object) -> dict[str, object]:
    """Replace the names of people who acted on something with their roles."""
    return {**msgspec.to_builtins(value, builtin_types=(datetime,)), **roles}


def _build_page_data(stored: StoredPage) -> ExportData:
    page = stored.page
    return {
        "source": stored.source,
        "url": page.url,
        "status": page.status,
        "fetched_at": page.fetched_at,
        "text": page.text,
        "read": stored.reading,
    }


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
    labels_by_id |= {
        case.id: case.finding_id for case in app.db.cases.list_cases_of_person(person_id)
    }
    entries = app.db.audit.list_entries_of_subjects((person_id, *labels_by_id))
    said = {
        (note.case_id, note.at): note.text
        for note in app.db.review_notes.list_review_notes_of_person(person_id)
    }
    return tuple(
        _build_access_line(entry, person_id, labels_by_id, said) for entry in reversed(entries)
    )


def _build_access_line(
    entry: AuditEntry,
    person_id: str,
    labels_by_id: Mapping[str, str],
    notes: Mapping[tuple[str, datetime], str],
) -> AccessLogLine:
    remarked = entry.action in {"noted", "asked"}
    return AccessLogLine(
        at=entry.at,
        who=describe_actor(entry.actor, person_id),
        what=_describe_action(entry.action),
        finding_id=labels_by_id.get(entry.subject, ""),
        words=notes.get((entry.subject, entry.at), "") if remarked else "",
    )
