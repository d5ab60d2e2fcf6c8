"""Emails to the operators: what needs their attention, and never a finding."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reports.emails.digest import CoverageGap, EmailView, limit_lines
from reports.emails.render import MOST, Email, compose_email

_MEANINGS: Final = {
    "5.1.": "which means that there is no such address",
    "5.2.": "which means that the mailbox accepts no email",
    "5.3.": "which means that the server cannot accept this email",
    "5.4.": "which means that the email cannot be routed there",
    "5.6.": "which means that the email cannot be read there",
    "5.7.": "which means that the server rejects our email: check SPF, DKIM, and DMARC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesParkedView(EmailView):
    """Sources that started to fail; each is tried less and less often."""

    gaps: tuple[CoverageGap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSuppressedView(EmailView):
    """Has no name: `id` is the person, `status` is what their mail server answered."""

    id: str
    status: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFullView(EmailView):
    """The disk of the state folder is full; nothing is lost, and no check runs."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFileView(EmailView):
    """A staff file in the watched folder. `problem` says why nothing was imported, else empty.

    The others count: lines that could not be used, and people whom it no longer lists. With
    `by_directory`, the staff directory wrote instead, and `newcomers` wait for an invitation.
    """

    problem: str = ""
    unusable: int = 0
    leavers: int = 0
    newcomers: int = 0
    by_directory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialView(EmailView):
    """A test email, which only shows that it arrived."""


def render_sources_parked(view: SourcesParkedView) -> Email:
    gaps = limit_lines(sorted(view.gaps, key=lambda gap: gap.since), MOST)
    needing = sum(gap.count for gap in view.gaps)
    facts = {"view": view, "gaps": gaps, "needing": needing, "year": 0}
    return compose_email("sources_parked", facts)


def render_address_suppressed(view: AddressSuppressedView) -> Email:
    return compose_email(
        "address_paused", {"view": view, "means": _explain_smtp_status(view.status)}
    )


def _explain_smtp_status(status: str) -> str:
    """Say what a class of answers means (RFC 3463), for people who do not know them by heart."""
    return _MEANINGS.get(status[:4], "which is permanent")
