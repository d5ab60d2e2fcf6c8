"""Having details taken off a page: where to ask its site, what that takes, and how it went."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.domain.vocabulary import Decision, GuideReliability, Severity
from reports.evidence_pack import ActionLogLine
from reports.labels import GUIDE_SOURCES, OWN_REMOVAL_STEPS, REMOVAL_STEPS, join_words
from reports.pages.layout import PageFrame, render_page
from reports.templating import format_date


class PageSighting(StrEnum):
    """What was seen since the site was asked; a search that lists the page has not opened it."""

    NOT_YET = "not-yet"
    LISTED = "listed"
    THERE = "there"
    MISSING = "missing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalGuideLine:
    """What a site wants. `days` is None where no one says how long it takes.

    `seen_on` is None where our text has no date, `stale` says that it may be out of date.
    """

    name: str
    opt_out: str
    asks: tuple[str, ...]
    days: int | None
    known: GuideReliability
    seen_on: date | None
    stale: bool

    @property
    def known_words(self) -> str:
        when = f" (dated {format_date(self.seen_on)})" if self.seen_on else ""
        return f"{GUIDE_SOURCES[self.known]}{when}."


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalView:
    """`guide` is None for a site that we do not know, `own` if the page is the person's account.

    `looked` is None before the site was asked; `looks_at` is when we look again, and `can_look`
    says whether any source may open the page. `answered` offers to take the answer back.
    """

    id: str
    item_id: str
    zone: str
    title: str
    url: str
    severity: Severity
    state: str
    kinds: tuple[str, ...]
    guide: RemovalGuideLine | None
    results_tool: str
    choices: tuple[Decision, ...]
    log: tuple[ActionLogLine, ...]
    own: bool = False
    answered: bool = False
    looked: PageSighting | None = None
    looked_at: datetime | None = None
    looks_at: tuple[datetime, ...] = ()
    can_look: bool = False

    @property
    def listed_kinds(self) -> str:
        return join_words(self.kinds)

    @property
    def buttons(self) -> tuple[tuple[str, str], ...]:
        steps = OWN_REMOVAL_STEPS if self.own else REMOVAL_STEPS
        return tuple((each, steps[each]) for each in self.choices)

    @property
    def is_due(self) -> bool:
        """Tell whether the person has still to ask the site."""
        return Decision.REMOVAL_ASKED in self.choices


def render_removal(view: RemovalView, frame: PageFrame) -> str:
    return render_page("removal", view, frame)
