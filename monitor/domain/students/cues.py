"""What on a public card makes it likely that someone goes to school.

What people call a school: by its name, a shorter one, or its initials.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.names.normalize import contains_phrase, fold_text, split_words
from monitor.domain.vocabulary import StudentCue
from scrapers.models import Contact

# Two letters before a number can mean too many other things.
_SHORTEST_INITIALS = 3
# What a school of this kind is abbreviated to after its own name: Cedar Valley HS.
_SCHOOL_ABBREVIATIONS = {"high": "hs", "middle": "ms", "elementary": "es"}


@lru_cache(maxsize=256)
def list_school_names(school: str) -> frozenset[str]:
    """Return the plain names of a school; a single word is taken for its initials."""
    words = split_words(school.replace("-", " "))
    if len(words) < 2:  # noqa: PLR2004  # one word
        return frozenset(word for word in words if len(word) >= _SHORTEST_INITIALS)
    initials = "".join(word[0] for word in words)
    names = {" ".join(words), initials if len(initials) >= _SHORTEST_INITIALS else ""}
    own = words[:-1] if words[-1] == "school" else words
    kind = _SCHOOL_ABBREVIATIONS.get(own[-1], "")
    if kind and len(own) > 1:
        names |= {" ".join(own), " ".join((*own[:-1], kind))}
    return frozenset(filter(None, names))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolSetting:
    """Where students go to school, and in which calendar year that is said.

    `year` is None where no one knows when the card was written: then any year will do.
    """

    schools: tuple[str, ...] = ()
    town: str = ""
    year: int | None


# In bits: how much likelier a student says so than another contact of a teacher. 3 of 8,822 adults'
# profiles name a year or a grade, and we assume that at least one student in ten does. The rest are
# first guesses: parents and former students name the school, and neighbors say the town as often as
# students do, so with it only a rare name counts.
CUE_BITS: Mapping[StudentCue, float] = {
    StudentCue.SCHOOL_YEAR: 8,
    StudentCue.CLASS_OF: 8,
    StudentCue.GRADE: 8,
    StudentCue.SCHOOL: 3,
    StudentCue.TOWN: 0,
}
_LONGEST_CARD = 1000
_SCHOOL_YEARS = 13
# A family's pride in a student, and a former student's in the school, are no cues.
_RELATIVE_OR_ALUM = re.compile(
    r"\b(mom|mum|mama|dad|mother|father|parent|husband|wife|grand\w+|aunt|uncle|alum\w*|retired)\b"
)
# For these a school is a place of work, and a class one that they lead; but students dream, too.
_AT_WORK = re.compile(
    r"(?<!future )(?<!aspiring )\b(teach\w*|coach\w*|principal|counsel\w*|librarian|staff|educator|"
    r"advis\w+|sponsor|mrs?|phd)\b"
)
_HIGHER = re.compile(r"\b(universit\w+|college|univ|umass|uconn|law school|med school|mba)\b")
_YEAR = r"\W{0,4}(20\d\d|\d\d)\b(?! ?%)"
_BEFORE_YEAR = (
    r"\b(?:class of|class(?= ?(?:'|20))|c/o|clase (?:de|del)|grad(?:uat\w+)?(?: of| in)?)"
)
_CLASS_OF = re.compile(rf"(?:{_BEFORE_YEAR}|\N{{GRADUATION CAP}}){_YEAR}|\bco ?('\d\d|20\d\d)\b")
# In capitals any high or middle school counts, in lowercase only one of the district's.
_SOME_SCHOOL = re.compile(rf"\b[A-Z]{{1,4}}[HM]S{_YEAR}")
_ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_GRADE = re.compile(
    rf"\b(?:(?:[1-9]|1[0-2])(?:st|nd|rd|th)|{_ORDINALS}) grade(?:r)?\b|"
    r"\bgrade (?:[1-9]|1[0-2])\b|\b(?:freshman|sophomore)\b"
)
# Said of a school, these are a grade; by themselves they say much else.
_AT_SCHOOL = re.compile(r"\b(?:junior|senior|student|pupil)\b")


def detect_cues(contact: Contact, setting: SchoolSetting) -> frozenset[StudentCue]:
    """Return what on a card says that a student wrote it."""
    card = f"{contact.name}\n{contact.bio}"[:_LONGEST_CARD]
    folded = fold_text(card)
    if _RELATIVE_OR_ALUM.search(folded) or _AT_WORK.search(folded):
        return frozenset()
    return frozenset(
        (*_detect_year_cues(card, folded, setting), *_detect_word_cues(folded, setting))
    )


def sum_cue_bits(found: frozenset[StudentCue]) -> float:
    """Return how much the cues say together; two ways to name a year count once."""
    dated = max((CUE_BITS[cue] for cue in found & _YEAR_CUES), default=0.0)
    return dated + sum(CUE_BITS[cue] for cue in found - _YEAR_CUES)


_YEAR_CUES = frozenset({StudentCue.SCHOOL_YEAR, StudentCue.CLASS_OF, StudentCue.GRADE})


def _detect_year_cues(card: str, folded: str, setting: SchoolSetting) -> Iterator[StudentCue]:
    ours = _compile_school_pattern(setting.schools)
    school_year = _is_still_at_school(ours.finditer(folded), setting) or _is_still_at_school(
        _SOME_SCHOOL.finditer(card), setting
    )
    if school_year:
        yield StudentCue.SCHOOL_YEAR
    elsewhere = _HIGHER.search(folded) and not school_year
    if not elsewhere and _is_still_at_school(_CLASS_OF.finditer(folded), setting):
        yield StudentCue.CLASS_OF


def _detect_word_cues(folded: str, setting: SchoolSetting) -> Iterator[StudentCue]:
    words = split_words(folded)
    named = any(
        contains_phrase(words, split_words(name))
        for school in setting.schools
        for name in list_school_names(school)
    )
    if _GRADE.search(folded) or (named and _AT_SCHOOL.search(folded)):
        yield StudentCue.GRADE
    if named:
        yield StudentCue.SCHOOL
    if setting.town and contains_phrase(words, split_words(setting.town)):
        yield StudentCue.TOWN


@lru_cache(maxsize=16)
def _compile_school_pattern(schools: tuple[str, ...]) -> re.Pattern[str]:
    """Find a year beside one of our schools, after it or before it."""
    names = sorted(
        (name for school in schools for name in list_school_names(school)), key=len, reverse=True
    )
    ours = "|".join(r"\W+".join(map(re.escape, name.split())) for name in names) or r"(?!)"
    led = rf"(?:\W+(?:{_BEFORE_YEAR}|senior|junior|grad))?"
    return re.compile(rf"\b(?:{ours}){led}{_YEAR}|(?<!\d)(20\d\d|'\d\d)\W{{1,4}}(?:{ours})\b")


def _is_still_at_school(found: Iterator[re.Match[str]], setting: SchoolSetting) -> bool:
    """Tell whether a graduation year is this one or still to come."""
    if setting.year is None:
        return any(True for _ in found)
    written = (next(filter(None, match.groups())) for match in found)
    years = (int(each.removeprefix("'")) % 100 + 2000 for each in written)
    return any(setting.year <= each < setting.year + _SCHOOL_YEARS for each in years)
