"""What on a public card makes it likely that somebody goes to school.

What people call a school: by its name, a shorter one, or its initials.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from monitor.domain.names.normalize import contains, plain, words_of
from scrapers.models import Contact

# Two letters before a number stand for too many other things.
_SHORTEST_INITIALS = 3
# What a school of this kind is abbreviated to after its own name: Cedar Valley HS.
_KINDS = {"high": "hs", "middle": "ms", "elementary": "es"}


@lru_cache(maxsize=256)
def spoken(school: str) -> frozenset[str]:
    """Return the plain names of a school; a single word is taken for its initials."""
    words = words_of(school.replace("-", " "))
    if len(words) < 2:  # noqa: PLR2004  # one word
        return frozenset(word for word in words if len(word) >= _SHORTEST_INITIALS)
    initials = "".join(word[0] for word in words)
    names = {" ".join(words), initials if len(initials) >= _SHORTEST_INITIALS else ""}
    own = words[:-1] if words[-1] == "school" else words
    kind = _KINDS.get(own[-1], "")
    if kind and len(own) > 1:
        names |= {" ".join(own), " ".join((*own[:-1], kind))}
    return frozenset(filter(None, names))


class Cue(StrEnum):
    SCHOOL_YEAR = "school-year"
    CLASS_OF = "class-of"
    GRADE = "grade"
    SCHOOL = "school"
    TOWN = "town"
    SEVERAL_NAMES = "several-names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where pupils go to school, and in which calendar year that is said.

    `year` is None where nobody knows when the card was written: then any year will do.
    """

    schools: tuple[str, ...] = ()
    town: str = ""
    year: int | None


# In bits: how much likelier a pupil says so than another contact of a teacher. A year or a grade
# stood on 3 of 8,822 cards of grown-ups, and one pupil in ten at least is taken to say it. The rest
# are first guesses: parents and former pupils name the school, and neighbours say the town as often
# as pupils do; beside it only a rare name counts.
BITS: Mapping[Cue, float] = {
    Cue.SCHOOL_YEAR: 8,
    Cue.CLASS_OF: 8,
    Cue.GRADE: 8,
    Cue.SCHOOL: 3,
    Cue.TOWN: 0,
}
_LONGEST_CARD = 1000
_SCHOOL_YEARS = 13
# A family's pride in a pupil, and a former pupil's in the school, are no cues.
_OF_A_PUPIL = re.compile(
    r"\b(mom|mum|mama|dad|mother|father|parent|husband|wife|grand\w+|aunt|uncle|alum\w*|retired)\b"
)
# For these a school is a place of work, and a class one that they lead; but pupils dream, too.
_AT_WORK = re.compile(
    r"(?<!future )(?<!aspiring )\b(teach\w*|coach\w*|principal|counsel\w*|librarian|staff|educator|"
    r"advis\w+|sponsor|mrs?|phd)\b"
)
_HIGHER = re.compile(r"\b(universit\w+|college|univ|umass|uconn|law school|med school|mba)\b")
_YEAR = r"\W{0,4}(20\d\d|\d\d)\b(?! ?%)"
_LED = r"\b(?:class of|class(?= ?(?:'|20))|c/o|clase (?:de|del)|grad(?:uat\w+)?(?: of| in)?)"
_CLASS_OF = re.compile(rf"(?:{_LED}|\N{{GRADUATION CAP}}){_YEAR}|\bco ?('\d\d|20\d\d)\b")
# In capitals any high or middle school will do, in small letters only one of ours.
_SOME_SCHOOL = re.compile(rf"\b[A-Z]{{1,4}}[HM]S{_YEAR}")
_ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_GRADE = re.compile(
    rf"\b(?:(?:[1-9]|1[0-2])(?:st|nd|rd|th)|{_ORDINALS}) grade(?:r)?\b|"
    r"\bgrade (?:[1-9]|1[0-2])\b|\b(?:freshman|sophomore)\b"
)
# Said of a school, these are a grade; by themselves they say much else.
_AT_SCHOOL = re.compile(r"\b(?:junior|senior|student|pupil)\b")


def cues(contact: Contact, setting: Setting) -> frozenset[Cue]:
    """Return what on a card says that a pupil wrote it."""
    card = f"{contact.name}\n{contact.bio}"[:_LONGEST_CARD]
    folded = plain(card)
    if _OF_A_PUPIL.search(folded) or _AT_WORK.search(folded):
        return frozenset()
    return frozenset((*_years(card, folded, setting), *_words(folded, setting)))


def bits(found: frozenset[Cue]) -> float:
    """Return how much cues say together; two ways to tell a year are told once."""
    dated = max((BITS[cue] for cue in found & _DATED), default=0.0)
    return dated + sum(BITS[cue] for cue in found - _DATED)


_DATED = frozenset({Cue.SCHOOL_YEAR, Cue.CLASS_OF, Cue.GRADE})


def _years(card: str, folded: str, setting: Setting) -> Iterator[Cue]:
    ours = _our_schools(setting.schools)
    school_year = _at_school(ours.finditer(folded), setting) or _at_school(
        _SOME_SCHOOL.finditer(card), setting
    )
    if school_year:
        yield Cue.SCHOOL_YEAR
    elsewhere = _HIGHER.search(folded) and not school_year
    if not elsewhere and _at_school(_CLASS_OF.finditer(folded), setting):
        yield Cue.CLASS_OF


def _words(folded: str, setting: Setting) -> Iterator[Cue]:
    words = words_of(folded)
    named = any(
        contains(words, words_of(name)) for school in setting.schools for name in spoken(school)
    )
    if _GRADE.search(folded) or (named and _AT_SCHOOL.search(folded)):
        yield Cue.GRADE
    if named:
        yield Cue.SCHOOL
    if setting.town and contains(words, words_of(setting.town)):
        yield Cue.TOWN


@lru_cache(maxsize=16)
def _our_schools(schools: tuple[str, ...]) -> re.Pattern[str]:
    """Find a year beside one of our schools, after it or before it."""
    names = sorted((name for school in schools for name in spoken(school)), key=len, reverse=True)
    ours = "|".join(r"\W+".join(map(re.escape, name.split())) for name in names) or r"(?!)"
    led = rf"(?:\W+(?:{_LED}|senior|junior|grad))?"
    return re.compile(rf"\b(?:{ours}){led}{_YEAR}|(?<!\d)(20\d\d|'\d\d)\W{{1,4}}(?:{ours})\b")


def _at_school(found: Iterator[re.Match[str]], setting: Setting) -> bool:
    """Tell whether a graduation year is this one or still to come."""
    if setting.year is None:
        return any(True for _ in found)
    written = (next(filter(None, match.groups())) for match in found)
    years = (int(each.removeprefix("'")) % 100 + 2000 for each in written)
    return any(setting.year <= each < setting.year + _SCHOOL_YEARS for each in years)
