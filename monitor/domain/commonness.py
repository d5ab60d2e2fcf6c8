"""How many other people are likely to bear a name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.domain.person import PersonName
from monitor.domain.spelling import plain

# A tenth of the adults of the United States: people with a public trace on a source of one
# kind. An order of magnitude, and the first guess.
PEOPLE_WITH_A_TRACE = 25_000_000
EVERYBODY = "*everybody"
UNLISTED = "*unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCounts:
    """How many people bear a given or a family name; keys are plain words."""

    given: Mapping[str, int]
    family: Mapping[str, int]


def name_counts(lines: Iterable[str]) -> NameCounts:
    """Read lines of `given|family`, name and count, separated by tabs; `#` opens a comment.

    Each kind counts everybody as `*everybody`, and a name that is not listed as `*unlisted`.
    """
    counts: dict[str, dict[str, int]] = {"given": {}, "family": {}}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            kind, name, count = line.rstrip("\n").split("\t")
            counts[kind][name] = int(count)
    return NameCounts(given=counts["given"], family=counts["family"])


def expected_namesakes(
    name: PersonName, counts: NameCounts, people: int = PEOPLE_WITH_A_TRACE
) -> float:
    """Return how many of `people` bear this given and this family name, drawing each apart."""
    return people * _share(name.given, counts.given) * _share(name.family, counts.family)


def _share(name: str, counts: Mapping[str, int]) -> float:
    """Take a name of several words to be as rare as its rarest one."""
    borne = (counts.get(word, counts[UNLISTED]) for word in plain(name).replace("-", " ").split())
    return min(borne, default=counts[UNLISTED]) / counts[EVERYBODY]
