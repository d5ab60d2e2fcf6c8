"""Whether two written names could be one person's."""

from dataclasses import dataclass

from monitor.domain.commonness import NameCounts
from monitor.domain.names import Level, Middle, agreement
from monitor.domain.scoring import Answer, Found, Scored, Staff
from monitor.domain.written import person_name
from monitor.errors import InputError

_BITS = {
    Level.EXACT: 8.0,
    Level.NICKNAME: 6.0,
    Level.FORMER: 5.0,
    Level.INITIAL: 4.0,
    Level.NEAR: 1.0,
    Level.FAMILY: -1.0,
    Level.GIVEN: -1.0,
    Level.DIFFERENT: -8.0,
}
_MIDDLE = {
    Middle.AGREES: 2.0,
    Middle.SILENT: 0.0,
    Middle.FURTHER: -1.0,
    Middle.CONFLICTS: -3.6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SameName:
    counts: NameCounts

    def __call__(self, staff: Staff, found: Found) -> Scored:
        if not staff.name or not found.display_name:
            reason = "same_name needs staff.name and found.display_name"
            raise InputError(reason)
        agreed = max(
            agreement(found.display_name, person_name(staff.name)),
            agreement(staff.name, person_name(found.display_name)),
            key=lambda each: _BITS[each.level] + _MIDDLE[each.middle],
        )
        bits = _BITS[agreed.level] + _MIDDLE[agreed.middle]
        reason = f"The names agree like this: {agreed.level}, middle name {agreed.middle}."
        label = Answer.YES if bits > 0 else Answer.NO
        return Scored(score=bits, label=label, reasons=(reason,))
