"""How many other people are likely to have a name.

How many people bear a name: the tables of the census, read once.
"""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import log2
from pathlib import Path

from monitor.domain.names.normalize import fold_text
from monitor.domain.person import PersonName

# A tenth of the adults of the United States: people with a public trace on a source of one
# kind. An order of magnitude, and the first guess.
PEOPLE_WITH_A_TRACE = 25_000_000
EVERYBODY = "*everybody"
# The census lists names that at least about a hundred people bear; half of that is a guess at
# the rest.
UNLISTED = 50


@dataclass(frozen=True, slots=True)
class NameCountTable:
    """How many people bear each name, from sorted lines of name, tab and count.

    The lines are searched as they are: a table of names and numbers would take fifteen times
    the room, and half a second whenever the program starts.
    """

    lines: bytes = field(repr=False)
    everybody: int = field(init=False)

    def __post_init__(self) -> None:
        everybody = _look_up_count(self.lines, EVERYBODY.encode())
        if not everybody:
            reason = f"A table of counts needs the line {EVERYBODY}."
            raise ValueError(reason)
        object.__setattr__(self, "everybody", everybody)

    def count_bearers(self, name: str) -> int:
        """Return how many people bear a name of one plain word."""
        return _look_up_count(self.lines, name.encode()) or UNLISTED

    def has_name(self, name: str) -> bool:
        """Tell whether the census lists a name."""
        return _look_up_count(self.lines, name.encode()) > 0

    def compute_share(self, name: str) -> float:
        return self.count_bearers(name) / self.everybody

    def compute_rarity(self, name: str) -> float:
        """Return how surprising it is to meet someone of this name, in bits."""
        return -log2(self.compute_share(name))


@lru_cache(maxsize=65_536)
def _look_up_count(lines: bytes, name: bytes) -> int:
    """Halve the lines between `low` and `high`, each the start of a line, down to one."""
    low, high = 0, len(lines)
    while low < high:
        start = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = lines.index(b"\n", start)
        found, count = lines[start:end].split(b"\t")
        if found == name:
            return int(count)
        low, high = (end + 1, high) if found < name else (low, start)
    return 0


@lru_cache(maxsize=16)
def list_common_names(table: NameCountTable, least: int) -> frozenset[str]:
    """Return the names that so many people bear at least; there are few, and they are asked often.

    What an unlisted name is taken to have is not enough for any of them.
    """
    lines = (line.split("\t") for line in table.lines.decode().splitlines())
    return frozenset(name for name, count in lines if name != EVERYBODY and int(count) >= least)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCounts:
    """How many people bear a given or a family name; names are plain words."""

    given: NameCountTable
    family: NameCountTable


def estimate_namesakes(
    name: PersonName, counts: NameCounts, people: int = PEOPLE_WITH_A_TRACE
) -> float:
    """Return how many of `people` bear this given and this family name, drawing each apart."""
    return (
        people
        * _estimate_share(name.given, counts.given)
        * _estimate_share(name.family, counts.family)
    )


def _estimate_share(name: str, counts: NameCountTable) -> float:
    """Take a name of several words to be as rare as its rarest one."""
    words = fold_text(name).replace("'", "").replace("-", " ").split()
    return min((counts.compute_share(word) for word in words), default=UNLISTED / counts.everybody)


@cache
def load_census() -> NameCounts:
    """Read how many people bear a name, as docs/detection.md says; 2.5 MB, and no parsing."""
    folder = Path(__file__).parent
    return NameCounts(
        given=NameCountTable(folder.joinpath("given_counts.tsv").read_bytes()),
        family=NameCountTable(folder.joinpath("family_counts.tsv").read_bytes()),
    )
