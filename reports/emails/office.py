"""Emails to the district's office.

To operators: what needs their attention, and never a finding. To the people in IT who review: the
weekly digest of what was opened to them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.domain.dates import parse_week_year
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, Severity
from reports.emails.digest import Coverage, CoverageGap, EmailView, limit_lines
from reports.emails.render import MOST, Email, compose_email, compose_fitting_email, fill_template

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
class ReviewLine:
    """The closed list of what IT may see of a case: no title, no snippet, no other finding.

    `given` is what the reasons call its person. `ruling` is None until that person answers.
    """

    person: str
    school: str
    kind: CaseKind
    severity: Severity
    platform: str
    url: str
    state: CaseState
    opened_at: datetime
    state_since: datetime
    given: str
    reasons: tuple[Reason, ...] = ()
    ruling: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """How the service is doing, in counts of sources and emails. `unproven` are sources by name.

    `in_vain` counts emails that wait for another try, `given_up` those of this week, `refusing`
    the addresses that refuse email.
    """

    sources: int
    unproven: tuple[str, ...] = ()
    in_vain: int = 0
    given_up: int = 0
    refusing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictSummary:
    """Look-alikes of the district itself, in counts. `unchecked` counts sources of the week."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    open: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView(EmailView):
    """`closed` counts the cases that were closed during `week`.

    `lookalikes` is None where the district is not watched for look-alikes of its own.
    """

    week: str
    coverage: Coverage
    upkeep: ServiceHealth | None = None
    lines: tuple[ReviewLine, ...] = ()
    closed: int = 0
    lookalikes: DistrictSummary | None = None


def render_review(view: ReviewView) -> Email:
    ordered = sorted(view.lines, key=_key_by_severity_and_age)

    context = {
        "view": view,
        "kinds": _count_kinds(view.lines),
        "oldest": min((line.opened_at for line in view.lines), default=None),
        "gaps": limit_lines(sorted(view.coverage.gaps, key=lambda gap: gap.since), MOST),
        "year": parse_week_year(view.week),
        "quiet": False,
    }
    context["covered"] = fill_template("_base/covered.txt", context)
    context["lookalikes"] = (
        fill_template("review/lookalikes.txt", context).splitlines() if view.lookalikes else ()
    )
    context["upkeep"] = (
        fill_template("review/upkeep.txt", context).splitlines() if view.upkeep else ()
    )

    def build_context(most: int) -> Mapping[str, object]:
        return {**context, "lines": limit_lines(ordered, most)}

    return compose_fitting_email("review", build_context)


def _key_by_severity_and_age(line: ReviewLine) -> tuple[int, float]:
    return line.severity.rank, line.opened_at.timestamp()


def _count_kinds(lines: tuple[ReviewLine, ...]) -> tuple[tuple[CaseKind, int], ...]:
    counts = Counter(line.kind for line in lines)
    return tuple((kind, counts[kind]) for kind in CaseKind if counts[kind])
