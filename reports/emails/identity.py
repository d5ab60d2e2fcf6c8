"""Emails about identity: a name that IT decided on, an account that is not monitored."""

from dataclasses import dataclass
from datetime import datetime

from reports.emails.render import Email, compose_email
from reports.emails.sections import EmailView


@dataclass(frozen=True, slots=True, kw_only=True)
class NameDecisionView(EmailView):
    """`new_name` is the name that its reader gave and IT confirmed or refused."""

    at: datetime
    new_name: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDroppedView(EmailView):
    """`account` shows someone else's name. `code` proves control, where there are pages."""

    at: datetime
    account: str
    code: str


def render_name_decision(view: NameDecisionView) -> Email:
    return compose_email("name_decided", {"view": view})


def render_account_dropped(view: AccountDroppedView) -> Email:
    return compose_email("account_dropped", {"view": view})
