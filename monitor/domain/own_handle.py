"""Whether a handle could be a person's: by their name, and by their other handles."""

from collections.abc import Iterator

from rapidfuzz import fuzz

from monitor.domain.handles import Cover, fits, local_part, same_handle
from monitor.domain.scoring import Answer, Found, Scored, Staff
from monitor.domain.spelling import squashed
from monitor.domain.written import person_name
from monitor.errors import InputError

# Bits: the exponents of collisions among officials' handles, shrunk.
_COVERS = {
    Cover.FULL: 6.0,
    Cover.NICK: 5.0,
    Cover.INITIALS: 2.0,
    Cover.FAMILY: 1.0,
    Cover.NONE: -6.0,
}
_SAYS = {
    Cover.FULL: "The handle is made of the name.",
    Cover.NICK: "The handle is made of another form of the name.",
    Cover.INITIALS: "The handle is made of a part of the name and an initial.",
    Cover.FAMILY: "The handle holds the family name.",
    Cover.NONE: "The handle holds nothing of the name.",
}
_SAME = 8.0
_ALIKE = 16.0


def own_handle(staff: Staff, found: Found) -> Scored:
    """Take the best of what the name and the other handles say."""
    if not found.handle or not (staff.name or staff.handles):
        reason = "own needs found.handle, and staff.name or staff.handles"
        raise InputError(reason)
    return max(_answers(staff, found), key=lambda each: each.score)


def _answers(staff: Staff, found: Found) -> Iterator[Scored]:
    if staff.name:
        fit = fits(found.handle, person_name(staff.name))
        bits = _COVERS[fit.cover] - 0.1 * min(20, len(fit.residue))
        yield _scored(bits, _SAYS[fit.cover])
    for handle in staff.handles.values():
        if same_handle(found.handle, handle):
            yield _scored(_SAME, "The handle is one of the person's.")
        else:
            ours, theirs = squashed(local_part(handle)), squashed(local_part(found.handle))
            bits = _ALIKE * (fuzz.ratio(ours, theirs) / 100 - 0.5)
            yield _scored(bits, "The handle is compared with the person's, letter by letter.")


def _scored(bits: float, reason: str) -> Scored:
    label = Answer.YES if bits > 0 else Answer.NO
    return Scored(score=round(bits, 3), label=label, reasons=(reason,))
