"""A person's pages: what is open, worst first; cards to sort; one finding in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reason import Reason, Told
from monitor.domain.vocabulary import Decision, DiffMarkKind, FindingGroup, Severity
from reports.emails.digest import CaseLine, Coverage
from reports.labels import ANSWERS, format_site_name
from reports.pages.layout import (
    BarChart,
    PolicyReminder,
    build_bar_chart,
    build_renderer,
)
from reports.translation import format_short_week, format_week_start, translate_message


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceLine:
    """One next step. `path` leads to a page of ours, `url` to another site's; empty for neither.

    `unconfirmed` says that no one has looked at that address for long, or ever.
    """

    words: Reason
    path: str = ""
    link: str = ""
    url: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressLine:
    """Something that is under way until the address proves gone.

    `at` is when the person reported it or asked for it, None before that. `needs_you` says that
    nothing happens before they do something; `next_step` says who acts, by `due`.
    """

    words: Told
    title: str
    url: str
    path: str
    last_seen: datetime
    at: datetime | None = None
    looks_at: datetime | None = None
    seems_gone: bool = False
    needs_you: bool = False
    next_step: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureGroupLine:
    """Several pages with contact details, as one line."""

    pages: int
    what: Reason
    severity: Severity
    urls: tuple[str, ...]


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

    `exposures` folds several pages with contact details, None where there are not several.
    `next_digest` is None for someone who stopped the regular email; `only_on_news` says that it
    comes only with news. `paused` says that nothing is asked at the moment, and
    `lacks_search_engine` that no engine is asked about this person. `can_add_feeds` says that alert
    feeds of their own would be one. `breaches` counts data breaches, None for someone who did not
    agree to that. `weeks` are at most twelve, the oldest first, from the one they joined in.
    """

    name: str
    zone: str
    cases: tuple[CaseLine, ...]
    more_cases: int
    needs_you: int
    to_sort: int
    joined_at: datetime
    next_sweep: datetime
    next_digest: datetime | None
    ends_at: datetime
    exposures: ExposureGroupLine | None = None
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
    def lists_cases(self) -> bool:
        return bool(self.cases or self.exposures)


render_home = build_renderer("home", HomeView)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChoice:
    """An answer: the word that is sent, and what it means. `suggested` is what we would say.

    `opens` says that IT can see the finding after it.
    """

    value: str
    words: str
    suggested: bool = False
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePair:
    """The pictures of a finding and of an own one; the portal shows them at their addresses."""

    finding_id: str
    own_id: str
    own_title: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCard:
    """`id` is what an answer is about: a finding, or a case where `is_case` says so.

    `severity` is None where nothing is wrong, and only the owner is asked for. `title`
    and `snippet` are words from the web.
    """

    id: str
    finding_id: str
    question: Told
    url: str
    choices: tuple[AnswerChoice, ...]
    first_seen: datetime
    last_seen: datetime
    is_case: bool = False
    kind: str = ""
    severity: Severity | None = None
    platform: str = ""
    title: str = ""
    snippet: str = ""
    speaks_for: tuple[Reason, ...] = ()
    speaks_against: tuple[Reason, ...] = ()
    lowered_by: tuple[Reason, ...] = ()
    earlier: Reason | None = None
    advice: tuple[AdviceLine, ...] = ()
    pictures: PicturePair | None = None


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
class AnswerHistoryLine:
    finding_id: str
    title: str
    url: str
    words: str
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHistoryView:
    zone: str
    lines: tuple[AnswerHistoryLine, ...]
    number: int = 1
    last: int = 1


render_sort = build_renderer("sort", SortView)
render_answer_history = build_renderer("sorted", AnswerHistoryView)


@dataclass(frozen=True, slots=True, kw_only=True)
class HighlightPiece:
    text: Told
    mark: DiffMarkKind = DiffMarkKind.KEPT


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
class ReviewerFieldLine:
    """One field of the closed list that IT sees."""

    what: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePanel:
    """A case with its decisions. `fields` is what IT sees, or would see.

    `opened_at` is since when IT sees it and `why` the clause that says why; None while it does
    not, and then `opens_at` is when it would without an answer: None for never by itself.
    `ruled` is what its person said and `review_ruled` what IT did, empty for silence; `until` is
    when the first lapses. `is_undecided` asks for an answer, `undoes` offers to take one back.
    `next_step` says who acts, by `due`; where it has `ended`, that says why. `holders` are
    reviewers who see it though the others do not. `pursued` has a take-down kit, `removable` a
    page about removal.
    """

    id: str
    kind: str
    severity: Severity
    what: Reason
    reasons: tuple[Reason, ...]
    lowered_by: tuple[Reason, ...]
    choices: tuple[AnswerChoice, ...]
    fields: tuple[ReviewerFieldLine, ...]
    policy: PolicyReminder
    opened_at: datetime | None = None
    why: str = ""
    opens_at: datetime | None = None
    ruled: str = ""
    review_ruled: str = ""
    help: str = ""
    is_undecided: bool = True
    undoes: bool = False
    next_step: str = ""
    due: datetime | None = None
    ended: str = ""
    holders: tuple[str, ...] = ()
    until: datetime | None = None
    earlier: Reason | None = None
    shared: bool = False
    pursued: bool = False
    removable: bool = False
    asks_whose: bool = False
    advice: tuple[AdviceLine, ...] = ()

    @property
    def answers(self) -> tuple[AnswerChoice, ...]:
        return tuple(choice for choice in self.choices if choice.value != Decision.HARMLESS)

    @property
    def harmless_choice(self) -> AnswerChoice | None:
        """Return the answer that may have an end, if this kind of case has one."""
        return next((choice for choice in self.choices if choice.value == Decision.HARMLESS), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccountLine:
    """An own account to lay beside. `copied` counts the fields that look taken from it."""

    finding_id: str
    title: str
    platform: str
    copied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    card: QuestionCard
    zone: str
    whose: str
    policy: PolicyReminder
    cases: tuple[CasePanel, ...] = ()
    own: tuple[OwnAccountLine, ...] = ()
    moments: tuple[TimelineLine, ...] = ()
    decision: str = ""
    gone: bool = False
    versions: tuple[tuple[int, str], ...] = ()

    @property
    def has_ownership_question(self) -> bool:
        """Tell whether an open case asks already whose it is."""
        return any(case.asks_whose and not case.ruled for case in self.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One page or account in the list of all; `whose` is our clause."""

    finding_id: str
    title: str
    url: str
    platform: str
    whose: str
    group: FindingGroup
    first_seen: datetime
    last_seen: datetime

    @property
    def searchable_text(self) -> str:
        return f"{self.title} {self.url} {format_site_name(self.platform)}".casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingListView:
    """`counts` are of everything, whatever is chosen; `lines` are those of page `number`."""

    zone: str
    counts: Mapping[FindingGroup, int]
    lines: tuple[FindingLine, ...]
    group: FindingGroup | None
    words: str
    number: int
    last: int
    page_url: str

    @property
    def total(self) -> int:
        return sum(self.counts.values())


render_finding_list = build_renderer("finding_list", FindingListView)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonLine:
    """One field of two accounts. `likeness` says how alike; `reason` more of it, or nothing."""

    field: str
    theirs: tuple[HighlightPiece, ...]
    ours: tuple[HighlightPiece, ...]
    likeness: str
    copied: bool
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    finding_id: str
    title: str
    url: str
    own_title: str
    own_url: str
    lines: tuple[ComparisonLine, ...]
    others: tuple[OwnAccountLine, ...]
    copied: int
    zone: str
    pictures: PicturePair | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsView:
    """Two versions of one finding; `older` and `newer` are their numbers."""

    finding_id: str
    title: str
    zone: str
    versions: tuple[tuple[int, str], ...]
    older: int
    newer: int
    lines: tuple[FieldDiffLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """What IT would see of a case, before it is shared."""

    id: str
    finding_id: str
    fields: tuple[ReviewerFieldLine, ...]


render_finding = build_renderer("finding", FindingView)
render_comparison = build_renderer("beside", ComparisonView)
render_versions = build_renderer("versions", VersionsView)
render_share = build_renderer("share", ShareView)
