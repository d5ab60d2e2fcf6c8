"""What the page of a person's data export says about each kind of record."""

from collections.abc import Iterator

from monitor.annexes import load_annex_parts
from monitor.db.access_tokens import AccessToken
from monitor.db.audit import AuditEntry
from monitor.db.evidence_pages import StoredPage
from monitor.db.finding_history import EventRecord
from monitor.db.legal_holds import LegalHold
from monitor.db.outbox import OutboxEmail
from monitor.db.people import AddressChange
from monitor.db.pictures import Screenshot
from monitor.db.sign_in import SignInSession
from monitor.db.sweeps import Sweep
from monitor.domain.breach import BreachRecord, choose_breach_advice
from monitor.domain.consent import Consent
from monitor.domain.finding import Finding, FindingVersion
from monitor.domain.person import Person
from monitor.domain.reason import Label, Reason
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.annex_services import AnnexServices
from monitor.services.answers import ANSWER_ACTIONS
from monitor.services.person_records import PersonRecords
from reports.data_export import Cell, ExportPart
from reports.labels.account import (
    ACT_MEANS,
    AUTH_METHODS,
    CONSENT_ACTIONS,
    CONSENT_CHANNELS,
    EMAIL_KINDS,
    EMAIL_STATES,
    SCOPE_TITLES,
    TOKEN_SCOPES,
)
from reports.labels.cases import (
    CASE_KINDS,
    GIVEN_ANSWERS,
    OWN_CASE_STATES,
    OWN_STEPS,
    SEVERITIES,
    describe_logged_decision,
)
from reports.labels.findings import (
    BREACH_ADVICE,
    EVENT_KINDS,
    OWNERS,
    SWEEP_KINDS,
    describe_data_class,
    describe_field,
    format_site_name,
)
from reports.labels.office import AUDIT_ACTIONS
from reports.labels.takedown import LEVERS
from reports.reason_rendering import render_in_english

REVIEWER = "A reviewer"


def describe_actor(actor: str, person_id: str) -> str:
    """Name an actor to a person. The row of a decision has "person" for the person it is about."""
    if actor in {person_id, "person"}:
        return "You"
    if actor == "namesake":
        return "Namesake"
    return REVIEWER if actor.startswith("reviewer") else "IT"


ExportRow = tuple[Cell, ...]


def build_export_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="What you gave us",
        about=Reason("export.what-you-gave-us"),
        columns=("What", "Your words"),
        rows=tuple(_build_profile_rows(records.person)),
    )
    yield ExportPart(
        title="What you agreed to",
        about=Reason("export.what-you-agreed-to"),
        columns=("When", "What", "Text", "Agreed to", "Lasts until", "How"),
        rows=tuple(_build_consent_rows(records)),
    )
    yield ExportPart(
        title="Legal holds",
        about=Reason("export.legal-holds"),
        columns=("Since", "Until", "By", "Why"),
        rows=tuple(
            (hold.placed_at, hold.lifted_at or "not lifted", ", ".join(hold.by), hold.reason)
            for hold in records.list_of(LegalHold)
        ),
    )
    yield from _build_finding_parts(records)
    yield _build_breach_part(records)
    for part in load_annex_parts(AnnexServices):
        yield from part.build_export_parts(records)
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
    for consent in records.list_of(Consent):
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
        about=Reason("export.what-was-found"),
        columns=("Address", "Platform", "First seen", "Last seen", "Whose", "You said"),
        rows=tuple(_build_finding_row(records, finding) for finding in records.list_of(Finding)),
    )
    yield ExportPart(
        title="What it looked like",
        about=Reason("export.what-it-looked-like"),
        columns=("Address", "From", "Name", "Username", "Bio", "Title"),
        rows=tuple(
            (
                *(finding.portrait.url, version.at),
                *(version.trace.name, version.trace.handle),
                *(version.trace.bio, version.trace.title),
            )
            for finding in records.list_of(Finding)
            for version in records.list_of_finding(FindingVersion, finding.id)
        ),
    )
    yield ExportPart(
        title="What happened",
        about=Reason("export.what-happened"),
        columns=("When", "What", "Address", "Which fields"),
        rows=tuple(
            (
                event.event.at,
                EVENT_KINDS[event.event.kind],
                event.url,
                ", ".join(map(describe_field, event.event.fields)),
            )
            for finding in records.list_of(Finding)
            for event in records.list_of_finding(EventRecord, finding.id)
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


def _build_breach_part(records: PersonRecords) -> ExportPart:
    return ExportPart(
        title="Data breaches",
        about=Reason("export.data-breaches", {"credit": Label("credits", "breaches")}),
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
            for breach in records.list_of(BreachRecord)
        ),
    )


def _build_case_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="Alerts",
        about=Reason("export.alerts"),
        columns=("Opened", "Kind", "Severity", "Status", "Address", "Reasons", "Shared with IT"),
        rows=tuple(
            (
                case.opened_at,
                CASE_KINDS[case.kind],
                SEVERITIES[case.severity],
                OWN_CASE_STATES[case.state],
                records.urls[case.finding_id],
                " ".join(map(render_in_english, case.reasons)),
                case.shared_at or "no",
            )
            for case in records.cases
        ),
    )
    yield ExportPart(
        title="Answers about alerts",
        about=Reason("export.answers-about-alerts"),
        columns=("When", "By", "Answer", "How", "Note"),
        rows=tuple(
            (
                decision.at,
                describe_actor(decision.by, records.person.id),
                _describe_decision(decision.decision),
                LEVERS[decision.lever] if decision.lever else "",
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


def describe_entry(entry: AuditEntry, person_id: str, kind: CaseKind | None) -> str:
    """Say what somebody did, after who it was; `kind` is of the case that it was about, if any."""
    said = entry.details.get("decision") if entry.action in ANSWER_ACTIONS else None
    if said:
        is_own = entry.actor in {person_id, "person"}
        return describe_logged_decision(kind, Decision(said), is_own=is_own)
    return AUDIT_ACTIONS.get(entry.action, entry.action.replace("-", " "))


def describe_means(means: str) -> str:
    """Say how a person did something, where that was not on a page of theirs."""
    return ACT_MEANS.get(means.partition(":")[0], "")


def _build_email_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="Emails",
        about=Reason("export.emails"),
        columns=("Written", "Kind", "Status", "Sent"),
        rows=tuple(
            (
                email.queued_at,
                EMAIL_KINDS[email.kind],
                EMAIL_STATES[email.state],
                email.sent_at or "",
            )
            for email in records.list_of(OutboxEmail)
        ),
    )
    yield ExportPart(
        title="Changes of email address",
        about=Reason("export.changes-of-email-address"),
        columns=("Asked", "From", "To", "Changed"),
        rows=tuple(
            (change.asked_at, change.old, change.new, change.changed_at or "not confirmed")
            for change in records.list_of(AddressChange)
        ),
    )


def _build_copy_parts(records: PersonRecords) -> Iterator[ExportPart]:
    yield ExportPart(
        title="Page copies",
        about=Reason("export.page-copies"),
        columns=("Fetched", "Address", "Bytes"),
        rows=tuple(
            (page.page.fetched_at, page.page.url, str(len(page.page.body)))
            for page in records.list_of(StoredPage)
        ),
    )
    yield ExportPart(
        title="Pictures",
        about=Reason("export.pictures"),
        columns=("Added or seen", "Address", "File"),
        rows=tuple(
            (
                picture.at,
                records.find_case_url(picture.case_id)
                if isinstance(picture, Screenshot)
                else records.urls[picture.finding_id],
                name.removesuffix(".jpg"),
            )
            for name, picture in records.pictures.items()
        ),
    )


def _build_activity_parts(records: PersonRecords) -> Iterator[ExportPart]:
    kinds = {case.id: case.kind for case in records.cases}
    yield ExportPart(
        title="Checks",
        about=Reason("export.checks"),
        columns=("Started", "Kind", "Ended"),
        rows=tuple(
            (check.started_at, SWEEP_KINDS[check.kind], check.closed_at or "in progress")
            for check in records.list_of(Sweep)
        ),
    )
    yield ExportPart(
        title="Where you are signed in",
        about=Reason("export.where-you-are-signed-in"),
        columns=("Since", "Until", "How"),
        rows=tuple(
            (session.started_at, session.expires_at, AUTH_METHODS[session.auth_method])
            for session in records.list_of(SignInSession)
        ),
    )
    yield _build_token_part(records)
    yield ExportPart(
        title="Audit log",
        about=Reason("export.audit-log"),
        columns=("When", "Who", "What"),
        rows=tuple(
            (
                entry.at,
                describe_actor(entry.actor, records.person.id),
                describe_entry(entry, records.person.id, kinds.get(entry.subject)),
            )
            for entry in records.list_of(AuditEntry)
        ),
    )


def _build_token_part(records: PersonRecords) -> ExportPart:
    return ExportPart(
        title="Access tokens",
        about=Reason("export.access-tokens"),
        columns=("Name", "What it may do", "Since", "Until", "Last used"),
        rows=tuple(
            (
                token.name,
                ", ".join(TOKEN_SCOPES[scope] for scope in sorted(token.scopes)),
                token.created_at,
                token.expires_at,
                token.used_on.isoformat() if token.used_on else "never",
            )
            for token in records.list_of(AccessToken)
        ),
    )
