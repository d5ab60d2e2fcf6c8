"""Whether a handle imitates one of a person's."""

from monitor.domain.lookalike import imitates
from monitor.domain.scoring import Answer, Found, Scored, Staff
from monitor.errors import InputError

# Bits, where the likeness is whole; and where nothing is alike.
_WHOLE = 8.0
_NOTHING = -8.0


def imitated_handle(staff: Staff, found: Found) -> Scored:
    """Take the declared handle that is imitated best."""
    if not found.handle or not staff.handles:
        reason = "lookalike needs staff.handles and found.handle"
        raise InputError(reason)
    found_out = [imitates(found.handle, handle) for handle in staff.handles.values()]
    nearest = max((each for each in found_out if each), key=lambda it: it.likeness, default=None)
    if nearest is None:
        reason = "The handle is too far from the declared ones, or is one of them."
        return Scored(score=_NOTHING, label=Answer.NO, reasons=(reason,))
    bits = _WHOLE * nearest.likeness
    return Scored(score=round(bits, 3), label=Answer.YES, reasons=(nearest.reason,))
