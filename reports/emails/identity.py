"""Emails about identity: a name that IT decided on, an account that is not monitored."""

from dataclasses import dataclass
from datetime import datetime

from reports.emails.render import Letter, composed
from reports.emails.sections import LetterView


@dataclass(frozen=True, slots=True, kw_only=True)
class NameDecidedView(LetterView):
    """`new_name` is the name that its reader gave and IT confirmed or refused."""

    at: datetime
    new_name: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDroppedView(LetterView):
    """`account` shows someone else's name. `code` proves control, where there are pages."""

    at: datetime
    account: str
    code: str


def render_name_decided(view: NameDecidedView) -> Letter:
    return composed("name_decided", {"view": view})


def render_account_dropped(view: AccountDroppedView) -> Letter:
    return composed("account_dropped", {"view": view})
