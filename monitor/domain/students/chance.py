"""How likely a card is to agree with a roster by chance, though nobody on the roster runs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import expm1

from monitor.domain.names.commonness import NameCounts
from monitor.domain.names.givens import short_givens
from monitor.domain.students.forms import Form, FormKind

# How likely two people of the 2020 census share an initial, or the first letters of a given name.
GIVEN_INITIAL = 0.059
FAMILY_INITIAL = 0.046
START: Mapping[int, float] = {3: 0.0048, 4: 0.0021}
# An order of magnitude: among 684 handles of officials hardly one was two people's.
SAME_HANDLE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A form of a card. `chance` is that of one at least as telling to be on the roster."""

    form: Form
    chance: float


def read_by_chance(forms: Iterable[Form], pupils: int, counts: NameCounts) -> tuple[Reading, ...]:
    """Order what a card may stand for, the most telling first; `pupils` are on the roster."""
    expected = 0.0
    read = []
    for share, form in sorted((_share(form, counts), form) for form in forms):
        expected += pupils * share
        read.append(Reading(form=form, chance=-expm1(-expected)))
    return tuple(read)


@lru_cache(maxsize=65536)
def _share(form: Form, counts: NameCounts) -> float:
    """Return the share of people who would be found under this form."""
    match form.kind:
        case FormKind.WHOLE:
            return _called(form.given, counts) * counts.family.share(form.family)
        case FormKind.GIVEN_AND_INITIAL:
            return _called(form.given, counts) * FAMILY_INITIAL
        case FormKind.INITIAL_AND_FAMILY:
            return GIVEN_INITIAL * counts.family.share(form.family)
        case FormKind.START:
            return START[len(form.given)] * counts.family.share(form.family)
        case FormKind.HANDLE:
            return SAME_HANDLE


def _called(given: str, counts: NameCounts) -> float:
    """Return the share of people who are enlisted under a given name, or one short for it."""
    return sum(map(counts.given.share, {given, *short_givens(given)}))
