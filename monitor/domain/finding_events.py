"""Which raw changes become events for a person, and which do not.

Which fields count is in `snapshot_diff.py`. Private contact details count as gone if the page
that showed them proves it twice.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.detection.appearance import has_lure
from monitor.domain.finding import (
    Finding,
    Presence,
    Sighting,
    combine_traces,
    withhold_account_text,
    withhold_page_text,
)
from monitor.domain.private_details import list_exposed_kinds
from monitor.domain.schedule import SECOND_PROOF_AFTER
from monitor.domain.snapshot_diff import TraceChange, list_material_changes
from monitor.domain.vocabulary import EventKind, HarmKind
from scrapers.models import QueryKind, Trace, TraceKind

MIN_MASS_LOSS = 5
MASS_LOSS_PERCENT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`fields` are those that differ; of what is cleared, the kinds of contact it showed."""

    person_id: str
    finding_id: str
    kind: EventKind
    at: datetime
    fields: tuple[str, ...] = ()


# A finding that comes or goes more often than this in the window is flapping.
MAX_FLIPS = 3
FLIPS_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingObservation:
    """What one query showed of a finding. `change` is None where nothing differs.

    `baseline` marks a query that was never settled before, or not with these words or this
    version of the parser: there is nothing to compare, so it creates no events. `listed` marks a
    search result: its words are the engine's, and a change in them is no change of the page, unless
    an account has a new name with bait: many networks are seen in no other way.
    `is_late` marks a query that its person or time brought, and no new version of ours: what it
    shows first is reported as found now.
    """

    kind: QueryKind
    trace: Trace
    change: TraceChange | None = None
    baseline: bool = False
    listed: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAbsence:
    """A query that once showed a finding proved that there is nothing.

    What a query once showed stays in its comparison, so that every later proof is heard.
    `elsewhere` says that another query at the finding's own address still shows it.
    """

    kind: QueryKind
    baseline: bool = False
    elsewhere: bool = False

    @property
    def counts_as_proof(self) -> bool:
        return self.kind.proves_absence and not self.baseline and not self.elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingUpdate:
    """The new state of a finding, its events, and when to ask its own address again, if at all."""

    finding: Finding
    events: tuple[Event, ...] = ()
    second_proof_at: datetime | None = None


def create_finding(
    finding_id: str, person_id: str, looks: Iterable[FindingObservation], at: datetime
) -> FindingUpdate:
    """Begin the history of a finding that no query showed before. Needs at least one look."""
    seen_by = tuple(looks)
    portrait = combine_traces(look.trace for look in seen_by)
    finding = Finding(
        id=finding_id, person_id=person_id, portrait=portrait, first_seen=at, last_seen=at
    )
    if any(not look.baseline for look in seen_by):
        return FindingUpdate(
            finding=finding, events=(_build_event(finding, EventKind.APPEARED, at),)
        )
    is_late = any(look.is_late for look in seen_by)
    late = (_build_event(finding, EventKind.FOUND_NOW, at),) if is_late else ()
    return FindingUpdate(finding=finding, events=late)


def update_seen_finding(
    finding: Finding, looks: Iterable[FindingObservation], at: datetime
) -> FindingUpdate:
    """Carry on the history of a known finding. Needs at least one look."""
    seen_by = tuple(looks)
    present, arrival = _apply_arrival(finding, seen_by, at)
    present = replace(present, last_seen=max(at, finding.last_seen))
    fields = {change for look in seen_by for change in list_reportable_changes(look)}
    changed = (_build_event(finding, EventKind.CHANGED, at, fields),) if fields else ()
    return FindingUpdate(finding=present, events=arrival + changed)


def update_unseen_finding(finding: Finding, absence: FindingAbsence, at: datetime) -> FindingUpdate:
    """One proof of absence makes a finding missing; a second, days later, makes it vanish."""
    if not absence.counts_as_proof or finding.presence is Presence.GONE:
        return FindingUpdate(finding=finding)
    since = finding.missing_since if finding.presence is Presence.MISSING else None
    if since is None:
        since = at
    if at - since < SECOND_PROOF_AFTER:
        missing = replace(finding, presence=Presence.MISSING, missing_since=since)
        return FindingUpdate(finding=missing, second_proof_at=since + SECOND_PROOF_AFTER)
    gone = replace(finding, presence=Presence.GONE)
    return _record_flip(gone, EventKind.VANISHED, at)


def refresh_portrait(finding: Finding, shown: Iterable[Trace]) -> Finding:
    """Paint a finding's portrait again from all that its queries show now, if any does.

    A page that had sexual words stays one, whichever words a list shows of it today. Of an account
    the finding says whether its text is kept, not what was left of it under a query.
    """
    withheld = finding.portrait.withheld
    traces = tuple(withhold_account_text(trace, withheld) for trace in shown)
    if not traces:
        return finding
    is_sexual = HarmKind.SEXUAL in finding.portrait.harms
    before = (withhold_page_text(finding.portrait),) if is_sexual else ()
    return replace(finding, portrait=combine_traces((*traces, *before)))


def merge_events(events: Iterable[Event]) -> Iterator[Event]:
    """Yield one event for each finding and kind, dated by the first, with the fields of all."""
    groups: dict[tuple[str, str, EventKind], list[Event]] = {}
    for event in events:
        groups.setdefault((event.person_id, event.finding_id, event.kind), []).append(event)
    for _, group in sorted(groups.items()):
        fields = {one_field for event in group for one_field in event.fields}
        first = min(group, key=lambda event: event.at)
        yield replace(first, fields=tuple(sorted(fields)))


def is_mass_loss(before: int, ending: int) -> bool:
    """Tell whether so much of a source's findings would end that the source is not believed."""
    return ending >= MIN_MASS_LOSS and ending * 100 > before * MASS_LOSS_PERCENT


def _apply_arrival(
    finding: Finding, looks: tuple[FindingObservation, ...], at: datetime
) -> tuple[Finding, tuple[Event, ...]]:
    # A result list may show for weeks what is gone, so only its own address brings it back.
    proofs = [look for look in looks if look.kind.proves_absence]
    if finding.presence is Presence.PRESENT or not proofs:
        return finding, ()
    back = replace(finding, presence=Presence.PRESENT, missing_since=None)
    if finding.presence is Presence.MISSING or all(look.baseline for look in proofs):
        return back, ()
    step = _record_flip(back, EventKind.REAPPEARED, at)
    return step.finding, step.events


def list_reportable_changes(look: FindingObservation) -> tuple[str, ...]:
    """Name the fields whose change is told; none, where there was nothing to compare with."""
    change = look.change
    if look.baseline or change is None or change.before is None or change.after is None:
        return ()
    if look.listed:
        return ("name",) if _is_renamed_as_bait(change.before, change.after) else ()
    return list_material_changes(change.before, change.after)


def is_listed_as_bait(trace: Trace) -> bool:
    """Tell whether an account baits by its name, or by what a search engine quotes of it."""
    return trace.kind is TraceKind.ACCOUNT and has_lure(trace, f"{trace.name}\n{trace.snippet}")


def _is_renamed_as_bait(before: Trace, after: Trace) -> bool:
    renamed = "name" in list_material_changes(before, after)
    return renamed and is_listed_as_bait(after) and not is_listed_as_bait(before)


def _record_flip(finding: Finding, kind: EventKind, at: datetime) -> FindingUpdate:
    """Note that a finding came or went, and say so, unless it does nothing else."""
    flips = (*finding.flips, at)
    # Two windows are stored: the older one shows whether the flapping was already reported.
    kept = tuple(flip for flip in flips if flip > at - 2 * FLIPS_WINDOW)
    flipped = replace(finding, flips=kept)
    if not _is_flapping(flips):
        return FindingUpdate(finding=flipped, events=(_build_event(finding, kind, at),))
    if _is_flapping(finding.flips):
        return FindingUpdate(finding=flipped)
    return FindingUpdate(finding=flipped, events=(_build_event(finding, EventKind.FLAPPING, at),))


def _is_flapping(flips: tuple[datetime, ...]) -> bool:
    """Tell whether the last of the flips was one too many."""
    if not flips:
        return False
    window = [flip for flip in flips if flip > flips[-1] - FLIPS_WINDOW]
    return len(window) > MAX_FLIPS


def _build_event(
    finding: Finding, kind: EventKind, at: datetime, fields: Iterable[str] = ()
) -> Event:
    return Event(
        person_id=finding.person_id,
        finding_id=finding.id,
        kind=kind,
        at=at,
        fields=tuple(sorted(fields)),
    )


def update_cleared_contacts(
    finding: Finding,
    reported_kinds: Collection[str],
    sightings: Collection[Sighting],
    at: datetime,
) -> FindingUpdate:
    """Tell which of the reported kinds are gone, or when to look once more.

    Only the query that showed a contact, and answered now, proves that it is gone. What a search
    engine still shows is still shown, and what it stops showing proves nothing.
    """
    still = {
        kind
        for sighting in sightings
        if not sighting.misses
        for kind in list_exposed_kinds(sighting.trace)
    }
    proved = {
        contact.kind: contact.since
        for sighting in sightings
        if sighting.last == at
        for contact in sighting.unshown
        if contact.since and contact.kind in reported_kinds and contact.kind not in still
    }
    first = at - SECOND_PROOF_AFTER
    gone = tuple(sorted(kind for kind, since in proved.items() if since <= first))
    once = [since for since in proved.values() if since > first]
    return FindingUpdate(
        finding=finding,
        events=(_build_cleared_event(finding, gone, at),) if gone else (),
        second_proof_at=min(once) + SECOND_PROOF_AFTER if once else None,
    )


def add_cleared_event(
    before: Finding, step: FindingUpdate, reported_kinds: Collection[str], at: datetime
) -> FindingUpdate:
    """Add the contact details that a vanished finding no longer shows.

    The event that it vanished already says so. But no one is notified of a finding that keeps
    coming and going, and a person who was notified of contact details there must still learn that
    they are gone.
    """
    goes = step.finding.presence is Presence.GONE and before.presence is not Presence.GONE
    said = any(event.kind is EventKind.VANISHED for event in step.events)
    if not goes or said or not reported_kinds:
        return step
    return replace(
        step, events=(*step.events, _build_cleared_event(step.finding, sorted(reported_kinds), at))
    )


def _build_cleared_event(finding: Finding, kinds: Iterable[str], at: datetime) -> Event:
    cleared = EventKind.CLEARED
    return Event(
        person_id=finding.person_id, finding_id=finding.id, kind=cleared, at=at, fields=tuple(kinds)
    )
