"""What several emails show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import BreachAdvice, EventKind
from reports.case_view import CaseView
from reports.coverage import Coverage
from reports.finding_view import FindingView


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailView:
    """What every email knows about its reader.

    `name` is how to address them, `zone` an IANA time zone. `why` says why they got this,
    `leave` how to stop it. `review_url` is empty for those who have no page to open: they have
    left.
    """

    name: str
    district: str
    zone: str
    why: Reason
    leave: Reason
    review_url: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """What happened to a finding; `fields` are names of fields that differ."""

    finding: FindingView
    event: EventKind
    at: datetime
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachLine:
    """A data breach that the reader's work address was part of; `data` is what kinds leaked.

    It is `doubtful` where it may not have happened.
    """

    title: str
    happened_on: date
    data: tuple[str, ...]
    advice: BreachAdvice
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalEmailView(EmailView):
    """What an email to a person says about them; `own` and `about` are in the first one only.

    `needs_you` counts the cases that need their reader, and `to_sort` the results beside them that
    wait for a word, as every page does. One of these may be a fake if it `has_likely_fake`.
    """

    coverage: Coverage
    needs_you: int = 0
    to_sort: int = 0
    has_likely_fake: bool = False
    cases: tuple[CaseView, ...] = ()
    changes: tuple[ChangeLine, ...] = ()
    questions: tuple[FindingView, ...] = ()
    own: tuple[FindingView, ...] = ()
    about: tuple[FindingView, ...] = ()
    set_aside: tuple[FindingView, ...] = ()
    waiting: tuple[CaseView, ...] = ()
    decided: tuple[CaseView, ...] = ()
    misreported: tuple[CaseView, ...] = ()
    breaches: tuple[BreachLine, ...] = ()

    @property
    def brings_news(self) -> bool:
        """Tell whether it has anything that no earlier one had."""
        return bool(self.cases or self.changes or self.questions or self.decided or self.breaches)


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionLines(Generic[T]):
    """The first lines of a section; `more` counts the others."""

    shown: tuple[T, ...]
    more: int

    @property
    def total(self) -> int:
        return len(self.shown) + self.more


def limit_lines(lines: Iterable[T], most: int) -> SectionLines[T]:
    all_lines = tuple(lines)
    shown = all_lines[: max(most, 0)]
    return SectionLines(shown=shown, more=len(all_lines) - len(shown))
