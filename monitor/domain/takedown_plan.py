"""The ways to get something taken down: which fit a case, the strongest first, one at a time.

The next comes when the one before was refused, or no one answered. What a way asks for, and how
sure we are of it, are dated facts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.case import Case
from monitor.domain.case_log import SENT_LEVERS, DecisionRecord
from monitor.domain.case_progress import get_reply_time
from monitor.domain.takedown_facts import Lever
from monitor.domain.vocabulary import (
    AllowedReporter,
    CaseKind,
    Decision,
    LeverKind,
    Side,
    TakedownHarm,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """`steps` come one after the other, the strongest first; `beside` can be done at any time."""

    steps: tuple[LeverKind, ...]
    beside: tuple[LeverKind, ...] = ()


_AGAINST_ACCOUNTS = Ladder(
    steps=(
        LeverKind.SCHOOL,
        LeverKind.FORM,
        LeverKind.APPEAL,
        LeverKind.HOST,
        LeverKind.COUNSEL,
        # Last, since it is signed under penalty of perjury, and only for a photo of one's own.
        LeverKind.COPYRIGHT,
    )
)
LADDERS: Mapping[TakedownHarm, Ladder] = {
    TakedownHarm.IMPERSONATION: _AGAINST_ACCOUNTS,
    TakedownHarm.HARASSMENT: _AGAINST_ACCOUNTS,
    TakedownHarm.SEXUAL: Ladder(
        steps=(
            LeverKind.LAW,
            LeverKind.COMPLAINT,
            LeverKind.FORM,
            LeverKind.COPYRIGHT,
            LeverKind.HOST,
        ),
        beside=(LeverKind.HASHES, LeverKind.SEARCH, LeverKind.COUNSEL),
    ),
    TakedownHarm.MINOR: Ladder(
        # Its law goes to the police, too.
        steps=(LeverKind.LAW, LeverKind.FORM, LeverKind.HOST),
        beside=(LeverKind.HASHES, LeverKind.SEARCH),
    ),
    TakedownHarm.HACKED: Ladder(steps=(LeverKind.RECOVERY,)),
    # The site itself is asked first; its host, when that was in vain.
    TakedownHarm.CONTACT: Ladder(
        steps=(LeverKind.BROKERS,), beside=(LeverKind.HOST, LeverKind.SEARCH)
    ),
    TakedownHarm.BRAND: Ladder(steps=(LeverKind.FORM,)),
}
HARM_OF_CASE: Mapping[CaseKind, TakedownHarm] = {
    CaseKind.IMPERSONATION: TakedownHarm.IMPERSONATION,
    CaseKind.MOCK_ACCOUNT: TakedownHarm.HARASSMENT,
    CaseKind.OWN_ACCOUNT_CHANGED: TakedownHarm.HACKED,
    CaseKind.EXPOSED_CONTACT: TakedownHarm.CONTACT,
}
# What a picture needs, if there is one; where a minor may be shown, before all else.
URGENT_HARMS = (TakedownHarm.MINOR, TakedownHarm.SEXUAL)
_FIRST_REPORTS = frozenset({LeverKind.SCHOOL, LeverKind.FORM})
_OWN_WAYS = frozenset({LeverKind.FORM, LeverKind.RECOVERY})
_URGENT_TOO = (LeverKind.COMPLAINT, LeverKind.FORM, LeverKind.HOST)
# The ids of reasons that say so of its words.
HARMFUL_RULES = frozenset({"lewd", "mock-harm"})
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

    harm: TakedownHarm
    platform: str
    state: str = ""
    is_sexual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverPlan:
    """What one side does `now`, what can be done beside it, and what comes if it fails."""

    now: Lever | None
    beside: tuple[Lever, ...] = ()
    later: tuple[Lever, ...] = ()


def list_harms(case: Case, *, is_sexual: bool) -> tuple[TakedownHarm, ...]:
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
    return any(reason.rule in HARMFUL_RULES for reason in case.reasons)


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
    # A second report takes a first one.
    has_first = any(lever.kind in _FIRST_REPORTS for lever in fitting)
    steps = [
        lever
        for lever in _sort_levers(fitting, ladder.steps)
        if _is_certain(lever, situation)
        and (has_first or lever.kind is not LeverKind.APPEAL)
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
    failed = _list_failures(case, side, now)
    if situation.harm in URGENT_HARMS:
        # A report of the account, by whichever form, is no request by the law.
        failed = [kind for kind in failed if kind is LeverKind.LAW]
    left = [step for step in steps if step.kind not in failed] or steps[-1:]
    # The way that was named last is taken until it failed, wherever it stands.
    last = case.last_lever
    place = next(
        (number for number, step in enumerate(left) if last and step.kind is last.lever),
        min(failed.count(None), len(left) - 1),
    )
    chosen, later = left[place], tuple(left[place + 1 :])
    if situation.harm in URGENT_HARMS:
        more = (step for step in later if step.kind in _URGENT_TOO)
        return LeverPlan(now=chosen, beside=(*more, *beside))
    return LeverPlan(now=chosen, beside=beside, later=later)


def _list_fitting(levers: Iterable[Lever], situation: Situation) -> Iterator[Lever]:
    """Yield what fits; what is true of any site gives way to a platform's own, whoever sends it.

    Of a network that we know, what a picture needs is never asked of its host.
    """
    fitting = [lever for lever in levers if _fits(lever, situation)]
    own = any(lever.platforms and lever.kind in _OWN_WAYS for lever in fitting)
    listed = bool(situation.platform) and (own or situation.harm in URGENT_HARMS)
    for lever in fitting:
        general = not lever.platforms and lever.kind in _OWN_WAYS
        if not (general and own) and not (lever.unlisted and listed):
            yield lever


def _fits(lever: Lever, situation: Situation) -> bool:
    known = not lever.platforms or situation.platform in lever.platforms
    elsewhere = situation.state and lever.state and situation.state != lever.state
    return situation.harm in lever.harms and known and not elsewhere


def _is_certain(lever: Lever, situation: Situation) -> bool:
    """Tell whether it is known to be open to this person: it may take living somewhere."""
    return lever.state is None or lever.state == situation.state


def _sort_levers(levers: Iterable[Lever], order: tuple[LeverKind, ...]) -> list[Lever]:
    chosen = [lever for lever in levers if lever.kind in order]
    return sorted(chosen, key=lambda lever: order.index(lever.kind))


def _list_failures(case: Case, side: Side, now: datetime) -> list[LeverKind | None]:
    """Return which ways this side has tried in vain, None for one that nobody named."""
    failures: list[LeverKind | None] = []
    sent: DecisionRecord | None = None
    for entry in case.standing:
        if entry.decision in SENT_LEVERS:
            if sent and case.get_side(sent) is case.get_side(entry) is side:
                # Another way was taken since.
                failures.append(sent.lever)
            sent = entry
        elif entry.decision is Decision.REFUSED and case.get_side(entry) is side:
            failures.append(sent.lever if sent else None)
            sent = None
    is_last = sent is not None and sent is case.last_lever and case.get_side(sent) is side
    if sent and is_last and now >= sent.at + get_reply_time(sent):
        failures.append(sent.lever)
    return failures
