"""A person's pages: what is open, worst first; cards to sort; one finding in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reason import Reason, Told
from monitor.domain.vocabulary import CaseBin, CaseKind, Decision, FindingGroup, OwnershipLabel
from reports.answer_choices import ANSWERS
from reports.case_view import CaseView, UndoOutlook
from reports.coverage import Coverage
from reports.finding_view import (
    AccountPair,
    AnswerChoice,
    ComparisonLine,
    FindingView,
    HighlightPiece,
)
from reports.labels.cases import OWNERSHIP_KINDS
from reports.pages.layout import PolicyReminder, build_renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalWeekLine:
    """One week of a person. `checked` of `total` sources is that of the fullest check of the week.

    `total` is 0 where there was no check: then nothing is known of that week. `cases` counts those
    that began in it.
    """

    week: str
    checked: int = 0
    total: int = 0
    cases: int = 0

    @property
    def marks(self) -> tuple[str, ...]:
        """Return what its cell shows: only a week that was checked in full may pass for quiet."""
        found = ("case",) if self.cases else ()
        if not self.total:
            return (*found, "unknown")
        return (*found, *(("part",) if self.checked < self.total else ())) or ("quiet",)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """`coverage` is that of the latest sweep about them, None before there was one.

    `cases` are the worst of those that need the person, `more_cases` counts the others, and
    `exposures` are the first of `exposure_count` pages with contact details, which are one entry
    with a `folded_sentence`. `progress` are cases
    that somebody else acts in. `next_digest` is None for someone who stopped the regular email;
    `only_on_news` says that it comes only with news. Nothing is asked until `paused_until`, None
    outside a pause; `lacks_search_engine` says that no engine is asked about this person.
    One of those `to_sort` may be a fake if it `has_likely_fake`.
    `can_add_feeds` says that alert feeds of their own would be one. `breaches` counts data
    breaches, None for someone who did not agree to that. `weeks` are at most twelve, the oldest
    first, from the one they joined in.
    """

    cases: tuple[CaseView, ...]
    more_cases: int
    needs_you: int
    to_sort: int
    joined_at: datetime
    next_sweep: datetime
    next_digest: datetime | None
    ends_at: datetime
    has_likely_fake: bool = False
    exposures: tuple[CaseView, ...] = ()
    exposure_count: int = 0
    folded_sentence: Reason | None = None
    progress: tuple[CaseView, ...] = ()
    coverage: Coverage | None = None
    checked_at: datetime | None = None
    checking: bool = False
    renewal_due: bool = False
    is_asked_about_text: bool = False
    paused_until: datetime | None = None
    lacks_search_engine: bool = False
    can_add_feeds: bool = False
    only_on_news: bool = False
    breaches: int | None = None
    weeks: tuple[PersonalWeekLine, ...] = ()
    # They or IT reported what they say is no fake, and nobody took that back yet.
    misreported: tuple[CaseView, ...] = ()

    @property
    def headline(self) -> Told:
        """Say the worst thing that needs the person; empty where nothing does."""
        if self.cases:
            return self.cases[0].what
        return self.folded_sentence or ""

    @property
    def is_asked(self) -> bool:
        """Tell whether IT asks something about a case that goes on without the person."""
        return any(case.awaits_word for case in self.progress)

    @property
    def others_count(self) -> int:
        """Count what comes after the first thing, as emails count: each page is one."""
        return self.needs_you + self.to_sort - (1 if self.cases else self.exposure_count or 1)

    def has_mark(self, mark: str) -> bool:
        """Tell whether a week has this mark: the key explains no other."""
        return any(mark in week.marks for week in self.weeks)

    @property
    def quiet_weeks(self) -> int:
        return sum(1 for week in self.weeks if week.marks == ("quiet",))


render_home = build_renderer("home", HomeView)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCard:
    """A question whose a finding is, or, where `is_case` says so, what its case asks.

    `case` is the worst one of the finding, None where nothing is wrong. What is not asked was
    filed already, and can be corrected. Without `has_reviewer`, no answer opens it to IT.
    """

    finding: FindingView
    case: CaseView | None = None
    is_case: bool = False
    is_asked: bool = True
    has_reviewer: bool = True

    @property
    def id(self) -> str:
        """Return what an answer is about."""
        return self.case.id if self.case and self.is_case else self.finding.id

    @property
    def shown(self) -> CaseView | FindingView:
        return self.case if self.case and self.is_case else self.finding

    @property
    def choices(self) -> tuple[AnswerChoice, ...]:
        if self.case and self.is_case:
            choices = self.case.choices
        else:
            foreseen = self.case.foreseen if self.case else None
            choices = self.finding.list_choices(foreseen, has_reviewer=self.has_reviewer)
        if self.case and self.case.kind is CaseKind.MOCK_ACCOUNT:
            # What its email asks comes first.
            choices = tuple(sorted(choices, key=lambda one: one.value is not Decision.MOCK))
        return choices

    @property
    def question(self) -> Told:
        return self.case.question if self.case else self.finding.question

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Return what an email gives as reasons: of a case, its own."""
        return self.case.reasons if self.case else self.finding.reasons


# Fewer are answered one by one in less time than it takes to read how.
MIN_BULK_CARDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackWordsLine:
    """What answers taught: words that point to the person, and to others."""

    answers: int
    me: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoLine:
    """What was just answered, to be taken back by one button, and what that changes."""

    finding_ids: tuple[str, ...]
    words: Told
    undoes: tuple[UndoOutlook, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SortView:
    """`left` counts what is asked on all pages. `learned` is None before eight answers.

    `coverage` is that of the latest check, None before there was one; only a page without cards
    tells it.
    """

    cards: tuple[QuestionCard, ...]
    left: int
    number: int = 1
    last: int = 1
    done: UndoLine | None = None
    learned: FeedbackWordsLine | None = None
    answered: int = 0
    coverage: Coverage | None = None

    @property
    def bulk_choices(self) -> tuple[AnswerChoice, ...]:
        """Return what can be said of several; who accuses somebody does so one by one."""
        return tuple(
            AnswerChoice(value=value, words=words)
            for value, words in ANSWERS.items()
            if value is not Decision.IMPERSONATION
        )

    @property
    def can_answer_in_bulk(self) -> bool:
        """Tell whether there are so many findings that answering several alike saves time."""
        return sum(1 for card in self.cards if not card.is_case) >= MIN_BULK_CARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHistoryView:
    """`undoes` has what the undo of a line changes, where it does, by the id of its finding."""

    lines: tuple[FindingView, ...]
    undoes: Mapping[str, UndoOutlook | None]
    number: int = 1
    last: int = 1


render_sort = build_renderer("sort", SortView)
render_answer_history = build_renderer("sorted", AnswerHistoryView)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiffLine:
    """One field of a version beside another. `emailed`: whether we email about changes."""

    field: str
    pieces: tuple[HighlightPiece, ...]
    changed: bool
    emailed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """One line of the timeline; `fields` are those of what was shown then."""

    at: datetime
    words: Told
    fields: tuple[FieldDiffLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePanel:
    """A case on the page of its finding; `fields` are what IT reads of it, or would.

    `remarks` are what reviewers wrote, asked or sent: when, by whom, which kind, and its text.
    """

    case: CaseView
    policy: PolicyReminder
    fields: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[datetime, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccountLine:
    """An own account to lay beside. `copied` counts the fields that look taken from it."""

    finding: FindingView
    copied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPageView:
    """`left` counts what waits for an answer beside it; an `undo` may change who sees it."""

    finding: FindingView
    policy: PolicyReminder
    cases: tuple[CasePanel, ...] = ()
    own: tuple[OwnAccountLine, ...] = ()
    moments: tuple[TimelineLine, ...] = ()
    versions: tuple[tuple[int, str], ...] = ()
    is_declared: bool = False
    has_reviewer: bool = True
    left: int = 0
    undo: UndoOutlook | None = None

    @property
    def leads_on(self) -> bool:
        """Tell whether nothing here waits for its reader, and something else does."""
        waits = any(panel.case.bin is CaseBin.NEEDS_YOU for panel in self.cases)
        is_answered = bool(self.cases) or self.finding.answer is not None
        return self.left > 0 and is_answered and not waits

    @property
    def asks_whose(self) -> bool:
        """Tell whether the page asks whose it is beside its cases, or has the answer."""
        is_known = self.is_declared and bool(self.cases)
        return not self.has_ownership_question and not is_known

    @property
    def choices(self) -> tuple[AnswerChoice, ...]:
        """Return the answers to whose it is; the case that asked it last takes them."""
        cases = [panel.case for panel in self.cases if panel.case.kind in OWNERSHIP_KINDS]
        asked = max(cases, key=lambda case: case.answered_at or case.opened_at, default=None)
        foreseen = asked.foreseen if asked else None
        return self.finding.list_choices(foreseen, has_reviewer=self.has_reviewer)

    @property
    def may_hurt(self) -> bool:
        """Tell whether it may say what others think of its person: not a page of contacts."""
        lists_contacts = any(panel.case.kind is CaseKind.EXPOSED_CONTACT for panel in self.cases)
        may_be_about = self.finding.label in {OwnershipLabel.ABOUT_ME, OwnershipLabel.UNKNOWN}
        return may_be_about and not (self.finding.is_account or lists_contacts)

    @property
    def has_ownership_question(self) -> bool:
        """Tell whether a case asks already whose it is, or has the answer, to be taken back there.

        Whose details are shown is another question than whose account shows them.
        """
        asking = (panel.case for panel in self.cases if panel.case.asks_whose)
        return any(
            not case.decision or case.undoes is not None
            for case in asking
            if case.kind is not CaseKind.EXPOSED_CONTACT or not self.finding.is_account
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingListView:
    """`counts` are of everything, whatever is chosen; `lines` are those of page `number`.

    `coverage` is that of the latest check, None before there was one; only an empty list tells it.
    """

    counts: Mapping[FindingGroup, int]
    lines: tuple[FindingView, ...]
    group: FindingGroup | None
    words: str
    number: int
    last: int
    page_url: str
    coverage: Coverage | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


render_finding_list = build_renderer("finding_list", FindingListView)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    finding: FindingView
    own: OwnAccountLine
    lines: tuple[ComparisonLine, ...]
    others: tuple[OwnAccountLine, ...]
    pair: AccountPair


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsView:
    """Two versions of one finding; `older` and `newer` are their numbers."""

    finding: FindingView
    versions: tuple[tuple[int, str], ...]
    older: int
    newer: int
    lines: tuple[FieldDiffLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """What IT would see of a case, before it is shared; `then` is the case once it is."""

    case: CaseView
    then: CaseView
    fields: tuple[tuple[str, str], ...]


render_finding = build_renderer("finding", FindingPageView)
render_comparison = build_renderer("beside", ComparisonView)
render_versions = build_renderer("versions", VersionsView)
render_share = build_renderer("share", ShareView)
