"""A consent that continues: renewed, narrowed, widened, paused, or resumed.

A consent that expires: the person gets reminders, and without renewal everything is erased.

Checks stop when a consent ends; its data stays a while, so that it can be renewed. Each change is a
row of the ledger, an email to the mailbox, and an audit entry.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.config.sections import CONSENT_DURATION
from monitor.db.legal_holds import LegalHold
from monitor.domain.consent import (
    Consent,
    apply_narrowing,
    apply_pause,
    apply_resume,
    compute_consent_phase,
    is_renewal_due,
    select_due_reminder,
)
from monitor.domain.consent_text import TEXT_VERSION, describe_scopes
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.reason import Plain, Reason
from monitor.domain.retention import ERASED_WITHIN, RETENTION_PERIODS, RetainedKind
from monitor.domain.vocabulary import ConsentAction, ConsentChannel, ConsentPhase, Scope
from monitor.services.consent_end import audit_consent, end_lapsed_consent, follow_consent_end
from monitor.services.consent_terms import hash_district_terms
from monitor.services.narrowed_consent import delete_unconsented_results, preview_narrowing
from monitor.services.notifications import (
    EmailPlan,
    build_greeting,
    build_undo_instructions,
    queue_email,
)
from reports.emails.account import ConsentChangedView, ConsentEndingView
from reports.emails.registry import EmailKind
from reports.labels.account import SCOPE_TITLES
from reports.pages.data import NarrowingView

CONSENT_REMINDER = "consent-reminder"
# A wrong clock must erase no one: there is a week to notice it.
MIN_REMINDER_AGE = timedelta(days=7)


def process_expiring_consents(app: App) -> None:
    for consent in app.db.consents.list_latest_consents():
        app.beat()
        _queue_expiry_reminder(app, consent)
        if _is_lapse_due(app, consent) and not app.db.legal_holds.has_active_legal_hold(
            consent.person_id
        ):
            end_lapsed_consent(app, consent.person_id)


def _queue_expiry_reminder(app: App, consent: Consent) -> None:
    before = select_due_reminder(consent, app.clock.now())
    if before is None:
        return
    person, contact = (app.db.people.load_person(consent.person_id), app.config.district.contact)
    plan = EmailPlan(
        recipient_id=person.id, dedupe_key=f"{consent.expires_at.date().isoformat()}-{before.days}"
    )
    greeting = build_greeting(app, person)
    # Who signs in first is led to the page that an email named.
    greeting["review_url"] = f"{app.config.portal.address}/me/data/renew"
    view = ConsentEndingView(
        **greeting,
        expires_at=consent.expires_at,
        has_ended=not consent.is_active(app.clock.now()),
        erased_by=_find_erasure_day(app, consent),
        how=Reason("renew-consent", {"contact": Plain(contact)}),
    )
    queue_email(app, plan, view)


def _find_erasure_day(app: App, consent: Consent) -> datetime | None:
    """Return when it is all erased of who is reminded now; None where a legal hold keeps it."""
    if app.db.legal_holds.has_active_legal_hold(consent.person_id):
        return None
    return max(compute_lapse_erasure(consent), app.clock.now() + MIN_REMINDER_AGE)


def _is_lapse_due(app: App, consent: Consent) -> bool:
    now = app.clock.now()
    if consent.withdrawn_at is not None or now < compute_lapse_erasure(consent):
        return False
    reminded = app.db.outbox.find_first_queued_time(
        consent.person_id, EmailKind.CONSENT_ENDING, since=consent.given_at
    )
    return reminded is not None and now - reminded >= MIN_REMINDER_AGE


def compute_lapse_erasure(consent: Consent) -> datetime:
    """Return when the data of an expired consent is erased."""
    return consent.expires_at + (
        RETENTION_PERIODS[RetainedKind.EXPIRED_CONSENT].open or timedelta(0)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAnswer:
    """A person's answer to the consent text.

    `seen_text_hash` is the hash of the text they were shown.
    """

    scopes: frozenset[Scope]
    seen_text_hash: str
    channel: ConsentChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStatus:
    """A person's consent and what follows from it.

    `hold` is None without a legal hold. `erased_by` is when all data is erased at the latest if the
    person does not renew, None during a hold.
    """

    consent: Consent
    phase: ConsentPhase
    renewal_due: bool
    hold: LegalHold | None
    erased_by: datetime | None
    history: tuple[Consent, ...]


def renew_consent(app: App, person_id: str, answer: ConsentAnswer) -> Consent:
    """Record an answer to today's whole text; it lasts for a year from now."""
    _check_scopes_chosen(answer.scopes)
    if answer.seen_text_hash != hash_district_terms(app):
        reason = "The consent text has changed since you saw it. Please read it again, then answer."
        raise InputError(reason)
    now, before = app.clock.now(), _load_renewable_consent(app, person_id)
    after = replace(
        before,
        text_version=TEXT_VERSION,
        text_hash=hash_district_terms(app),
        scopes=answer.scopes,
        given_at=now,
        expires_at=now + CONSENT_DURATION,
        act=ConsentAction.RENEWED,
        channel=answer.channel,
        at=now,
    )
    return _save_consent_change(app, before, after)


def drop_consent_scopes(
    app: App, person_id: str, scopes: frozenset[Scope], channel: ConsentChannel
) -> Consent:
    """Drop scopes, and delete what only they had shown (`monitor/services/purge.py`)."""
    _check_scopes_chosen(scopes)
    before = _load_live_consent(app, person_id)
    return _save_consent_change(
        app, before, replace(apply_narrowing(before, scopes, app.clock.now()), channel=channel)
    )


def preview_dropped_scopes(app: App, person_id: str, scopes: frozenset[Scope]) -> NarrowingView:
    """Say what dropping scopes would delete; nothing changes."""
    before = _load_live_consent(app, person_id)
    seen = preview_narrowing(app, apply_narrowing(before, scopes, app.clock.now()))
    dropped = tuple(SCOPE_TITLES[scope] for scope in Scope if scope in before.scopes - scopes)
    return replace(seen, chosen=tuple(sorted(scopes)), dropped=dropped)


def pause_checks(app: App, person_id: str, until: datetime, channel: ConsentChannel) -> Consent:
    """Run no checks and send only notices, until a day; data stays.

    Nobody else shortens a pause: raises InputError for an operator's that ends sooner.
    """
    before, now = _load_live_consent(app, person_id), app.clock.now()
    paused_until = before.find_pause_end(now)
    if channel is ConsentChannel.OPERATOR and paused_until and until < paused_until:
        reason = "Checks are paused for longer already. Only the person can shorten the pause."
        raise InputError(reason)
    return _save_consent_change(
        app, before, replace(apply_pause(before, until, now), channel=channel)
    )


def resume_checks(app: App, person_id: str, channel: ConsentChannel) -> Consent:
    before = _load_live_consent(app, person_id)
    if not before.is_paused(app.clock.now()):
        raise InputError("Checks are not paused, so there is nothing to resume.")
    return _save_consent_change(
        app, before, replace(apply_resume(before, app.clock.now()), channel=channel)
    )


def follow_changed_consent(app: App, consent: Consent) -> None:
    """Do again, in an older copy, what followed when a consent ended or was changed."""
    if consent.withdrawn_at is not None:
        # Only the goodbye may reach them: all else was written before they left.
        app.db.outbox.delete_unsent_emails(consent.person_id)
        follow_consent_end(app, consent, consent.withdrawn_at)
    elif any(
        line.scopes - consent.scopes for line in app.db.consents.list_consents(consent.person_id)
    ):
        delete_unconsented_results(app, consent)


def load_consent_status(app: App, person_id: str) -> ConsentStatus:
    """Return a person's consent status, for that person to read."""
    consent = app.db.consents.find_latest_consent(person_id)
    if consent is None:
        raise InputError(f"No one is enrolled under {person_id}.")
    hold = app.db.legal_holds.find_active_legal_hold(person_id)
    return ConsentStatus(
        consent=consent,
        phase=compute_consent_phase(consent, app.clock.now()),
        renewal_due=is_renewal_due(consent, app.clock.now()),
        hold=hold,
        erased_by=None if hold else _compute_erasure_deadline(consent),
        history=app.db.consents.list_consents(person_id),
    )


def _load_renewable_consent(app: App, person_id: str) -> Consent:
    """Return a consent that can be renewed; an expired one can until its data is erased."""
    consent = app.db.consents.find_latest_consent(person_id)
    if consent is None or consent.withdrawn_at is not None:
        reason = "This consent has ended. To come back, the person needs a new invitation."
        raise NotPermittedError(reason)
    return consent


def _load_live_consent(app: App, person_id: str) -> Consent:
    consent = _load_renewable_consent(app, person_id)
    if not consent.is_active(app.clock.now()):
        reason = "This consent has expired. It can be renewed until all data is deleted."
        raise NotPermittedError(reason)
    return consent


def _check_scopes_chosen(scopes: frozenset[Scope]) -> None:
    if not scopes:
        raise InputError("Choose at least one. To stop everything, pause or leave instead.")


def _save_consent_change(app: App, before: Consent, after: Consent) -> Consent:
    person_id, now = after.person_id, app.clock.now()
    with app.db.begin_transaction():
        if app.db.consents.find_latest_consent(person_id) != before:
            raise InputError("This consent has changed in the meantime. Please look at it again.")
        app.db.consents.insert_consent(after)
        if before.scopes - after.scopes:
            delete_unconsented_results(app, after)
        plan = EmailPlan(recipient_id=person_id, dedupe_key=f"{after.act}-{now.isoformat()}")
        queue_email(app, plan, _build_change_email(app, after))
        audit_consent(app, after, after.channel, now)
    return after


def _build_change_email(app: App, consent: Consent) -> ConsentChangedView:
    person = app.db.people.load_person(consent.person_id)
    return ConsentChangedView(
        **build_greeting(app, person),
        **build_undo_instructions(app, person),
        change=consent.act,
        at=consent.written_at,
        agreed=describe_scopes(consent.scopes),
        expires_at=consent.expires_at,
        paused_until=consent.find_pause_end(app.clock.now()),
    )


def _compute_erasure_deadline(consent: Consent) -> datetime:
    """Return when all data is erased at the latest, unless the consent continues."""
    if consent.withdrawn_at is not None:
        return consent.withdrawn_at + ERASED_WITHIN
    return compute_lapse_erasure(consent)
