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
from monitor.domain.vocabulary import BreachAdvice, CoverageState, EventKind, GapKind, Severity
from reports.emails.render import MOST, Email, compose_fitting_email, fill_template
from reports.finding_view import CaseView, FindingView, describe_folded, fold_exposures
from reports.labels import DigestKind


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
    `lacks_search_engine` says that no engine looks at what only engines may read.
    """

    checked: int
    total: int
    gaps: tuple[CoverageGap, ...] = ()
    withheld: tuple[str, ...] = ()
    sources: tuple[CoveredSource, ...] = ()
    lacks_search_engine: bool = False

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
    cases: tuple[CaseView, ...] = ()
    changes: tuple[ChangeLine, ...] = ()
    questions: tuple[FindingView, ...] = ()
    own: tuple[FindingView, ...] = ()
    about: tuple[FindingView, ...] = ()
    set_aside: tuple[FindingView, ...] = ()
    waiting: tuple[CaseView, ...] = ()
    decided: tuple[CaseView, ...] = ()
    breaches: tuple[BreachLine, ...] = ()


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
    cases: SectionLines[CaseView]
    changes: SectionLines[ChangeLine]
    questions: SectionLines[FindingView]
    waiting: SectionLines[CaseView]
    decided: SectionLines[CaseView]
    own: SectionLines[FindingView]
    about: SectionLines[FindingView]
    set_aside: SectionLines[FindingView]
    gaps: SectionLines[CoverageGap]
    breaches: SectionLines[BreachLine]

    @property
    def single_cases(self) -> tuple[CaseView, ...]:
        return fold_exposures(self.cases.shown)[0]

    @property
    def folded_cases(self) -> tuple[CaseView, ...]:
        """Return the pages with contact details, where there are several: one entry for all."""
        return fold_exposures(self.cases.shown)[1]

    @property
    def folded_sentence(self) -> Reason:
        return describe_folded(self.folded_cases)

    @property
    def news(self) -> int:
        return self.attention + self.changes.total + self.questions.total

    @property
    def attention(self) -> int:
        """Count cases and data breaches: a subject line does not tell which it is."""
        return self.needs_you + self.breaches.total

    @property
    def tone(self) -> str:
        """Return the color of the headline: red only where somebody may be harmed."""
        unanswered = (case for case in self.waiting.shown if case.is_undecided)
        if any(case.severity is Severity.HIGH for case in (*self.cases.shown, *unanswered)):
            return "bad"
        return "wait" if self.attention or self.waiting.total else ""


def arrange_sections(view: PersonalEmailView, most: int) -> EmailSections:
    """Give `most` places to what matters most; what has no order here keeps the one given."""
    by_rank: dict[str, Iterable[Any]] = {
        "cases": sorted(view.cases, key=_key_by_severity_and_age),
        "breaches": view.breaches,
        "changes": sorted(view.changes, key=lambda line: line.at),
        "questions": view.questions,
        "waiting": sorted(view.waiting, key=lambda case: case.since or case.opened_at),
        "decided": sorted(view.decided, key=lambda case: case.ended_at or case.opened_at),
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


def _key_by_severity_and_age(line: CaseView) -> tuple[int, float, str]:
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
        page = arrange_sections(view, most)
        return {**context, "page": page, "tone": page.tone or _choose_calm_tone(view, quiet=quiet)}

    return compose_fitting_email(folder, build_context)


def _choose_calm_tone(view: PersonalEmailView, *, quiet: bool) -> str:
    """Return green only where something was checked and nothing is open."""
    if not view.coverage.checked:
        return "wait"
    return "good" if quiet else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckView(PersonalEmailView):
    """What differs from the last check; `since` is None where this is the first one."""

    at: datetime
    since: datetime | None = None


def render_self_check(view: SelfCheckView) -> Email:
    return _render_personal_email("self_check", view, view.at.year, quiet=False)
