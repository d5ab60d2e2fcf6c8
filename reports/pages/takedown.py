"""The takedown kit, and having details removed: where to ask, what it takes, and its status."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.domain.language import Language
from monitor.domain.reason import Day, Label, Reason
from monitor.domain.vocabulary import CaseKind, Decision
from reports.emails.render import fill_template
from reports.evidence_pack import ActionLogLine, EvidenceView
from reports.finding_view import AdviceLine, CaseView
from reports.labels import (
    OWN_REMOVAL_STEPS,
    REMOVAL_STEPS,
    REPORT_STEPS,
    UNSEEN_REPORT_STEPS,
)
from reports.pages.findings import UndoLine
from reports.pages.layout import FieldProblem, build_renderer
from reports.translation import use_language
from scrapers.facts.fact import FactReliability


class AccountSighting(StrEnum):
    """What was seen of the account since it was reported."""

    NOT_YET = "not-yet"
    THERE = "there"
    MISSING = "missing"
    GONE = "gone"


def _describe_source(known: FactReliability, day: date | None) -> Reason:
    source = Label("guide-sources", known)
    if day is None:
        return Reason("guide-source", {"source": source})
    return Reason("guide-source.dated", {"source": source, "day": Day(day)})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformGuide:
    """What a platform wants. `given` is the name of whom it is about, None where they read it.

    `day` is None where our text has no date.

    `stale` says that no one has looked at it for long, or ever. `least` is how many copied
    elements its rule wants, 0 for no number.
    """

    name: str
    form: str
    in_app: Reason
    who: tuple[Reason, ...]
    asks: tuple[Reason, ...]
    identity: Reason
    rule: Reason
    least: int
    help: str
    known: FactReliability
    day: date | None
    stale: bool
    proof: bool
    given: str | None = None

    @property
    def known_words(self) -> Reason:
        return _describe_source(self.known, self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenshotLine:
    id: str
    at: datetime
    kilobytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenshotsView:
    """The person's own screenshots: `most` of them, each of so many megabytes when it is uploaded.

    `supported` says that this installation can open pictures, `withheld` that none may be kept.
    """

    lines: tuple[ScreenshotLine, ...] = ()
    most: int
    megabytes: int
    supported: bool
    withheld: bool = False

    @property
    def has_room(self) -> bool:
        return self.supported and not self.withheld and len(self.lines) < self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownView:
    """`looked` is None before a report; `looks_at` is when we look again, None if we do not.

    `can_look` says that a source opens its address.
    `note` is what was typed into a form that came back, `done` the answer that led here.
    """

    case: CaseView
    evidence: EvidenceView
    place: PlatformGuide | None
    log: tuple[ActionLogLine, ...]
    choices: tuple[Decision, ...]
    screenshots: ScreenshotsView
    looked: AccountSighting | None = None
    looked_at: datetime | None = None
    looks_at: datetime | None = None
    can_look: bool = True
    note: str = ""
    faults: tuple[FieldProblem, ...] = ()
    done: UndoLine | None = None

    @property
    def is_mock(self) -> bool:
        """Tell whether it is an account or page about the person, which copies nothing."""
        return self.case.nature in {CaseKind.MOCK_ACCOUNT, CaseKind.HARMFUL_PAGE}

    @property
    def opens(self) -> bool:
        """Tell whether IT can see the case after a report, and not before."""
        return self.case.nature is CaseKind.IMPERSONATION and self.case.it_sees_since is None

    @property
    def advice(self) -> tuple[AdviceLine, ...]:
        """Return what else to do: this is the page of our own that the others lead to."""
        return tuple(step for step in self.case.steps if not step.path)

    @property
    def options(self) -> tuple[tuple[str, str, str], ...]:
        steps = {**REPORT_STEPS, **({} if self.can_look else UNSEEN_REPORT_STEPS)}
        return tuple((choice, *steps[choice]) for choice in self.choices)

    @property
    def report_text(self) -> str:
        """What can be pasted into a platform's form: plain, and nothing but facts."""
        with use_language(Language.ENGLISH):
            text = fill_template("takedown/text.txt", {"view": self.evidence})
        return f"{text.strip()}\n"

    @property
    def has_enough_copies(self) -> bool:
        """Tell whether as many elements are copied as the platform's rule wants."""
        return self.place is None or len(self.evidence.copies) >= self.place.least


render_takedown = build_renderer("takedown", TakedownView)


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

    `day` is None where our text has no date, `stale` says that it may be out of date.
    """

    name: str
    opt_out: str
    asks: tuple[Reason, ...]
    days: int | None
    known: FactReliability
    day: date | None
    stale: bool

    @property
    def known_words(self) -> Reason:
        return _describe_source(self.known, self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalView:
    """`guide` is None for a site that we do not know, `own` if the page is the person's account.

    `looked` is None before the site was asked; `looks_at` is when we look again, and `can_look`
    says whether any source may open the page.
    """

    case: CaseView
    zone: str
    shows: Reason
    guide: RemovalGuideLine | None
    results_tool: str
    choices: tuple[Decision, ...]
    log: tuple[ActionLogLine, ...]
    own: bool = False
    looked: PageSighting | None = None
    looked_at: datetime | None = None
    looks_at: tuple[datetime, ...] = ()
    can_look: bool = False

    @property
    def buttons(self) -> tuple[tuple[str, str], ...]:
        steps = OWN_REMOVAL_STEPS if self.own else REMOVAL_STEPS
        return tuple((choice, steps[choice]) for choice in self.choices)

    @property
    def is_due(self) -> bool:
        """Tell whether the person has still to ask the site."""
        return Decision.REMOVAL_ASKED in self.choices


render_removal = build_renderer("removal", RemovalView)
