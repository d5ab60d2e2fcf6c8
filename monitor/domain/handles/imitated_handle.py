"""Whether a handle imitates one of a person's, as an answer to a row."""

from collections.abc import Iterable

from monitor.domain.handles.lookalike import NEAR, Imitation, nearest
from monitor.domain.scoring import Answer, Found, Scored, Staff
from monitor.errors import InputError

# Bits where nothing can be told apart; none at the likeness from which imitation is assumed.
_WHOLE = 8.0
_LEAST = -24.0


def imitated_handle(staff: Staff, found: Found) -> Scored:
    """Take the declared handle that is imitated best."""
    if not found.handle or not staff.handles:
        reason = "lookalike needs staff.handles and found.handle"
        raise InputError(reason)
    best = _best(nearest(found.handle, handle) for handle in staff.handles.values())
    if best is None:
        reason = "The handle is too far from the declared ones, or is one of them."
        return Scored(score=_LEAST, label=Answer.NO, reasons=(reason,))
    bits = max(_LEAST, _WHOLE * (best.likeness - NEAR) / (1 - NEAR))
    label = Answer.YES if bits >= 0 else Answer.NO
    return Scored(score=round(bits, 3), label=label, reasons=(best.reason,))


def _best(found: Iterable[Imitation | None]) -> Imitation | None:
    return max((each for each in found if each), key=lambda each: each.likeness, default=None)
