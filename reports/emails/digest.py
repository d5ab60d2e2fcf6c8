"""The weekly digest, to the person it is about.

The result of a check that a person asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.dates import parse_week_year
from reports.emails.render import Email, compose_fitting_email, fill_template
from reports.emails.sections import PersonalEmailView, arrange_sections
from reports.labels import DigestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView(PersonalEmailView):
    """`week` is an ISO week such as `2026-W48`."""

    week: str
    kind: DigestKind = DigestKind.WEEKLY

    @property
    def is_quiet(self) -> bool:
        """Tell whether it has no news: then it is three lines."""
        news = self.flags or self.changes or self.questions or self.decided or self.breaches
        return self.kind is DigestKind.WEEKLY and not news


def render_digest(view: DigestView) -> Email:
    context = {"view": view, "year": parse_week_year(view.week), "quiet": view.is_quiet}
    context["covered"] = fill_template("_base/covered.txt", context)

    def build_context(most: int) -> Mapping[str, object]:
        return {**context, "page": arrange_sections(view, most)}

    return compose_fitting_email("digest", build_context)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckView(PersonalEmailView):
    """What differs from the last check; `since` is None where this is the first one."""

    at: datetime
    since: datetime | None = None


def render_self_check(view: SelfCheckView) -> Email:
    context = {"view": view, "year": view.at.year, "quiet": False}
    context["covered"] = fill_template("_base/covered.txt", context)

    def build_context(most: int) -> Mapping[str, object]:
        return {**context, "page": arrange_sections(view, most)}

    return compose_fitting_email("selfcheck", build_context)
