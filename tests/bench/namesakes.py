"""Invented people of one name, and what a search for it shows of each.

Each target is a teacher with 4 to 8 namesakes. A life has a town, a school or an employer, a trade,
two pastimes, sites of its own, and words that nobody else uses, half of them written like names. A
page shows a few of these, and words of anybody's. How many is set so that plain TF-IDF over all
words divides these pages about as well as it divided the results of real searches for 52 people: an
area under the curve of .78 after one page said to be the person's, .85 after two, .91 after four
and .95 after eight.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from monitor.domain.person import Person, PersonName
from scrapers.models import Trace, TraceKind


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TOWNS = _words(
    "Alderbrook Birchmont Coldwater Dunmore Eastvale Fairhope Glenrock Hartsel Ironwood Juniper "
    "Kettering Larkfield Millbrae Northam Oakhurst Pinedale Quarry Redfern Stillwater Thornton "
    "Underhill Vantage Westbrook Yarrow"
)
SCHOOLS = ("Elementary School", "Middle School", "High School", "Academy")
TEACHING = "teacher classroom grade lesson curriculum students school district"
# The first words are those that may be learned from; the others stand for all that may not.
TRADES = (
    "realtor property listing estate homes agent closing buyers",
    "dentist dental hygienist clinic patients smile office",
    "attorney lawyer paralegal counsel court firm practice",
    "electrician contractor installer licensed wiring repair",
    "engineer software developer programmer systems team code",
    "author novelist novels publisher chapters launch",
    "runner marathon results finish miles chip division",
    "photographer gallery prints landscapes portraits studio",
    "chef recipe cooking kitchen menu seasonal",
    "musician album songwriter tour stage tickets",
    "mechanic dealer motorcycles parts garage service",
    "professor researcher university lecture papers fellowship",
    "obituary survived beloved memory services family",
    "roster football coach season stats varsity",
)
SUBJECTS = (
    "science biology chemistry lab",
    "mathematics algebra geometry statistics",
    "music band orchestra choir",
    "art ceramics printing painting",
    "library reading books literacy",
    "history debate geography essays",
)
PASTIMES = (
    "robotics coding",
    "quilting sewing",
    "running track",
    "birding hiking",
    "chess puzzles",
    "gardening bees",
    "guitar songs",
    "soccer league",
    "cycling trails",
    "baking sourdough",
    "photography film",
    "kayaking rivers",
    "theater improv",
    "knitting yarn",
    "astronomy stars",
    "tennis doubles",
)
FILLER = _words(
    "about view more home page profile contact online photos public "
    "information people search find latest updates welcome read join community "
    "local events share list info official site daily"
)
CAPITALIZED = 0.1
EVERYBODYS_SITES = tuple(f"site{number}.example" for number in range(10))
SYLLABLES = _words("ba del kor mi nes pra ro sun ta vel win zo lum fer gri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """`work` and `free` are words that others of the trade share; `own` are nobody else's."""

    town: str
    employer: str
    work: tuple[str, ...]
    free: tuple[str, ...]
    own: tuple[str, ...]
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`mine` and `others` are what a search for the name shows."""

    person: Person
    mine: tuple[Trace, ...]
    others: tuple[Trace, ...]


def targets(seed: int, many: int) -> Iterator[Target]:
    random = Random(seed)  # noqa: S311  # the same people in each run
    for number in range(many):
        yield _target(random, number)


def _target(random: Random, number: int) -> Target:
    name = PersonName(given=_word(random).title(), family=_word(random).title())
    life = _life(random, random.choice(SUBJECTS), teaching=True)
    person = Person(
        id=f"person-{number}",
        name=name,
        mail=f"{number}@district.example",
        organization=f"{life.town} Public Schools",
        zone="America/Chicago",
        school=life.employer,
        role=f"{life.work[0]} teacher",
        places=(life.town,),
    )
    mine = [_page(random, life, name, at) for at in range(random.randint(14, 20))]
    others = []
    for _ in range(random.randint(4, 8)):
        teaching = random.random() < 0.2
        trade = random.choice(SUBJECTS if teaching else TRADES)
        other = _life(random, trade, teaching=teaching)
        others += [_page(random, other, name, at) for at in range(random.randint(2, 8))]
    return Target(person=person, mine=tuple(mine), others=tuple(others))


def _life(random: Random, trade: str, *, teaching: bool) -> Life:
    town = random.choice(TOWNS)
    kind = random.choice(SCHOOLS) if teaching else "Company"
    return Life(
        town=town,
        employer=f"{_word(random).title()} {kind}",
        work=tuple(f"{trade} {TEACHING if teaching else ''}".split()),
        free=tuple(" ".join(random.sample(PASTIMES, 2)).split()),
        own=tuple(_word(random).title() if at % 2 else _word(random) for at in range(8)),
        sites=tuple(f"{_word(random)}.example" for _ in range(4)),
    )


def _page(random: Random, life: Life, name: PersonName, at: int) -> Trace:
    shown = [
        *random.sample(life.work, min(random.randint(1, 3), len(life.work))),
        *random.sample(life.free, random.choice((0, 1, 1, 2))),
        *random.sample(life.own, random.choice((0, 1, 2, 2))),
        *random.sample(FILLER, random.randint(3, 7)),
        *(random.choice(_anybodys(random)) for _ in range(random.randint(0, 1))),
    ]
    random.shuffle(shown)
    # Headings write any word like a name.
    shown = [word.title() if random.random() < CAPITALIZED else word for word in shown]
    if random.random() < 0.3:
        shown.append(f"in {life.town if random.random() < 0.9 else random.choice(TOWNS)}")
    if random.random() < 0.25:
        shown.append(f"at {life.employer}")
    site = random.choice(EVERYBODYS_SITES if random.random() < 0.5 else life.sites)
    url = f"https://{site}/{_word(random)}{at}"
    return Trace(
        key=url,
        kind=TraceKind.PAGE,
        url=url,
        title=f"{name.full_name} | {site.partition('.')[0]}",
        snippet=f"{name.full_name} {' '.join(shown)}.",
    )


def _anybodys(random: Random) -> list[str]:
    return random.choice((*TRADES, *SUBJECTS, *PASTIMES)).split()


def _word(random: Random) -> str:
    return "".join(random.sample(SYLLABLES, 3))
