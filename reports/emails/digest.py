"""The weekly digest, to the person it is about, and the values that emails are made of.

Each holds only what its reader may see, and can be written as JSON and read back. Text may come
from the web as it is; it is cleaned where it is shown. Times are aware UTC. An empty string means:
nothing to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from monitor.domain.dates import parse_week_year
from monitor.domain.reason import Count, Reason, Site
from monitor.domain.vocabulary import (
    BreachAdvice,
    CaseKind,
    ContactKind,
    CoverageState,
    EndReason,
    EventKind,
    GapKind,
    OwnershipLabel,
    Severity,
)
from reports.emails.render import MOST, Email, compose_fitting_email, fill_template
from reports.labels import DigestKind, describe_exposures


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
class CaseLine:
    """`what` is our sentence, `title` what the page calls itself.

    `reasons` are strongest first; `earlier` is a decision that a change has reopened. `finding_id`
    is what it is about, for a page that leads there; `advice` is what to do, in one or two
    sentences. `link_url` is put in when an email is sent: it answers this finding and no other.
    `contact_kinds` are those that a page of other people's shows, empty for anything else.
    """

    kind: CaseKind
    severity: Severity
    what: Reason
    url: str
    first_seen: datetime
    last_seen: datetime
    id: str
    platform: str = ""
    title: str = ""
    reasons: tuple[Reason, ...] = ()
    earlier: Reason | None = None
    finding_id: str = ""
    advice: Reason | None = None
    contact_kinds: tuple[ContactKind, ...] = ()
    link_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """`fields` are names of fields that differ; `link_url` leads to the finding's own page."""

    event: EventKind
    whose: OwnershipLabel
    url: str
    at: datetime
    id: str
    platform: str = ""
    title: str = ""
    fields: tuple[str, ...] = ()
    link_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """Something whose owner only the reader knows."""

    url: str
    id: str
    title: str = ""
    platform: str = ""
    snippet: str = ""
    reasons: tuple[Reason, ...] = ()
    link_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFindingLine:
    """Something that is the reader's own, or seems to be about them: nothing to do."""

    url: str
    platform: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCaseLine:
    """An earlier case that goes on; `since` is when it was first listed.

    `next_step` is our sentence on who acts next, by `due`. `said` is what the reader said of it and
    `review_said` what IT did, both empty for silence. `it_sees_since` is None while IT does not.
    """

    kind: CaseKind
    url: str
    since: datetime
    id: str
    next_step: str
    due: datetime
    is_unanswered: bool = False
    platform: str = ""
    said: str = ""
    review_said: str = ""
    it_sees_since: datetime | None = None
    link_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcomeLine:
    """How an earlier case ended."""

    kind: CaseKind
    url: str
    reason: EndReason
    at: datetime
    id: str
    platform: str = ""
    link_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesakeLine:
    """Someone else with the reader's name: nothing to do."""

    url: str
    reasons: tuple[Reason, ...] = ()
    title: str = ""


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
class CoverageGap:
    """A source that could not be checked, or `count` of them that fail in the same way.

    There are `total` sources. `note` is our own clause, without text from the web.
    """

    source: str
    outcome: GapKind
    since: datetime
    note: Reason | None = None
    count: int = 1
    total: int = 0

    @property
    def subject(self) -> Reason:
        if self.count > 1:
            return Reason(
                "each-of-places", {"count": Count(self.count), "total": Count(self.total)}
            )
        return Reason("the-source", {"site": Site(self.source)})


# More dots than these say no more than a bar does.
MOST_DOTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredSource:
    """What one source came to for one person: a dot of the strip."""

    source: str
    state: CoverageState


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGroup:
    """The sources in one state; `before` counts those in the states before it, of `total`."""

    state: CoverageState
    names: tuple[str, ...]
    before: int
    total: int

    @property
    def percent(self) -> int:
        return max(1, round(100 * len(self.names) / self.total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`total` counts the sources that should have been checked.

    `withheld` are those of them that have accounts which ask not to be found or read. `sources`
    says what each came to for one person; it is empty where the coverage is about no one.
    """

    checked: int
    total: int
    gaps: tuple[CoverageGap, ...] = ()
    withheld: tuple[str, ...] = ()
    sources: tuple[CoveredSource, ...] = ()

    @property
    def news(self) -> int:
        """Count the sources that came with news for the person."""
        return sum(1 for source in self.sources if source.state is CoverageState.NEWS)

    @property
    def groups(self) -> tuple[CoverageGroup, ...]:
        """Return the states that there are, in their order, with the sources in each."""
        return tuple(self._list_groups())

    def _list_groups(self) -> Iterator[CoverageGroup]:
        before = 0
        for state in CoverageState:
            names = tuple(source.source for source in self.sources if source.state is state)
            if names:
                yield CoverageGroup(
                    state=state, names=names, before=before, total=len(self.sources)
                )
            before += len(names)

    @property
    def dots(self) -> tuple[CoverageState, ...]:
        """Return the state of each source, in the order of the states."""
        return tuple(group.state for group in self.groups for _ in group.names)

    @property
    def is_folded(self) -> bool:
        """Tell whether there are too many sources for a dot each."""
        return len(self.sources) > MOST_DOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalEmailView(EmailView):
    """What an email to a person says about them; `own` and `about` are in the first one only.

    `needs_you` counts the cases that need their reader, as every page does.
    """

    coverage: Coverage
    needs_you: int = 0
    cases: tuple[CaseLine, ...] = ()
    changes: tuple[ChangeLine, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    own: tuple[OwnFindingLine, ...] = ()
    about: tuple[OwnFindingLine, ...] = ()
    set_aside: tuple[NamesakeLine, ...] = ()
    waiting: tuple[OpenCaseLine, ...] = ()
    decided: tuple[CaseOutcomeLine, ...] = ()
    breaches: tuple[BreachLine, ...] = ()


MIN_PAGES_FOLDED = 2

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


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSections:
    """The sections of a personal email."""

    needs_you: int
    cases: SectionLines[CaseLine]
    changes: SectionLines[ChangeLine]
    questions: SectionLines[QuestionLine]
    waiting: SectionLines[OpenCaseLine]
    decided: SectionLines[CaseOutcomeLine]
    own: SectionLines[OwnFindingLine]
    about: SectionLines[OwnFindingLine]
    set_aside: SectionLines[NamesakeLine]
    gaps: SectionLines[CoverageGap]
    breaches: SectionLines[BreachLine]

    @property
    def single_cases(self) -> tuple[CaseLine, ...]:
        return tuple(line for line in self.cases.shown if line not in self.folded_cases)

    @property
    def folded_cases(self) -> tuple[CaseLine, ...]:
        """Return the pages with contact details, where there are several: one entry for all."""
        pages = tuple(line for line in self.cases.shown if line.contact_kinds)
        return pages if len(pages) >= MIN_PAGES_FOLDED else ()

    @property
    def folded_sentence(self) -> Reason:
        shown = {kind for case in self.folded_cases for kind in case.contact_kinds}
        return describe_exposures(len(self.folded_cases), shown)

    @property
    def news(self) -> int:
        return self.attention + self.changes.total + self.questions.total

    @property
    def attention(self) -> int:
        """Count cases and data breaches: a subject line does not tell which it is."""
        return self.needs_you + self.breaches.total

    @property
    def counts(self) -> tuple[tuple[int, str], ...]:
        """What there is how many of; nothing where the headline has said it."""
        questions = self.questions.total
        counts = (
            (self.attention, "for your attention"),
            (self.changes.total, "changed"),
            (questions, "question" if questions == 1 else "questions"),
            (self.waiting.total, "still open"),
        )
        some = tuple(count for count in counts if count[0])
        return some if len(some) > 1 else ()


def arrange_sections(view: PersonalEmailView, most: int) -> EmailSections:
    """Give `most` places to what matters most; what has no order here keeps the one given."""
    by_rank: dict[str, Iterable[Any]] = {
        "cases": sorted(view.cases, key=_key_by_severity_and_age),
        "breaches": view.breaches,
        "changes": sorted(view.changes, key=lambda line: line.at),
        "questions": view.questions,
        "waiting": sorted(view.waiting, key=lambda line: line.since),
        "decided": sorted(view.decided, key=lambda line: line.at),
        "own": view.own,
        "about": view.about,
        "set_aside": view.set_aside,
    }
    sections: dict[str, SectionLines[Any]] = {}
    for name, lines in by_rank.items():
        sections[name] = limit_lines(lines, most)
        most -= len(sections[name].shown)
    gaps = limit_lines(sorted(view.coverage.gaps, key=lambda gap: gap.since), MOST)
    return EmailSections(**sections, gaps=gaps, needs_you=view.needs_you)


def _key_by_severity_and_age(line: CaseLine) -> tuple[int, float, str]:
    return line.severity.rank, line.first_seen.timestamp(), line.id


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView(PersonalEmailView):
    """`week` is an ISO week such as `2026-W48`."""

    week: str
    kind: DigestKind = DigestKind.WEEKLY

    @property
    def has_news(self) -> bool:
        """Tell whether it has anything that no earlier one had."""
        news = self.cases or self.changes or self.questions or self.decided or self.breaches
        return self.kind is not DigestKind.WEEKLY or bool(news)

    @property
    def is_quiet(self) -> bool:
        """Tell whether it has no news and no case goes on: then it is three lines."""
        return not self.has_news and not self.waiting


def render_digest(view: DigestView) -> Email:
    return _render_personal_email("digest", view, parse_week_year(view.week), quiet=view.is_quiet)


def _render_personal_email(
    folder: str, view: PersonalEmailView, year: int, *, quiet: bool
) -> Email:
    context = {"view": view, "year": year, "quiet": quiet}
    context["covered"] = fill_template("_base/covered.txt", context)

    def build_context(most: int) -> Mapping[str, object]:
        return {**context, "page": arrange_sections(view, most)}

    return compose_fitting_email(folder, build_context)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckView(PersonalEmailView):
    """What differs from the last check; `since` is None where this is the first one."""

    at: datetime
    since: datetime | None = None


def render_self_check(view: SelfCheckView) -> Email:
    return _render_personal_email("self_check", view, view.at.year, quiet=False)
