"""The takedown kit, and having details removed: where to ask, what it takes, and its status."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.domain.reason import Reason, Told
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    Decision,
    EndReason,
    Language,
    LeverKind,
    Side,
)
from reports import answer_choices
from reports.case_view import CaseView
from reports.emails.render import fill_template
from reports.evidence_pack import ActionLogLine, EvidenceView
from reports.finding_view import AdviceLine, AnswerChoice, describe_source
from reports.labels.cases import OWNERSHIP_KINDS
from reports.labels.takedown import (
    ASKED_AGAIN,
    IT_REPORTED_TITLE,
    LEVERS,
    OWN_REMOVAL_STEPS,
    REMOVAL_STEPS,
    REMOVED_AGAIN,
    REPORT_STEPS,
    REPORTED_AGAIN,
    REPORTED_TITLE,
    REPORTED_TOO,
    STILL_THERE,
)
from reports.letters import Letter
from reports.pages.findings import UndoLine
from reports.pages.layout import FieldProblem, build_renderer
from reports.translation import use_language
from scrapers.facts.fact import FactReliability

# A text of so many characters fits everywhere: none that we know of takes less (report_forms.toml).
LEAST_ROOM = 300
# What is wrong, and where.
_LEAST_LINES = 2
_REPORTED_STATES = frozenset({CaseState.REPORTED, CaseState.REFUSED})


class AccountSighting(StrEnum):
    """What was seen of the account since it was reported."""

    NOT_YET = "not-yet"
    THERE = "there"
    MISSING = "missing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformGuide:
    """What a platform wants. `given` is the name of whom it is about, None where they read it.

    `day` is None where our text has no date.

    `stale` says that no one has looked at it for long, or ever. `least` is how many copied
    elements its rule wants, 0 for no number. Its field takes `room` characters,
    None where it does not say.
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
    room: int | None = None
    mail: str = ""
    for_anyone: bool = False
    given: str | None = None

    @property
    def known_words(self) -> Reason:
        return describe_source(self.known, self.day)


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
class WithdrawalView:
    """How its person takes a report back that hit somebody else, with `note` of what they sent.

    Where IT sent it, `office` is whose report it is: nobody else can take it back. `has_several`
    says that more than one was sent.
    """

    case: CaseView
    place: PlatformGuide | None
    person: str
    zone: str
    reported_at: datetime
    note: str = ""
    office: str = ""
    has_several: bool = False

    @property
    def text(self) -> str:
        """What can be sent to the platform: plain, and nothing but facts."""
        with use_language(Language.ENGLISH):
            return fill_template("takedown/report_withdrawal.txt", {"view": self})


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownView:
    """`looked` is None before a report.

    `can_look` says that a source opens its address, which waits until `paused_until` in a pause.
    `next_way` comes now that one has failed, None while none has; `later_ways` come after it. A law
    lets it wait until `law_until`, None where none does.
    `levers` are the ways that it may have been reported by, the one that is due first, and
    `results` how they did here. `letters` warn whom the person knows. `note` is what was typed
    into a form that came back, `done` the answer that led here.
    """

    case: CaseView
    evidence: EvidenceView
    place: PlatformGuide | None
    log: tuple[ActionLogLine, ...]
    choices: tuple[Decision, ...]
    screenshots: ScreenshotsView
    levers: tuple[LeverKind, ...] = ()
    next_way: AdviceLine | None = None
    later_ways: tuple[AdviceLine, ...] = ()
    law_until: datetime | None = None
    results: tuple[Reason, ...] = ()
    letters: tuple[Letter, ...] = ()
    looked: AccountSighting | None = None
    looked_at: datetime | None = None
    can_look: bool = True
    paused_until: datetime | None = None
    note: str = ""
    faults: tuple[FieldProblem, ...] = ()
    done: UndoLine | None = None

    @property
    def is_mock(self) -> bool:
        """Tell whether it is an account or page about the person, which copies nothing."""
        return self.case.nature in {CaseKind.MOCK_ACCOUNT, CaseKind.HARMFUL_PAGE}

    @property
    def is_due(self) -> bool:
        """Tell whether a first report is what comes next."""
        return Decision.REPORTED in self.choices and self.case.state not in _REPORTED_STATES

    @property
    def appeals(self) -> bool:
        """Tell whether a second report comes next, with more than the first one showed."""
        return self.next_way is not None and self.levers[:1] == (LeverKind.APPEAL,)

    @property
    def reports_now(self) -> bool:
        """Tell whether a report to the platform comes next, the first one or a second."""
        first = self.is_due and not self.begins_with_law and self.next_way is None
        return first or self.appeals

    @property
    def warns(self) -> bool:
        """Tell whether a report comes next that would hit an innocent person if it were false."""
        return self.is_due and self.case.nature in OWNERSHIP_KINDS

    @property
    def may_leave(self) -> bool:
        """Tell whether it may be a joke that hurts nobody, which its person may leave as it is."""
        return self.is_due and self.case.nature is CaseKind.MOCK_ACCOUNT

    @property
    def opens(self) -> bool:
        """Tell whether IT can see the case after a report, and not before."""
        shut = self.case.it_sees_since is None and not self.case.helper
        return self.case.nature is CaseKind.IMPERSONATION and shut

    @property
    def advice(self) -> tuple[AdviceLine, ...]:
        """Return what else to do: this is the page of our own that the others lead to."""
        own = self.next_way.words if self.next_way else None
        return tuple(step for step in self.case.steps if not step.path and step.words != own)

    @property
    def first_steps(self) -> tuple[AdviceLine, ...]:
        """Return what waits for nothing; there is nothing such while the time of a law runs."""
        return () if self.law_until else tuple(step for step in self.advice if step.is_now)

    @property
    def other_steps(self) -> tuple[AdviceLine, ...]:
        return tuple(step for step in self.advice if step not in self.first_steps)

    @property
    def is_urgent(self) -> bool:
        """Tell whether something comes before the evidence."""
        return bool(self.first_steps) or self.case.kind is CaseKind.HARMFUL_PAGE

    @property
    def begins_with_law(self) -> bool:
        """Tell whether the first report is a request by law: the platform's own form is no step."""
        return self.is_due and self.levers[:1] == (LeverKind.LAW,)

    @property
    def claims_removal(self) -> bool:
        """Tell whether its person says that it was removed, and can say that it is still there."""
        return self.case.state is CaseState.REMOVED and self.case.undoes is Decision.REMOVED

    @property
    def title(self) -> str:
        """Say what the page is for: to report it, or what became of that."""
        if not self.is_due:
            return IT_REPORTED_TITLE if self.case.acted_by is Side.IT else REPORTED_TITLE
        is_page = self.case.kind is CaseKind.HARMFUL_PAGE
        return "Report this page" if is_page else "Report this account"

    @property
    def options(self) -> tuple[tuple[str, Told, str], ...]:
        steps: dict[Decision, tuple[Told, str]] = {
            **REPORT_STEPS,
            Decision.REOPENED: (self.case.undo_words, ""),
        }
        if self.claims_removal:
            steps[Decision.REOPENED] = STILL_THERE
        if self.case.state in _REPORTED_STATES:
            by_it = self.case.acted_by is Side.IT
            steps[Decision.REPORTED] = REPORTED_TOO if by_it else REPORTED_AGAIN
        return tuple((choice, *steps[choice]) for choice in self.choices)

    @property
    def asks_for_picture(self) -> bool:
        """Tell whether the person may still take a picture of it, before a report has it removed.

        No program of ours draws pages (docs/decisions).
        """
        return self.is_due and self.screenshots.has_room and not self.screenshots.lines

    @property
    def asks_for_proof(self) -> bool:
        """Tell whether only a picture of its person's can show that it is gone."""
        removed = self.case.state is CaseState.REMOVED
        return removed and not self.can_look and self.screenshots.has_room

    @property
    def shows_screenshots(self) -> bool:
        """Tell whether the form for screenshots stands open."""
        wrong = any(fault.field == "picture" for fault in self.faults)
        return self.asks_for_proof or wrong or bool(self.screenshots.lines)

    @property
    def lever_options(self) -> tuple[tuple[str, str], ...]:
        """Return the ways to choose from, where a report can be noted."""
        shown = self.levers if Decision.REPORTED in self.choices else ()
        return tuple((lever, LEVERS[lever]) for lever in shown)

    @property
    def report_text(self) -> str:
        """What can be pasted into a platform's form: plain, and nothing but facts."""
        with use_language(Language.ENGLISH):
            text = fill_template("takedown/report.txt", {"view": self})
        lines, room = text.strip().splitlines(), (self.place and self.place.room) or LEAST_ROOM
        # The most telling comes first, and the evidence has all of it.
        while len(lines) > _LEAST_LINES and len("\n".join(lines)) > room:
            lines.pop()
        return "\n".join(lines)

    @property
    def other_answers(self) -> tuple[AnswerChoice, ...]:
        """Return what its person says of what pretends nothing, while a report of it waits."""
        if self.case.acted_at is None or self.case.state is not CaseState.REPORTED:
            return ()
        innocent = {Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED}
        is_account = self.case.kind is not CaseKind.HARMFUL_PAGE
        return tuple(one for one in self.case.answers if is_account and one.value in innocent)

    @property
    def has_enough_copies(self) -> bool:
        """Tell whether as many elements are copied as the platform's rule wants."""
        return self.place is None or len(self.evidence.copies) >= self.place.least


render_withdrawal = build_renderer("withdrawal", WithdrawalView)
render_takedown = build_renderer("takedown", TakedownView)


class PageSighting(StrEnum):
    """What was seen since the site was asked; a search that lists the page has not opened it.

    SAID is by its person's word: they asked again.
    """

    NOT_YET = "not-yet"
    SAID = "said"
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
        return describe_source(self.known, self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalView:
    """`guide` is None for a site that we do not know, `own` if the page is the person's account.

    `results` tell how such requests went here. `looked` is None before the site was asked;
    `looks_at` is when we look again, and `can_look` says whether any source may open the page.
    `later_ways` are there once the site was asked in vain.
    """

    case: CaseView
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
    results: tuple[Reason, ...] = ()
    later_ways: tuple[AdviceLine, ...] = ()

    @property
    def buttons(self) -> tuple[tuple[str, Told], ...]:
        steps: dict[Decision, Told] = {
            **(OWN_REMOVAL_STEPS if self.own else REMOVAL_STEPS),
            Decision.HARMLESS: answer_choices.CASE_ANSWERS[self.case.kind][Decision.HARMLESS],
            Decision.REOPENED: self.case.undo_words,
        }
        if self.case.state is CaseState.REMOVAL_ASKED:
            steps[Decision.REMOVAL_ASKED] = REMOVED_AGAIN if self.own else ASKED_AGAIN
        if self.case.state is CaseState.REMOVAL_DONE:
            steps[Decision.REOPENED] = STILL_THERE[0]
        return tuple((choice, steps[choice]) for choice in self.choices)

    @property
    def is_due(self) -> bool:
        """Tell whether the person has still to ask the site."""
        return self.asks and not self.case.is_removable

    @property
    def asks(self) -> bool:
        """Tell whether the person may ask the site, for the first time or again."""
        return Decision.REMOVAL_ASKED in self.choices


render_removal = build_renderer("removal", RemovalView)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalLine:
    """A page that shows contact details; `site` is its name, or its host."""

    case: CaseView
    site: str
    shows: Reason

    @property
    def is_gone(self) -> bool:
        return self.case.end in {EndReason.PROOF, EndReason.SHOWN, EndReason.CLAIMED}

    @property
    def path(self) -> str:
        undecided = f"/me/findings/{self.case.finding.id}"
        return undecided if self.case.is_undecided else self.case.plan_path


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalListView:
    """`brokers_url` is where residents of `state` ask many sites at once; empty for nowhere."""

    lines: tuple[RemovalLine, ...]
    state: str
    brokers_url: str
    unconfirmed: bool

    @property
    def gone(self) -> int:
        return sum(line.is_gone for line in self.lines)

    @property
    def yours(self) -> tuple[RemovalLine, ...]:
        return tuple(line for line in self.lines if line.case.bin is CaseBin.NEEDS_YOU)


render_removal_list = build_renderer("removals", RemovalListView)
