"""What on a public card makes it likely that somebody goes to school."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.names.spelling import plain
from monitor.domain.names.words import contains, words_of
from scrapers.finding import Contact


class Cue(StrEnum):
    SCHOOL_YEAR = "school-year"
    CLASS_OF = "class-of"
    GRADE = "grade"
    SCHOOL = "school"
    TOWN = "town"
    SEVERAL_NAMES = "several-names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where pupils go to school, and in which calendar year that is said."""

    schools: tuple[str, ...] = ()
    town: str = ""
    year: int


# First weights, in bits; a name on the roster needs at least this much beside it.
_BITS = {Cue.SCHOOL_YEAR: 8, Cue.CLASS_OF: 5, Cue.GRADE: 5, Cue.SCHOOL: 5, Cue.TOWN: 3}
_ENOUGH = 5
_LONGEST_CARD = 1000
_SCHOOL_YEARS = 13
# Two letters before a number stand for too many other things.
_SHORTEST_SCHOOL = 3
_NOTHING = r"(?!)"
# A family's pride in a pupil, and a former pupil's in the school, are no cues.
_OF_A_PUPIL = re.compile(
    r"\b(mom|mum|dad|mother|father|parent|husband|wife|grand\w+|alum\w*|retired)\b"
)
# For these a school is a place of work.
_AT_WORK = re.compile(r"\b(teach\w*|coach\w*|principal|counsel\w*|librarian|staff|mrs?|phd)\b")
_YEAR = r"\W{0,4}(20\d\d|\d\d)\b"
_CLASS_OF = re.compile(rf"\b(?:class of|c/o){_YEAR}")
# In capitals any high or middle school will do, in small letters only one of ours.
_SOME_SCHOOL = re.compile(rf"\b[A-Z]{{1,4}}[HM]S{_YEAR}")
_GRADE = re.compile(
    r"\b(?:[1-9]|1[0-2])(?:st|nd|rd|th) grade(?:r)?\b|\bgrade (?:[1-9]|1[0-2])\b|"
    r"\b(?:freshman|sophomore)\b"
)


def cues(contact: Contact, setting: Setting) -> frozenset[Cue]:
    """Return the cues on a card, or none if together they are too weak."""
    card = f"{contact.name}\n{contact.bio}"[:_LONGEST_CARD]
    if _OF_A_PUPIL.search(plain(card)):
        return frozenset()
    found = frozenset((*_years(card, setting), *_words(plain(card), setting)))
    return found if sum(_BITS[cue] for cue in found) >= _ENOUGH else frozenset()


def _years(card: str, setting: Setting) -> Iterator[Cue]:
    if _leaves_school(_CLASS_OF, plain(card), setting.year):
        yield Cue.CLASS_OF
    short = [name for name in map(_abbreviation, setting.schools) if len(name) >= _SHORTEST_SCHOOL]
    ours = "|".join(map(re.escape, short)) or _NOTHING
    our_school = re.compile(rf"\b(?:{ours}){_YEAR}")
    if _leaves_school(_SOME_SCHOOL, card, setting.year) or _leaves_school(
        our_school, plain(card), setting.year
    ):
        yield Cue.SCHOOL_YEAR


def _words(card: str, setting: Setting) -> Iterator[Cue]:
    if _AT_WORK.search(card):
        return
    words = words_of(card)
    if _GRADE.search(card):
        yield Cue.GRADE
    if any(contains(words, words_of(school)) for school in setting.schools):
        yield Cue.SCHOOL
    if setting.town and contains(words, words_of(setting.town)):
        yield Cue.TOWN


def _abbreviation(school: str) -> str:
    """Return the initials of a school's name; a single word is taken for its initials."""
    words = words_of(school)
    return "".join(word[0] for word in words) if len(words) > 1 else "".join(words)


def _leaves_school(pattern: re.Pattern[str], card: str, year: int) -> bool:
    """Tell whether a year of graduation is this one or still to come."""
    years = (int(found.group(1)) % 100 + 2000 for found in pattern.finditer(card))
    return any(year <= each < year + _SCHOOL_YEARS for each in years)
