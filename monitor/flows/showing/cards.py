"""What a person is asked about, as cards: whose something is, and what to do about a flag."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from monitor.domain.assessment import Assessment
from monitor.domain.flag import Flag, FlagKind, Ruling
from monitor.domain.item import Item
from monitor.flows.judging.sorting import Sorting, Unsorted
from monitor.flows.writing.telling import Telling, speaking_against, speaking_for
from monitor.store.state import State
from reports import words
from reports.pages.sort import ANSWERS, FLAG_ANSWERS, PAGE_ANSWERS, CardLine, Choice, SortedLine
from scrapers.finding import Finding, Kind

ASKED = "Is this you?"
PAGE_ASKED = "Is this about you?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    state: State
    sorting: Sorting
    telling: Telling

    def waiting(self, owner: str) -> tuple[CardLine, ...]:
        """Return all that waits for the person's word, the worst first."""
        asked = [self.of_item(each) for each in self.sorting.waiting(owner)]
        flags = self.state.flags.of_person(owner)
        told = [self.of_flag(each) for each in flags if _ruled_apart(each)]
        return tuple(sorted((*told, *asked), key=_rank))

    def of_item(self, waiting: Unsorted) -> CardLine:
        item, flags = waiting.item, waiting.flags
        worst = flags[0] if flags else None
        portrait = item.portrait
        question = ASKED if portrait.kind is Kind.ACCOUNT else PAGE_ASKED
        return CardLine(
            ref=item.ref,
            item=item.ref,
            question=self.telling.flag(worst).what if worst else question,
            kind=words.FlagKind(worst.kind).words if worst else "",
            severity=words.Severity(worst.severity) if worst else None,
            choices=choices(portrait.kind, waiting.suggested),
            lowered_by=worst.lowered_by if worst else (),
            earlier=self.telling.flag(worst).earlier if worst else "",
            **_shown(item, waiting.assessment),
        )

    def of_flag(self, flag: Flag) -> CardLine:
        """Show a flag that is about more than whose something is."""
        line = self.telling.flag(flag)
        return CardLine(
            ref=flag.ref,
            item=flag.item,
            flag=True,
            question=line.what,
            kind=line.kind.words,
            severity=line.severity,
            choices=flag_choices(flag.kind),
            url=line.url,
            platform=line.platform,
            title=line.title,
            speaks_for=flag.reasons,
            lowered_by=flag.lowered_by,
            first_seen=line.first_seen,
            last_seen=line.last_seen,
            earlier=line.earlier,
        )

    def about(self, item: Item) -> CardLine:
        """Show an item, whether or not anything is asked about it."""
        assessment = self.state.items.assessment(item.ref)
        return CardLine(
            ref=item.ref,
            item=item.ref,
            question=ASKED if item.portrait.kind is Kind.ACCOUNT else PAGE_ASKED,
            choices=choices(item.portrait.kind),
            **_shown(item, assessment),
        )

    def sorted(self, owner: str) -> tuple[SortedLine, ...]:
        """Return what was answered, the latest found first."""
        return tuple(
            SortedLine(
                item=each.item.ref,
                title=title_of(each.item.portrait),
                url=each.item.portrait.url,
                platform=each.item.portrait.platform,
                words=ANSWERS[each.verdict],
            )
            for each in reversed(self.sorting.sorted(owner))
        )


def choices(kind: Kind, suggested: Ruling | None = None) -> tuple[Choice, ...]:
    """Return the four answers to whose something is."""
    answers = ANSWERS if kind is Kind.ACCOUNT else PAGE_ANSWERS
    return tuple(
        Choice(value=value, words=told, suggested=value == suggested)
        for value, told in answers.items()
    )


def flag_choices(kind: FlagKind) -> tuple[Choice, ...]:
    """Return the answers that fit a kind of flag; sharing is a thing of its own."""
    told = FLAG_ANSWERS[words.FlagKind(kind)]
    return tuple(Choice(value=value, words=said) for value, said in told.items())


def _ruled_apart(flag: Flag) -> bool:
    return flag.undecided and flag.kind is not FlagKind.IMPERSONATION


class Shown(TypedDict):
    """The part of a card that an item shows of itself."""

    url: str
    platform: str
    title: str
    snippet: str
    first_seen: datetime
    last_seen: datetime
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


def _shown(item: Item, assessment: Assessment | None) -> Shown:
    portrait = item.portrait
    return Shown(
        url=portrait.url,
        platform=portrait.platform,
        title=title_of(portrait),
        snippet=portrait.bio or portrait.snippet,
        first_seen=item.first_seen,
        last_seen=item.last_seen,
        speaks_for=speaking_for(assessment) if assessment else (),
        speaks_against=speaking_against(assessment) if assessment else (),
    )


def title_of(portrait: Finding) -> str:
    return portrait.name or portrait.title or portrait.handle


def _rank(card: CardLine) -> int:
    return card.severity.rank if card.severity else len(words.Severity)
