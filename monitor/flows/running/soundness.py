"""Reading everything once, and the record of who did what: what shows only where it is read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from monitor.config import CONSENT_LASTS
from monitor.domain.consent import Consent
from monitor.errors import DatabaseError, InputError
from monitor.store.audit import Audit
from monitor.store.audit_end import Tail
from monitor.store.outbox import LetterState
from monitor.store.state import State

EVER_SINCE = datetime.min.replace(tzinfo=UTC)
# What a damaged word, number or time comes to when it is read.
NONSENSE = (ValueError, LookupError, TypeError)

END_ACCEPTED = "end-accepted"
MISSING = {
    Tail.WHOLE: "",
    Tail.CUT: "Rows were taken off the end of the audit log.",
    Tail.OLDER: (
        "This database is older than the end of the audit log that lies with the keys. "
        "If you put it back yourself, say so with `namesake audit accept`."
    ),
    Tail.REPLACED: (
        "This audit log is not the one whose end lies with the keys, as after a database was put "
        "back and written to. If you put it back yourself, say so with `namesake audit accept`."
    ),
}


def trouble_of(log: Audit) -> str:
    """Say what was changed in the audit log, or taken from it; nothing where it is whole."""
    broken = log.verify()
    if broken is not None:
        return f"The audit log is not as it was written from row {broken} on."
    return MISSING[log.ending.tail()]


def accept_end(state: State, now: datetime) -> None:
    """Let the audit log go on from where it ends; that somebody let it stands in it from then on.

    Raises InputError where nothing is missing.
    """
    with state.write():
        ending = state.audit.ending
        tail, kept = ending.tail(), ending.kept()
        if tail is Tail.WHOLE:
            reason = "Nothing is missing at the end of the audit log: there is nothing to accept."
            raise InputError(reason)
        ending.accept()
        told = {"tail": tail.value, "was": kept.written}
        state.audit.append(now, "operator", END_ACCEPTED, "", told)


def read_everything(state: State) -> int:
    """Open all that is kept, and return how many values that were.

    Raises DatabaseError where one is not as it was written. That a database is older than its keys
    is no fault of a copy.
    """
    try:
        broken = state.audit.verify()
        if broken is not None:
            reason = f"The audit log is not as it was written from row {broken} on."
            raise DatabaseError(reason)
        if state.audit.ending.tail() is Tail.CUT:
            raise DatabaseError(MISSING[Tail.CUT])
        for what in _altered(state):
            reason = f"The columns of {what} are not as they were written: restore them."
            raise DatabaseError(reason)
        return sum(1 for _ in _everything(state))
    except NONSENSE as error:
        reason = f"A value in the database is damaged ({type(error).__name__}): restore it."
        raise DatabaseError(reason) from error


def _altered(state: State) -> Iterator[str]:
    """Name what says otherwise than what is sealed of it, or than its other columns do.

    Times of different moments are not compared: a clock that was set back puts them out of order.
    """
    yield from (f"flag {ref}" for ref in state.flags.altered())
    for ref in state.people.refs():
        if any(not _lasts_as_it_may(each) for each in state.consents.history(ref)):
            yield f"a consent of {ref}"
    for letter in state.outbox.all():
        # One that came back is dead, and was sent all the same.
        impossible = LetterState.QUEUED if letter.sent_at else LetterState.SENT
        if letter.state is impossible:
            yield f"letter {letter.ref}"


def _lasts_as_it_may(consent: Consent) -> bool:
    """Compare its two ends, which are written in one moment."""
    return timedelta(0) < consent.expires_at - consent.given_at <= CONSENT_LASTS


def _everything(state: State) -> Iterator[object]:
    yield from state.audit.all()
    for invitation in state.invitations.all():
        yield invitation
        yield state.unfinished.get(invitation.ref)
    yield from state.requests.all()
    for letter in state.outbox.all():
        yield letter
        if letter.readable:
            yield state.outbox.view(letter.ref, object)
    yield from state.glass.all()
    yield from state.due.all()
    yield from state.health.all()
    yield from state.hosts.all()
    yield from state.robots.all()
    yield from state.pages.all()
    for sweep in state.sweeps.open():
        yield sweep
        yield from state.journal.answered(sweep.ref)
        for source in state.journal.sources(sweep.ref):
            yield from state.journal.visits(sweep.ref, source).items()
    for ref in state.people.refs():
        yield from _about(state, ref)


def _about(state: State, ref: str) -> Iterator[object]:
    yield state.people.get(ref)
    yield from state.consents.history(ref)
    yield from state.holds.of(ref)
    yield from state.address_changes.of(ref)
    yield from state.questions.of(ref)
    yield from state.remarks.of_person(ref)
    yield from state.sightings.of_person(ref)
    yield from state.events.of_person(ref, EVER_SINCE)
    for item in state.items.of(ref):
        yield item
        yield state.items.assessment(item.ref)
        yield from state.versions.of(item.ref)
    for flag in state.flags.of_person(ref):
        yield flag
        yield from state.flags.judgements(flag.ref)
