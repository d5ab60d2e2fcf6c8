"""Every kind of email, so that a queued view can be read back and rendered."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from reports.emails import account as address
from reports.emails import account as invitation
from reports.emails import account as notice
from reports.emails import account as sign_in_link
from reports.emails import account as standing
from reports.emails import digest, identity, review
from reports.emails import digest as selfcheck
from reports.emails import operator as upkeep
from reports.emails.render import Letter
from reports.emails.sections import LetterView


class LetterKind(StrEnum):
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
    HOLD = "hold"
    OWN_DATA = "own-data"
    SIGN_IN_LINK = "sign-in-link"
    SOURCES_PARKED = "sources-parked"
    ADDRESS_PAUSED = "address-paused"
    DISK_FULL = "disk-full"
    TRIAL = "trial"
    ASKED = "asked"
    NEW_ADDRESS = "new-address"
    ADDRESS_CHANGED = "address-changed"
    NAME_DECIDED = "name-decided"
    ACCOUNT_DROPPED = "account-dropped"


@dataclass(frozen=True, slots=True)
class _Form:
    view: type[LetterView]
    render: Callable[[Any], Letter]


_FORMS: Final = {
    LetterKind.DIGEST: _Form(digest.DigestView, digest.render),
    LetterKind.REVIEW: _Form(review.ReviewView, review.render),
    LetterKind.SELF_CHECK: _Form(selfcheck.SelfCheckView, selfcheck.render_selfcheck),
    LetterKind.ALERT: _Form(notice.AlertView, notice.render_alert),
    LetterKind.WITHDRAWN: _Form(notice.WithdrawnView, notice.render_withdrawn),
    LetterKind.BREAK_GLASS: _Form(notice.BreakGlassView, notice.render_break_glass),
    LetterKind.ENROLLED: _Form(notice.EnrolledView, notice.render_enrolled),
    LetterKind.INVITATION: _Form(invitation.InvitationView, invitation.render),
    LetterKind.REMINDER: _Form(invitation.ReminderView, invitation.render_reminder),
    LetterKind.CONSENT_ENDING: _Form(notice.ConsentEndingView, notice.render_consent_ending),
    LetterKind.CONSENT_CHANGED: _Form(standing.ConsentChangedView, standing.render_consent_changed),
    LetterKind.SIGN_IN_LINK: _Form(sign_in_link.SignInLinkView, sign_in_link.render_sign_in_link),
    LetterKind.HOLD: _Form(standing.HoldView, standing.render_hold),
    LetterKind.OWN_DATA: _Form(standing.OwnDataView, standing.render_own_data),
    LetterKind.SOURCES_PARKED: _Form(upkeep.SourcesParkedView, upkeep.render_sources_parked),
    LetterKind.ASKED: _Form(notice.AskedView, notice.render_asked),
    LetterKind.ADDRESS_PAUSED: _Form(upkeep.AddressPausedView, upkeep.render_address_paused),
    LetterKind.TRIAL: _Form(upkeep.TrialView, upkeep.render_trial),
    LetterKind.NEW_ADDRESS: _Form(address.NewAddressView, address.render_new),
    LetterKind.ADDRESS_CHANGED: _Form(address.AddressChangedView, address.render_changed),
    LetterKind.NAME_DECIDED: _Form(identity.NameDecidedView, identity.render_name_decided),
    LetterKind.ACCOUNT_DROPPED: _Form(identity.AccountDroppedView, identity.render_account_dropped),
    LetterKind.DISK_FULL: _Form(upkeep.DiskFullView, upkeep.render_disk_full),
}
_KINDS: Final = {form.view: kind for kind, form in _FORMS.items()}


def kind_of(view: LetterView) -> LetterKind:
    return _KINDS[type(view)]


def view_type(kind: LetterKind) -> type[LetterView]:
    """Return the view that a queued email of this kind is read back as."""
    return _FORMS[kind].view


def printed(view: LetterView) -> Letter:
    return _FORMS[kind_of(view)].render(view)
