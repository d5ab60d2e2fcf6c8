"""Invented people, drawn from the census by a seed: as common and as rare as people's names are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from random import Random

from monitor.domain.names.frequency import NameCountTable, load_census
from monitor.domain.names.nicknames import list_short_givens


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one kind, each as often as people bear it."""

    words: list[str]
    shares: list[int]

    def draw(self, random: Random) -> str:
        return random.choices(self.words, cum_weights=self.shares)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """`shown` is what the person is called where it differs from the given name."""

    given: str
    family: str
    middle: str = ""
    second_family: str = ""

    @property
    def double(self) -> str:
        joined = f"{self.family}-{self.second_family}".title()
        return joined if self.second_family else self.family.title()


@dataclass(slots=True)
class People:
    random: Random
    given: Names = field(init=False)
    family: Names = field(init=False)

    def __post_init__(self) -> None:
        self.given, self.family = _names(load_census().given), _names(load_census().family)

    def draw(self) -> Body:
        random = self.random
        double = random.random() < DOUBLE_FAMILIES
        return Body(
            given=self.given.draw(random),
            family=self.family.draw(random),
            middle=self.given.draw(random) if random.random() < MIDDLE_NAMES else "",
            second_family=self.family.draw(random) if double else "",
        )

    def many(self, number: int) -> Iterator[Body]:
        return (self.draw() for _ in range(number))

    def short(self, given: str) -> str:
        """Return what somebody of a given name is called; most are called by it."""
        shorts = sorted(list_short_givens(given))
        return self.random.choice(shorts) if shorts else given


DOUBLE_FAMILIES = 0.06
MIDDLE_NAMES = 0.6


@cache
def _names(counts: NameCountTable) -> Names:
    _everybody, *lines = counts.lines.decode().splitlines()
    pairs = [line.split("\t") for line in lines]
    return Names([name for name, _ in pairs], list(accumulate(int(count) for _, count in pairs)))
