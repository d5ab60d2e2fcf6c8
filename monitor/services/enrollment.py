"""Enrollment: an invitation that only a mailbox can open, and an answer only its owner can give.

Answers are encrypted until consent is given, and the person sees every query before the first
one is sent. People who do not answer get one reminder, and then are deleted.

No one can enroll someone else: consent needs the code from the mailbox. Each answer of a draft is
stored as it is given, and deleted with the last one, or after a day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from monitor.app import App
from monitor.config.sections import CONSENT_DURATION, DistrictConfig, is_known_time_zone
from monitor.db.invitations import Invitation, InvitationMail
from monitor.db.name_changes import NameChange
from monitor.domain.consent import Consent
from monitor.domain.consent_text import TEXT_VERSION, describe_scopes, suppose_consent
from monitor.domain.email_delivery import is_single_address
from monitor.domain.enrollment_draft import EnrollmentAnswers, EnrollmentDraft, Invitee
from monitor.domain.errors import AlreadyEnrolledError, InputError, NotPermittedError
from monitor.domain.names.normalize import clean_line
from monitor.domain.names.parsing import split_own_name
from monitor.domain.names.searchable import check_name_claim, parse_names_from_email
from monitor.domain.pasted_address import AddressTarget, recognize_address
from monitor.domain.person import Person, PersonName
from monitor.domain.planning.consented_queries import build_person_queries, get_required_scope
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import ConsentChannel, EnrollmentStep, InvitationStatus, Scope
from monitor.services.consent_terms import hash_district_terms
from monitor.services.erasure import release_work_address
from monitor.services.name_changes import apply_searchable_name, store_name_change
from monitor.services.notifications import (
    EmailPlan,
    build_greeting,
    build_invitation_view,
    build_reminder_view,
    build_undo_instructions,
    queue_email,
)
from monitor.services.query_planning import get_student_link_switch
from reports.emails.account import EnrolledView, InvitedAgainView
from reports.emails.registry import INVITATION_KINDS, EmailKind
from reports.emails.views import EmailView
from reports.labels.account import PREVIEW_DISCLOSURES, PREVIEW_HEADINGS
from reports.pages.enrollment import QueryPreview, QueryPreviewLine
from scrapers.models import Query, QueryKind
from scrapers.search_queries import list_readable_terms
from scrapers.source import Source

REMINDER = "reminder"
INVITATION_LASTS = timedelta(days=14)
# Anyone who was invited so long ago hears no more of it, as when the service slept for a month.
MAX_REMINDER_AGE = 2 * INVITATION_LASTS


def schedule_reminder(app: App, invitation: Invitation) -> None:
    """Add the reminder's row; call this inside the transaction that invites."""
    if app.config.invitations.sends_reminders and invitation.reminded_at is None:
        days = app.config.invitations.remind_after_days
        at = invitation.invited_at + timedelta(days=days)
        app.db.jobs.ensure_job(REMINDER, invitation.id, at)


def queue_invitation_reminder(app: App, invitation_id: str) -> None:
    """Remind, unless there is no open invitation anymore."""
    now = app.clock.now()
    with app.db.begin_transaction():
        invitation = _find_invitation(app, invitation_id)
        # Tell whether they got the email, did not answer, and were never reminded.
        if invitation is None or not (
            app.config.invitations.sends_reminders
            and invitation.spent_at is None
            and invitation.reminded_at is None
            and now - invitation.invited_at < MAX_REMINDER_AGE
            and _is_invitation_delivered(app, invitation.id)
        ):
            return
        expires_at = now + INVITATION_LASTS
        app.db.invitations.record_reminder(invitation_id, now, expires_at)
        # By the day of the invitation, so that no restored copy writes a second one.
        plan = EmailPlan(
            recipient_id=invitation_id,
            dedupe_key=invitation.invited_at.date().isoformat(),
            due_at=find_next_invitation_slot(app),
        )
        view = build_reminder_view(app, replace(invitation, expires_at=expires_at))
        queue_email(app, plan, view)
        app.db.audit.append_entry(now, "namesake", "reminded", invitation_id, {})


def _find_invitation(app: App, invitation_id: str) -> Invitation | None:
    try:
        return app.db.invitations.load_invitation(invitation_id)
    except InputError:
        return None


def _is_invitation_delivered(app: App, invitation_id: str) -> bool:
    """Tell whether a mail server accepted the invitation, and it did not bounce."""
    outbox, kind = app.db.outbox, EmailKind.INVITATION
    return (
        outbox.find_last_queued_time(invitation_id, kind) is not None
        and outbox.find_last_sent_time(invitation_id, kind) is not None
    )


EMPTY_NAME = PersonName(given="", family="")


# Microsoft 365 takes 30 messages a minute from one mailbox; other emails need room, too.
INVITATION_INTERVAL = timedelta(seconds=3)


def find_next_invitation_slot(app: App) -> datetime:
    """Return when the next of many invitations or reminders may be sent: no two at once."""
    now = app.clock.now()
    last = app.db.outbox.find_last_untried_due_time(INVITATION_KINDS)
    return now if last is None else max(now, last + INVITATION_INTERVAL)


def invite_person(app: App, mail: str, given: str = "", family: str = "") -> Invitation:
    """Queue an invitation for now.

    The person may join under these names; without any, they come from the address.
    """
    return queue_invitation(app, Invitee(mail=mail, given=given, family=family))


def send_invitation(
    app: App, invitee: Invitee, email_at: datetime | None = None, actor: str = "operator"
) -> None:
    """Invite someone, or tell who has joined that they were to be invited: only they learn which.

    Mail, audit log, counts and what is stored of its delivery are alike, so that nobody can try out
    who has joined. The email of an earlier invitation is forgotten, and not sent anymore.
    """
    address = parse_district_address(app, invitee.mail)
    with app.db.begin_transaction():
        app.db.invitation_mails.delete_untried_mails(address)
        try:
            queue_invitation(app, invitee, email_at, actor)
        except AlreadyEnrolledError:
            if person_id := app.db.people.find_person_id_by_mail(address):
                app.db.outbox.delete_emails_of_kind(person_id, EmailKind.INVITED_AGAIN)
                tell_invited_again(app, person_id, email_at, actor)


def tell_invited_again(
    app: App, person_id: str, email_at: datetime | None = None, actor: str = "operator"
) -> None:
    """Tell who has answered that IT had their invitation sent again."""
    person, now = app.db.people.load_person(person_id), app.clock.now()
    greeting = build_greeting(app, person)
    view = replace(InvitedAgainView(**greeting), leave=Reason("leave.invited-again"))
    plan = EmailPlan(recipient_id=person_id, dedupe_key=now.isoformat(), due_at=email_at)
    with app.db.begin_transaction():
        queue_invitation_mail(app, plan, view, person.mail)
        app.db.audit.append_entry(now, actor, "invited", person_id, {})


def queue_invitation_mail(app: App, plan: EmailPlan, view: EmailView, address: str) -> None:
    """Queue it, and begin the row that says how it fares."""
    email = queue_email(app, plan, view)
    mail = InvitationMail(
        message_key=email.message_key, queued_at=email.queued_at, mark=app.ids.new_id()
    )
    app.db.invitation_mails.save_mail(mail, address)


ENROLLED_ALREADY = (
    "This person is enrolled already; there is nothing to do. If someone else has the address now, "
    "run `namesake staff left` for it first."
)


def queue_invitation(
    app: App, invitee: Invitee, email_at: datetime | None = None, actor: str = "operator"
) -> Invitation:
    """Queue an invitation; its code is made when the email is sent: now, or at `email_at`.

    `actor` answers for it in the audit log. Raises AlreadyEnrolledError for someone who has joined.
    """
    address = parse_district_address(app, invitee.mail)
    now = app.clock.now()
    invitation = Invitation(
        id=app.ids.new_id(),
        mail=address,
        given=clean_line(invitee.given),
        family=clean_line(invitee.family),
        school=clean_line(invitee.school),
        title=clean_line(invitee.title),
        invited_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    with app.db.begin_transaction():
        release_work_address(app, address)
        if app.db.people.find_person_id_by_mail(address):
            raise AlreadyEnrolledError(ENROLLED_ALREADY)
        # An address belongs to one person, who is not reminded again.
        reminded = None
        while earlier := app.db.invitations.find_open_invitation_by_mail(address, now):
            reminded = reminded or earlier.reminded_at
            app.db.invitations.delete_invitation(earlier.id)
        invitation = replace(invitation, reminded_at=reminded)
        app.db.invitations.insert_invitation(invitation)
        schedule_reminder(app, invitation)
        queue_invitation_mail(
            app,
            EmailPlan(
                recipient_id=invitation.id, dedupe_key=now.date().isoformat(), due_at=email_at
            ),
            build_invitation_view(app, invitation),
            address,
        )
        app.db.audit.append_entry(now, actor, "invited", invitation.id, {})
    return invitation


def enroll_with_code(app: App, code: str, answers: EnrollmentAnswers) -> Person:
    """Use up a code and record the consent given with it, in one transaction."""
    return accept_invitation(app, load_open_invitation(app, code), answers, ConsentChannel.PORTAL)


def accept_invitation(
    app: App, invitation: Invitation, answers: EnrollmentAnswers, channel: ConsentChannel
) -> Person:
    """Use up an open invitation."""
    now = app.clock.now()
    if not answers.scopes:
        reason = "No scope was chosen, so there is nothing to search. Nothing was stored."
        raise NotPermittedError(reason)
    if answers.zone and not is_known_time_zone(answers.zone):
        # A time that cannot be computed for one person would hold up the whole district's.
        raise InputError("This time zone is unknown; give one such as America/Chicago, or none.")
    person = build_person(app, invitation, answers)
    consent = Consent(
        person_id=person.id,
        text_version=TEXT_VERSION,
        text_hash=hash_district_terms(app),
        scopes=answers.scopes,
        given_at=now,
        expires_at=now + CONSENT_DURATION,
        channel=channel,
    )
    with app.db.begin_transaction():
        app.db.people.insert_person(person)
        app.db.consents.insert_consent(consent)
        app.db.invitations.mark_invitation_answered(invitation.id, now)
        queue_email(
            app,
            EmailPlan(recipient_id=person.id, dedupe_key=now.date().isoformat()),
            EnrolledView(
                **build_greeting(app, person),
                **build_undo_instructions(app, person),
                at=consent.given_at,
                agreed=describe_scopes(consent.scopes),
                expires_at=consent.expires_at,
            ),
        )
        app.db.audit.append_entry(now, person.id, "enrolled", person.id, {})
        if needs_name_confirmation(invitation, answers.name):
            store_name_change(app.db, _build_name_change(app, person, invitation, answers.name))
    return person


def needs_name_confirmation(invitation: Invitation, name: PersonName) -> bool:
    """Tell whether a name, or a part of it, differs from the invited one."""
    return check_name_claim(name, list_invited_names(invitation)).needs_confirmation


def _build_name_change(
    app: App, person: Person, invitation: Invitation, name: PersonName
) -> NameChange:
    current_name = f"{invitation.given} {invitation.family}".strip() or invitation.mail
    return NameChange(
        id=app.ids.new_id(),
        person_id=person.id,
        known=current_name,
        name=name,
        asked_at=app.clock.now(),
    )


def parse_own_name(typed: str) -> PersonName:
    """Split a name that its owner types on one line. Raises InputError where a part is missing."""
    name = split_own_name(typed)
    if not name.given or not name.family:
        raise InputError("Type your first and your last name.")
    return name


def parse_district_address(app: App, mail: str) -> str:
    address = mail.strip().lower()
    if not is_district_address(address, app.config.district):
        allowed = ", ".join(app.config.district.domains)
        raise InputError(f"Only addresses of this district can be invited ({allowed}).")
    return address


def load_open_invitation(app: App, code: str) -> Invitation:
    """Return the invitation that a code opens, or raise InputError."""
    invitation = app.db.invitations.find_open_invitation_by_code(hash_code(code), app.clock.now())
    if invitation is None:
        reason = "This code is unknown, already used, or expired. Ask IT for a new invitation."
        raise InputError(reason)
    return invitation


def build_person(app: App, invitation: Invitation, answers: EnrollmentAnswers) -> Person:
    """Return who would join with these answers; store nothing.

    Of another name, only the parts that are a form of the invited one are searched.
    """
    person = Person(
        id=app.ids.new_id(),
        name=EMPTY_NAME,
        confirmed_names=list_invited_names(invitation),
        mail=invitation.mail,
        organization=app.config.district.name,
        zone=answers.zone or app.config.district.zone,
        **answers.copy_details()
        | {
            "places": answers.places or app.config.district.places,
            "accounts": tuple(account.strip().casefold() for account in answers.accounts),
        },
    )
    return apply_searchable_name(person, answers.name)


def list_invited_names(invitation: Invitation) -> tuple[PersonName, ...]:
    """Return the names someone was invited by: those typed, else those that the address tells."""
    if invitation.family:
        return (PersonName(given=invitation.given, family=invitation.family),)
    return parse_names_from_email(invitation.mail)


def is_district_address(address: str, district: DistrictConfig) -> bool:
    """Tell whether it is one plain address, in lowercase, under a domain of staff mail."""
    return is_single_address(address) and address.rpartition("@")[2] in district.domains


def hash_code(code: str) -> str:
    """Codes are stored as hashes, so the database alone opens nothing."""
    return sha256(code.strip().encode()).hexdigest()


EMAIL_HASH_WORDS = "a code made from your work email (a hash)"
PREVIEW_CONSENT_LASTS = timedelta(minutes=1)
SitesByWords = Mapping[tuple[Scope, tuple[str, ...]], list[str]]


def plan_preview_queries(
    app: App, person: Person, scopes: frozenset[Scope], now: datetime
) -> Iterator[Query]:
    supposed = suppose_consent(person.id, scopes, now, PREVIEW_CONSENT_LASTS)
    return build_person_queries(
        person, supposed, app.sources.values(), now, get_student_link_switch(app)
    )


def build_query_preview(queries: Iterable[Query], sources: Mapping[str, Source]) -> QueryPreview:
    """Group the sites that are asked for the same words."""
    planned = tuple(queries)
    words: dict[tuple[Scope, str], dict[str, None]] = defaultdict(dict)
    for query in planned:
        scope = get_required_scope(query.kind, sources[query.source].family)
        words[scope, query.source][_describe_query_words(query, scope)] = None
    alike: dict[tuple[Scope, tuple[str, ...]], list[str]] = defaultdict(list)
    for (scope, source), asked in words.items():
        alike[scope, tuple(asked)].append(sources[source].info.title)
    return QueryPreview(
        lines=tuple(_build_asked_lines(alike)),
        queries=len(planned),
        sites=len({query.source for query in planned}),
    )


def _build_asked_lines(alike: SitesByWords) -> Iterator[QueryPreviewLine]:
    order = list(PREVIEW_HEADINGS)
    for (scope, words), sites in sorted(alike.items(), key=lambda value: order.index(value[0][0])):
        yield QueryPreviewLine(
            heading=PREVIEW_HEADINGS[scope],
            sites=tuple(sorted(sites, key=str.casefold)),
            words=words,
            learns=PREVIEW_DISCLOSURES[scope],
        )


def _describe_query_words(query: Query, scope: Scope) -> str:
    if scope is Scope.MAIL_HASH:
        return EMAIL_HASH_WORDS
    if query.kind in {QueryKind.SEARCH, QueryKind.PEOPLE_SEARCH}:
        return " · ".join(list_readable_terms(query.terms))
    return query.terms[0]


def find_invitation_status(app: App, invitation_id: str) -> InvitationStatus:
    try:
        invitation = app.db.invitations.load_invitation(invitation_id)
    except InputError:
        return InvitationStatus.UNKNOWN
    if invitation.spent_at is not None:
        return InvitationStatus.ANSWERED
    return (
        InvitationStatus.OPEN if invitation.is_open(app.clock.now()) else InvitationStatus.EXPIRED
    )


def find_sent_invitation(app: App, code: str) -> Invitation | None:
    """Return the invitation of a code, even if it has expired."""
    return app.db.invitations.find_invitation_by_code(hash_code(code))


def load_enrollment_draft(app: App, invitation_id: str) -> EnrollmentDraft:
    """Return the answers so far; at first, what the district says of who was invited."""
    invitation = _require_open_invitation(app, invitation_id)
    draft = app.db.enrollment_drafts.find_draft(invitation_id)
    return draft or EnrollmentDraft(
        name=PersonName(given=invitation.given, family=invitation.family),
        school=invitation.school,
        role=invitation.title,
    )


def save_step_answers(
    app: App, invitation_id: str, step: EnrollmentStep, draft: EnrollmentDraft
) -> EnrollmentDraft:
    """Store the answers of one page; answers to later pages stay."""
    _require_open_invitation(app, invitation_id)
    if not draft.can_open(step):
        raise NotPermittedError("You are not at this step yet. Continue where you left off.")
    answered = replace(draft, done=draft.done | {step})
    app.db.enrollment_drafts.save_draft(invitation_id, answered, app.clock.now())
    return answered


def save_enrollment_draft(app: App, invitation_id: str, draft: EnrollmentDraft) -> None:
    """Keep answers of a page that is not done yet, such as one more account."""
    _require_open_invitation(app, invitation_id)
    app.db.enrollment_drafts.save_draft(invitation_id, draft, app.clock.now())


def discard_enrollment_draft(app: App, invitation_id: str) -> None:
    """Delete the answers; the invitation stays open."""
    app.db.enrollment_drafts.delete_draft(invitation_id)


def recognize_profile_url(app: App, address: str) -> AddressTarget:
    return recognize_address(address, app.sources.values())


def has_unconfirmed_name(app: App, invitation_id: str, draft: EnrollmentDraft) -> bool:
    """Tell whether the name given has to be confirmed by an operator first."""
    return needs_name_confirmation(_require_open_invitation(app, invitation_id), draft.name)


def preview_enrollment_queries(
    app: App, invitation_id: str, draft: EnrollmentDraft
) -> QueryPreview:
    """Show every query that would be asked first, and ask nothing."""
    person = build_person(app, _require_open_invitation(app, invitation_id), draft)
    queries = plan_preview_queries(app, person, draft.scopes, app.clock.now())
    return build_query_preview(queries, app.sources)


def complete_enrollment(
    app: App, invitation_id: str, draft: EnrollmentDraft, text_hash: str
) -> Person:
    """Join.

    `text_hash` is the hash of the text that the person read; consent to another text is refused.
    """
    if text_hash != hash_district_terms(app):
        reason = "The consent text has changed since you read it. Please read it again."
        raise NotPermittedError(reason)
    if draft.first_open_step is not EnrollmentStep.CHECK:
        raise NotPermittedError("Some questions have no answer yet. Continue where you left off.")
    with app.db.begin_transaction():
        invitation = _require_open_invitation(app, invitation_id)
        person = accept_invitation(app, invitation, draft, ConsentChannel.PORTAL)
        app.db.enrollment_drafts.delete_draft(invitation_id)
    return person


def _require_open_invitation(app: App, invitation_id: str) -> Invitation:
    if find_invitation_status(app, invitation_id) is not InvitationStatus.OPEN:
        reason = "This invitation was already used or has expired. Ask IT for a new one."
        raise NotPermittedError(reason)
    return app.db.invitations.load_invitation(invitation_id)


def preview_added_queries(
    app: App, person_id: str, before: frozenset[Scope], after: frozenset[Scope]
) -> QueryPreview:
    """Show the first queries that `after` brings and `before` does not; ask nothing."""
    person, now, queries = (
        app.db.people.load_person(person_id),
        app.clock.now(),
        partial(plan_preview_queries, app),
    )
    keys_before = {query.key for query in queries(person, before, now)}
    added = (query for query in queries(person, after, now) if query.key not in keys_before)
    return build_query_preview(added, app.sources)
