"""Signs on a public list entry (a card) that someone is a student.

What people call a school: by its name, a shorter one, or its initials.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.names.normalize import contains_phrase, fold_text, split_words
from monitor.domain.vocabulary import StudentCue
from scrapers.models import Contact, Trace

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
# first guesses: parents, colleagues and former students name the school as often as students do,
# and neighbors the town, so next to these only a rare name counts.
CUE_BITS: Mapping[StudentCue, float] = {
    StudentCue.SCHOOL_YEAR: 8,
    StudentCue.CLASS_OF: 8,
    StudentCue.GRADE: 8,
    StudentCue.SCHOOL: 0,
    StudentCue.TOWN: 0,
}
# A school's name beside a year or a grade.
SCHOOL_BESIDE_YEAR = 3.0
_LONGEST_CARD = 1000
_SCHOOL_YEARS = 13
_NOT_YET = r"(?<!future )(?<!aspiring )(?<!\w-)"
# A family's pride in a student is no student's, nor is a marriage.
_RELATIVE = re.compile(
    rf"{_NOT_YET}\b(mom|mum|mama|momma|mommy|mami|dad|daddy|papa|mother|father|parents?|husband|"
    r"hubby|wife|wifey|spouse|married|grand(?:ma|pa|mother|father|parents?|dad|kids|children)|nana|"
    r"aunt|auntie|uncle|toddlers?|boosters?|pt[ao]|ptsa|support(?:s|ing|er|ers)|retired)\b|"
    r"\b(?:kids|children)\b|"
    r"\b(?:my|our|two|three|four|\d) (?:\w+ )?(?:sons?|daughters?|boys|girls)\b|"
    r"\b(?:my|our|raising|of (?:a|an|my)|for my|to (?:a|an|my)) (?:\w+ )?"
    r"(?:\w+ grader|freshm[ae]n|sophomore|junior|senior|student)\b"
)
_ALUM = re.compile(
    r"\b(alum\w*|graduated|former student|(?:went|used to go) to|grad(?!\w| (?:of |in )?(?:'|20))|"
    r"graduate of (?!'|20))\b"
)
# For these a school is a place of work, and a class one that they lead; but students dream, too.
_AT_WORK = re.compile(
    rf"{_NOT_YET}\b(teach\w*|coach\w*|principal|counsel\w*|librarian|staff|educat\w+|advis\w+|"
    r"sponsor|mrs?|phd|edd|nbct|instructor|director|superintendent|nurse|secretary|sped|"
    r"para(?:professional|educator)?|dept|department|room \d+|avid|classroom|realtor|attorney|"
    r"owner|founder|engineer|manager)\b"
)
_ORDINALS = "sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_LOW_ORDINALS = "first|second|third|fourth|fifth"
# A child of these grades has no account: who names one teaches it, or is a parent.
_LOW_GRADE = re.compile(
    rf"\b(?:[1-5](?:st|nd|rd|th)|{_LOW_ORDINALS}) grade(?:r|rs|s)?\b|\bgrade [1-5]\b|"
    r"\b(?:kindergarten|pre-?k|k-\d)\b"
)
_SUBJECTS = (
    r"(?:math\w*|science|ela|english|reading|writing|history|social studies|spanish|french|art|"
    r"music|team|bilingual|inclusion|students|scholars|kiddos|lead|pe)"
)
_TAUGHT_GRADE = re.compile(
    rf"\b(?:(?:[6-9]|1[0-2])th|{_ORDINALS}) (?:and (?:\w+ ))?grade \W?{_SUBJECTS}\b|"
    rf"\bgrade (?:[6-9]|1[0-2]) {_SUBJECTS}\b"
)
_HIGHER = re.compile(
    r"\b(universit\w+|college|univ|uni|undergrad\w*|umass|uconn|law school|med school|"
    r"grad school|mba|sorority|fraternity)\b"
)
# Colleges by the short names that they go by, in capitals: BSU, Boise State, Georgia Tech.
_COLLEGE = re.compile(
    r"\b[A-Z]{1,4}U\b|\b(?:[A-Z][\w.&]{1,40}|at|@|to) (?:U|State|Tech)\b"
    r"(?! (?:[Cc]hamp|[Qq]ual|[Mm]eet|[Ff]inal|[Pp]ark|[Tt]heat|[Cc]rew))|\bU(?: of |o)[A-Z]\w*"
)
_YEAR = r"\W{0,4}(20\d\d|\d\d)\b(?! ?%)"
_BEFORE_YEAR = (
    r"\b(?:class of|class(?= ?(?:'|20))|c/o|clase (?:de|del)|grad(?:uat\w+)?(?: of| in)?)"
)
_CLASS_OF = re.compile(rf"(?:{_BEFORE_YEAR}|\N{{GRADUATION CAP}}){_YEAR}|\bco ?('\d\d|20\d\d)\b")
# One student leaves school in one year: who names two is a parent.
_TWO_YEARS = re.compile(r"(?:'\d\d|20\d\d)\s*(?:&|\+|,|/|and)+\s*(?:and )?(?:'\d\d|20\d\d)\b")
# In capitals any high or middle school, where the district's are not known.
_SOME_SCHOOL = re.compile(rf"\b[A-Z]{{1,4}}[HM]S{_YEAR}")
_ANY_SCHOOL = re.compile(
    r"\b[A-Z]{1,4}[HM]S\b|\b(?:[A-Z][\w.]{1,40} ){1,6}(?:High|Middle)\b(?! [a-z])|"
    r"\b(?:[A-Z][\w.]{1,40} ){1,6}[HM]S\b"
)
_GRADE = re.compile(
    rf"\b(?:(?:[6-9]|1[0-2])th|{_ORDINALS}) grade(?:r)?\b|"
    r"\bgrade (?:[6-9]|1[0-2])\b|\b(?:freshman|sophomore)\b"
)
# Said of a school, these are a grade; by themselves they say much else.
_AT_SCHOOL = re.compile(r"\b(?:junior|senior|student|pupil)\b")
_UNDER_18 = re.compile(r"\b(?:1[0-7] ?(?:y/?o|years? old)|tengo 1[0-7] anos)\b")
_ADDRESSES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "coach", "profe", "senora"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReading:
    """What a card says: `cues` of a student, or that someone else wrote it.

    `is_someone_else` is a colleague, a relative, a former student, or a student of another school.
    """

    cues: frozenset[StudentCue] = frozenset()
    is_someone_else: bool = False


def read_card(contact: Contact, setting: SchoolSetting) -> CardReading:
    """Read what on a card says that a student wrote it, or that one did not."""
    card = f"{contact.name}\n{contact.bio}"[:_LONGEST_CARD]
    folded = fold_text(card)
    ours = _compile_school_pattern(setting.schools)
    some = () if setting.schools else _SOME_SCHOOL.finditer(card)
    current = any(
        _is_still_at_school(found, setting) for found in (ours.finditer(folded), iter(some))
    )
    addressed = fold_text(contact.name).partition(" ")[0].rstrip(".") in _ADDRESSES
    said = (_RELATIVE, _ALUM, _AT_WORK, _LOW_GRADE, _TAUGHT_GRADE, _TWO_YEARS)
    if (addressed or any(entry.search(folded) for entry in said)) or (
        not current and _is_elsewhere(card, folded, setting)
    ):
        return CardReading(is_someone_else=True)
    return CardReading(
        cues=frozenset(
            (
                *_detect_year_cues(folded, setting, current=current),
                *_detect_word_cues(folded, setting),
            )
        )
    )


def may_be_a_students(account: Trace, year: int) -> bool:
    """Tell whether an account says that who runs it goes to school, or is under 18."""
    card = Contact(name=account.name, handle=account.handle, bio=account.bio or account.snippet)
    says_age = _UNDER_18.search(fold_text(f"{card.name}\n{card.bio}"[:_LONGEST_CARD]))
    return bool(says_age) or names_year(read_card(card, SchoolSetting(year=year)).cues)


def sum_cue_bits(found: frozenset[StudentCue]) -> float:
    """Return how much the cues say together; two ways to name a year count once."""
    dated = max((CUE_BITS[cue] for cue in found & _YEAR_CUES), default=0.0)
    together = SCHOOL_BESIDE_YEAR if dated and StudentCue.SCHOOL in found else 0.0
    return dated + together + sum(CUE_BITS[cue] for cue in found - _YEAR_CUES)


_YEAR_CUES = frozenset({StudentCue.SCHOOL_YEAR, StudentCue.CLASS_OF, StudentCue.GRADE})


def names_year(found: frozenset[StudentCue]) -> bool:
    """Tell whether the cues say more than where someone lives or went to school."""
    return bool(found & _YEAR_CUES)


def names_grade_at_school(found: frozenset[StudentCue]) -> bool:
    """Tell whether the cues name one of the district's schools and a year or grade."""
    return bool(found & _YEAR_CUES) and not found.isdisjoint(_SCHOOL_CUES)


_SCHOOL_CUES = frozenset({StudentCue.SCHOOL_YEAR, StudentCue.SCHOOL})


def _is_elsewhere(card: str, folded: str, setting: SchoolSetting) -> bool:
    """Tell whether the card is of a college, of another school, or of a year that has passed."""
    if _HIGHER.search(folded) or _COLLEGE.search(card):
        return True
    named = _names_own_school(folded, setting)
    if setting.schools and not named and _ANY_SCHOOL.search(card):
        return True
    years = (_compile_school_pattern(setting.schools), _CLASS_OF)
    return any(_has_passed(year.finditer(folded), setting) for year in years)


def _detect_year_cues(
    folded: str, setting: SchoolSetting, *, current: bool
) -> Iterator[StudentCue]:
    if current:
        yield StudentCue.SCHOOL_YEAR
    if _is_still_at_school(_CLASS_OF.finditer(folded), setting):
        yield StudentCue.CLASS_OF


def _detect_word_cues(folded: str, setting: SchoolSetting) -> Iterator[StudentCue]:
    named = _names_own_school(folded, setting)
    if _GRADE.search(folded) or (named and _AT_SCHOOL.search(folded)):
        yield StudentCue.GRADE
    if named:
        yield StudentCue.SCHOOL
    if setting.town and contains_phrase(split_words(folded), split_words(setting.town)):
        yield StudentCue.TOWN


def _names_own_school(folded: str, setting: SchoolSetting) -> bool:
    words = split_words(folded)
    return any(
        contains_phrase(words, split_words(name))
        for school in setting.schools
        for name in list_school_names(school)
    )


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
    return any(_is_to_come(year, setting.year) for year in _list_years(found))


def _has_passed(found: Iterator[re.Match[str]], setting: SchoolSetting) -> bool:
    """Tell whether graduation years are named, and all are over: '98 is not to come."""
    year, years = setting.year, tuple(_list_years(found))
    return (
        year is not None and bool(years) and not any(_is_to_come(number, year) for number in years)
    )


def _is_to_come(graduation: int, year: int) -> bool:
    return year <= graduation < year + _SCHOOL_YEARS


def _list_years(found: Iterator[re.Match[str]]) -> Iterator[int]:
    for match in found:
        written = next(filter(None, match.groups()))
        yield int(written.removeprefix("'")) % 100 + 2000
