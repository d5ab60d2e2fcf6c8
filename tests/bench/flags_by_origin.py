"""Whether wrong flags fall on people of some names: `python -m tests.bench.flags_by_origin`.

    python -m tests.bench.flags_by_origin [--people 1000] [--seed 7]

Draws a year of that many people from each of two generators, and counts what is flagged of what
nobody made about them, by the origin of their family name there. A developer runs it: it takes
minutes.
"""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType

from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.normalize import squash_text
from tests.bench import made_by_habits, made_by_stories
from tests.bench.detection import FLAGGED
from tests.bench.generators import FAKE, Example, read_examples
from tests.bench.staff_harm import NOW

UNKNOWN = "(several)"


def list_families(source: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield each family name that a generator draws, with its origin."""
    told = source.NAMES if source is made_by_habits else source.ORIGINS
    for origin, row in told.items():
        families = row[3:5] if source is made_by_habits else row[3:4]
        yield from ((origin, family) for family in " ".join(families).split())


def map_origins(source: ModuleType) -> Mapping[str, str]:
    """Return the origin of each family name; of those that several have, none."""
    origins: dict[str, set[str]] = {}
    for origin, family in list_families(source):
        origins.setdefault(squash_text(family), set()).add(origin)
    return {
        family: found.pop() if len(found) == 1 else UNKNOWN for family, found in origins.items()
    }


def count_flags(
    examples: Sequence[Example], origins: Mapping[str, str]
) -> tuple[Counter[str], Counter[str]]:
    """Return people, and wrong flags, by origin."""
    weights = load_own_weights()
    people: dict[tuple[str, ...], str] = {}
    flags: Counter[str] = Counter()
    for example in examples:
        person = example.inputs.person
        family = person.name.family.split()[-1]
        origin = origins.get(squash_text(family), UNKNOWN)
        people[(person.name.full_name, person.school, person.role, *person.accounts)] = origin
        if example.gold != FAKE and example.assess(weights).label in FLAGGED:
            flags[origin] += 1
    return Counter(people.values()), flags


def describe(people: Counter[str], flags: Counter[str]) -> Iterator[str]:
    whole = flags.total() / people.total()
    yield f"{people.total()} people, {flags.total()} wrong flags: {whole:.3f} a person and year"
    for origin, count in people.most_common():
        ratio = flags[origin] / count / whole if whole else 0.0
        yield f"{origin:12}{count:6} people{flags[origin]:5} flags{ratio:6.1f} times the whole's"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.bench.flags_by_origin")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(arguments)
    people: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    for source in (made_by_stories, made_by_habits):
        drawn = read_examples(source.draw_rows(asked.seed, asked.people), NOW)
        found = count_flags(drawn, map_origins(source))
        people += found[0]
        flags += found[1]
    for line in describe(people, flags):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
