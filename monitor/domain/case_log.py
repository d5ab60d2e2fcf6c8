"""The log of a case: who said or did what, when and by which means, and what still counts.

A word says what it is; a lever is what someone did about it. Each side takes back its own last
entry and never the other's, so that no word is ever shown as someone else's. A report of IT's that
hit somebody else is taken back by any reviewer, who alone may undo that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.vocabulary import CaseKind, Decision, LeverKind, Means


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One entry, appended and never overwritten. `by` is an opaque id or a role.

    `until` is when a word of harmless ends, None where it does not. `lever` is by which way it was
    reported, None where nobody said so. What a reviewer takes back may be a colleague's: `whose` is
    theirs, and empty for one's own.
    """

    case_id: str
    decision: Decision
    by: str
    at: datetime
    note: str = ""
    until: datetime | None = None
    means: Means = Means.PAGE
    lever: LeverKind | None = None
    whose: str = ""


# What is as bad as it looked, and what needs no more done, by the kind of case.
CONFIRMATIONS: Mapping[CaseKind, tuple[Decision, ...]] = {
    CaseKind.IMPERSONATION: (Decision.IMPERSONATION, Decision.MOCK),
    CaseKind.MOCK_ACCOUNT: (Decision.MOCK, Decision.IMPERSONATION),
    CaseKind.OWN_ACCOUNT_CHANGED: (Decision.IMPERSONATION,),
    CaseKind.EXPOSED_CONTACT: (Decision.MINE,),
    CaseKind.STUDENT_LINK: (Decision.STUDENT_LINK,),
    CaseKind.HARMFUL_PAGE: (Decision.MOCK,),
}
_SOMEBODY_ELSES = (Decision.NAMESAKE, Decision.UNRELATED, Decision.HARMLESS)
DISMISSALS: Mapping[CaseKind, tuple[Decision, ...]] = {
    CaseKind.IMPERSONATION: (Decision.MINE, *_SOMEBODY_ELSES),
    CaseKind.MOCK_ACCOUNT: (Decision.MINE, *_SOMEBODY_ELSES),
    CaseKind.OWN_ACCOUNT_CHANGED: (Decision.MINE, Decision.HARMLESS, Decision.GIVEN_UP),
    CaseKind.EXPOSED_CONTACT: _SOMEBODY_ELSES,
    CaseKind.STUDENT_LINK: (Decision.EXPLAINED, Decision.FAMILY, Decision.HARMLESS),
    CaseKind.HARMFUL_PAGE: _SOMEBODY_ELSES,
}
_REPORTING = (Decision.REPORTED, Decision.REMOVED, Decision.REFUSED)
LEVERS: Mapping[CaseKind, tuple[Decision, ...]] = {
    CaseKind.IMPERSONATION: _REPORTING,
    CaseKind.MOCK_ACCOUNT: _REPORTING,
    CaseKind.OWN_ACCOUNT_CHANGED: (Decision.REPORTED, Decision.LOCKED_OUT, Decision.RECOVERED),
    CaseKind.EXPOSED_CONTACT: (Decision.REMOVAL_ASKED, Decision.REMOVAL_DONE),
    CaseKind.STUDENT_LINK: (Decision.UNLINKED,),
    CaseKind.HARMFUL_PAGE: _REPORTING,
}
SENT_LEVERS = frozenset({Decision.REPORTED, Decision.REMOVAL_ASKED})
CLAIMS = frozenset({Decision.REMOVED, Decision.REMOVAL_DONE, Decision.UNLINKED, Decision.RECOVERED})
SHARING = frozenset({Decision.SHARED, Decision.UNSHARED})
# What is neither a word nor a lever.
UNSPOKEN = SHARING | {Decision.REOPENED, Decision.TOLD, Decision.TAKEN_BACK}
# What others act on, and whoever sent it takes back if it was a mistake.
SENT_OUT = SENT_LEVERS | {Decision.TOLD}
# What may come after the last lever that stands; None is before the first one.
_LEVERS_AFTER: Mapping[Decision | None, frozenset[Decision]] = {
    None: frozenset(
        {Decision.REPORTED, Decision.REMOVAL_ASKED, Decision.UNLINKED}
        | {Decision.LOCKED_OUT, Decision.RECOVERED}
    ),
    # Who got no answer takes the next way.
    Decision.REPORTED: frozenset(
        {Decision.REPORTED, Decision.REMOVED, Decision.REFUSED}
        | {Decision.LOCKED_OUT, Decision.RECOVERED}
    ),
    Decision.REFUSED: frozenset({Decision.REPORTED, Decision.REMOVED}),
    Decision.REMOVED: frozenset(),
    Decision.REMOVAL_ASKED: frozenset({Decision.REMOVAL_ASKED, Decision.REMOVAL_DONE}),
    Decision.REMOVAL_DONE: frozenset(),
    Decision.UNLINKED: frozenset(),
    Decision.LOCKED_OUT: frozenset({Decision.REPORTED, Decision.RECOVERED}),
    Decision.RECOVERED: frozenset(),
}


def drop_undone(entries: Iterable[DecisionRecord], back: int = 0) -> tuple[DecisionRecord, ...]:
    """Return a log as if what was undone had never been said or done: each undoes their own.

    What a mailed link said and a page confirmed is one answer. What was done among the first `back`
    entries is past undoing after them.
    """
    kept: list[DecisionRecord] = []
    lost: list[DecisionRecord] = []
    for number, entry in enumerate(entries):
        if number == back:
            lost = [said for said in kept if is_lever(said.decision)]
        if entry.decision is not Decision.REOPENED:
            kept.append(entry)
            continue
        own = [said for said in list_undoable(kept) if said.by == entry.by and said not in lost]
        for said in own[-2:] if confirms_link(own) else own[-1:]:
            kept.remove(said)
    return tuple(kept)


def confirms_link(own: Sequence[DecisionRecord]) -> bool:
    """Tell whether the last of somebody's entries says again what a mailed link said before it."""
    told = [(entry.means, entry.decision) for entry in own[-2:]]
    return bool(own) and told == [(means, own[-1].decision) for means in (Means.LINK, Means.PAGE)]


def list_undoable(kept: Sequence[DecisionRecord]) -> tuple[DecisionRecord, ...]:
    """Return what may be undone of such a log: words, levers, and what was told or taken back.

    Whose report was taken back no longer says that it is real either.
    """
    real = {*CONFIRMATIONS[CaseKind.IMPERSONATION], *_REPORTING, Decision.TOLD}
    ends = {
        entry.whose or entry.by: place
        for place, entry in enumerate(kept)
        if entry.decision is Decision.TAKEN_BACK
    }
    return tuple(
        entry
        for place, entry in enumerate(kept)
        if entry.decision not in SHARING
        and (entry.decision not in real or place > ends.get(entry.by, -1))
    )


def is_lever(decision: Decision) -> bool:
    return decision in _LEVERS_AFTER


def list_next_levers(kind: CaseKind, last: DecisionRecord | None) -> frozenset[Decision]:
    return _LEVERS_AFTER[last.decision if last else None] & frozenset(LEVERS[kind])


def read_verdict(kind: CaseKind, entry: DecisionRecord) -> Decision:
    """Return what an entry says that it is: who reports an account says that it is no joke."""
    return CONFIRMATIONS[kind][0] if is_lever(entry.decision) else entry.decision


def is_confirmation(kind: CaseKind, verdict: Decision | None) -> bool:
    return verdict in CONFIRMATIONS[kind]
