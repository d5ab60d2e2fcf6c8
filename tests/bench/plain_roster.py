"""A roster without a key, for invented students only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from monitor.domain.students.name_forms import (
    RosterForm,
    RosterStudent,
    list_common_families,
    list_student_forms,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRoster:
    """A roster of plain names in memory, where names are invented and nothing has to be hidden."""

    forms: frozenset[RosterForm] = field(repr=False)
    size: int

    def has_form(self, form: RosterForm) -> bool:
        return form in self.forms


def plain_roster(pupils: Iterable[RosterStudent]) -> PlainRoster:
    named = frozenset(pupils)
    forms = chain(list_common_families(named), *map(list_student_forms, named))
    return PlainRoster(forms=frozenset(forms), size=len(named))
