"""The weekly digest and the email of a self-check, to the person they are about.

A view holds only what its reader may see, and can be written as JSON and read back. Text may come
from the web as it is; it is cleaned where it is shown. Times are aware UTC. An empty string means:
nothing to say.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from monitor.domain.english_dates import parse_week_year
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseBin, Severity, rank_case
from reports.case_view import CaseView, describe_folded, fold_exposures
from reports.coverage import CoverageGap
from reports.emails.render import Email, compose_email, count_words, fill_template
from reports.emails.views import (
    BreachLine,
    ChangeLine,
    PersonalEmailView,
    SectionLines,
    limit_lines,
)
from reports.finding_view import FindingView
from reports.labels.account import DigestKind
from reports.pages.layout import PolicyReminder

# An email is read to its end; its page lists all of it, and a sentence counts what is left out.
MOST_WORDS, MOST_QUIET_WORDS = 150, 60


class Brevity(IntEnum):
    """How briefly an email is told; each is tried in turn, until it is short enough.

    `SPARE` leaves out what asks for nothing, `BARE` the reasons, `ONE_CASE` the second case, too.
    """

    FULL = 0
    BRIEF = 1
    SPARE = 2
    BARE = 3
    ONE_CASE = 4


# In how many words all else is told beside the first cases.
_ROOM = {Brevity.FULL: 100, Brevity.BRIEF: 50}
_MOST_ENTRIES = 2
# The pages that are told as one entry.
_MOST_PAGES = 3
# What a case, the head of a section, and a line of it take was measured in the demo.
_WORDS_OF_CASE = 45
_WORDS = {
    "breaches": (50, 25),
    "changes": (1, 25),
    "questions": (10, 40),
    "waiting": (2, 35),
    "decided": (1, 28),
    "own": (26, 8),
    "about": (16, 12),
    "set_aside": (9, 18),
    "gaps": (13, 24),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSections:
    """The sections of a personal email; those without a line in it are counted, for the page."""

    needs_you: int
    to_sort: int
    is_urgent: bool
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
    misreported: SectionLines[CaseView]

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
        news = self.needs_you + self.breaches.total
        return news + self.changes.total + self.questions.total

    @property
    def attention(self) -> int:
        """Count what needs its reader, as home does; 0 where only results wait, and no alert."""
        return self.needs_you + self.to_sort if self.needs_you else 0

    @property
    def asked(self) -> int:
        """Count what waits for an answer, whichever email asked it first, as its page does."""
        return self.questions.total + self.earlier_questions

    @property
    def earlier_questions(self) -> int:
        """Count what an earlier email asked, and nobody has answered."""
        return max(self.to_sort - self.questions.total, 0)

    @property
    def tone(self) -> str:
        """Return the color of the headline: red only where somebody may be harmed."""
        if self.is_urgent:
            return "bad"
        waits = self.attention or self.waiting.total or self.earlier_questions
        return "wait" if waits else ""


def arrange_sections(view: PersonalEmailView, brevity: Brevity = Brevity.FULL) -> EmailSections:
    """Give the room that there is to what matters most.

    Cases come first, in the order of every page.
    What is urgent has its place among the new ones for as long as its person says nothing.
    """
    urgent = tuple(
        case for case in view.waiting if case.is_undecided and case.severity is Severity.HIGH
    )
    cases = sorted(
        (*view.cases, *urgent),
        key=lambda case: (*rank_case(case.kind, case.severity), case.opened_at, case.id),
    )
    by_rank: dict[str, Iterable[Any]] = {
        "breaches": view.breaches,
        "changes": sorted(view.changes, key=lambda line: line.at),
        "questions": view.questions,
        # What is their turn comes before what others do; each in the order of every page.
        "waiting": sorted(
            (case for case in view.waiting if case not in urgent),
            key=lambda case: case.bin is not CaseBin.NEEDS_YOU,
        ),
        "decided": sorted(view.decided, key=lambda case: case.ended_at or case.opened_at),
        # What waits for its reader matters more.
        "gaps": ()
        if cases or view.questions or view.waiting
        else sorted(view.coverage.gaps, key=lambda gap: gap.since),
        "own": view.own,
        "about": view.about,
        "set_aside": view.set_aside,
    }
    entries = 1 if brevity is Brevity.ONE_CASE else _MOST_ENTRIES
    first = tuple(_list_first_cases(cases, entries))
    sections: dict[str, SectionLines[Any]] = {
        "cases": SectionLines(shown=first, more=len(cases) - len(first)),
        "misreported": limit_lines(view.misreported, 1),
    }
    words = _ROOM.get(brevity, 0) - _WORDS_OF_CASE * sum(
        len(one.shown) for one in sections.values()
    )
    for name, lines in by_rank.items():
        head, line = _WORDS[name]
        sections[name] = limit_lines(lines, (words - head) // line)
        if shown := len(sections[name].shown):
            words -= head + shown * line
    return EmailSections(
        **sections,
        needs_you=view.needs_you,
        to_sort=view.to_sort,
        is_urgent=any(case.severity is Severity.HIGH for case in cases),
    )


def _list_first_cases(cases: Sequence[CaseView], most: int) -> Iterator[CaseView]:
    """Yield what the first entries are about; pages with contact details are one entry."""
    pages = fold_exposures(cases)[1]
    entries = [case for case in cases if case not in pages[1:]][:most]
    for case in cases:
        if case in entries or (case in pages[:_MOST_PAGES] and pages[0] in entries):
            yield case


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView(PersonalEmailView):
    """`week` is an ISO week such as `2026-W48`; `policy` has the clause that is due.

    `views` is how often IT has opened a case since the last one.
    """

    week: str
    policy: PolicyReminder | None = None
    kind: DigestKind = DigestKind.WEEKLY
    views: int = 0

    @property
    def accounts_url(self) -> str:
        """Return where each account has what its owner can set."""
        return f"{self.review_url}/me/data/accounts"

    @property
    def has_news(self) -> bool:
        """Tell whether it has anything that no earlier one had."""
        return self.kind is not DigestKind.WEEKLY or self.brings_news or self.views > 0

    @property
    def is_quiet(self) -> bool:
        """Tell whether it has no news and no case goes on: then it is three lines."""
        return not self.has_news and not self.waiting and not self.misreported


def render_digest(view: DigestView) -> Email:
    return _render_personal_email("digest", view, parse_week_year(view.week), quiet=view.is_quiet)


def _render_personal_email(
    folder: str, view: PersonalEmailView, year: int, *, quiet: bool
) -> Email:
    """Tell as much as people read to its end."""
    most = MOST_QUIET_WORDS if quiet else MOST_WORDS

    def compose(brevity: Brevity) -> Email:
        page = arrange_sections(view, brevity)
        tone = page.tone or _choose_calm_tone(view, quiet=quiet)
        context = {"view": view, "year": year, "quiet": quiet, "page": page, "tone": tone}
        # Beside another one, a case is told in fewer words.
        context["brief"] = page.cases.total > 1 or brevity > Brevity.FULL
        context |= {"spare": brevity >= Brevity.SPARE, "bare": brevity >= Brevity.BARE}
        for line in ("folded", "covered"):
            context[line] = fill_template(f"_base/{line}.txt", context)
        return compose_email(folder, context)

    emails = map(compose, Brevity)
    email = next(emails)
    while count_words(email) > most and (shorter := next(emails, None)):
        email = shorter
    return email


def _choose_calm_tone(view: PersonalEmailView, *, quiet: bool) -> str:
    """Return green only where something was checked and nothing is open."""
    if not view.coverage.checked:
        return "wait"
    return "good" if quiet else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckView(PersonalEmailView):
    """What differs from the last check; `since` is None where this is the first one.

    `daily_until` is when the checks end that come once a day, None where a person asked for one.
    """

    at: datetime
    since: datetime | None = None
    daily_until: datetime | None = None


def render_self_check(view: SelfCheckView) -> Email:
    return _render_personal_email("self_check", view, view.at.year, quiet=False)
