"""Emails to the district's office.

To operators: what needs their attention, and never a finding. To the people in IT who review: the
weekly digest of what was opened to them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.domain.english_dates import parse_week_year
from monitor.domain.vocabulary import Severity
from reports.coverage import Coverage, CoverageGap
from reports.emails.render import MOST, Email, compose_email, fill_template
from reports.emails.views import EmailView, limit_lines

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
        "address_suppressed",
        {"view": view, "means": _MEANINGS.get(view.status[:4], "which is permanent")},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """How the service is doing, in counts of sources and emails. `unproven` are sources by name.

    `in_vain` counts emails that wait for another try, `given_up` those of this week, `refusing`
    the addresses that refuse email. With one reviewer, some cases may have nobody who looks.
    """

    sources: int
    unproven: tuple[str, ...] = ()
    in_vain: int = 0
    given_up: int = 0
    refusing: int = 0
    has_one_reviewer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictSummary:
    """Look-alikes of the district itself, in counts. `unchecked` counts sources of the week."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    open: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MostUrgentCase:
    """The case to open first, by its reference alone; IT is to act by `due`, past if `is_late`."""

    id: str
    severity: Severity
    due: datetime | None
    is_late: bool = False
    taken_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView(EmailView):
    """Counts and a link: no name, no reason, and nothing that is about the reader.

    `waiting` cases need IT, `going` need others, `done` ended within a week; of those, its reader
    takes a report back in `mistaken` ones. `first` is the one
    that the button opens, None where none waits; its link names the reader by `reviewer_id`, who
    need not type an address to sign in. `lookalikes` is None where the district is not watched for
    look-alikes of its own.
    """

    week: str
    coverage: Coverage
    reviewer_id: str = ""
    waiting: int = 0
    going: int = 0
    done: int = 0
    mistaken: int = 0
    first: MostUrgentCase | None = None
    upkeep: ServiceHealth | None = None
    lookalikes: DistrictSummary | None = None

    @property
    def first_url(self) -> str:
        """The page of the first case, which opens it by a press and never by itself."""
        case_id = self.first.id if self.first else ""
        return f"{self.review_url}/review/cases/{case_id}?to={self.reviewer_id}"


def render_review(view: ReviewView) -> Email:
    context: dict[str, object] = {
        "view": view,
        "gaps": limit_lines(sorted(view.coverage.gaps, key=lambda gap: gap.since), MOST),
        "year": parse_week_year(view.week),
        "quiet": False,
        "tone": "wait" if view.waiting else "good",
    }
    context["covered"] = fill_template("_base/covered.txt", context)
    context["lookalikes"] = (
        fill_template("review/lookalikes.txt", context).splitlines() if view.lookalikes else ()
    )
    context["upkeep"] = (
        fill_template("review/upkeep.txt", context).splitlines() if view.upkeep else ()
    )
    return compose_email("review", context)
