"""The ways to get something taken down: which fit a case, the strongest first, one at a time.

The next comes when the one before was refused, or nobody answered. What a way asks for, and how
sure we are of it, are dated facts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.case import Case
from monitor.domain.case_log import SENT_LEVERS
from monitor.domain.case_progress import REPLY_WITHIN
from monitor.domain.detection.mock import Slang, has_slang, read_plain_words
from monitor.domain.takedown import Lever
from monitor.domain.vocabulary import (
    AllowedReporter,
    CaseKind,
    Decision,
    Harm,
    HarmKind,
    LeverKind,
    Side,
)
from scrapers.models import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """`steps` come one after the other, the strongest first; `beside` can be done at any time."""

    steps: tuple[LeverKind, ...]
    beside: tuple[LeverKind, ...] = ()


_AGAINST_ACCOUNTS = Ladder(
    steps=(
        LeverKind.SCHOOL,
        LeverKind.FORM,
        # Only for a photo that the person took: they are asked before anything is signed.
        LeverKind.COPYRIGHT,
        LeverKind.HOST,
        LeverKind.COUNSEL,
    )
)
LADDERS: Mapping[Harm, Ladder] = {
    Harm.IMPERSONATION: _AGAINST_ACCOUNTS,
    Harm.HARASSMENT: _AGAINST_ACCOUNTS,
    Harm.SEXUAL: Ladder(
        steps=(
            LeverKind.LAW,
            LeverKind.COMPLAINT,
            LeverKind.FORM,
            LeverKind.COPYRIGHT,
            LeverKind.HOST,
        ),
        beside=(LeverKind.HASHES, LeverKind.SEARCH, LeverKind.COUNSEL),
    ),
    Harm.MINOR: Ladder(
        # Its law goes to the police, too.
        steps=(LeverKind.LAW, LeverKind.FORM, LeverKind.HOST),
        beside=(LeverKind.HASHES, LeverKind.SEARCH),
    ),
    Harm.HACKED: Ladder(steps=(LeverKind.RECOVERY,)),
    Harm.CONTACT: Ladder(steps=(LeverKind.BROKERS,), beside=(LeverKind.SEARCH,)),
}
HARM_OF_CASE: Mapping[CaseKind, Harm] = {
    CaseKind.IMPERSONATION: Harm.IMPERSONATION,
    CaseKind.MOCK_ACCOUNT: Harm.HARASSMENT,
    CaseKind.OWN_ACCOUNT_CHANGED: Harm.HACKED,
    CaseKind.EXPOSED_CONTACT: Harm.CONTACT,
}
# What a picture needs, if there is one; where a minor may be shown, before all else.
URGENT_HARMS = (Harm.MINOR, Harm.SEXUAL)
_URGENT_TOO = (LeverKind.COMPLAINT, LeverKind.FORM, LeverKind.HOST)
# The ids of reasons that say so of its words.
_HARMFUL = frozenset({"lewd", "mock-harm"})
_SENDERS: Mapping[Side, frozenset[AllowedReporter]] = {
    Side.PERSON: frozenset(
        {AllowedReporter.PERSON, AllowedReporter.REPRESENTATIVE, AllowedReporter.ANYONE}
    ),
    Side.IT: frozenset({AllowedReporter.SCHOOL, AllowedReporter.ANYONE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """`platform` is empty for a site that we do not know; `state` where its person's is unknown.

    What `is_sexual` is opened and sent by its person alone.
    """

    harm: Harm
    platform: str
    state: str = ""
    is_sexual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverPlan:
    """What one side does `now`, what can be done beside it, and what comes if it fails."""

    now: Lever | None
    beside: tuple[Lever, ...] = ()
    later: tuple[Lever, ...] = ()


def list_harms(case: Case, *, is_sexual: bool) -> tuple[Harm, ...]:
    """Return against what a case needs a way, the most urgent first; none for a link to students.

    Words alone show no picture: where they are sexual, both what a picture needs and what an
    account needs is told.
    """
    harm = HARM_OF_CASE.get(case.nature)
    if harm is None:
        return ()
    return (*URGENT_HARMS, harm) if is_sexual else (harm,)


def is_harmful(case: Case) -> bool:
    """Tell whether it was found to use sexual or violent words, or to tell where someone lives."""
    return any(reason.rule in _HARMFUL for reason in case.reasons)


def may_be_sexual(case: Case, account: Trace) -> bool:
    """Tell whether none of it should be saved: unless its words only threaten or tell an address.

    Of threats, a picture is evidence.
    """
    if HarmKind.SEXUAL in account.harms:
        return True
    plain = read_plain_words(f"{account.name} {account.bio or account.snippet}")
    only_violent = any(has_slang(kind, plain) for kind in (Slang.THREATS, Slang.DOXXING))
    return is_harmful(case) and (has_slang(Slang.SEXUAL, plain) or not only_violent)


def plan_levers(
    case: Case, situation: Situation, levers: Iterable[Lever], side: Side, now: datetime
) -> LeverPlan:
    """Choose the way that one side takes now, by what its own log says of those before."""
    fitting = [
        lever
        for lever in _list_fitting(levers, situation)
        if not _SENDERS[side].isdisjoint(lever.who)
    ]
    ladder = LADDERS[situation.harm]
    steps = [
        lever
        for lever in _sort_levers(fitting, ladder.steps)
        if _is_certain(lever, situation)
        and not (situation.is_sexual and lever.kind is LeverKind.SCHOOL)
        # A copyright notice gives name and address to the other side.
        and not (is_harmful(case) and lever.kind is LeverKind.COPYRIGHT)
    ]
    beside = (
        *(lever for lever in fitting if not _is_certain(lever, situation)),
        *_sort_levers(fitting, ladder.beside),
    )
    if not steps:
        return LeverPlan(now=None, beside=beside)
    if situation.harm in URGENT_HARMS:
        # What the person's log tells of are reports of the account, and no request by the law.
        more = (step for step in steps[1:] if step.kind in _URGENT_TOO)
        return LeverPlan(now=steps[0], beside=(*more, *beside))
    place = min(_count_failures(case, side, now), len(steps) - 1)
    return LeverPlan(now=steps[place], beside=beside, later=tuple(steps[place + 1 :]))


def _list_fitting(levers: Iterable[Lever], situation: Situation) -> Iterator[Lever]:
    """Yield what fits; the form of any site gives way to a platform's own, whoever may send it."""
    fitting = [lever for lever in levers if _fits(lever, situation)]
    own = any(lever.platforms and lever.kind is LeverKind.FORM for lever in fitting)
    for lever in fitting:
        if lever.platforms or lever.kind is not LeverKind.FORM or not own:
            yield lever


def _fits(lever: Lever, situation: Situation) -> bool:
    known = not lever.platforms or situation.platform in lever.platforms
    elsewhere = situation.state and lever.state and situation.state != lever.state
    listed = bool(situation.platform)
    return (
        situation.harm in lever.harms
        and known
        and not elsewhere
        and not (lever.unlisted and listed)
    )


def _is_certain(lever: Lever, situation: Situation) -> bool:
    """Tell whether it is known to be open to this person: it may take living somewhere."""
    return lever.state is None or lever.state == situation.state


def _sort_levers(levers: Iterable[Lever], order: tuple[LeverKind, ...]) -> list[Lever]:
    chosen = [lever for lever in levers if lever.kind in order]
    return sorted(chosen, key=lambda lever: order.index(lever.kind))


def _count_failures(case: Case, side: Side, now: datetime) -> int:
    """Return how many ways this side has tried in vain."""
    own = [entry for entry in case.standing if case.get_side(entry) is side]
    refused = sum(entry.decision is Decision.REFUSED for entry in own)
    last = next((entry for entry in reversed(own) if entry.decision in SENT_LEVERS), None)
    if last is None or last is not case.last_lever:
        return refused
    return refused + (now >= last.at + REPLY_WITHIN[last.decision])
