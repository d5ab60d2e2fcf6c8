"""What may be flagged, how bad it is, where it stands, and what people ruled.

How a flag moves: by what people rule, by what happens to its item, and by time. Which of two
rulings stays when two items turn out to be one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.domain.events import Event
from monitor.domain.item import list_material_changes
from monitor.domain.vocabulary import Decision, EventKind, FlagKind, FlagState, Severity
from monitor.errors import InputError, NotPermittedError
from scrapers.models import Finding


class FlaggedItems(StrEnum):
    """Whether findings with a flag are part of what is shown: at a shell they never are."""

    SHOWN = "shown"
    LEFT_OUT = "left-out"


PURSUED_STATES = frozenset(
    {FlagState.IMPERSONATION, FlagState.REPORTED, FlagState.REMOVED, FlagState.REFUSED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One ruling, appended and never overwritten. `by` is an opaque ref or a role."""

    flag: str
    ruling: Decision
    by: str
    at: datetime
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Reasons are sentences, weakest last. `relation` tells flags of one kind and item apart.

    It is which contacts of an account look like students, or which kind of contact is exposed.

    `notified_at` is when the mail server accepted the notice to the person, None before.
    `ruled_at` is when the state was last ruled, None while nobody did; `harmless_until` is when
    a ruling of harmless lapses, None where it does not. A flag that re-opens begins anew:
    `opened_at` is when it did, and whom it was told or shown before counts for nothing.
    """

    ref: str
    person: str
    item: str
    kind: FlagKind
    severity: Severity
    state: FlagState
    opened_at: datetime
    reasons: tuple[str, ...]
    lowered_by: tuple[str, ...] = ()
    relation: str = ""
    shared_at: datetime | None = None
    notified_at: datetime | None = None
    ruled_at: datetime | None = None
    harmless_until: datetime | None = None

    @property
    def is_undecided(self) -> bool:
        return self.state in {FlagState.NEW, FlagState.OPEN}

    @property
    def is_pursued(self) -> bool:
        return self.state in PURSUED_STATES


def list_undecided_exposures(flags: Iterable[Flag]) -> frozenset[str]:
    """Return the kinds of exposed contact that await a word, or an end of their own."""
    exposed = (each for each in flags if each.kind is FlagKind.EXPOSED_CONTACT)
    return frozenset(each.relation for each in exposed if each.is_undecided)


def build_urgency_key(flag: Flag) -> tuple[int, datetime, str]:
    """Return a sort key: the worst first, among equals the oldest."""
    return list(Severity).index(flag.severity), flag.opened_at, flag.ref


def assess_change_severity(
    before: Finding, after: Finding | None, shows_name: Callable[[str], bool]
) -> Severity:
    """Weigh a material change of an own account; `after` is None where it is gone.

    `shows_name` tells whether a display name is one of the person's own.
    """
    if after is None or (_is_bare(after) and not _is_bare(before)):
        return Severity.HIGH
    fields = list_material_changes(before, after)
    if "handle" in fields or (shows_name(before.name) and not shows_name(after.name)):
        return Severity.HIGH
    return Severity.MEDIUM if {"name", "bio"} & set(fields) else Severity.LOW


def _is_bare(finding: Finding) -> bool:
    return not (finding.name or finding.bio or finding.picture_hash or finding.links)


# Each state and the one before it: a ruling leads one step down, undoing it one step up.
PREVIOUS_STATE: Mapping[FlagState, FlagState] = {
    FlagState.MINE: FlagState.OPEN,
    FlagState.NAMESAKE: FlagState.OPEN,
    FlagState.HARMLESS: FlagState.OPEN,
    FlagState.IMPERSONATION: FlagState.OPEN,
    FlagState.REPORTED: FlagState.IMPERSONATION,
    FlagState.REMOVED: FlagState.REPORTED,
    FlagState.REFUSED: FlagState.REPORTED,
    FlagState.STUDENT_LINK: FlagState.OPEN,
    FlagState.UNLINKED: FlagState.STUDENT_LINK,
    FlagState.EXPLAINED: FlagState.STUDENT_LINK,
    FlagState.FAMILY: FlagState.STUDENT_LINK,
}

RESULTING_STATE: Mapping[Decision, FlagState] = {
    Decision.UNRELATED: FlagState.HARMLESS,
    **{Decision(state): state for state in PREVIOUS_STATE},
}

_PURSUIT_DECISIONS = {Decision.IMPERSONATION, Decision.REPORTED, Decision.REMOVED, Decision.REFUSED}
_LINK_DECISIONS = {Decision.STUDENT_LINK, Decision.UNLINKED, Decision.EXPLAINED, Decision.FAMILY}
_DISMISSALS = {Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED, Decision.HARMLESS}

# An own account that was taken over is an impersonation, and is reported like one.
ALLOWED_DECISIONS: Mapping[FlagKind, frozenset[Decision]] = {
    FlagKind.IMPERSONATION: frozenset(_DISMISSALS | _PURSUIT_DECISIONS),
    FlagKind.OWN_ACCOUNT_CHANGED: frozenset(
        {Decision.MINE, Decision.HARMLESS} | _PURSUIT_DECISIONS
    ),
    FlagKind.EXPOSED_CONTACT: frozenset(_DISMISSALS),
    FlagKind.STUDENT_LINK: frozenset({Decision.HARMLESS} | _LINK_DECISIONS),
}


def apply_decision(flag: Flag, record: DecisionRecord) -> Flag:
    """Return where the flag stands after a ruling.

    Raises InputError for a ruling that does not fit, NotPermittedError where it is not the
    judge's to give.
    """
    if record.flag != flag.ref:
        reason = "This ruling is about another flag."
        raise InputError(reason)
    if record.ruling is Decision.SHARED:
        return _apply_sharing(flag, record)
    if record.ruling is Decision.REOPENED:
        return _undo_last_decision(flag, record)
    return _apply_state_change(flag, record)


def list_decision_steps(flag: Flag, decision: Decision) -> tuple[Decision, ...]:
    """Return the rulings that lead to one: who says "family" says that it is a student link."""
    state = RESULTING_STATE.get(decision)
    before = PREVIOUS_STATE[state] if state else FlagState.OPEN
    if flag.is_undecided and before is not FlagState.OPEN:
        return (*list_decision_steps(flag, Decision(before)), decision)
    return (decision,)


def list_possible_decisions(flag: Flag) -> frozenset[Decision]:
    """Return what may be ruled as things stand; before anything is, all that fits the kind."""
    fitting = ALLOWED_DECISIONS[flag.kind]
    if flag.is_undecided:
        return fitting
    return frozenset(
        each for each in fitting if PREVIOUS_STATE[RESULTING_STATE[each]] is flag.state
    )


def mark_notified(flag: Flag, at: datetime) -> Flag:
    """Note that the mail server accepted the first letter that tells the person of this flag."""
    state = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    return replace(flag, state=state, notified_at=flag.notified_at or at)


def mark_notice_bounced(flag: Flag) -> Flag:
    """Note that the letter did not arrive after all: nobody was told."""
    return replace(flag, notified_at=None)


def reopen_on_event(flag: Flag, event: Event) -> Flag:
    """Begin anew what an event of the flag's own item unsettles; else return the flag as it is."""
    if (event.person, event.item) != (flag.person, flag.item):
        return flag
    if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
        settled = flag.state in {FlagState.MINE, FlagState.HARMLESS, FlagState.REMOVED}
        again = event.kind in {EventKind.CHANGED, EventKind.VANISHED}
        return _restart_flag(flag, FlagState.OPEN, event.at) if settled and again else flag
    if flag.state is FlagState.REMOVED and event.kind is EventKind.REAPPEARED:
        return _restart_flag(flag, FlagState.IMPERSONATION, event.at)
    # What an own account says of itself has no bearing on whom it is linked with.
    quiet = flag.state in {FlagState.HARMLESS, FlagState.NAMESAKE}
    if flag.kind is not FlagKind.STUDENT_LINK and quiet and event.kind is EventKind.CHANGED:
        return _restart_flag(flag, FlagState.OPEN, event.at)
    return flag


def close_on_event(flag: Flag, event: Event) -> Flag:
    """Close what an event of the flag's own item proves to be shown no longer; else return it."""
    if (event.person, event.item) != (flag.person, flag.item) or not flag.is_undecided:
        return flag
    cleared = event.kind is EventKind.CLEARED and flag.relation in event.fields
    gone = cleared or event.kind is EventKind.VANISHED
    if flag.kind is not FlagKind.EXPOSED_CONTACT or not gone:
        return flag
    return replace(flag, state=FlagState.GONE, ruled_at=event.at)


def reopen_if_gone(flag: Flag, at: datetime) -> Flag:
    """Begin anew where what was gone is back; else return the flag as it is."""
    return _restart_flag(flag, FlagState.OPEN, at) if flag.state is FlagState.GONE else flag


def reopen_if_lapsed(flag: Flag, now: datetime) -> Flag:
    """Begin anew where a ruling of harmless has run out; else return the flag as it is."""
    until = flag.harmless_until
    return flag if until is None or now < until else _restart_flag(flag, FlagState.OPEN, now)


def _apply_sharing(flag: Flag, record: DecisionRecord) -> Flag:
    if record.by != flag.person:
        reason = "Only the person a flag is about can share it."
        raise NotPermittedError(reason)
    state = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    return replace(flag, state=state, shared_at=flag.shared_at or record.at)


def _undo_last_decision(flag: Flag, record: DecisionRecord) -> Flag:
    """Undo the last word: the sharing, or one step of the rulings, whichever is later."""
    shared = flag.shared_at
    if shared and (flag.is_undecided or flag.ruled_at is None or shared >= flag.ruled_at):
        return replace(flag, shared_at=None)
    if flag.state not in PREVIOUS_STATE:
        reason = "There is no decision on this flag to undo."
        raise InputError(reason)
    back = PREVIOUS_STATE[flag.state]
    ruled_at = None if back is FlagState.OPEN else record.at
    return replace(flag, state=back, ruled_at=ruled_at, harmless_until=None)


def _apply_state_change(flag: Flag, record: DecisionRecord) -> Flag:
    ruling = record.ruling
    if ruling not in ALLOWED_DECISIONS[flag.kind]:
        reason = f"A flag of kind {flag.kind} cannot be marked {ruling}."
        raise InputError(reason)
    state = RESULTING_STATE[ruling]
    here = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    if PREVIOUS_STATE[state] is not here:
        reason = (
            f"A flag that is {here} cannot be marked {ruling}; reopen it, or decide step by step."
        )
        raise InputError(reason)
    until = record.until if state is FlagState.HARMLESS else None
    if record.until and (until is None or until <= record.at):
        reason = "Only a decision of harmless can have an end date, and it must be in the future."
        raise InputError(reason)
    return replace(flag, state=state, ruled_at=record.at, harmless_until=until)


def _restart_flag(flag: Flag, state: FlagState, at: datetime) -> Flag:
    # Nobody was told of this yet, and what was shared was something else.
    return replace(
        flag,
        state=state,
        opened_at=at,
        shared_at=None,
        notified_at=None,
        ruled_at=None,
        harmless_until=None,
    )


# A word of a person beats none, and no merge may quieten an impersonation.
_STRONGEST_FIRST = (
    "impersonation",
    "reported",
    "refused",
    "removed",
    "student-link",
    "unlinked",
    "explained",
    "family",
    "mine",
    "namesake",
    "unrelated",
    "harmless",
    "shared",
    "reopened",
    "open",
    "new",
)


def rank_decision(word: Decision | FlagState | None) -> int:
    return len(_STRONGEST_FIRST) if word is None else _STRONGEST_FIRST.index(word)
