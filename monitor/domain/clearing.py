"""When a private contact counts as gone: where it stood shows it no longer, proved twice."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from monitor.domain.events import Event, EventKind, Policy, Step
from monitor.domain.exposure.unshown import kinds_in
from monitor.domain.item import Item, Presence, Sighting


def clearing(
    item: Item, told: Collection[str], sightings: Collection[Sighting], at: datetime, policy: Policy
) -> Step:
    """Tell which of the kinds that somebody was told of are gone, or when to look once more.

    Only the question that showed a contact, and answered now, proves that it is gone. What a search
    engine still shows is still shown, and what it stops showing proves nothing.
    """
    still = {kind for each in sightings if not each.misses for kind in kinds_in(each.finding)}
    proved = {
        each.kind: each.since
        for sighting in sightings
        if sighting.last == at
        for each in sighting.unshown
        if each.since and each.kind in told and each.kind not in still
    }
    first = at - policy.second_proof_after
    gone = tuple(sorted(kind for kind, since in proved.items() if since <= first))
    once = [since for since in proved.values() if since > first]
    return Step(
        item=item,
        events=(_cleared(item, gone, at),) if gone else (),
        second_proof_at=min(once) + policy.second_proof_after if once else None,
    )


def gone_with(before: Item, step: Step, told: Collection[str], at: datetime) -> Step:
    """Add to the step by which an item went what it showed, and shows no longer.

    That it vanished says as much. But of what keeps coming and going nobody is told any more,
    and whoever was told of a contact there still learns of its end.
    """
    goes = step.item.presence is Presence.GONE and before.presence is not Presence.GONE
    said = any(each.kind is EventKind.VANISHED for each in step.events)
    if not goes or said or not told:
        return step
    return replace(step, events=(*step.events, _cleared(step.item, sorted(told), at)))


def _cleared(item: Item, kinds: Iterable[str], at: datetime) -> Event:
    cleared = EventKind.CLEARED
    return Event(person=item.person, item=item.ref, kind=cleared, at=at, fields=tuple(kinds))
