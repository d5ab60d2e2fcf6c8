"""How many other people are likely to bear a name.

How many people bear a name: the tables of the census, read once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import log2

from monitor.domain.names.normalize import plain
from monitor.domain.person import PersonName

# A tenth of the adults of the United States: people with a public trace on a source of one
# kind. An order of magnitude, and the first guess.
PEOPLE_WITH_A_TRACE = 25_000_000
EVERYBODY = "*everybody"
# The census lists names that at least about a hundred people bear; half of that is a guess at
# the rest.
UNLISTED = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people bear each name, from sorted lines of name, tab and count.

    The lines are searched as they are: a table of names and numbers would take fifteen times
    the room, and half a second whenever the program starts.
    """

    lines: bytes = field(repr=False)
    everybody: int = field(init=False)

    def __post_init__(self) -> None:
        everybody = self._find(EVERYBODY.encode())
        if not everybody:
            reason = f"A table of counts needs the line {EVERYBODY}."
            raise ValueError(reason)
        object.__setattr__(self, "everybody", everybody)

    def of(self, name: str) -> int:
        """Return how many people bear a name of one plain word."""
        return self._find(name.encode()) or UNLISTED

    def known(self, name: str) -> bool:
        """Tell whether the census lists a name."""
        return self._find(name.encode()) > 0

    def share(self, name: str) -> float:
        return self.of(name) / self.everybody

    def rarity(self, name: str) -> float:
        """Return how surprising it is to meet somebody of this name, in bits."""
        return -log2(self.share(name))

    def _find(self, name: bytes) -> int:
        """Halve the lines between `low` and `high`, each the start of a line, down to one."""
        low, high = 0, len(self.lines)
        while low < high:
            start = self.lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self.lines.index(b"\n", start)
            found, count = self.lines[start:end].split(b"\t")
            if found == name:
                return int(count)
            low, high = (end + 1, high) if found < name else (low, start)
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCounts:
    """How many people bear a given or a family name; names are plain words."""

    given: Counts
    family: Counts


def counts_of(numbers: Mapping[str, int]) -> Counts:
    """Make a table of counts from a few numbers."""
    return Counts("".join(f"{name}\t{count}\n" for name, count in sorted(numbers.items())).encode())


def expected_namesakes(
    name: PersonName, counts: NameCounts, people: int = PEOPLE_WITH_A_TRACE
) -> float:
    """Return how many of `people` bear this given and this family name, drawing each apart."""
    return people * _share(name.given, counts.given) * _share(name.family, counts.family)


def _share(name: str, counts: Counts) -> float:
    """Take a name of several words to be as rare as its rarest one."""
    words = plain(name).replace("'", "").replace("-", " ").split()
    return min((counts.share(word) for word in words), default=UNLISTED / counts.everybody)


@cache
def census() -> NameCounts:
    """Read how many people bear a name, as docs/detection.md says; 2.5 MB, and no parsing."""
    folder = files("monitor.domain.names")
    return NameCounts(
        given=Counts(folder.joinpath("given_counts.tsv").read_bytes()),
        family=Counts(folder.joinpath("family_counts.tsv").read_bytes()),
    )
