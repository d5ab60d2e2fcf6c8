"""The district's own part of a checkup: what its database tells."""

from collections.abc import Iterable, Iterator

from monitor.domain import condition
from monitor.domain.checkup import Checked
from monitor.domain.condition import SourceCondition
from monitor.flows.running.vitals import Vitals
from monitor.store.outbox import LetterState


def of_vitals(vitals: Vitals, sources: Iterable[str]) -> Iterator[Checked]:
    known = {
        each.source: SourceCondition(
            name=each.source,
            outcome=each.outcome,
            since=each.since,
            proven=each.proven_at is not None,
        )
        for each in vitals.sources
    }
    yield from condition.of_sources(sources, known)
    yield condition.of_sweep(
        vitals.sweep_closed, vitals.sweep_open_since, vitals.at, joined=vitals.joined
    )
    yield condition.of_overdue(((each.name, each.due_at) for each in vitals.overdue), vitals.at)
    waiting = vitals.letters.get(LetterState.QUEUED, 0)
    dead = vitals.letters.get(LetterState.DEAD, 0)
    yield condition.of_waiting(waiting, vitals.oldest_letter, vitals.at)
    yield from condition.of_undelivered(dead, vitals.paused)
    yield condition.of_copy(vitals.backed_up, vitals.backup_failed, vitals.at)
    yield condition.of_clock(vitals.at, vitals.last_recorded)
