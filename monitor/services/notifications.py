"""Which emails there are, and how each is queued: as a view that is rendered when it is sent.

The language that a person reads emails and pages in.

Called inside the transaction that gives the reason for an email.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from monitor.app import App
from monitor.db.database import Database
from monitor.db.invitations import Invitation
from monitor.db.outbox import OutboxEmail
from monitor.db.sweeps import Sweep
from monitor.domain.case import Case, mark_notified
from monitor.domain.case_end import ANSWER_WITHIN
from monitor.domain.disclosure import needs_immediate_notice
from monitor.domain.email_delivery import build_message_id
from monitor.domain.person import Person, build_operator_id
from monitor.domain.reason import Label, Plain, Reason
from monitor.domain.source_failures import SourceFailure, fold_failures
from monitor.domain.vocabulary import CaseKind, Language
from monitor.services.coverage import build_gap
from monitor.services.disclosure import disclose_own
from reports.emails.account import AlertView, InvitationView, ReminderView
from reports.emails.office import DiskFullView, SourcesParkedView
from reports.emails.registry import EmailKind, EmailRecipient, get_email_kind
from reports.emails.views import EmailView
from scrapers.models import Outcome

NOT_ME = "not-me"
TOKEN_LENGTH = 32


def build_mailbox_token(db: Database, person: Person) -> str:
    """Make the token of a person's mailbox; each address has its own."""
    bearer = f"{person.id} {person.mail.casefold()}".encode()
    mark = hmac.new(db.derive_secret(NOT_ME), bearer, "sha256").hexdigest()[:TOKEN_LENGTH]
    return f"{person.id}-{mark}"


DEFAULT_GIVEN_NAME = "colleague"


class EmailGreeting(TypedDict):
    """The part of a view that every email has."""

    name: str
    district: str
    zone: str
    why: Reason
    leave: Reason
    review_url: str
    contact: str


class UndoInstructions(TypedDict):
    """How to undo what someone else did, and the page that does it."""

    not_me: Reason
    undo_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailPlan:
    """`dedupe_key` tells two emails of one kind to one reader apart. Without `due_at`, due now."""

    recipient_id: str
    dedupe_key: str
    due_at: datetime | None = None


def queue_email(app: App, plan: EmailPlan, view: EmailView) -> OutboxEmail:
    """Queue once: an email of this kind to this reader with this key is not repeated."""
    now, kind = app.clock.now(), get_email_kind(view)
    name = (app.config.district.id, plan.recipient_id, kind.value, plan.dedupe_key)
    email = OutboxEmail(
        id=app.ids.new_id(),
        person_id="" if _is_of_nobody(app, kind, plan.recipient_id) else plan.recipient_id,
        recipient_id=plan.recipient_id,
        kind=kind,
        dedupe_key=plan.dedupe_key,
        message_id=build_message_id(*name, domain=app.config.mail_domain),
        queued_at=now,
        due_at=plan.due_at or now,
    )
    app.db.outbox.insert_email(email, view)
    return email


def _is_of_nobody(app: App, kind: EmailKind, recipient_id: str) -> bool:
    """Tell whether it is no one person's data: for an office, or for whoever asked to tell."""
    return kind.form.recipient in {EmailRecipient.OFFICE, EmailRecipient.LISTED} or bool(
        app.config.district.find_office_address(recipient_id)
    )


def build_greeting(app: App, person: Person) -> EmailGreeting:
    district, contact = app.config.district, app.config.district.contact
    cadence = Label("cadence", app.db.preferences.load_preferences(person.id).cadence)
    held = ".held" if app.db.legal_holds.has_active_legal_hold(person.id) else ""
    return EmailGreeting(
        name=person.name.given or DEFAULT_GIVEN_NAME,
        district=district.name,
        zone=person.zone,
        why=Reason("why.joined", {"district": Plain(district.name)}),
        leave=Reason(f"leave.regular{held}", {"cadence": cadence, "contact": Plain(contact)}),
        review_url=app.config.portal.address,
        contact=contact,
    )


def build_undo_instructions(app: App, person: Person) -> UndoInstructions:
    """Say how the mailbox's owner undoes what someone else did, and by which address."""
    address, contact = app.config.portal.address, app.config.district.contact
    return UndoInstructions(
        not_me=Reason("undo", {"contact": Plain(contact)}),
        undo_url=f"{address}/join/not-me/{build_mailbox_token(app.db, person)}",
    )


def build_farewell_greeting(app: App, person: Person) -> EmailGreeting:
    """Greet someone who has left; there is nothing more to stop, and no page to open."""
    held = ".held" if app.db.legal_holds.has_active_legal_hold(person.id) else ""
    return {
        **build_greeting(app, person),
        "why": Reason("why.left"),
        "leave": Reason(f"leave.left{held}"),
        "review_url": "",
    }


def queue_operator_emails(
    app: App, dedupe_key: str, build_view: Callable[[EmailGreeting], EmailView]
) -> None:
    """Write to each operator; there may be none, for whom `namesake doctor` has the same."""
    district = app.config.district
    greeting = build_custom_greeting(
        app,
        "operators",
        why=Reason("why.operator", {"district": Plain(district.name)}),
        leave=Reason("leave.operator"),
    )
    for address in district.operators:
        queue_email(
            app,
            EmailPlan(recipient_id=build_operator_id(address), dedupe_key=dedupe_key),
            build_view(greeting),
        )


def queue_disk_full_email(app: App, since: datetime) -> None:
    """Tell the operators, at most once a day."""
    day = since.date().isoformat()
    queue_operator_emails(app, day, lambda to: DiskFullView(**to, since=since))


def build_custom_greeting(app: App, name: str, why: Reason, leave: Reason) -> EmailGreeting:
    """Greet someone who is not enrolled: an invited person, or a reviewer."""
    district = app.config.district
    return EmailGreeting(
        name=name,
        district=district.name,
        zone=district.zone,
        why=why,
        leave=leave,
        review_url=app.config.portal.address,
        contact=app.config.district.contact,
    )


def queue_alert(app: App, person: Person, case: Case) -> None:
    if not needs_immediate_notice(case):
        return
    view = disclose_own(app, mark_notified(case, app.clock.now()))
    opens = case.kind is CaseKind.IMPERSONATION and not view.helper
    queue_email(
        # A case that reopened starts over, with a new email.
        app,
        EmailPlan(recipient_id=person.id, dedupe_key=f"{case.id} {case.opened_at.isoformat()}"),
        AlertView(
            **build_greeting(app, person),
            case=view,
            opens_at=case.opened_at + ANSWER_WITHIN if opens else None,
        ),
    )


def build_invitation_view(app: App, invitation: Invitation) -> InvitationView:
    config = app.config
    reminds = config.invitations.sends_reminders
    greeting = _build_invitation_greeting(
        app,
        invitation,
        why=Reason("why.invited", {"district": Plain(config.district.name)}),
        leave=Reason("leave.invited.reminder" if reminds else "leave.invited"),
    )
    own = config.invitations
    return InvitationView(
        **greeting,
        how=_describe_how_to_answer(app),
        expires_at=invitation.expires_at,
        subject=own.subject.strip(),
        first_lines=tuple(filter(None, map(str.strip, own.first_lines.splitlines()))),
        from_name=own.from_name.strip(),
    )


def build_reminder_view(app: App, invitation: Invitation) -> ReminderView:
    """Remind of an invitation that can be answered until its `expires_at`."""
    district = app.config.district.name
    greeting = _build_invitation_greeting(
        app,
        invitation,
        why=Reason("why.reminded", {"district": Plain(district)}),
        leave=Reason("leave.reminded"),
    )
    return ReminderView(
        **greeting,
        how=_describe_how_to_answer(app),
        invited_at=invitation.invited_at,
        expires_at=invitation.expires_at,
        from_name=app.config.invitations.from_name.strip(),
    )


def _build_invitation_greeting(
    app: App, invitation: Invitation, why: Reason, leave: Reason
) -> EmailGreeting:
    greeting = build_custom_greeting(
        app, invitation.given or DEFAULT_GIVEN_NAME, why=why, leave=leave
    )
    return {**greeting, "review_url": f"{app.config.portal.address}/join/code"}


def _describe_how_to_answer(app: App) -> Reason:
    return Reason("answer-invitation", {"portal": Plain(app.config.portal.address)})


# An account that asks not to be read, or our own budget, is not a source's failure.
TROUBLE_OUTCOMES = frozenset({Outcome.BLOCKED, Outcome.LIMITED, Outcome.UNREADABLE, Outcome.FAILED})


def queue_source_alert(app: App, sweep: Sweep) -> None:
    """Queue one email about all source failures that this sweep found first."""
    health = app.db.source_health.list_source_health()
    failures = [
        SourceFailure(source=part.source, outcome=part.outcome, since=part.since, note=part.note)
        for part in health
        if part.outcome in TROUBLE_OUTCOMES and part.since >= sweep.started_at
    ]
    gaps = tuple(map(build_gap, fold_failures(failures, len(health))))
    if gaps:
        queue_operator_emails(
            app, sweep.id, lambda greeting: SourcesParkedView(**greeting, gaps=gaps)
        )


def load_language(app: App, person_id: str, asked_in: Language | None = None) -> Language:
    """Return the language that a person chose, else of the page that asked, else the district's."""
    chosen = app.db.preferences.load_preferences(person_id).language
    return chosen or asked_in or app.config.district.language
