"""A person's pages: what is open, worst first; cards to sort; one finding in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reason import Reason, Told
from monitor.domain.vocabulary import Decision, FindingGroup
from reports.emails.digest import Coverage
from reports.finding_view import (
    AnswerChoice,
    CaseView,
    ComparisonLine,
    FindingView,
    HighlightPiece,
    describe_folded,
)
from reports.labels import ANSWERS
from reports.pages.layout import (
    BarChart,
    PolicyReminder,
    build_bar_chart,
    build_renderer,
)
from reports.translation import format_short_week, format_week_start, translate_message


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressLine:
    """A case that is under way until its address proves gone; `path` leads to its page.

    `at` is when the person reported it or asked for it, None before that.
    """

    case: CaseView
    words: Told
    path: str
    at: datetime | None = None
    looks_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalWeekLine:
    """One week of a person. `checked` of `total` sources is that of the fullest check of the week.

    `total` is 0 where there was no check: then nothing is known of that week. `news` counts the
    findings that were new or changed, and `cases` what was flagged.
    """

    week: str
    checked: int = 0
    total: int = 0
    news: int = 0
    cases: int = 0

    @property
    def is_known(self) -> bool:
        return self.checked > 0

    @property
    def known_news(self) -> int | None:
        """Return None for a week without a check: 0 would say too much."""
        return self.news if self.is_known or self.news else None

    @property
    def words(self) -> tuple[str, str, str, str]:
        return (
            format_week_start(self.week),
            self._describe_checked(),
            translate_message("Not known") if self.known_news is None else str(self.known_news),
            str(self.cases),
        )

    def _describe_checked(self) -> str:
        if not self.total:
            return translate_message("No check")
        facts = {"checked": self.checked, "total": self.total}
        return translate_message("%(checked)s of %(total)s") % facts


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """`coverage` is that of the latest sweep about them, None before there was one.

    `exposures` are several pages with contact details, which are one entry.
    `next_digest` is None for someone who stopped the regular email; `only_on_news` says that it
    comes only with news. `paused` says that nothing is asked at the moment, and
    `lacks_search_engine` that no engine is asked about this person. `can_add_feeds` says that alert
    feeds of their own would be one. `breaches` counts data breaches, None for someone who did not
    agree to that. `weeks` are at most twelve, the oldest first, from the one they joined in.
    """

    name: str
    zone: str
    cases: tuple[CaseView, ...]
    more_cases: int
    needs_you: int
    to_sort: int
    joined_at: datetime
    next_sweep: datetime
    next_digest: datetime | None
    ends_at: datetime
    exposures: tuple[CaseView, ...] = ()
    progress: tuple[ProgressLine, ...] = ()
    coverage: Coverage | None = None
    checked_at: datetime | None = None
    checking: bool = False
    renewal_due: bool = False
    paused: bool = False
    lacks_search_engine: bool = False
    can_add_feeds: bool = False
    only_on_news: bool = False
    breaches: int | None = None
    weeks: tuple[PersonalWeekLine, ...] = ()

    @property
    def chart(self) -> BarChart:
        columns = [(format_short_week(week.week), week.known_news) for week in self.weeks]
        return build_bar_chart("New or changed results, by week", columns, unknown="?")

    @property
    def total_news(self) -> int:
        return sum(week.news for week in self.weeks)

    @property
    def unknown_weeks(self) -> int:
        return sum(1 for week in self.weeks if week.known_news is None)

    @property
    def folded_sentence(self) -> Reason:
        return describe_folded(self.exposures)


render_home = build_renderer("home", HomeView)


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePair:
    """The pictures of a finding and of an own one; the portal shows them at their addresses."""

    finding_id: str
    own_id: str
    own_title: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCard:
    """A question whose a finding is, or, where `is_case` says so, what its case asks.

    `case` is the worst one of the finding, None where nothing is wrong.
    """

    finding: FindingView
    case: CaseView | None = None
    is_case: bool = False
    pictures: PicturePair | None = None

    @property
    def id(self) -> str:
        """Return what an answer is about."""
        return self.case.id if self.case and self.is_case else self.finding.id

    @property
    def shown(self) -> CaseView | FindingView:
        return self.case if self.case and self.is_case else self.finding

    @property
    def choices(self) -> tuple[AnswerChoice, ...]:
        return self.shown.choices

    @property
    def question(self) -> Told:
        return self.case.what if self.case else self.finding.question

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Return what an email gives as reasons: of a case, its own."""
        return self.case.reasons if self.case else self.finding.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackWordsLine:
    """What answers taught: words that point to the person, and to others."""

    answers: int
    me: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoLine:
    """What was just answered, to be taken back by one button."""

    finding_ids: tuple[str, ...]
    words: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class SortView:
    """`left` counts what waits on all pages. `learned` is None before eight answers.

    `coverage` is that of the latest check, None before there was one; only a page without cards
    tells it.
    """

    zone: str
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
        return tuple(
            AnswerChoice(value=value, words=words, opens=value is Decision.IMPERSONATION)
            for value, words in ANSWERS.items()
        )

    @property
    def can_answer_in_bulk(self) -> bool:
        """Tell whether more than one finding can be answered alike."""
        return sum(1 for card in self.cards if not card.is_case) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHistoryView:
    zone: str
    lines: tuple[FindingView, ...]
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
    """One line of the timeline. `version` is the number of what was shown then, 0 where nothing."""

    at: datetime
    words: Told
    fields: tuple[FieldDiffLine, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePanel:
    """A case on the page of its finding; `fields` are what IT reads of it, or would."""

    case: CaseView
    policy: PolicyReminder
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccountLine:
    """An own account to lay beside. `copied` counts the fields that look taken from it."""

    finding: FindingView
    copied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPageView:
    finding: FindingView
    zone: str
    policy: PolicyReminder
    pictures: PicturePair | None = None
    cases: tuple[CasePanel, ...] = ()
    own: tuple[OwnAccountLine, ...] = ()
    moments: tuple[TimelineLine, ...] = ()
    versions: tuple[tuple[int, str], ...] = ()

    @property
    def has_ownership_question(self) -> bool:
        """Tell whether an open case asks already whose it is."""
        return any(panel.case.asks_whose and not panel.case.decision for panel in self.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingListView:
    """`counts` are of everything, whatever is chosen; `lines` are those of page `number`.

    `coverage` is that of the latest check, None before there was one; only an empty list tells it.
    """

    zone: str
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
    zone: str
    pictures: PicturePair | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsView:
    """Two versions of one finding; `older` and `newer` are their numbers."""

    finding: FindingView
    zone: str
    versions: tuple[tuple[int, str], ...]
    older: int
    newer: int
    lines: tuple[FieldDiffLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """What IT would see of a case, before it is shared."""

    case: CaseView
    fields: tuple[tuple[str, str], ...]


render_finding = build_renderer("finding", FindingPageView)
render_comparison = build_renderer("beside", ComparisonView)
render_versions = build_renderer("versions", VersionsView)
render_share = build_renderer("share", ShareView)
