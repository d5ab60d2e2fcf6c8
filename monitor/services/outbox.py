"""Send due emails one by one, so that one failure does not delay the others.

Recipient and content of a queued email are worked out when it is sent.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from monitor.app import App
from monitor.db.outbox import OutboxEmail
from monitor.domain.case import build_urgency_key, mark_notified
from monitor.domain.case_end import ANSWER_WITHIN
from monitor.domain.email_delivery import Delivery, DeliveryStatus, Envelope
from monitor.domain.errors import BusyError, CannotWriteError, InputError
from monitor.domain.vocabulary import EmailState, Language, Severity
from monitor.services.answer_links import add_finding_links
from monitor.services.bounces import pause_address
from monitor.services.data_export import build_data_export
from monitor.services.disclosure import disclose_own
from monitor.services.email_history import complete_email_history
from monitor.services.enrollment import hash_code
from monitor.services.notifications import load_language
from monitor.services.sign_in import derive_sign_in_digits
from reports.emails.account import (
    AlertView,
    EmailHistoryView,
    InvitationView,
    NewAddressView,
    NudgeView,
    OwnDataView,
    ReminderView,
    SignInLinkView,
    TellLinkView,
)
from reports.emails.registry import (
    INVITATION_KINDS,
    EmailCode,
    EmailKind,
    EmailRecipient,
    get_view_type,
    render_email,
)
from reports.emails.render import Email
from reports.emails.views import EmailView, PersonalEmailView
from reports.translation import use_language
from scrapers.retry import Retry

LOG = logging.getLogger(__name__)
ALERT_INTERVAL = timedelta(days=1)
CONSENT_ENDED = "the consent, invitation or role has ended"
ADDRESS_PAUSED = "email to this address is paused because it rejected one"
LINK_EXPIRED = "its link has expired"
ALREADY_ALERTED_TODAY = "the person got an email like this today"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailDestination:
    """Where an email goes today, or why it never will, or what it waits for and until when."""

    address: str = ""
    refusal: str = ""
    hold_reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailDraft:
    """An email as it is sent; `bundle` are the queued ones in it, `case_ids` those it reports.

    `alerts` are what each of a bundle of alerts says in it, which a retry must repeat.
    """

    email: Email
    envelope: Envelope
    bundle: tuple[OutboxEmail, ...]
    case_ids: tuple[str, ...]
    alerts: tuple[AlertView, ...]


def resolve_destination(app: App, email: OutboxEmail) -> EmailDestination:
    kind, recipient_id = EmailKind(email.kind), email.recipient_id
    if kind is EmailKind.SIGN_IN_LINK:
        link = app.db.sign_in_links.find_sign_in_link(email.dedupe_key)
        if link is None or not link.is_open(app.clock.now()):
            return EmailDestination(refusal=LINK_EXPIRED)
    if not email.person_id:
        return _resolve_office_address(app, email)
    if kind.form.recipient is EmailRecipient.INVITED:
        invited = app.db.invitations.load_invitation(recipient_id)
        return _build_destination(invited.mail if invited.is_open(app.clock.now()) else "")
    if kind.form.recipient is EmailRecipient.UNREACHED:
        return _build_destination(app.db.people.load_mail_address(recipient_id))
    never = _describe_refusal(app, kind, recipient_id)
    if never:
        return EmailDestination(refusal=never)
    return (
        _resolve_other_address(app, email)
        if kind.form.recipient is EmailRecipient.OTHER_ADDRESS
        else _resolve_usual_address(app, email)
    )


def _resolve_office_address(app: App, email: OutboxEmail) -> EmailDestination:
    """Use the address that holds the office, or that of whoever asked for a link to tell by."""
    if email.kind != EmailKind.TELL_LINK:
        return _build_destination(app.config.district.find_office_address(email.recipient_id))
    asked = app.db.outbox.load_email_view(email.id, TellLinkView)
    is_over = app.clock.now() >= asked.expires_at
    return EmailDestination(refusal=LINK_EXPIRED) if is_over else _build_destination(asked.address)


def _resolve_usual_address(app: App, email: OutboxEmail) -> EmailDestination:
    """Use the reader's address of today, unless it is paused."""
    recipient_id = email.recipient_id
    mail = app.db.people.load_mail_address(recipient_id)
    if mail and app.db.suppression_list.find_suppression(recipient_id, mail):
        return EmailDestination(hold_reason=ADDRESS_PAUSED)
    return (
        _throttle_alert(app, email) if email.kind == EmailKind.ALERT else _build_destination(mail)
    )


def _resolve_other_address(app: App, email: OutboxEmail) -> EmailDestination:
    """Write to an address that is not the reader's yet, or no longer is."""
    change = app.db.address_changes.find_address_change(email.dedupe_key)
    if change is None:
        return EmailDestination(refusal=LINK_EXPIRED)
    if email.kind == EmailKind.NEW_ADDRESS:
        return (
            _build_destination(change.new)
            if change.is_open(app.clock.now())
            else EmailDestination(refusal=LINK_EXPIRED)
        )
    owner = app.db.people.find_person_id_by_mail(change.old)
    return (
        _build_destination(change.old)
        if owner in {None, email.person_id}
        else EmailDestination(refusal="the address now belongs to someone else")
    )


def _describe_refusal(app: App, kind: EmailKind, person_id: str) -> str:
    """Say why a person gets no email of this kind, or nothing if they do."""
    consent, now = app.db.consents.find_latest_consent(person_id), app.clock.now()
    if kind.form.needs_consent and (consent is None or not consent.is_active(now)):
        return CONSENT_ENDED
    if kind.form.pausable and consent is not None and consent.is_paused(now):
        return "the person paused checks"
    return (
        "the person stopped the regular email"
        if kind.form.stoppable and app.db.preferences.load_preferences(person_id).unsubscribed_at
        else ""
    )


def _throttle_alert(app: App, email: OutboxEmail) -> EmailDestination:
    """Write at once, but no more than once a day."""
    bundle = _bundle_alerts(app, email) if email.tried_at else (email,)
    if not any(map(partial(_is_news, app), bundle)):
        return EmailDestination(refusal="the person already knows or has answered")
    last = app.db.outbox.find_last_sent_time(email.recipient_id, email.kind)
    if last and app.clock.now() - last < ALERT_INTERVAL:
        return EmailDestination(hold_reason=ALREADY_ALERTED_TODAY, until=last + ALERT_INTERVAL)
    return _build_destination(app.db.people.load_mail_address(email.recipient_id))


def build_email(app: App, email: OutboxEmail, address: str) -> EmailDraft:
    """Render it; a fault in its view raises an exception."""
    kind = EmailKind(email.kind)
    bundle = _bundle_alerts(app, email) if kind is EmailKind.ALERT else (email,)
    sent_at = bundle[0].tried_at or app.clock.now()
    alerts = tuple(map(partial(_renew_alert, app), bundle)) if kind is EmailKind.ALERT else ()
    view = _merge_alerts(alerts, sent_at) if alerts else _load_view(app, email)
    view = add_finding_links(app, view, sent_at)
    return EmailDraft(
        email=_render_email(app, email, view),
        envelope=_build_envelope(app, bundle[0], address, view, sent_at),
        bundle=bundle,
        case_ids=list_case_ids(view),
        alerts=alerts,
    )


def _render_email(app: App, email: OutboxEmail, view: EmailView) -> Email:
    is_for_office = not email.person_id and email.kind != EmailKind.TELL_LINK
    asked_in = view.language if isinstance(view, SignInLinkView) else None
    own = Language.ENGLISH if is_for_office else load_language(app, email.person_id, asked_in)
    with use_language(own):
        written = render_email(view)
        if not isinstance(view, OwnDataView):
            return written
        copy = build_data_export(app, email.recipient_id)
        return replace(written, attachments=(copy.build_attachment(),))


def _load_view(app: App, email: OutboxEmail) -> EmailView:
    view = app.db.outbox.load_email_view(email.id, get_view_type(EmailKind(email.kind)))
    match view:
        case InvitationView() | ReminderView():
            return replace(view, code=_derive_code(app, email, email.recipient_id))
        case SignInLinkView():
            link = app.db.sign_in_links.find_sign_in_link(email.dedupe_key)
            digits = derive_sign_in_digits(app, link) if link else ""
            return replace(view, token=_derive_code(app, email, email.dedupe_key), digits=digits)
        case NewAddressView():
            return replace(view, token=_derive_code(app, email, email.dedupe_key))
        case EmailHistoryView():
            return complete_email_history(app, email, view)
    return view


def activate_code(app: App, email: OutboxEmail) -> None:
    """Activate the links of an email; they do nothing before it is sent."""
    set_hash: Callable[[str, str], None]
    match EmailKind(email.kind).form.code:
        case EmailCode.INVITATION:
            set_hash, target_id = app.db.invitations.set_code_hash, email.recipient_id
        case EmailCode.ADDRESS_CHANGE:
            set_hash, target_id = app.db.address_changes.set_code_hash, email.dedupe_key
        case EmailCode.SIGN_IN:
            set_hash, target_id = app.db.sign_in_links.set_code_hash, email.dedupe_key
        case _:
            return
    set_hash(target_id, hash_code(_derive_code(app, email, target_id)))


def _derive_code(app: App, email: OutboxEmail, target_id: str) -> str:
    return app.db.email_codes.derive_email_code(email.person_id, target_id)


def _bundle_alerts(app: App, email: OutboxEmail) -> tuple[OutboxEmail, ...]:
    """Put all urgent news for a person into one email, and leave out old news.

    An email that a server may already have is repeated unchanged: a mailbox shows only one of two
    with one Message-ID, so news in the other one would never be read.
    """
    waiting = app.db.outbox.list_queued_emails(email.recipient_id, email.kind)
    alike = tuple(
        queued_email for queued_email in waiting if queued_email.tried_at == email.tried_at
    )
    return alike if email.tried_at else tuple(filter(partial(_is_news, app), alike))


def _is_news(app: App, email: OutboxEmail) -> bool:
    """Tell whether its reader got no other email about it, and has not answered."""
    try:
        case = app.db.cases.load_case(_load_alert(app, email).case.id)
    except InputError:
        # Two cases were merged because their accounts are one: report it all the same.
        return True
    return case.is_undecided and case.notified_at is None


def _load_alert(app: App, email: OutboxEmail) -> AlertView:
    return app.db.outbox.load_email_view(email.id, AlertView)


def _renew_alert(app: App, email: OutboxEmail) -> AlertView:
    """Return it as its case stands by now, until it was tried: a server may have it since then.

    The check that found it goes on, and may see more of it than it did at first.
    """
    alert = _load_alert(app, email)
    if email.tried_at:
        return alert
    try:
        case = app.db.cases.load_case(alert.case.id)
    except InputError:
        return alert  # its case was merged with another one
    return replace(alert, case=disclose_own(app, mark_notified(case, app.clock.now())))


def _merge_alerts(alerts: tuple[AlertView, ...], sent_at: datetime) -> AlertView:
    worst, *others = sorted((alert.case for alert in alerts), key=build_urgency_key)
    opens = any(alert.opens_at for alert in alerts)
    return replace(
        alerts[0],
        case=worst,
        more=tuple(others),
        # The time to answer runs from the day on which the email arrives, or later.
        opens_at=sent_at + ANSWER_WITHIN if opens else None,
    )


def _build_envelope(
    app: App, email: OutboxEmail, address: str, view: EmailView, sent_at: datetime
) -> Envelope:
    return Envelope(
        recipient=address,
        message_id=email.message_id,
        sent_at=sent_at,
        kind=email.kind,
        dedupe_key=email.dedupe_key,
        severity=find_worst_severity(view),
        unsubscribe_url=_build_stop_url(app, email),
        from_name=view.from_name if isinstance(view, InvitationView | ReminderView) else "",
    )


def _build_stop_url(app: App, email: OutboxEmail) -> str:
    if not EmailKind(email.kind).form.stoppable:
        return ""
    token = app.db.preferences.sign_unsubscribe_token(email.recipient_id)
    return f"{app.config.portal.address}/stop/{token}"


def _build_destination(address: str) -> EmailDestination:
    return EmailDestination(address=address) if address else EmailDestination(refusal=CONSENT_ENDED)


def list_case_ids(view: EmailView) -> tuple[str, ...]:
    """Return the cases that an email tells its own person of."""
    match view:
        case AlertView():
            return tuple(entry.id for entry in (view.case, *view.more))
        case PersonalEmailView():
            return tuple(line.id for line in view.cases)
    return ()


def find_worst_severity(view: EmailView) -> str:
    """Say how bad the worst is, for anyone who sorts mail by it."""
    match view:
        case AlertView():
            return Severity.HIGH
        case PersonalEmailView() | NudgeView():
            severities = (line.severity for line in view.cases)
            return min(severities, key=lambda severity: severity.rank, default="")
    return ""


# RFC 5321, 4.5.4.1: mail servers keep trying for as many days.
EMAIL_RETRY = Retry(
    first=timedelta(minutes=5), longest=timedelta(hours=12), give_up_after=timedelta(days=5)
)
# The code of a sign-in works for ten minutes only.
AWAITED_RETRY = Retry(first=timedelta(seconds=20), factor=3, longest=timedelta(minutes=1))
# After so many deferrals in a row, the server is left alone until the next run.
MAX_DEFERRALS_IN_A_ROW = 3
# The service sends every 20 seconds. After an outage, those of a whole staff are overdue at once.
MAX_INVITATIONS_PER_RUN = 10


def send_due(app: App) -> Counter[DeliveryStatus]:
    counts: Counter[DeliveryStatus] = Counter()
    in_vain = 0
    for email in _list_due_emails(app):
        if app.crawler.is_stopped() or in_vain == MAX_DEFERRALS_IN_A_ROW:
            break
        app.beat()
        status = _send_email(app, email.id)
        LOG.debug("email_tried", extra={"email": email.id, "delivery": status or "dropped"})
        if status:
            counts[status] += 1
            in_vain = in_vain + 1 if status is DeliveryStatus.DEFERRED else 0
    if counts:
        LOG.info(
            "mail_batch_sent",
            extra={
                "accepted": counts[DeliveryStatus.ACCEPTED],
                "deferred": counts[DeliveryStatus.DEFERRED],
                "refused": counts[DeliveryStatus.REFUSED],
                "held": counts[DeliveryStatus.HELD],
                "dropped": counts[DeliveryStatus.DROPPED],
            },
        )
    return counts


def _list_due_emails(app: App) -> Iterator[OutboxEmail]:
    """Yield what somebody waits for first, also where it is queued while others are sent.

    The emails of a whole staff take minutes, and a code works for ten.
    """
    awaited = {kind for kind in EmailKind if kind.form.awaited}
    seen: set[str] = set()
    for email in _limit_invitations(app.db.outbox.list_due_emails(app.clock.now())):
        urgent = app.db.outbox.list_due_emails_of_kinds(awaited, app.clock.now())
        for one in (*urgent, email):
            if one.id not in seen:
                seen.add(one.id)
                yield one


def _limit_invitations(emails: Iterable[OutboxEmail]) -> Iterator[OutboxEmail]:
    """Leave out invitations and reminders beyond the first few; the next run goes on with them."""
    left = MAX_INVITATIONS_PER_RUN
    for email in emails:
        if email.kind in INVITATION_KINDS:
            left -= 1
        if email.kind not in INVITATION_KINDS or left >= 0:
            yield email


def _send_email(app: App, email_id: str) -> DeliveryStatus | None:
    """Send an email, unless the fate of another one, or of its reader, makes it unnecessary."""
    if not app.db.outbox.has_email(email_id):
        return None
    email = app.db.outbox.load_email(email_id)
    if email.state is not EmailState.QUEUED or email.due_at > app.clock.now():
        return None
    try:
        return _recover_sent_email(app, email) or _try_delivery(app, email)
    except (BusyError, CannotWriteError):
        # Nothing is wrong with the email: it waits until there is room to note what became
        # of it.
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
        if not app.db.outbox.has_email(email_id):
            return None  # its reader was erased while it was on its way
        # Store only the class of the error: its message may quote the email.
        return _drop_email(app, email, f"the email could not be created ({type(error).__name__})")


def _recover_sent_email(app: App, email: OutboxEmail) -> DeliveryStatus | None:
    """Find in the sent log that an email was sent before the database was restored."""
    entry = app.db.sent_log.find_sent_entry(email.message_key)
    if entry is None:
        return None
    activate_code(app, email)
    view = app.db.outbox.load_email_view(email.id, get_view_type(EmailKind(email.kind)))
    _record_sent(app, (email,), list_case_ids(view), entry.body_hash)
    return DeliveryStatus.ACCEPTED


def _try_delivery(app: App, email: OutboxEmail) -> DeliveryStatus | None:
    reader = resolve_destination(app, email)
    if reader.refusal:
        # No one should get it anymore, so its content goes, too.
        with app.db.begin_transaction():
            app.db.outbox.mark_email_dead(email.id, reader.refusal)
            app.db.outbox.delete_email_view(email.id)
            _forget_asker(app, email)
        return DeliveryStatus.DROPPED
    if reader.hold_reason:
        # Let it wait for something other than the mail server.
        now = app.clock.now()
        if EMAIL_RETRY.is_over(now - email.attempting_since):
            return _drop_email(app, email, reader.hold_reason)
        with app.db.begin_transaction():
            until = reader.until or now + EMAIL_RETRY.longest
            app.db.outbox.schedule_retry(email.id, until, reader.hold_reason, email.tried_at)
        return DeliveryStatus.HELD
    draft = build_email(app, email, reader.address)
    with app.db.begin_transaction():
        if resolve_destination(app, email) != reader:
            return None  # the consent changed meanwhile: read it again in the next run
        # What is no alert brings none.
        for part, alert in zip(draft.bundle, draft.alerts, strict=False):
            app.db.outbox.update_email_view(part.id, alert)
        parts = (part.id for part in draft.bundle)
        app.db.outbox.record_attempts(parts, draft.envelope.sent_at, app.clock.now())
        activate_code(app, email)
    delivery = app.mailer.transport.send_email(draft.email, draft.envelope)
    status = _handle_delivery(app, draft, delivery)
    if email.kind in INVITATION_KINDS:
        _note_invitation_mail(app, email, delivery)
    return status


def _handle_delivery(app: App, draft: EmailDraft, delivery: Delivery) -> DeliveryStatus:
    """Note first that it was sent: whatever fails before that, it would be sent again."""
    email = draft.bundle[0]
    match delivery.status:
        case DeliveryStatus.ACCEPTED:
            body_hash = sha256(draft.email.text.encode()).hexdigest()
            messages = (part.message_key for part in draft.bundle)
            app.db.sent_log.append_sent_entries(messages, app.clock.now(), body_hash)
            _record_sent(app, draft.bundle, draft.case_ids, body_hash)
            return DeliveryStatus.ACCEPTED
        case DeliveryStatus.REFUSED:
            with app.db.begin_transaction():
                if delivery.bounce:
                    pause_address(app, email, delivery.bounce, draft.envelope.sent_at)
                _drop_email(app, email, delivery.note)
            return DeliveryStatus.REFUSED
    return _defer_email(app, draft, delivery)


def _note_invitation_mail(app: App, email: OutboxEmail, delivery: Delivery) -> None:
    """Note what an operator may know of it; a reminder, or a list of emails, has no such row."""
    mail, now = app.db.invitation_mails.find_mail(email.message_key), app.clock.now()
    if mail is None:
        return
    relay, is_taken = app.config.mail, delivery.status is DeliveryStatus.ACCEPTED
    app.db.invitation_mails.update_mail(
        replace(
            mail,
            tried_at=now,
            server=f"{relay.host}:{relay.port}" if relay.host else "",
            answer=delivery.receipt if is_taken else delivery.note,
            taken_at=now if is_taken else None,
            bounce=delivery.bounce,
        )
    )


def _record_sent(
    app: App, emails: tuple[OutboxEmail, ...], case_ids: tuple[str, ...], body_hash: str
) -> None:
    now = app.clock.now()
    with app.db.begin_transaction():
        for case in case_ids:
            # Start the time after which a case may open to IT.
            # Two cases are merged if their accounts turn out to be one.
            with suppress(InputError):
                app.db.cases.update_case(mark_notified(app.db.cases.load_case(case), now))
        for email in emails:
            app.db.outbox.mark_email_sent(email.id, now, body_hash)
            _forget_asker(app, email)


def _defer_email(app: App, draft: EmailDraft, delivery: Delivery) -> DeliveryStatus:
    """Postpone the whole bundle; an email that the server may have must be repeated unchanged."""
    now, email = app.clock.now(), draft.bundle[0]
    tried_for = now - email.attempting_since
    if EMAIL_RETRY.is_over(tried_for):
        return _drop_email(app, email, f"given up after {tried_for.days} days: {delivery.note}")
    retry = AWAITED_RETRY if EmailKind(email.kind).form.awaited else EMAIL_RETRY
    until = now + retry.compute_delay(email.attempts + 1)
    with app.db.begin_transaction():
        for part in draft.bundle:
            tried_at = draft.envelope.sent_at if delivery.in_doubt else part.tried_at
            app.db.outbox.schedule_retry(part.id, until, delivery.note, tried_at)
    return DeliveryStatus.DEFERRED


def _drop_email(app: App, email: OutboxEmail, reason: str) -> DeliveryStatus:
    with app.db.begin_transaction():
        app.db.outbox.mark_email_dead(email.id, reason)
        _forget_asker(app, email)
    return DeliveryStatus.DROPPED


def _forget_asker(app: App, email: OutboxEmail) -> None:
    """Keep nothing of who asked to tell an address."""
    if email.kind == EmailKind.TELL_LINK:
        app.db.outbox.delete_emails_of_kind(email.recipient_id, email.kind)
