"""Sorting what was found: cards, the worst first, and what earlier answers taught."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reports.lines import Coverage
from reports.page import Frame, page
from reports.words import FlagKind, Severity

# In the order of the buttons, and of the keys that stand for them.
ANSWERS: Final[Mapping[str, str]] = {
    "mine": "This is me",
    "namesake": "Someone else with my name",
    "impersonation": "Someone posing as me",
    "unrelated": "Not about me",
}
PAGE_ANSWERS: Final[Mapping[str, str]] = {**ANSWERS, "mine": "This is about me"}
FLAG_ANSWERS: Final[Mapping[FlagKind, Mapping[str, str]]] = {
    FlagKind.IMPERSONATION: {**ANSWERS, "harmless": "Known to me, and no trouble"},
    FlagKind.STUDENT_LINK: {
        "unlinked": "I have ended the link",
        "explained": "There is a good reason for it",
        "family": "They are family",
        "harmless": "They are not students",
    },
    FlagKind.EXPOSED_CONTACT: {
        "mine": "The details are mine",
        "namesake": "They are those of someone else with my name",
        "unrelated": "Not about me",
        "harmless": "They may stand there",
    },
    FlagKind.OWN_ACCOUNT_CHANGED: {
        "mine": "I changed it myself",
        "impersonation": "It was not me",
        "harmless": "It does not matter",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer: the word that is sent, and what it means. `suggested` is what we would say."""

    value: str
    words: str
    suggested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """`ref` is what an answer is about: an item, or a flag where `flag` says so.

    `severity` is None where nothing is wrong, and only the owner is asked for. `calls_itself`
    and `snippet` are words from the web.
    """

    ref: str
    item: str
    question: str
    url: str
    choices: tuple[Choice, ...]
    first_seen: datetime
    last_seen: datetime
    flag: bool = False
    kind: str = ""
    severity: Severity | None = None
    platform: str = ""
    title: str = ""
    snippet: str = ""
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
    lowered_by: tuple[str, ...] = ()
    earlier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntLine:
    """What verdicts taught: words that stand with the person, and with others."""

    verdicts: int
    me: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneLine:
    """What was just answered, to be taken back by one button."""

    refs: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SortView:
    """`left` counts what waits on all pages. `learnt` is None before eight verdicts.

    `coverage` is that of the latest look at them, None before there was one.
    """

    zone: str
    cards: tuple[CardLine, ...]
    left: int
    number: int = 1
    last: int = 1
    done: DoneLine | None = None
    learnt: LearntLine | None = None
    answered: int = 0
    coverage: Coverage | None = None

    @property
    def together(self) -> tuple[Choice, ...]:
        return tuple(Choice(value=value, words=words) for value, words in ANSWERS.items())

    @property
    def several(self) -> bool:
        """Tell whether more than one item can be answered alike."""
        return sum(1 for card in self.cards if not card.flag) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedLine:
    item: str
    title: str
    url: str
    words: str
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedView:
    zone: str
    lines: tuple[SortedLine, ...]
    number: int = 1
    last: int = 1


def render(view: SortView, frame: Frame) -> str:
    return page("sort", view, frame)


def render_sorted(view: SortedView, frame: Frame) -> str:
    return page("sorted", view, frame)
