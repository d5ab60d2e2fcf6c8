"""The weekly digest to the people in IT who review what was opened to them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.emails.render import Letter, filled, fitted
from reports.emails.sections import MOST, Coverage, LetterView, cut
from reports.labels import FlagKind, Severity
from reports.templating import year_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """The closed list of what IT may see of a flag: no title, no snippet, no other finding.

    `state` and `ruling` are words of the rules; `ruling` is empty until the person answers.
    """

    person: str
    school: str
    kind: FlagKind
    severity: Severity
    platform: str
    url: str
    state: str
    opened_at: datetime
    state_since: datetime
    reasons: tuple[str, ...] = ()
    ruling: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
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
class ReviewView(LetterView):
    """`closed` counts the flags that were closed during `week`."""

    week: str
    coverage: Coverage
    upkeep: Upkeep | None = None
    lines: tuple[ReviewLine, ...] = ()
    closed: int = 0


def render(view: ReviewView) -> Letter:
    ordered = sorted(view.lines, key=_by_severity_then_age)

    told = {
        "view": view,
        "kinds": _kinds(view.lines),
        "oldest": min((line.opened_at for line in view.lines), default=None),
        "gaps": cut(sorted(view.coverage.gaps, key=lambda gap: gap.since), MOST),
        "year": year_of(view.week),
    }
    told["covered"] = filled("_base/covered.txt", told)
    told["upkeep"] = filled("review/upkeep.txt", told).splitlines() if view.upkeep else ()

    def facts(most: int) -> Mapping[str, object]:
        return {**told, "lines": cut(ordered, most)}

    return fitted("review", facts)


def _by_severity_then_age(line: ReviewLine) -> tuple[int, float]:
    return line.severity.rank, line.opened_at.timestamp()


def _kinds(lines: tuple[ReviewLine, ...]) -> tuple[tuple[FlagKind, int], ...]:
    counts = Counter(line.kind for line in lines)
    return tuple((kind, counts[kind]) for kind in FlagKind if counts[kind])
