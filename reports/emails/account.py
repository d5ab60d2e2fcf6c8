"""Emails about an account: invitation, sign-in link, alerts, consent, change of address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import quote

from reports.emails.render import Letter, composed, fitted
from reports.emails.sections import FlagLine, LetterView, cut
from reports.labels import ConsentChange, Ending, FlagKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView(LetterView):
    """A high flag, and what else came up at the same time.

    `opens_at` is when IT sees an impersonation if the person does not answer; None: never.
    """

    flag: FlagLine
    more: tuple[FlagLine, ...] = ()
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnView(LetterView):
    """Consent has ended. `erased_by` and `backups_by` say when the last copy is gone.

    Both are None while a legal hold keeps everything.
    """

    ending: Ending = Ending.WITHDRAWN
    at: datetime
    erased_by: datetime | None
    backups_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEndingView(LetterView):
    """Consent ends by itself. `how` says how to renew it; else all is erased by `erased_by`."""

    expires_at: datetime
    erased_by: datetime
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassView(LetterView):
    """Someone used emergency access. `seen` is what they saw, `reason` is in their words."""

    at: datetime
    seen: str
    by: tuple[str, ...]
    reason: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView(LetterView):
    """IT asks about a flag. `by` is who asks; `question` is in their words."""

    kind: FlagKind
    url: str
    ref: str
    by: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledView(LetterView):
    """Consent was given. `agreed` lists its parts; `not_me` says how to undo it right away."""

    at: datetime
    agreed: tuple[str, ...]
    expires_at: datetime
    not_me: str
    undo_url: str = ""


def render_alert(view: AlertView) -> Letter:
    flags = (view.flag, *view.more)
    year = view.flag.last_seen.year

    def facts(most: int) -> Mapping[str, object]:
        return {"view": view, "flags": cut(flags, most), "asks": True, "year": year}

    return fitted("alert", facts)


def render_withdrawn(view: WithdrawnView) -> Letter:
    return composed("withdrawn", {"view": view})


def render_consent_ending(view: ConsentEndingView) -> Letter:
    return composed("consent_ending", {"view": view})


def render_break_glass(view: BreakGlassView) -> Letter:
    return composed("break_glass", {"view": view})


def render_asked(view: AskedView) -> Letter:
    return composed("asked", {"view": view, "asks": True})


def render_enrolled(view: EnrolledView) -> Letter:
    return composed("enrolled", {"view": view})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChangedView(LetterView):
    """A consent was changed. `agreed` lists its parts from now on.

    `paused_until` is when checks resume, None without a pause. `not_me` says how to undo it
    right away.
    """

    change: ConsentChange
    at: datetime
    agreed: tuple[str, ...]
    expires_at: datetime
    not_me: str
    paused_until: datetime | None = None
    undo_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView(LetterView):
    """A legal hold. `by` says who placed or lifted it, `reason` why, in their words.

    `lifted_at` is None during the hold; `erased_by` is when all that it held is erased, None for a
    person who has not left.
    """

    placed_at: datetime
    by: tuple[str, ...]
    reason: str
    lifted_at: datetime | None = None
    erased_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDataView(LetterView):
    """A copy of all data about the person is attached when the email is sent."""


def render_consent_changed(view: ConsentChangedView) -> Letter:
    return composed("consent_changed", {"view": view})


def render_hold(view: HoldView) -> Letter:
    return composed("hold", {"view": view})


def render_own_data(view: OwnDataView) -> Letter:
    return composed("own_data", {"view": view})


Inviting = TypeVar("Inviting", "InvitationView", "ReminderView")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView(LetterView):
    """`how` says where to enter the code. The queued email has no code: it is added when sent.

    `review_url` is where a code opens the invitation; the code is added to it.
    """

    how: str
    expires_at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderView(LetterView):
    """The one reminder of an invitation, with the same fields."""

    how: str
    invited_at: datetime
    expires_at: datetime
    code: str = ""


def render(view: InvitationView) -> Letter:
    """Raise ValueError where the code was not put in."""
    return composed("invitation", {"view": _leading(view)})


def render_reminder(view: ReminderView) -> Letter:
    """Raise ValueError where the code was not put in."""
    return composed("reminder", {"view": _leading(view)})


def _leading(view: Inviting) -> Inviting:
    """Let the button open the invitation of this code."""
    if not view.code:
        message = "An invitation without its code cannot be sent."
        raise ValueError(message)
    if not view.review_url:
        return view
    return replace(view, review_url=f"{view.review_url}/{quote(view.code, safe='')}")


_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLinkView(LetterView):
    """The queued email has no token: it is added when the email is sent."""

    expires_at: datetime
    token: str = ""

    @property
    def address(self) -> str:
        return f"{self.review_url.rstrip('/')}/sign-in/{self.token}"


def render_sign_in_link(view: SignInLinkView) -> Letter:
    """Raise ValueError where the token was not put in."""
    if not _TOKEN.fullmatch(view.token) or not view.review_url:
        message = "A link to sign in needs its token and the address of the pages."
        raise ValueError(message)
    return composed("sign_in_link", {"view": view})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddressView(LetterView):
    """Goes to a mailbox that anyone may own, so it names no one.

    The queued email has no token: it is added when the email is sent.
    """

    expires_at: datetime
    token: str = ""

    @property
    def address(self) -> str:
        return f"{self.review_url.rstrip('/')}/me/data/address/{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChangedView(LetterView):
    """Goes to the old address, and does not name the new one.

    `not_me` says how to undo it right away.
    """

    at: datetime
    not_me: str
    undo_url: str = ""


def render_new(view: NewAddressView) -> Letter:
    """Raise ValueError where the token was not put in."""
    if not _TOKEN.fullmatch(view.token) or not view.review_url:
        message = "A link to confirm an address needs its token and the address of the pages."
        raise ValueError(message)
    return composed("new_address", {"view": view})


def render_changed(view: AddressChangedView) -> Letter:
    return composed("address_changed", {"view": view})
