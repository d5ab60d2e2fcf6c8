"""Reading everything once: damage inside a sealed value shows only where it is opened."""

from collections.abc import Iterator
from datetime import UTC, datetime

from monitor.errors import DatabaseError
from monitor.store.state import State

EVER_SINCE = datetime.min.replace(tzinfo=UTC)
# What a damaged word, number or time comes to when it is read.
NONSENSE = (ValueError, LookupError, TypeError)


def read_everything(state: State) -> int:
    """Open all that is kept, and return how many values that were.

    Raises DatabaseError where one is not as it was written.
    """
    try:
        broken = state.audit.verify()
        if broken is not None:
            reason = f"The audit log is not as it was written from row {broken} on."
            raise DatabaseError(reason)
        return sum(1 for _ in _everything(state))
    except NONSENSE as error:
        reason = f"A value in the database is damaged ({type(error).__name__}): restore it."
        raise DatabaseError(reason) from error


def _everything(state: State) -> Iterator[object]:
    yield from state.audit.all()
    yield from state.invitations.all()
    yield from state.requests.all()
    yield from state.outbox.all()
    yield from state.due.all()
    yield from state.health.all()
    yield from state.hosts.all()
    yield from state.robots.all()
    yield from state.pages.all()
    for sweep in state.sweeps.open():
        yield sweep
        for run in state.sweeps.runs(sweep.ref):
            yield from state.journal.visits(sweep.ref, run.source).items()
    for ref in state.people.refs():
        yield from _about(state, ref)


def _about(state: State, ref: str) -> Iterator[object]:
    yield state.people.get(ref)
    yield from state.consents.history(ref)
    yield from state.holds.of(ref)
    yield from state.questions.of(ref)
    yield from state.sightings.of_person(ref)
    yield from state.events.of_person(ref, EVER_SINCE)
    for item in state.items.of(ref):
        yield item
        yield state.items.assessment(item.ref)
        yield from state.versions.of(item.ref)
    for flag in state.flags.of_person(ref):
        yield flag
        yield from state.flags.judgements(flag.ref)
