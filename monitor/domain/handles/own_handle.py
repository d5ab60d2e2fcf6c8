"""Whether a handle could be a person's, by their name and their other handles: answers to rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.domain.evidence import Evidence
from monitor.domain.handles.evidence import from_name
from monitor.domain.handles.kinship import from_handle
from monitor.domain.names.commonness import NameCounts
from monitor.domain.names.written import person_name
from monitor.domain.scoring import Answer, Found, Scored, Staff
from monitor.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHandle:
    counts: NameCounts

    def __call__(self, staff: Staff, found: Found) -> Scored:
        """Take the best of what the name and each of the other handles say."""
        if not found.handle or not (staff.name or staff.handles):
            reason = "own needs found.handle, and staff.name or staff.handles"
            raise InputError(reason)
        return _scored(max(self._weighed(staff, found), key=_bits))

    def _weighed(self, staff: Staff, found: Found) -> Iterator[tuple[Evidence, ...]]:
        if staff.name:
            yield from_name(found.handle, person_name(staff.name), self.counts)
        for handle in staff.handles.values():
            yield from_handle(found.handle, handle, self.counts)


def _bits(evidence: tuple[Evidence, ...]) -> float:
    return sum(each.bits for each in evidence)


def _scored(evidence: tuple[Evidence, ...]) -> Scored:
    bits = _bits(evidence)
    strongest = sorted(evidence, key=lambda each: -abs(each.bits))
    return Scored(
        score=round(bits, 3),
        label=Answer.YES if bits > 0 else Answer.NO,
        reasons=tuple(each.reason for each in strongest),
    )
