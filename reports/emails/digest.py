"""The weekly digest, to the person it is about.

The result of a check that a person asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.emails.render import Letter, filled, fitted
from reports.emails.sections import PersonalView, arranged
from reports.labels import DigestKind
from reports.templating import year_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView(PersonalView):
    """`week` is an ISO week such as `2026-W48`."""

    week: str
    kind: DigestKind = DigestKind.WEEKLY


def render(view: DigestView) -> Letter:
    told = {"view": view, "year": year_of(view.week)}
    told["covered"] = filled("_base/covered.txt", told)

    def facts(most: int) -> Mapping[str, object]:
        return {**told, "page": arranged(view, most)}

    return fitted("digest", facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckView(PersonalView):
    """What differs from the last check; `since` is None where this is the first one."""

    at: datetime
    since: datetime | None = None


def render_selfcheck(view: SelfCheckView) -> Letter:
    told = {"view": view, "year": view.at.year}
    told["covered"] = filled("_base/covered.txt", told)

    def facts(most: int) -> Mapping[str, object]:
        return {**told, "page": arranged(view, most)}

    return fitted("selfcheck", facts)
