"""Every kind of email, declared once: its name, its view, and by which rules it is sent.

Its words are in `reports/labels/account.py` (`EMAIL_KINDS`); no other file lists kinds of emails.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final, Self

from reports.emails import account, digest, office
from reports.emails.render import Email, compose_email
from reports.emails.views import EmailView


class EmailRecipient(StrEnum):
    """Who gets an email decides at which address."""

    # A person who joined, at their address of the day on which it is sent.
    STAFF = "staff"
    # Someone who did not join yet, while the invitation is open.
    INVITED = "invited"
    # A person at an address that is not theirs yet, or no longer is.
    OTHER_ADDRESS = "other-address"
    # A person who joined and gets no email, as they or IT say: also at an address that refused one.
    UNREACHED = "unreached"
    # Whoever holds an office that day.
    OFFICE = "office"
    # Whoever the staff file lists, joined or not, at the address that they typed.
    LISTED = "listed"


class EmailCode(StrEnum):
    """What the code in an email's link opens; it does nothing before the email is sent."""

    INVITATION = "invitation"
    ADDRESS_CHANGE = "address-change"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class EmailForm:
    """Without `render`, the templates of its name are filled in with the view as it is.

    A person gets no email without a consent in force, unless `needs_consent` is false, as for a
    goodbye; whoever is invited, and an office, has none to give. What is `pausable` rests while
    they have paused; all else is a notice, and goes. What is `stoppable` ends when they
    unsubscribe. What is `weekly` is not sent again after a restore: it would be old news.
    For what is `awaited`, someone sits in front of a page, so it is soon tried again.
    """

    view: type[EmailView]
    render: Callable[[Any], Email] | None = None
    _: KW_ONLY
    recipient: EmailRecipient = EmailRecipient.STAFF
    needs_consent: bool = True
    pausable: bool = False
    stoppable: bool = False
    weekly: bool = False
    awaited: bool = False
    code: EmailCode | None = None


_OFFICE = partial(EmailForm, recipient=EmailRecipient.OFFICE)
_INVITED = partial(EmailForm, recipient=EmailRecipient.INVITED, code=EmailCode.INVITATION)
_OTHER_ADDRESS = partial(EmailForm, recipient=EmailRecipient.OTHER_ADDRESS)
_UNREACHED = partial(EmailForm, recipient=EmailRecipient.UNREACHED, needs_consent=False)


class EmailKind(StrEnum):
    form: EmailForm

    # A lookup by name gives none, and never comes here.
    def __new__(cls, name: str, *forms: EmailForm) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        (member.form,) = forms
        return member

    @property
    def folder(self) -> str:
        """Where its templates are."""
        return self.replace("-", "_")

    DIGEST = (
        "digest",
        EmailForm(
            digest.DigestView, digest.render_digest, pausable=True, stoppable=True, weekly=True
        ),
    )
    REVIEW = "review", _OFFICE(office.ReviewView, office.render_review, weekly=True)
    SELF_CHECK = (
        "self-check",
        EmailForm(digest.SelfCheckView, digest.render_self_check, pausable=True),
    )
    ALERT = "alert", EmailForm(account.AlertView, account.render_alert)
    NUDGE = (
        "nudge",
        EmailForm(account.NudgeView, account.render_nudge, pausable=True, stoppable=True),
    )
    WITHDRAWN = "withdrawn", EmailForm(account.WithdrawnView, needs_consent=False)
    BREAK_GLASS = "break-glass", EmailForm(account.BreakGlassView)
    ENROLLED = "enrolled", EmailForm(account.EnrolledView)
    INVITATION = "invitation", _INVITED(account.InvitationView, account.render_invitation)
    REMINDER = "reminder", _INVITED(account.ReminderView, account.render_reminder)
    INVITED_AGAIN = "invited-again", _UNREACHED(account.InvitedAgainView)
    EMAIL_HISTORY = "email-history", _UNREACHED(account.EmailHistoryView, awaited=True)
    CONSENT_ENDING = "consent-ending", EmailForm(account.ConsentEndingView, needs_consent=False)
    CONSENT_CHANGED = "consent-changed", EmailForm(account.ConsentChangedView)
    LEGAL_HOLD = "legal-hold", EmailForm(account.LegalHoldView, needs_consent=False)
    OWN_DATA = "own-data", EmailForm(account.OwnDataView, needs_consent=False)
    SIGN_IN_LINK = (
        "sign-in-link",
        EmailForm(
            account.SignInLinkView,
            account.render_sign_in_link,
            needs_consent=False,
            awaited=True,
            code=EmailCode.SIGN_IN,
        ),
    )
    TELL_LINK = (
        "tell-link",
        EmailForm(
            account.TellLinkView,
            recipient=EmailRecipient.LISTED,
            needs_consent=False,
            awaited=True,
        ),
    )
    SOURCES_PARKED = (
        "sources-parked",
        _OFFICE(office.SourcesParkedView, office.render_sources_parked),
    )
    ADDRESS_SUPPRESSED = (
        "address-suppressed",
        _OFFICE(office.AddressSuppressedView, office.render_address_suppressed),
    )
    DISK_FULL = "disk-full", _OFFICE(office.DiskFullView)
    STAFF_FILE = "staff-file", _OFFICE(office.StaffFileView)
    TRIAL = "trial", _OFFICE(office.TrialView)
    REVIEWER_QUESTION = "reviewer-question", EmailForm(account.ReviewerQuestionView)
    NEW_ADDRESS = (
        "new-address",
        _OTHER_ADDRESS(
            account.NewAddressView, account.render_new_address, code=EmailCode.ADDRESS_CHANGE
        ),
    )
    ADDRESS_CHANGED = (
        "address-changed",
        _OTHER_ADDRESS(account.AddressChangedView, needs_consent=False),
    )
    NAME_DECIDED = "name-decided", EmailForm(account.NameDecidedView)
    ACCOUNT_REMOVED = "account-removed", EmailForm(account.AccountRemovedView)


# Who has joined gets their own email in the place of an invitation: told, counted and sent as one,
# so that no list tells the difference.
INVITATION_KINDS: Final = frozenset(
    {EmailKind.INVITATION, EmailKind.REMINDER, EmailKind.INVITED_AGAIN}
)

_KINDS: Final = {kind.form.view: kind for kind in EmailKind}


def get_email_kind(view: EmailView) -> EmailKind:
    return _KINDS[type(view)]


def get_view_type(kind: EmailKind) -> type[EmailView]:
    """Return the view that a queued email of this kind is read back as."""
    return kind.form.view


def list_email_kinds(*recipients: EmailRecipient) -> frozenset[EmailKind]:
    return frozenset(kind for kind in EmailKind if kind.form.recipient in recipients)


def render_email(view: EmailView) -> Email:
    kind = get_email_kind(view)
    if kind.form.render:
        return kind.form.render(view)
    return compose_email(kind.folder, {"view": view})
