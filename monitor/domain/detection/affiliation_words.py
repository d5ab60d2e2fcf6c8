"""Places as people write them: which town, and which state of the United States.

Schools and employers: whether a text names the person's own, or another one. Work: whether a
text speaks of the person's, or of other work.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.names.normalize import contains_phrase, split_words
from monitor.domain.person import Person

_CODES = """
al alabama ak alaska az arizona ar arkansas ca california co colorado ct connecticut de delaware
fl florida ga georgia hi hawaii id idaho il illinois in indiana ia iowa ks kansas ky kentucky
la louisiana me maine md maryland ma massachusetts mi michigan mn minnesota ms mississippi
mo missouri mt montana ne nebraska nv nevada nh new-hampshire nj new-jersey nm new-mexico
ny new-york nc north-carolina nd north-dakota oh ohio ok oklahoma or oregon pa pennsylvania
ri rhode-island sc south-carolina sd south-dakota tn tennessee tx texas ut utah vt vermont
va virginia wa washington wv west-virginia wi wisconsin wy wyoming dc district-of-columbia
"""
_PAIRS = _CODES.split()
_STATE_BY_NAME = {
    tuple(name.split("-")): code for code, name in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
}
_STATES = frozenset(_PAIRS[::2])
_LONGEST_STATE = 3
_LONGEST_TOWN = 4
_LONGEST_PLACE_TEXT = 200
_COUNTRY_WORDS = frozenset(["usa", "us", "united", "states", "america"])
_AREA_WORDS = frozenset(["area", "greater", "metro", "region"])
# What people write where a town is asked for, and is none.
_NOT_A_TOWN = frozenset(
    split_words(
        "earth world everywhere here there home online internet planet classroom school somewhere "
        "nowhere moon mars heart library beach universe hell heaven wonderland hogwarts worldwide "
        "global remote cloud web town your my the a"
    )
)
# What is capitalised after "in" and "from" without being a place.
NOT_A_PLACE = frozenset(
    split_words(
        "january february march april may june july august september october november december "
        "monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter "
        "english spanish french german math maths science history art music education special "
        "the this my our all loving love memory christ jesus god home school heart "
        "facebook instagram linkedin twitter youtube"
    )
)
_DOTTED = re.compile(r"\b([A-Za-z])\.\s?([A-Za-z])\.(?![A-Za-z])")
_AFTER_A_TOWN = re.compile(r"(?<=[A-Za-z])[ ,]{1,2}MS\b")
_PARTS = re.compile(r"[,;|/•·\n]|\s-\s")
# "Fairmont, OH" in running text.
_TOWN_AND_STATE = re.compile(
    r"\b((?:[A-Z][\w'.-]{1,40} ){0,3}[A-Z][\w'.-]{1,40}), ?"
    r"([A-Z]{2}\b|[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """`town` is in plain words, `state` its two letters; at least one of them is set."""

    town: tuple[str, ...] = ()
    state: str = ""

    def is_same_town(self, other: "Locality") -> bool:
        """Both name one town, and do not name two states."""
        return bool(self.town) and self.town == other.town and not self.is_other_state(other)

    def is_other_state(self, other: "Locality") -> bool:
        return bool(self.state and other.state) and self.state != other.state

    def is_other_place(self, other: "Locality") -> bool:
        """Tell whether the two name different towns or states."""
        towns = bool(self.town and other.town) and self.town != other.town
        return towns or self.is_other_state(other)


@lru_cache(maxsize=4096)
def parse_locality(written: str) -> Locality | None:
    """Parse the location field; None if it names no place."""
    # Elsewhere it may be a degree.
    plain = _AFTER_A_TOWN.sub(", Mississippi", _DOTTED.sub(r"\1\2", written))
    parts = _PARTS.split(plain[:_LONGEST_PLACE_TEXT])
    words = tuple(word for part in parts for word in split_words(part) if word not in _AREA_WORDS)
    while words and words[-1] in _COUNTRY_WORDS:
        words = words[:-1]
    town, state = _split_off_state(words)
    if len(town) > _LONGEST_TOWN or not _NOT_A_TOWN.isdisjoint(town):
        town = ()
    return Locality(town=town, state=state) if town or state else None


def extract_localities(text: str) -> Iterator[Locality]:
    """Yield the towns in a text, with their states."""
    for town, state in _TOWN_AND_STATE.findall(text):
        place = parse_locality(f"{town}, {state}")
        if place and place.state and place.town:
            yield place


def _split_off_state(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    if words and words[-1] in _STATES:
        return words[:-1], words[-1]
    for size in range(_LONGEST_STATE, 0, -1):
        state = _STATE_BY_NAME.get(words[-size:])
        if state and len(words) >= size:
            return words[:-size], state
    return words, ""


# "at Fairmont High", "@ Keller Realty": a preposition and the capitalised words after it.
_AT_EMPLOYER = re.compile(
    r"(?:\b[Aa]t |@ ?)((?:[A-Z][\w'&.-]+)(?: +(?:(?:of|and|&) +)?[A-Z][\w'-]+){0,5})"
)
# "Fairmont Middle School": capitalised words before what a school is called.
_SCHOOL = re.compile(
    r"\b((?:[A-Z][\w'.-]{1,40} +){1,4})"
    r"(?:High|Middle|Elementary|Primary|Junior High|Intermediate|Academy|"
    r"Charter|Prep|ISD|USD|HS|MS)\b"
)
_SCHOOL_ABBREVIATIONS = {
    ("high", "school"): ("hs", "high"),
    ("middle", "school"): ("ms", "middle"),
    ("elementary", "school"): ("es", "elementary", "elem"),
    ("primary", "school"): ("primary",),
    ("junior", "high", "school"): ("jhs", "junior high"),
    ("school", "district"): ("sd", "schools", "school dist"),
    ("unified", "school", "district"): ("usd", "unified", "unified schools"),
    ("independent", "school", "district"): ("isd",),
    ("public", "schools"): ("ps", "schools"),
}
# "QRHS": initials of a school. With a vowel they may be a word in capitals, such as GAMES and RAMS;
# others are of an honor society, of offices and of tapes.
_SCHOOL_INITIALS = re.compile(
    r"\b(?!(?:NHS|NJHS|DHS|HHS|VHS)\b)"
    r"(?:[A-Z]{1,2}HS|[B-DF-HJ-NP-TV-XZ]{3}HS|[B-DF-HJ-NP-TV-XZ]{2,3}[EM]S)\b"
)
# "@ fairmont high school": written small, the whole of what schools are called says so.
_SMALL_SCHOOL = re.compile(
    r"(?:\bat |@ ?)((?:[a-z][\w'-]{1,40} ){1,4}(?:high|middle|elementary|primary) school\b"
    r"|(?:[a-z][\w'-]{1,40} ){1,4}elementary\b)"
)
_SHORTEST_INITIALS, _WRITTEN_SMALL = 3, 4
_NOT_AN_EMPLOYER = frozenset(
    split_words(
        "home heart night school work the my our least first last all large gmail yahoo hotmail "
        "outlook instagram facebook twitter linkedin youtube tiktok"
    )
)


# After a comma and a town it is Mississippi, and no middle school: "Tupelo, MS".
_MISSISSIPPI = re.compile(r"(?<=[A-Za-z]), ?MS\b")


def count_named_employers(text: str, person: Person) -> int:
    """Count which of the person's school and employer the text names."""
    # A word more, since what ends a name is taken for a degree.
    written = f"{_MISSISSIPPI.sub(', Mississippi', text)} etc"
    words = split_words(written)
    return sum(
        any(contains_phrase(words, phrase) for phrase in list_employer_phrases(side))
        or _contains_initials(side, written)
        for side in {person.organization, person.school}
        if side
    )


def mentions_place(text: str, person: Person) -> bool:
    """Tell whether the text names one of the person's places, other than in a school's name."""
    schools, towns = _write_places(person.organization, person.school, person.places)
    if not towns:
        return False
    words = _write_phrase(split_words(text))
    for school in schools:
        # A mark keeps the words before and after from forming a phrase that no one wrote.
        words = words.replace(school, " | ")
    return any(
        town in words and words.count(town) > _count_other_states(town, text, person)
        for town in towns
    )


def _count_other_states(town: str, text: str, person: Person) -> int:
    """Count how often a town stands in a text with a state that is not its own: it is another."""
    homes = [
        home
        for place in person.places
        if (home := parse_locality(place)) and _write_phrase(home.town) == town
    ]
    return sum(
        _write_phrase(found.town).endswith(town) and all(map(found.is_other_state, homes))
        for found in extract_localities(text)
    )


@lru_cache(maxsize=256)
def _write_places(
    organization: str, school: str, places: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the employers, the longest first, and of the towns, as phrases."""
    phrases = (*list_employer_phrases(organization), *list_employer_phrases(school))
    towns = (home.town for place in places if (home := parse_locality(place)) and home.town)
    longest_first = sorted({*map(_write_phrase, phrases)}, key=lambda phrase: -len(phrase))
    return tuple(longest_first), tuple(dict.fromkeys(map(_write_phrase, towns)))


def _write_phrase(words: Iterable[str]) -> str:
    """Put a blank around each word, so that a phrase is found in one piece and between words."""
    return "".join(f" {word} " for word in words)


def mentions_other_employer(text: str, person: Person, known: str = "") -> bool:
    """Tell whether the text says "at Home Depot" or "Fairmont High", and that is another workplace.

    False if we do not know the person's school. `known` is what their own accounts say.
    """
    if not person.school:
        return False
    own = split_words(known)
    return any(
        not _is_own_affiliation(words, person) and not contains_phrase(own, words)
        for words in _extract_employers(_MISSISSIPPI.sub(", Mississippi", text))
    )


@lru_cache(maxsize=4096)
def list_employer_phrases(employer: str) -> tuple[tuple[str, ...], ...]:
    """Return a school's name in full, and as people shorten it."""
    words = split_words(employer)
    if not words:
        return ()
    kinds = [
        (words[: -len(kind)], shorter)
        for kind, shorter in _SCHOOL_ABBREVIATIONS.items()
        if words[-len(kind) :] == kind and len(words) > len(kind)
    ]
    return words, *(start + split_words(entry) for start, shorter in kinds for entry in shorter)


def _contains_initials(employer: str, text: str) -> bool:
    """Tell whether the text has the initials of a name of three words or more, in capitals."""
    initials = "".join(word[0] for word in split_words(employer)).upper()
    # "qbhs" is no word, and students write so; "mses" is one.
    is_no_word = len(initials) >= _WRITTEN_SMALL and initials.endswith(("HS", "MS"))
    written = text.upper() if is_no_word else text
    return (
        len(initials) >= _SHORTEST_INITIALS
        and initials in written
        and bool(re.search(rf"(?<!\w){re.escape(initials)}(?!\w)", written))
    )


def _extract_employers(text: str) -> Iterator[tuple[str, ...]]:
    yield from map(split_words, _SMALL_SCHOOL.findall(text))
    for found in _AT_EMPLOYER.finditer(text):
        words = split_words(found.group(1))
        if words and words[0] not in _NOT_AN_EMPLOYER:
            yield words
    for found in (*_SCHOOL.finditer(text), *_SCHOOL_INITIALS.finditer(text)):
        yield split_words(found.group(0))


def _is_own_affiliation(words: tuple[str, ...], person: Person) -> bool:
    """Tell whether the words may mean the person's work, place or name."""
    known_names = (person.organization, person.school, *person.places, person.name.full_name)
    names = [phrase for known_name in known_names for phrase in list_employer_phrases(known_name)]
    near = any(contains_phrase(phrase, words) or contains_phrase(words, phrase) for phrase in names)
    initials = {"".join(word[0] for word in phrase) for phrase in names}
    return near or (len(words) == 1 and words[0] in initials)


_SHORTEST_ROLE_WORD = 4
# What is said of many roles, and tells none.
_GENERIC_ROLE_WORDS = frozenset(
    split_words("grade senior junior assistant head lead department first second")
)
_TEACHING = frozenset(
    split_words(
        "teacher teach teaches teaching educator education edu coach principal librarian counselor "
        "classroom professor instructor tutor paraeducator paraprofessional superintendent"
    )
)
_OTHER_OCCUPATIONS = frozenset(
    split_words(
        "accountant actor actress agent architect artist attorney author bailiff baker banker "
        "barber barista bartender blogger bookkeeper broker builder butcher carpenter cashier ceo "
        "chef chemist chiropractic chiropractor clerk comedian composer consultant contractor "
        "cook cosmetologist dancer dds dentist dentistry dental designer detective developer "
        "dispatcher dj dmd driver dvm ecologist economist editor electrician engineer "
        "entrepreneur farmer filmmaker firefighter fisherman florist founder gamer geologist "
        "guitarist hairstylist handyman hygienist illustrator influencer insurance investor "
        "janitor jeweler journalist judge landscaper lawyer locksmith machinist magician marketer "
        "marketing mechanic midwife mortgage musician novelist nurse nutritionist optician "
        "orthodontist painter paralegal paramedic pharmacist photographer physician physicist "
        "pilot plumber podcaster poet producer programmer psychologist publicist rancher rapper "
        "realtor recruiter reporter researcher roofer sales salesman scientist sculptor singer "
        "songwriter stylist surgeon surveyor tailor tattoo technician therapist trader trainer "
        "translator trucker undergrad veterinarian videographer waiter waitress welder writer"
    )
)


def mentions_role(text: str, person: Person) -> bool:
    """Tell whether the text holds a telling word of the role, or speaks of teaching."""
    words = set(split_words(_NO_SCHOOL_COACH.sub(" ", text)))
    telling = {
        word for word in split_words(person.role) if len(word) >= _SHORTEST_ROLE_WORD
    } - _GENERIC_ROLE_WORDS
    return not words.isdisjoint(telling | (_TEACHING if _works_at_school(person) else set()))


# Who coaches grown-ups works at no school.
_NO_SCHOOL_COACH = re.compile(
    r"\b(?:business|career|dating|executive|fitness|health|life|mindset|money|nutrition|sales|"
    r"success|weight loss|wellness) coach(?:es|ing)?\b",
    re.IGNORECASE,
)
_SUBJECTS = frozenset(
    split_words(
        "algebra art band biology chemistry choir chorus civics drama ela english esl french "
        "geometry german health history kindergarten latin math music orchestra pe physics reading "
        "science spanish woodshop"
    )
)


def mentions_other_subject(text: str, person: Person) -> bool:
    """Tell whether the text says what somebody teaches, and it is not what the person does."""
    own = _SUBJECTS.intersection(split_words(person.role))
    told = _SUBJECTS.intersection(split_words(text))
    return bool(own and told) and own.isdisjoint(told)


def mentions_other_role(text: str, person: Person) -> bool:
    """Tell whether the text speaks of other work; people are also named Baker and Cook."""
    if _NO_SCHOOL_COACH.search(text) and not mentions_role(text, person):
        return True
    own = split_words(f"{person.role} {person.name.full_name}")
    words = set(split_words(text)) - set(own)
    return not words.isdisjoint(_OTHER_OCCUPATIONS) and not mentions_role(text, person)


def _works_at_school(person: Person) -> bool:
    """Tell whether the person entered a school, or no other job."""
    return bool(person.school) or not _OTHER_OCCUPATIONS.intersection(split_words(person.role))
