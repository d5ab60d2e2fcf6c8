"""Every kind of email, so that a queued view can be read back and rendered."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from reports.emails import account, digest, office
from reports.emails.digest import EmailView
from reports.emails.render import Email, compose_email


class EmailKind(StrEnum):
    DIGEST = "digest"
    REVIEW = "review"
    SELF_CHECK = "self-check"
    ALERT = "alert"
    WITHDRAWN = "withdrawn"
    BREAK_GLASS = "break-glass"
    ENROLLED = "enrolled"
    INVITATION = "invitation"
    REMINDER = "reminder"
    CONSENT_ENDING = "consent-ending"
    CONSENT_CHANGED = "consent-changed"
    LEGAL_HOLD = "legal-hold"
    OWN_DATA = "own-data"
    SIGN_IN_LINK = "sign-in-link"
    SOURCES_PARKED = "sources-parked"
    ADDRESS_SUPPRESSED = "address-suppressed"
    DISK_FULL = "disk-full"
    STAFF_FILE = "staff-file"
    TRIAL = "trial"
    REVIEWER_QUESTION = "reviewer-question"
    NEW_ADDRESS = "new-address"
    ADDRESS_CHANGED = "address-changed"
    NAME_DECIDED = "name-decided"
    ACCOUNT_REMOVED = "account-removed"


@dataclass(frozen=True, slots=True)
class _EmailForm:
    """`content` is a folder of templates for the view as it is, or what renders the view."""

    view: type[EmailView]
    content: str | Callable[[Any], Email]


_FORMS: Final = {
    EmailKind.DIGEST: _EmailForm(digest.DigestView, digest.render_digest),
    EmailKind.REVIEW: _EmailForm(office.ReviewDigestView, office.render_review_digest),
    EmailKind.SELF_CHECK: _EmailForm(digest.SelfCheckView, digest.render_self_check),
    EmailKind.ALERT: _EmailForm(account.AlertView, account.render_alert),
    EmailKind.WITHDRAWN: _EmailForm(account.ConsentEndedView, "withdrawn"),
    EmailKind.BREAK_GLASS: _EmailForm(account.BreakGlassView, "break_glass"),
    EmailKind.ENROLLED: _EmailForm(account.EnrollmentConfirmationView, "enrolled"),
    EmailKind.INVITATION: _EmailForm(account.InvitationView, account.render_invitation),
    EmailKind.REMINDER: _EmailForm(
        account.InvitationReminderView, account.render_invitation_reminder
    ),
    EmailKind.CONSENT_ENDING: _EmailForm(account.ConsentExpiryView, "consent_ending"),
    EmailKind.CONSENT_CHANGED: _EmailForm(account.ConsentChangedView, "consent_changed"),
    EmailKind.SIGN_IN_LINK: _EmailForm(account.SignInLinkView, account.render_sign_in_link),
    EmailKind.LEGAL_HOLD: _EmailForm(account.LegalHoldView, "hold"),
    EmailKind.OWN_DATA: _EmailForm(account.OwnDataView, "own_data"),
    EmailKind.SOURCES_PARKED: _EmailForm(office.SourcesParkedView, office.render_sources_parked),
    EmailKind.REVIEWER_QUESTION: _EmailForm(account.ReviewerQuestionView, "asked"),
    EmailKind.ADDRESS_SUPPRESSED: _EmailForm(
        office.AddressSuppressedView, office.render_address_suppressed
    ),
    EmailKind.TRIAL: _EmailForm(office.TrialView, "trial"),
    EmailKind.NEW_ADDRESS: _EmailForm(account.NewAddressView, account.render_new_address),
    EmailKind.ADDRESS_CHANGED: _EmailForm(account.AddressChangedView, "address_changed"),
    EmailKind.NAME_DECIDED: _EmailForm(account.NameDecisionView, "name_decided"),
    EmailKind.ACCOUNT_REMOVED: _EmailForm(account.AccountDroppedView, "account_dropped"),
    EmailKind.DISK_FULL: _EmailForm(office.DiskFullView, "disk_full"),
    EmailKind.STAFF_FILE: _EmailForm(office.StaffFileView, "staff_file"),
}
_KINDS: Final = {form.view: kind for kind, form in _FORMS.items()}


def get_email_kind(view: EmailView) -> EmailKind:
    return _KINDS[type(view)]


def get_view_type(kind: EmailKind) -> type[EmailView]:
    """Return the view that a queued email of this kind is read back as."""
    return _FORMS[kind].view


def render_email(view: EmailView) -> Email:
    content = _FORMS[get_email_kind(view)].content
    return compose_email(content, {"view": view}) if isinstance(content, str) else content(view)
