"""How far a source is trusted in this sweep, method by method, and what to say if not."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from monitor.domain.finding import Sighting
from scrapers.models import Outcome, ParseResult, QueryKind, Trace
from scrapers.source import METHODS, Canary, Method

# The one thing that is noted of a source that answered all: impostors shelter there too.
WITHHELD = "withheld"
UNTESTED = "method-untested"
MISSES_ACCOUNTS = "misses-accounts"
MASS_LOSS = "mass-loss"
MISSED_NOTES: Mapping[Method, str] = {
    Method.LOOKUP: MISSES_ACCOUNTS,
    Method.SEARCH: "search-misses-all",
    Method.NEXT_PAGE: "next-page-missing",
    Method.CONTACTS: "contacts-missing",
}

# Two answers within a day may come from one fault of a site.
LEARNED_AFTER = timedelta(days=1)


class SourceTrust(StrEnum):
    """A source is PROVEN once it found what it surely has and not what cannot exist.

    It is BLIND where it shows strangers less, by its own rules, and is right in all else.
    """

    PROVEN = "proven"
    UNPROVEN = "unproven"
    BLIND = "blind"
    REFUTED = "refuted"


class Belief(StrEnum):
    """What of a method's answers is believed: all, what it shows, or only hits with the name.

    That someone is absent is believed under WHOLE alone.
    """

    WHOLE = "whole"
    SHOWN = "shown"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryProbe:
    """A canary's answer beside the one we know to be right."""

    canary: Canary
    result: ParseResult

    @property
    def is_right(self) -> bool:
        return self.result.outcome is self.canary.expects

    @property
    def is_contradicted(self) -> bool:
        return self.result.outcome.is_conclusive and not self.is_right

    @property
    def is_blind(self) -> bool:
        """Whether the service's own rules explain that nothing was found."""
        nothing = self.result.outcome in {Outcome.ABSENT, Outcome.DECLINED}
        return bool(self.canary.blind_note) and nothing

    @property
    def is_shallow(self) -> bool:
        """Whether it lists no more than a first page, by its own rules: that page is whole."""
        return self.is_blind and self.canary.method is Method.NEXT_PAGE

    @property
    def fault(self) -> ParseResult:
        """What is to be said of a wrong answer."""
        if self.is_blind:
            return ParseResult(outcome=Outcome.UNREADABLE, note=self.canary.blind_note)
        if self.is_contradicted:
            note = _describe_contradiction(self.canary)
            return ParseResult(outcome=Outcome.UNREADABLE, note=note)
        if self.result.outcome is Outcome.DECLINED:  # a gap, however rightly it was refused
            return replace(self.result, outcome=Outcome.UNREADABLE)
        return self.result


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodAnswer:
    """What a source answered about someone, and by which method."""

    method: Method
    result: ParseResult


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAssessment:
    """`outcome` and `note` speak of the visits; `doubts` are the methods not believed WHOLE.

    What a canary noted as it found what it should is said where nothing else is to be said; so is
    that a search lists no more than a first page.

    `probed` tells that canaries were asked for it just now. `can_raise_cases` is whether what is
    believed proves enough to bother anyone: what invents accounts does not.
    """

    status: SourceTrust
    outcome: Outcome
    note: str = ""
    probed: bool = False
    doubts: Mapping[Method, Belief] = field(default_factory=dict)
    can_raise_cases: bool = False

    def get_belief(self, kind: QueryKind) -> Belief:
        return self.doubts.get(METHODS[kind], Belief.WHOLE)


def is_learned_canary(sighting: Sighting, accounts: Collection[str]) -> bool:
    """Say whether this is an account that its owner declared and that was found at least twice.

    What was missed since is none: an owner may have deleted it.
    """
    trace = sighting.trace
    found_twice = sighting.last - sighting.first >= LEARNED_AFTER and not sighting.misses
    return found_twice and not {trace.account, *trace.account_aliases}.isdisjoint(accounts)


def assess_trust(
    probes: Iterable[CanaryProbe], answers: Iterable[MethodAnswer], *, was_proven: bool = False
) -> TrustAssessment:
    """Judge each method by its own canaries, and only then the answers about people.

    `was_proven` says that the source had passed all its canaries before. One that cannot be read
    today takes nothing from what a hit shows, and none need be asked soon after.
    """
    every, given = tuple(probes), tuple(answers)
    asked = tuple(probe for probe in every if not probe.is_shallow)
    doubts: Mapping[Method, Belief] = {}
    if asked or not was_proven:
        doubts = _list_doubts(asked, {answer.method for answer in given})
    wrong = tuple(probe for probe in asked if not probe.is_right)
    believed = (
        _withhold_from_summary(answer, doubts, wrong) if answer.method in doubts else answer.result
        for answer in given
    )
    # A canary is asked first, so it says best why the others came to nothing, too.
    outcome, note = _summarize_results((*(probe.fault for probe in wrong), *believed))
    found = [
        probe.result for probe in asked if probe.is_right and probe.canary.expects is Outcome.FOUND
    ]
    noted = [reading.note for reading in found]
    noted += [probe.canary.blind_note for probe in every if probe.is_shallow]
    aside = next(filter(None, noted), "")
    status = SourceTrust.PROVEN if found else SourceTrust.UNPROVEN
    if wrong:
        blind = all(probe.is_blind for probe in wrong)
        status = SourceTrust.BLIND if blind else SourceTrust.REFUTED
    invents = any(
        probe.is_contradicted and probe.canary.expects is Outcome.ABSENT for probe in wrong
    )
    return TrustAssessment(
        status=status,
        outcome=outcome,
        note=note or aside,
        probed=bool(asked),
        doubts=doubts,
        can_raise_cases=bool(found or (was_proven and (wrong or not asked))) and not invents,
    )


def believe_result(
    belief: Belief, kind: QueryKind, result: ParseResult, names_person: Callable[[Trace], bool]
) -> ParseResult | None:
    """Return what of an answer is believed; None where nothing is.

    What is left is PARTIAL: it adds what it shows, and takes nothing away. What a search shows
    its source has compared with the name before, so each of its hits names the person.
    """
    if belief is Belief.WHOLE or result.outcome not in _SHOWN_OUTCOMES:
        return result
    if result.outcome is Outcome.ABSENT:
        return None
    if belief is Belief.SHOWN:
        return result
    searched = kind in {QueryKind.SEARCH, QueryKind.PEOPLE_SEARCH}
    traces = tuple(trace for trace in result.traces if searched or names_person(trace))
    if not traces:
        return None
    return replace(result, outcome=Outcome.PARTIAL, traces=traces, contacts=(), kept=None)


_SHOWN_OUTCOMES = frozenset({Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED, Outcome.PARTIAL})


def apply_learned_canaries(trust: TrustAssessment, outcomes: Iterable[Outcome]) -> TrustAssessment:
    """Let conclusive answers about learned canaries count as those about a known account.

    They prove nothing where no name that cannot exist was asked for. One of them may have been
    deleted by its owner; if all are gone, the source is not believed.
    """
    shown = [outcome is not Outcome.ABSENT for outcome in outcomes]
    if not shown or trust.status is SourceTrust.REFUTED:
        return trust
    if not any(shown):
        return distrust_lookups(trust, MISSES_ACCOUNTS)
    if not trust.probed:
        return trust
    status = SourceTrust.PROVEN if trust.status is SourceTrust.UNPROVEN else trust.status
    return replace(trust, status=status, can_raise_cases=True)


def distrust_lookups(trust: TrustAssessment, note: str) -> TrustAssessment:
    """Believe no look-up: all that a source surely has would be gone, or most of what it showed."""
    return replace(
        trust,
        status=SourceTrust.REFUTED,
        outcome=Outcome.UNREADABLE,
        note=note,
        doubts={**trust.doubts, Method.LOOKUP: Belief.NAMED},
    )


def _list_doubts(probes: tuple[CanaryProbe, ...], used: set[Method]) -> Mapping[Method, Belief]:
    """Return the methods that are not believed WHOLE, of those used and those with canaries."""
    tested = {probe.canary.method for probe in probes}
    beliefs = {method: _judge_method(method, probes) for method in used | tested}
    further = beliefs.pop(Method.NEXT_PAGE, Belief.WHOLE)
    if further is not Belief.WHOLE and beliefs.get(Method.SEARCH) is Belief.WHOLE:
        # What is on the first page is there; what is not may be on the next.
        beliefs[Method.SEARCH] = Belief.SHOWN
    return {method: belief for method, belief in beliefs.items() if belief is not Belief.WHOLE}


def _judge_method(method: Method, probes: tuple[CanaryProbe, ...]) -> Belief:
    own = tuple(probe for probe in probes if probe.canary.method is method)
    if any(_takes_all_but_names(probe) for probe in own or probes):
        return Belief.NAMED
    wanted = {Outcome.FOUND, Outcome.ABSENT} if method is Method.LOOKUP else {Outcome.FOUND}
    is_tested = any(probe.canary.expects in wanted for probe in own)
    return Belief.WHOLE if is_tested and all(probe.is_right for probe in own) else Belief.SHOWN


def _takes_all_but_names(probe: CanaryProbe) -> bool:
    """Tell whether a source may show whatever is asked for, or misreads what it shows."""
    if probe.is_right or probe.is_blind:
        return False
    return probe.is_contradicted or probe.canary.expects is Outcome.ABSENT


def _withhold_from_summary(
    answer: MethodAnswer, doubts: Mapping[Method, Belief], wrong: tuple[CanaryProbe, ...]
) -> ParseResult:
    """Return why an answer is not believed, or the answer where it is."""
    result, belief = answer.result, doubts[answer.method]
    lookup_unnamed = belief is Belief.NAMED and answer.method is not Method.SEARCH
    if result.outcome not in _SHOWN_OUTCOMES or not (
        result.outcome is Outcome.ABSENT or lookup_unnamed
    ):
        return result
    own = (probe for probe in wrong if probe.canary.method is answer.method)
    why = next(own, next(iter(wrong), None))
    return why.fault if why else ParseResult(outcome=Outcome.UNREADABLE, note=UNTESTED)


def _describe_contradiction(canary: Canary) -> str:
    if canary.expects is Outcome.ABSENT:
        return "invents-accounts"
    return MISSED_NOTES[canary.method]


def _summarize_results(results: tuple[ParseResult, ...]) -> tuple[Outcome, str]:
    """Sum up the answers: whole, in part, or what most of them came to."""
    outcomes = Counter(reading.outcome for reading in results)
    # What someone asked us not to read is a gap about them, not about the source.
    silent = Counter({o: n for o, n in outcomes.items() if not o.is_conclusive})
    silent.pop(Outcome.DECLINED, None)
    if not silent:
        withheld = outcomes[Outcome.DECLINED] or any(result.withheld for result in results)
        whole = Outcome.FOUND if outcomes[Outcome.FOUND] else Outcome.ABSENT
        return whole, WITHHELD if withheld else ""
    worst = max(silent, key=lambda entry: (silent[entry], entry))
    note = next((r.note for r in results if r.outcome is worst and r.note), "")
    if not any(outcome.is_conclusive for outcome in outcomes):
        return worst, note
    return Outcome.PARTIAL, note
