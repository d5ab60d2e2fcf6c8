"""What a person's answers taught: the average of their own traces, and of the others.

Only places, sites, a listed vocabulary of work, school and pastimes and, on pages, words that are
written like names may be compared. A word of what someone believes or suffers from is not in the
vocabulary, and no name; names count, but are never spelled out. docs/detection.md says why. Words
are in the singular; `look_up_word` folds plurals.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import dropwhile
from math import log2, sqrt

from monitor.domain.detection.affiliation_words import NOT_A_PLACE, extract_localities
from monitor.domain.names.normalize import fold_text, split_words
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import Decision
from scrapers.models import Trace, TraceKind

_WORK = """
accountant accounting actor agent analyst animator appraiser architect architecture artist
attorney author baker banker barber bartender biologist bookkeeper bookseller brewer broker
builder butcher carpenter cashier chef chemist choreographer comedian composer conductor
construction consultant contractor cook curator dancer dealer dental dentist dentistry designer
detective developer director dispatcher driver economist editor electrician engineer engineering
entrepreneur estate farmer filmmaker firefighter florist founder geologist goldsmith guide
hairdresser handyman historian hygienist illustrator inspector installer instructor insurance
interpreter inventor investor janitor jeweler journalist landscaper lawyer lecturer locksmith
logger machinist manager manufacturer mason mechanic meteorologist miner model mover musician
novelist nurse nursing officer optician orchard painter paralegal paramedic pharmacist
photographer physicist physiotherapist pilot planner plumber plumbing potter printer producer
professor programmer publisher realtor realty receptionist reporter researcher roofer sailor
salesman salon scientist screenwriter sculptor secretary security singer software songwriter
stylist surgeon surveyor tailor taxidermist technician translator trucker tutor upholsterer usher
veterinarian waiter warehouse watchmaker welder winery writer
"""
_VOCABULARY_SCHOOL = """
algebra alumni anatomy art assistant astronomy athletic band biology bookmobile botany bulletin
calculus career chemistry choir chorus class classroom coach coding college counselor curriculum
custodian debate department drama economics educator elementary faculty fifth fourth freshman
geography geometry grade grader graduate gym gymnasium handwriting history homeroom honors
journalism kindergarten lab language lesson librarian library literacy literature math mathematics
mentor metalwork music orchestra paraprofessional pe phonics physics poetry prekindergarten
preschool principal psychology reading recess robotics scholarship school science semester sixth
sociology spelling statistics stem student substitute superintendent syllabus teacher teaching
theater theatre trigonometry twelfth university woodwork workbook worksheet yearbook
"""
_PASTIMES = """
acrobat album antique aquarium archery astronomer athlete aviation badminton ballet banjo baseball
basketball bass beekeeper beekeeping beetle bicycle bike birding birdwatching blog board boat
bonsai book bowling bridge butterfly cactus calligraphy camera camping canoe car carpentry cartoon
cat cello ceramics chess clarinet climbing clock coin collector comic cooking cornet cricket
crochet crossword cycling cyclist dance dessert disco dog doll drone drum drummer embroidery fair
fencing fern film fishing flute football fossil frog game garden gardener gardening genealogy golf
guitar gymnastics harmonica heron hike hiker hiking hockey horse improv insect jazz judo juggling
karate kayak kayaking kite knitter knitting lacrosse lighthouse locomotive marathon marimba meteor
mosaic moth motorcycle mural mushroom novel oboe opera orchid origami paddle painting photo
photograph photography pianist piano pie pinball podcast poem poet pottery print puppet puzzle
quilt quilter quilting quiz radio railroad railway recipe record relay review rock roller rose
rowing rugby runner running sailing saxophone scout sculpture sewing singing skate skateboard
skating sketch ski skiing snowboard soccer softball song sourdough sprint squash stamp stargazing
story surfing swim swimmer swimming tennis thriller track train triathlon trombone trumpet tuba
ukulele ultra vinyl viola violin volcano volleyball walking watercolor weaving western wind
woodworking wrestler wrestling zine
"""
# What sort of page it is says something, too: results of races are seldom a teacher's.
_PAGES = """
agenda auction award biography brochure catalogue directory event exhibit exhibition fundraiser
gallery grant interview invoice leaderboard lineup listing meet newsletter obituary patent
playlist portfolio property recital result roster schedule season shop standing store team
tournament volunteer webinar workshop
"""
_SHORTEST_PLURAL = 4


def look_up_word(word: str) -> str:
    """Return a plain word as this list has it, and nothing where it does not."""
    for form in _list_singular_forms(word):
        if form in _LISTED_WORDS:
            return form
    return ""


def _list_singular_forms(word: str) -> tuple[str, ...]:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s"):
        return (word,)
    return (word, f"{word[:-3]}y" if word.endswith("ies") else word[:-1], word[:-2])


_LISTED_WORDS = frozenset(f"{_WORK} {_VOCABULARY_SCHOOL} {_PASTIMES} {_PAGES}".split())

_LONGEST_TEXT = 4000
# Bounded, so that a text of capitals alone takes no longer than any other.
_CAPITALISED = r"[A-Z][\w'-]{1,30}"
_CHAIN = rf"{_CAPITALISED}(?:[ ]{_CAPITALISED}){{0,2}}"
_AFTER_A_PREPOSITION = re.compile(rf"\b(?:[Ii]n|[Nn]ear|[Ff]rom)\s+({_CHAIN})")
_KINDS_OF_SCHOOL = "Academy|College|District|Elementary|Library|Schools?|University"
_SCHOOL = re.compile(rf"((?:{_CAPITALISED}[ ]){{1,5}}(?:{_KINDS_OF_SCHOOL}))\b")
_LETTERS = re.compile(r"[^\W\d_]+")


# "Volunteers at Harbor Light" names something, a word at the start of a sentence may be any word.
_NAMED = re.compile(rf"(?:(?<=[a-z0-9,&@] ){_CAPITALISED}|{_CAPITALISED}(?: {_CAPITALISED})+)")
_SHORTEST_NAMED = 3
# Written like names, and about what someone believes, supports, suffers from or is.
_NEVER_NAMED = re.compile(
    r"(?:christ|cathol|luther|baptis|method|presbyt|episcop|pentecost|evangel|mormon|orthodox|jew|"
    r"muslim|islam|hindu|buddh|sikh|athei|church|chapel|parish|mosque|temple|synagog|minist|pastor|"
    r"rabbi|imam|bible|gospel|prayer|democrat|republic|libertar|conservat|liberal|social|communis|"
    r"trump|biden|obama|maga|senat|congress|campaign|elect|union|protest|pride|lgbt|gay|lesb|trans|"
    r"queer|black|white|latin|hispan|asian|african|indian|nativ|immigr|cancer|diabet|autis|recover|"
    r"therap|pregnan|disab|depress|alcohol|veteran|mother|father|divorc|widow|retire|woman|women)"
)


class TraitKind(StrEnum):
    """A place, a school, a word of work or pastime, a site, a name: nothing else is learned from.

    Sites and names are compared, and never spelled out.
    """

    PLACE = "place"
    SCHOOL = "school"
    WORD = "word"
    SITE = "site"
    NAME = "name"

    @property
    def is_spelled_out(self) -> bool:
        return self not in {TraitKind.SITE, TraitKind.NAME}


@dataclass(frozen=True, slots=True, order=True)
class Trait:
    """`word` is plain: two spellings of one thing are one trait."""

    kind: TraitKind
    word: str


# Each trait, with the words that show it.
Traits = Mapping[Trait, str]


def extract_traits(trace: Trace, name: PersonName) -> Traits:
    """Read what is shown besides the name; two people with one name do not differ in it.

    The number of times does not count, since a snippet repeats the words of the query.
    """
    parts = (trace.title, trace.snippet, trace.bio)
    text = "\n".join(part for part in parts if part)[:_LONGEST_TEXT]
    own = frozenset(split_words(f"{name.full_name} {name.middle} {' '.join(name.former_families)}"))
    found: dict[Trait, str] = {}
    for trait, written in (
        *_extract_word_traits(f"{text}\n{_extract_page_path(trace)}", own),
        *_extract_place_traits(f"{text}\n{trace.location}", own),
        *_extract_site_trait(trace),
    ):
        found.setdefault(trait, written)
    # What is known as a place or a school does not count again as a name.
    known = own.union(*(trait.word.split() for trait in found))
    return found | dict(_extract_name_traits(trace, known))


def _extract_word_traits(text: str, own: frozenset[str]) -> Iterator[tuple[Trait, str]]:
    for word in _LETTERS.findall(fold_text(text)):
        form = look_up_word(word)
        if form and word not in own:
            yield Trait(TraitKind.WORD, form), word


def _extract_place_traits(text: str, own: frozenset[str]) -> Iterator[tuple[Trait, str]]:
    for found in _AFTER_A_PREPOSITION.findall(text):
        yield from _build_named_trait(TraitKind.PLACE, found.split(), own)
    for place in extract_localities(text):
        yield from _build_named_trait(TraitKind.PLACE, [word.title() for word in place.town], own)
    for found in _SCHOOL.findall(text):
        # In a title the person's name often precedes the school.
        yield from _build_named_trait(TraitKind.SCHOOL, _drop_leading_name(own, found.split()), own)


def _drop_leading_name(own: frozenset[str], words: list[str]) -> list[str]:
    return list(dropwhile(lambda word: fold_text(word) in own, words))


def _build_named_trait(
    kind: TraitKind, words: list[str], own: frozenset[str]
) -> Iterator[tuple[Trait, str]]:
    """Leave out what bears the person's name: their namesakes' families live there, too."""
    plainly = [fold_text(word) for word in words]
    if plainly and plainly[0] not in NOT_A_PLACE and own.isdisjoint(plainly):
        yield Trait(kind, " ".join(plainly)), " ".join(words)


def _extract_page_path(trace: Trace) -> str:
    """Return what a page's address says; that of an account holds a handle, and no words."""
    if trace.kind is not TraceKind.PAGE:
        return ""
    return re.split("[?#]", trace.url.partition("://")[2].partition("/")[2])[0][:_LONGEST_TEXT]


def _extract_site_trait(trace: Trace) -> Iterator[tuple[Trait, str]]:
    """Two accounts on one network are anyone's; two pages of one site are often one person's."""
    host = re.split("[/?#]", trace.url.partition("://")[2])[0].casefold().removeprefix("www.")
    if host and trace.kind is TraceKind.PAGE:
        yield Trait(TraitKind.SITE, host), "its site"


def _extract_name_traits(trace: Trace, known: frozenset[str]) -> Iterator[tuple[Trait, str]]:
    """Yield what a page writes like a name: one word at a time, as results cut names."""
    if trace.kind is not TraceKind.PAGE:
        return
    for named in _NAMED.findall(f"{trace.title}\n{trace.snippet}"[:_LONGEST_TEXT]):
        for word in map(fold_text, _LETTERS.findall(named)):
            common = word in known or word in NOT_A_PLACE or look_up_word(word)
            if len(word) >= _SHORTEST_NAMED and not common and not _NEVER_NAMED.match(word):
                yield Trait(TraitKind.NAME, word), "a name"


Vector = Mapping[Trait, float]

# More than these were never measured, and count no more.
_MOST_TRACES = 8
# An impersonator copies what is the person's, so that their words belong to neither side.
_NOT_ME_DECISIONS = frozenset({Decision.NAMESAKE, Decision.UNRELATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitCentroid:
    """The middle of `trace_count` unit vectors, itself of length 1 unless there are none."""

    vector: Vector = field(default_factory=dict)
    trace_count: int = 0

    @property
    def likeness_weight(self) -> float:
        """Say how much a likeness to this side counts: each doubling of traces adds as much."""
        return log2(1 + min(_MOST_TRACES, self.trace_count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """`from_answers` says that the person answered; else only what they declared teaches."""

    from_answers: bool = False
    me: TraitCentroid = field(default_factory=TraitCentroid)
    other: TraitCentroid = field(default_factory=TraitCentroid)
    rarity: Vector = field(default_factory=dict)

    def build_unit_vector(self, shown: Traits) -> Vector:
        """Weigh what is shown by its rarity among what was judged; what is new is rarest."""
        rarest = max(self.rarity.values(), default=1.0)
        return _normalize_vector({trait: self.rarity.get(trait, rarest) for trait in shown})


NO_LESSONS = Lessons()


def learn_from_feedback(
    judged: Iterable[tuple[Trace, Decision]], own: Iterable[Trace], name: PersonName
) -> Lessons:
    """Learn from what the person declared and, from the first answer on, from what they ruled."""
    said = {trace.key: (trace, decision) for trace, decision in judged}
    mine = {trace.key: trace for trace in own}
    if not said and not mine:
        return NO_LESSONS
    mine |= {key: trace for key, (trace, decision) in said.items() if decision is Decision.MINE}
    theirs = [trace for trace, decision in said.values() if decision in _NOT_ME_DECISIONS]
    lessons = build_lessons(
        [extract_traits(value, name) for value in mine.values()],
        [extract_traits(trace, name) for trace in theirs],
    )
    return replace(lessons, from_answers=bool(said))


def build_lessons(me: Iterable[Traits], other: Iterable[Traits]) -> Lessons:
    mine, theirs = tuple(me), tuple(other)
    judged = (*mine, *theirs)
    met = Counter(trait for traits in judged for trait in traits)
    rarity = {trait: 1 + log2((1 + len(judged)) / (1 + times)) for trait, times in met.items()}
    return Lessons(
        me=_build_centroid(mine, rarity), other=_build_centroid(theirs, rarity), rarity=rarity
    )


def _build_centroid(several: tuple[Traits, ...], rarity: Vector) -> TraitCentroid:
    middle: dict[Trait, float] = defaultdict(float)
    for traits in several:
        for trait, weight in _normalize_vector({trait: rarity[trait] for trait in traits}).items():
            middle[trait] += weight
    return TraitCentroid(vector=_normalize_vector(middle), trace_count=len(several))


def _normalize_vector(vector: Vector) -> Vector:
    length = sqrt(sum(weight * weight for weight in vector.values()))
    return {trait: weight / length for trait, weight in vector.items()}
