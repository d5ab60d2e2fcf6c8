"""What falls due at a time that no rule gives it, or at none: told of a copy before it counts.

The service puts all of it right when it next looks, so what was copied can be restored all the
same. That something is there says that a disk, or a hand, has changed the database.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.errors import DatabaseError
from monitor.flows.asking.recheck import RECHECK
from monitor.flows.asking.settlement import SECOND_PROOF
from monitor.flows.membership.withdraw import ERASURE
from monitor.flows.running.grid import DIGEST, LONGEST, REVIEW, SWEEP
from monitor.flows.running.purge import PURGE
from monitor.store.state import State

WEEK = timedelta(days=7)
FURTHEST = {**LONGEST, SWEEP: WEEK, DIGEST: WEEK, REVIEW: WEEK}
# Both are put off until a pause ends.
RESTING = frozenset({SECOND_PROOF, RECHECK})
# For summer time, and for what was written since the time was last noted.
SLACK = timedelta(days=1)


def refuse_misplaced(state: State, at: datetime) -> None:
    """Raise DatabaseError for a due date that is not as the rules would have it at a moment."""
    for name in misplaced(state, at):
        reason = (
            f"The due date of `{name}` is missing or cannot be right: start the service, which "
            "puts it right, and copy again."
        )
        raise DatabaseError(reason)


def misplaced(state: State, at: datetime) -> Iterator[str]:
    """Name what is due too late, and what is due at no time; nothing before the service ran."""
    noted = state.clock.last()
    if noted is None:
        return
    yield from _too_late(state, max(at, noted))
    # A clock that was set back says nothing of what should be there by now.
    if noted <= at:
        yield from _missing(state, noted, at)


def _too_late(state: State, at: datetime) -> Iterator[str]:
    pauses = [each.paused_until for each in state.consents.standing() if each.paused_until]
    for due in state.due.all():
        longest = FURTHEST.get(due.name)
        if longest is None or due.lease_until is not None:
            continue
        latest = max((at + longest, *pauses)) if due.name in RESTING else at + longest
        if due.due_at > latest + SLACK:
            yield due.name


def _missing(state: State, noted: datetime, at: datetime) -> Iterator[str]:
    """Expect what each look of the service sees to; who joined since then waits for the next."""
    there = {(due.name, due.subject) for due in state.due.all()}
    expected = [(SWEEP, ""), (PURGE, "")]
    for consent in state.consents.standing():
        if consent.withdrawn_at is not None:
            expected.append((ERASURE, consent.person))
        elif consent.given_at < noted and consent.live(noted) and consent.live(at):
            expected.append((DIGEST, consent.person))
    yield from (name for name, subject in expected if (name, subject) not in there)
