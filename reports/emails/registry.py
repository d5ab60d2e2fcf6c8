"""Every kind of email, so that a queued view can be read back and rendered."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from reports.emails import account, digest, review
from reports.emails import account as address
from reports.emails import account as invitation
from reports.emails import account as notice
from reports.emails import account as sign_in_link
from reports.emails import account as standing
from reports.emails import digest as selfcheck
from reports.emails import operator as upkeep
from reports.emails.digest import EmailView
from reports.emails.render import Email


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
    view: type[EmailView]
    render: Callable[[Any], Email]


_FORMS: Final = {
    EmailKind.DIGEST: _EmailForm(digest.DigestView, digest.render_digest),
    EmailKind.REVIEW: _EmailForm(review.ReviewDigestView, review.render_review_digest),
    EmailKind.SELF_CHECK: _EmailForm(selfcheck.SelfCheckView, selfcheck.render_self_check),
    EmailKind.ALERT: _EmailForm(notice.AlertView, notice.render_alert),
    EmailKind.WITHDRAWN: _EmailForm(notice.ConsentEndedView, notice.render_consent_ended),
    EmailKind.BREAK_GLASS: _EmailForm(notice.BreakGlassView, notice.render_break_glass),
    EmailKind.ENROLLED: _EmailForm(
        notice.EnrollmentConfirmationView, notice.render_enrollment_confirmation
    ),
    EmailKind.INVITATION: _EmailForm(invitation.InvitationView, invitation.render_invitation),
    EmailKind.REMINDER: _EmailForm(
        invitation.InvitationReminderView, invitation.render_invitation_reminder
    ),
    EmailKind.CONSENT_ENDING: _EmailForm(notice.ConsentExpiryView, notice.render_consent_expiry),
    EmailKind.CONSENT_CHANGED: _EmailForm(
        standing.ConsentChangedView, standing.render_consent_changed
    ),
    EmailKind.SIGN_IN_LINK: _EmailForm(
        sign_in_link.SignInLinkView, sign_in_link.render_sign_in_link
    ),
    EmailKind.LEGAL_HOLD: _EmailForm(standing.LegalHoldView, standing.render_legal_hold),
    EmailKind.OWN_DATA: _EmailForm(standing.OwnDataView, standing.render_own_data),
    EmailKind.SOURCES_PARKED: _EmailForm(upkeep.SourcesParkedView, upkeep.render_sources_parked),
    EmailKind.REVIEWER_QUESTION: _EmailForm(
        notice.ReviewerQuestionView, notice.render_reviewer_question
    ),
    EmailKind.ADDRESS_SUPPRESSED: _EmailForm(
        upkeep.AddressSuppressedView, upkeep.render_address_suppressed
    ),
    EmailKind.TRIAL: _EmailForm(upkeep.TrialView, upkeep.render_trial),
    EmailKind.NEW_ADDRESS: _EmailForm(address.NewAddressView, address.render_new_address),
    EmailKind.ADDRESS_CHANGED: _EmailForm(
        address.AddressChangedView, address.render_address_changed
    ),
    EmailKind.NAME_DECIDED: _EmailForm(account.NameDecisionView, account.render_name_decision),
    EmailKind.ACCOUNT_REMOVED: _EmailForm(
        account.AccountDroppedView, account.render_account_dropped
    ),
    EmailKind.DISK_FULL: _EmailForm(upkeep.DiskFullView, upkeep.render_disk_full),
    EmailKind.STAFF_FILE: _EmailForm(upkeep.StaffFileView, upkeep.render_staff_file),
}
_KINDS: Final = {form.view: kind for kind, form in _FORMS.items()}


def get_email_kind(view: EmailView) -> EmailKind:
    return _KINDS[type(view)]


def get_view_type(kind: EmailKind) -> type[EmailView]:
    """Return the view that a queued email of this kind is read back as."""
    return _FORMS[kind].view


def render_email(view: EmailView) -> Email:
    return _FORMS[get_email_kind(view)].render(view)
