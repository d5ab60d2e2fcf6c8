"""Invented people: names drawn from the census, towns and schools made of syllables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from monitor.domain.names.frequency import EVERYBODY, NameCountTable, load_census

HEADS = ("Alder", "Birch", "Cold", "East", "Fern", "Glen", "Hazel", "Iron", "Juniper", "Kestrel")
TAILS = ("brook", "dale", "field", "ford", "haven", "mont", "port", "ridge", "view", "wick")
STATES = ("Ohio", "Texas", "Georgia", "Oregon", "Maine", "Iowa", "Nevada", "Utah", "Illinois")
CODES = ("OH", "TX", "GA", "OR", "ME", "IA", "NV", "UT", "IL")
SCHOOLS = ("High School", "Middle School", "Elementary School", "Academy")
SUBJECTS = ("math", "science", "English", "history", "art", "music", "Spanish", "biology", "PE")
PLATFORMS = ("x", "instagram", "facebook", "tiktok", "bluesky", "mastodon", "youtube", "linkedin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    town: str
    state: int

    def written(self, random: Random) -> str:
        state = random.choice((STATES, CODES))[self.state]
        return random.choice((f"{self.town}, {state}", f"{self.town}, {state}", self.town))


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A member of staff as they are; a row tells a part of it."""

    given: str
    middle: str
    family: str
    former: str
    home: Home
    school: str
    employer: str
    role: str
    handles: dict[str, str]
    since: int
    bio: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@cache
def _drawn_from(counts: NameCountTable) -> tuple[Sequence[str], Sequence[int]]:
    rows = (line.split("\t") for line in counts.lines.decode().splitlines())
    listed = [(name, int(count)) for name, count in rows if name != EVERYBODY]
    return [name for name, _ in listed], list(accumulate(count for _, count in listed))


def given_name(random: Random) -> str:
    names, weights = _drawn_from(load_census().given)
    return random.choices(names, cum_weights=weights)[0].capitalize()


def family_name(random: Random) -> str:
    names, weights = _drawn_from(load_census().family)
    return random.choices(names, cum_weights=weights)[0].capitalize()


def home(random: Random) -> Home:
    town = f"{random.choice(HEADS)}{random.choice(TAILS)}"
    return Home(
        town=random.choice((town, f"{town} {random.choice(('Falls', 'City', 'Springs'))}")),
        state=random.randrange(len(STATES)),
    )


def school_in(town: str, random: Random) -> str:
    first = random.choice(
        (town, town, f"{random.choice(HEADS)} {random.choice(('Hill', 'Creek'))}")
    )
    return f"{first} {random.choice(SCHOOLS)}"


def role(random: Random) -> str:
    subject = random.choice(SUBJECTS)
    return random.choice((f"{subject} teacher", f"{subject} teacher", "librarian", "counselor"))
