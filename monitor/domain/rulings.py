"""How a flag moves: by what people rule, by what happens to its item, and by time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from monitor.domain.events import Event, EventKind
from monitor.domain.flag import Flag, FlagKind, FlagState, Judgement, Ruling
from monitor.errors import InputError, NotPermittedError

# Each state and the one before it: a ruling leads one step down, undoing it one step up.
BEFORE: Mapping[FlagState, FlagState] = {
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

LEADS_TO: Mapping[Ruling, FlagState] = {
    Ruling.UNRELATED: FlagState.HARMLESS,
    **{Ruling(state): state for state in BEFORE},
}

_PURSUED = {Ruling.IMPERSONATION, Ruling.REPORTED, Ruling.REMOVED, Ruling.REFUSED}
_LINKED = {Ruling.STUDENT_LINK, Ruling.UNLINKED, Ruling.EXPLAINED, Ruling.FAMILY}
_NOTHING_WRONG = {Ruling.MINE, Ruling.NAMESAKE, Ruling.UNRELATED, Ruling.HARMLESS}

# An own account that was taken over is an impersonation, and is reported like one.
FITTING: Mapping[FlagKind, frozenset[Ruling]] = {
    FlagKind.IMPERSONATION: frozenset(_NOTHING_WRONG | _PURSUED),
    FlagKind.OWN_ACCOUNT_CHANGED: frozenset({Ruling.MINE, Ruling.HARMLESS} | _PURSUED),
    FlagKind.EXPOSED_CONTACT: frozenset(_NOTHING_WRONG),
    FlagKind.STUDENT_LINK: frozenset({Ruling.HARMLESS} | _LINKED),
}


def ruled(flag: Flag, judgement: Judgement) -> Flag:
    """Return where the flag stands after a ruling.

    Raises InputError for a ruling that does not fit, NotPermittedError where it is not the
    judge's to give.
    """
    if judgement.flag != flag.ref:
        reason = "This ruling is about another flag."
        raise InputError(reason)
    if judgement.ruling is Ruling.SHARED:
        return _shared(flag, judgement)
    if judgement.ruling is Ruling.REOPENED:
        return _undone(flag, judgement)
    return _decided(flag, judgement)


def steps(flag: Flag, ruling: Ruling) -> tuple[Ruling, ...]:
    """Return the rulings that lead to one: who says "family" says that it is a student link."""
    state = LEADS_TO.get(ruling)
    before = BEFORE[state] if state else FlagState.OPEN
    if flag.undecided and before is not FlagState.OPEN:
        return (*steps(flag, Ruling(before)), ruling)
    return (ruling,)


def possible(flag: Flag) -> frozenset[Ruling]:
    """Return what may be ruled as things stand; before anything is, all that fits the kind."""
    fitting = FITTING[flag.kind]
    if flag.undecided:
        return fitting
    return frozenset(each for each in fitting if BEFORE[LEADS_TO[each]] is flag.state)


def told(flag: Flag, at: datetime) -> Flag:
    """Note that the mail server accepted the first letter that tells the person of this flag."""
    state = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    return replace(flag, state=state, notified_at=flag.notified_at or at)


def bounced(flag: Flag) -> Flag:
    """Note that the letter did not arrive after all: nobody was told."""
    return replace(flag, notified_at=None)


def reopened(flag: Flag, event: Event) -> Flag:
    """Begin anew what an event of the flag's own item unsettles; else return the flag as it is."""
    if (event.person, event.item) != (flag.person, flag.item):
        return flag
    if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
        settled = flag.state in {FlagState.MINE, FlagState.HARMLESS, FlagState.REMOVED}
        again = event.kind in {EventKind.CHANGED, EventKind.VANISHED}
        return _anew(flag, FlagState.OPEN, event.at) if settled and again else flag
    if flag.state is FlagState.REMOVED and event.kind is EventKind.REAPPEARED:
        return _anew(flag, FlagState.IMPERSONATION, event.at)
    # What an own account says of itself has no bearing on whom it is linked with.
    quiet = flag.state in {FlagState.HARMLESS, FlagState.NAMESAKE}
    if flag.kind is not FlagKind.STUDENT_LINK and quiet and event.kind is EventKind.CHANGED:
        return _anew(flag, FlagState.OPEN, event.at)
    return flag


def closed(flag: Flag, event: Event) -> Flag:
    """Close what an event of the flag's own item proves to be shown no longer; else return it."""
    if (event.person, event.item) != (flag.person, flag.item) or not flag.undecided:
        return flag
    cleared = event.kind is EventKind.CLEARED and flag.relation in event.fields
    gone = cleared or event.kind is EventKind.VANISHED
    if flag.kind is not FlagKind.EXPOSED_CONTACT or not gone:
        return flag
    return replace(flag, state=FlagState.GONE, ruled_at=event.at)


def shown_again(flag: Flag, at: datetime) -> Flag:
    """Begin anew where what was gone is back; else return the flag as it is."""
    return _anew(flag, FlagState.OPEN, at) if flag.state is FlagState.GONE else flag


def lapsed(flag: Flag, now: datetime) -> Flag:
    """Begin anew where a ruling of harmless has run out; else return the flag as it is."""
    until = flag.harmless_until
    return flag if until is None or now < until else _anew(flag, FlagState.OPEN, now)


def _shared(flag: Flag, judgement: Judgement) -> Flag:
    if judgement.by != flag.person:
        reason = "Only the person a flag is about may share it."
        raise NotPermittedError(reason)
    state = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    return replace(flag, state=state, shared_at=flag.shared_at or judgement.at)


def _undone(flag: Flag, judgement: Judgement) -> Flag:
    """Undo the last word: the sharing, or one step of the rulings, whichever is later."""
    shared = flag.shared_at
    if shared and (flag.undecided or flag.ruled_at is None or shared >= flag.ruled_at):
        return replace(flag, shared_at=None)
    if flag.state not in BEFORE:
        reason = "Nobody has ruled on this flag; there is nothing to undo."
        raise InputError(reason)
    back = BEFORE[flag.state]
    ruled_at = None if back is FlagState.OPEN else judgement.at
    return replace(flag, state=back, ruled_at=ruled_at, harmless_until=None)


def _decided(flag: Flag, judgement: Judgement) -> Flag:
    ruling = judgement.ruling
    if ruling not in FITTING[flag.kind]:
        reason = f"A flag of kind {flag.kind} cannot be ruled {ruling}."
        raise InputError(reason)
    state = LEADS_TO[ruling]
    here = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    if BEFORE[state] is not here:
        reason = (
            f"A flag that is {here} cannot be ruled {ruling}; reopen it, or rule it step by step."
        )
        raise InputError(reason)
    until = judgement.until if state is FlagState.HARMLESS else None
    if judgement.until and (until is None or until <= judgement.at):
        reason = "Only a ruling of harmless has an end, and it lies in the future."
        raise InputError(reason)
    return replace(flag, state=state, ruled_at=judgement.at, harmless_until=until)


def _anew(flag: Flag, state: FlagState, at: datetime) -> Flag:
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
