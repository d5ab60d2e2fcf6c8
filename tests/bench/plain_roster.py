"""A roster without a key, for invented students only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.domain.students.roster import Form, Pupil, pupil_forms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRoster:
    """A roster of plain names in memory, where names are invented and nothing has to be hidden."""

    forms: frozenset[Form] = field(repr=False)
    size: int

    def lists(self, form: Form) -> bool:
        return form in self.forms


def plain_roster(pupils: Iterable[Pupil]) -> PlainRoster:
    named = frozenset(pupils)
    forms = frozenset(form for pupil in named for form in pupil_forms(pupil))
    return PlainRoster(forms=forms, size=len(named))
