"""Emails about an account and its identity: invitation, sign-in link, alerts, consent, changes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import quote

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import ConsentAction, Decision, EmailState, Language, Severity
from reports.case_view import CaseView
from reports.emails.render import Email, compose_email, compose_fitting_email
from reports.emails.views import EmailView, limit_lines
from reports.labels.account import INVITATION_BUTTON, OTHER_LANGUAGE_OFFER
from reports.translation import get_language, translate_label, use_language


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView(EmailView):
    """A high case, and what else came up at the same time.

    `opens_at` is when IT sees an impersonation if the person does not answer; None: never.
    """

    case: CaseView
    more: tuple[CaseView, ...] = ()
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeView(EmailView):
    """What was told at once and still waits for its person, most urgent first."""

    cases: tuple[CaseView, ...]

    @property
    def next_at(self) -> datetime | None:
        return min((case.nudges_at for case in self.cases if case.nudges_at), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnView(EmailView):
    """Consent has ended. `erased_by` and `backups_by` say when the last copy is gone.

    Both are None while a legal hold keeps everything.
    """

    ending: ConsentAction = ConsentAction.WITHDRAWN
    at: datetime
    erased_by: datetime | None
    backups_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEndingView(EmailView):
    """Consent ends by itself. `how` says how to renew it; else all is erased by `erased_by`.

    It is None where a legal hold keeps it all. `has_ended` where the reminder comes late: the
    service had not run for a while.
    """

    expires_at: datetime
    erased_by: datetime | None
    how: Reason
    has_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassView(EmailView):
    """Someone used early access. `seen` is what they saw, `reason` is in their words.

    `by` is empty for the operator.
    """

    at: datetime
    seen: Reason
    by: tuple[str, ...]
    reason: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerQuestionView(EmailView):
    """What a reviewer asks about a case, or why IT leaves its report, in words of their own.

    Or what IT just said of it or did about it, with their note, if any; `did` is None else.
    """

    case: CaseView
    by: str
    question: str
    did: Decision | None = None

    @property
    def is_deed(self) -> bool:
        return self.did is not None and self.did is self.case.lever

    @property
    def leaves_report(self) -> bool:
        return self.case.it_left_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledView(EmailView):
    """Consent was given. `agreed` lists its parts; `not_me` says how to undo it right away."""

    at: datetime
    agreed: tuple[Reason, ...]
    expires_at: datetime
    not_me: Reason
    undo_url: str


def render_alert(view: AlertView) -> Email:
    cases = (view.case, *view.more)
    year = view.case.last_seen.year

    def build_context(most: int) -> Mapping[str, object]:
        return {"view": view, "cases": limit_lines(cases, most), "year": year, "tone": "bad"}

    return compose_fitting_email("alert", build_context)


def render_nudge(view: NudgeView) -> Email:
    """Ask again what has no answer, as the first email did, and name the rest in a line."""

    def build_context(most: int) -> Mapping[str, object]:
        asked = limit_lines((case for case in view.cases if case.is_undecided), most)
        waiting = limit_lines((case for case in view.cases if not case.is_undecided), most)
        urgent = any(case.severity is Severity.HIGH for case in view.cases)
        tone, year = "bad" if urgent else "wait", view.cases[0].opened_at.year
        return {"view": view, "asked": asked, "waiting": waiting, "tone": tone, "year": year}

    return compose_fitting_email("nudge", build_context)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChangedView(EmailView):
    """A consent was changed. `agreed` lists its parts from now on.

    `paused_until` is when checks resume, None without a pause. `not_me` says how to undo it
    right away.
    """

    change: ConsentAction
    at: datetime
    agreed: tuple[Reason, ...]
    expires_at: datetime
    not_me: Reason
    paused_until: datetime | None = None
    undo_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldView(EmailView):
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
class OwnDataView(EmailView):
    """A copy of all data about the person is attached when the email is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedAgainView(EmailView):
    """Who has answered hears of it, and IT does not, where it has their invitation sent again."""

    @property
    def history_url(self) -> str:
        return f"{self.review_url.rstrip('/')}/sign-in/emails"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEmailLine:
    """One email to the reader; `kind` is that of the registry. `sent_at` is None if never."""

    queued_at: datetime
    kind: str
    state: EmailState
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailHistoryView(EmailView):
    """The latest emails to the reader, and what keeps others from coming.

    `refused_since` is when their address refused one, `stopped_at` when they stopped the regular
    email, `paused_until` the end of their pause: each None where that is not so. `days` is how far
    back it looks, `more` counts emails of that time that are not listed.
    """

    days: int
    emails: tuple[SentEmailLine, ...]
    more: int = 0
    refused_since: datetime | None = None
    stopped_at: datetime | None = None
    paused_until: datetime | None = None


Inviting = TypeVar("Inviting", "InvitationView", "ReminderView")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView(EmailView):
    """`how` says where to enter the code. The queued email has no code: it is added when sent.

    `review_url` is where a code opens the invitation; the code is added to it. `subject`,
    `first_lines` and `from_name` are the district's own words, empty where it has none.
    """

    how: Reason
    expires_at: datetime
    code: str = ""
    subject: str = ""
    first_lines: tuple[str, ...] = ()
    from_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderView(EmailView):
    """The one reminder of an invitation, with the same fields."""

    how: Reason
    invited_at: datetime
    expires_at: datetime
    code: str = ""
    from_name: str = ""


def render_invitation(view: InvitationView) -> Email:
    """Raise ValueError where the code was not put in."""
    return _compose_invitation("invitation", view)


def _compose_invitation(kind: str, view: Inviting) -> Email:
    """Who cannot read its language finds a line of their own, and the button in both."""
    others: tuple[Language, ...] = tuple(
        language for language in Language if language is not get_language()
    )
    lines = tuple(_say_in(others, OTHER_LANGUAGE_OFFER))
    buttons = (words for _, words in _say_in((get_language(), *others), INVITATION_BUTTON))
    facts = {"view": _add_code_to_link(view), "others": lines, "button": " / ".join(buttons)}
    return compose_email(kind, facts)


def _say_in(languages: Iterable[Language], words: str) -> Iterator[tuple[str, str]]:
    for language in languages:
        with use_language(language):
            yield language.value, translate_label(words)


def render_reminder(view: ReminderView) -> Email:
    """Raise ValueError where the code was not put in."""
    return _compose_invitation("reminder", view)


def _add_code_to_link(view: Inviting) -> Inviting:
    """Let the button open the invitation of this code."""
    if not view.code:
        message = "An invitation without its code cannot be sent."
        raise ValueError(message)
    return replace(view, review_url=f"{view.review_url}/{quote(view.code, safe='')}")


_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_DIGITS: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLinkView(EmailView):
    """The queued email has no token and no digits: they are added when the email is sent.

    `language` is that of the page that asked for it, for a reader who chose none.
    """

    expires_at: datetime
    code_expires_at: datetime
    language: Language | None = None
    token: str = ""
    digits: str = ""

    @property
    def link_url(self) -> str:
        return f"{self.review_url.rstrip('/')}/sign-in/{self.token}"

    @property
    def spaced_digits(self) -> str:
        """Return the code in two groups, which are easier to keep in mind than six digits."""
        return f"{self.digits[:3]} {self.digits[3:]}"


def render_sign_in_link(view: SignInLinkView) -> Email:
    """Raise ValueError where the token or the digits were not put in."""
    if not (_TOKEN.fullmatch(view.token) and _DIGITS.fullmatch(view.digits) and view.review_url):
        message = "A link to sign in needs its token, its code and the address of the pages."
        raise ValueError(message)
    return compose_email("sign_in_link", {"view": view})


@dataclass(frozen=True, slots=True, kw_only=True)
class TellLinkView(EmailView):
    """Goes to `address`, which asked for it; the row of the email is deleted with its sending."""

    address: str
    expires_at: datetime
    token: str

    @property
    def link_url(self) -> str:
        return f"{self.review_url.rstrip('/')}/tell/{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddressView(EmailView):
    """Goes to a mailbox that anyone may own, so it names no one.

    The queued email has no token: it is added when the email is sent.
    """

    expires_at: datetime
    token: str = ""

    @property
    def link_url(self) -> str:
        return f"{self.review_url.rstrip('/')}/me/data/address/{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChangedView(EmailView):
    """Goes to the old address, and does not name the new one.

    `not_me` says how to undo it right away.
    """

    at: datetime
    not_me: Reason
    undo_url: str


def render_new_address(view: NewAddressView) -> Email:
    """Raise ValueError where the token was not put in."""
    if not _TOKEN.fullmatch(view.token) or not view.review_url:
        message = "A link to confirm an address needs its token and the address of the pages."
        raise ValueError(message)
    return compose_email("new_address", {"view": view})


@dataclass(frozen=True, slots=True, kw_only=True)
class NameDecidedView(EmailView):
    """`new_name` is the name that its reader gave and IT confirmed or refused."""

    at: datetime
    new_name: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRemovedView(EmailView):
    """`account` shows someone else's name. `code` proves control, where there are pages."""

    at: datetime
    account: str
    code: str
