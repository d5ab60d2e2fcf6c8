"""Whether a source may be believed in this sweep, and what to say of it if not."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from monitor.domain.finding import Sighting
from scrapers.models import Outcome, ParseResult

# The one thing that is noted of a source that answered all: impostors shelter there too.
WITHHELD = "withheld"


# Two answers within a day may come from one fault of a site.
LEARNED_AFTER = timedelta(days=1)


class SourceTrust(StrEnum):
    """A source is PROVEN once it found what it surely has and not what cannot exist."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryProbe:
    """A canary's answer beside the one we know to be right."""

    expects: Outcome
    result: ParseResult


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAssessment:
    """`outcome` and `note` speak of the visits; only what is not REFUTED may settle.

    What a canary noted as it found what it should is said where nothing else is to be said.

    `probed` tells that canaries were asked for it just now.
    """

    status: SourceTrust
    outcome: Outcome
    note: str = ""
    probed: bool = False


def is_learned_canary(sighting: Sighting, accounts: Collection[str]) -> bool:
    """Say whether this is an account that its owner declared and that was found at least twice.

    What was missed since is none: an owner may have deleted it.
    """
    trace = sighting.trace
    found_twice = sighting.last - sighting.first >= LEARNED_AFTER and not sighting.misses
    return found_twice and not {trace.account, *trace.account_aliases}.isdisjoint(accounts)


def assess_trust(probes: Iterable[CanaryProbe], results: Iterable[ParseResult]) -> TrustAssessment:
    """Judge a source by its canaries first, and only then by its answers about people."""
    asked = tuple(probes)
    for probe in asked:
        if not probe.result.outcome.is_conclusive:
            return _build_refuted(probe.result.outcome, probe.result.note)
        if probe.result.outcome is not probe.expects:
            return _build_refuted(Outcome.UNREADABLE, _describe_contradiction(probe.expects))
    found = [probe.result for probe in asked if probe.expects is Outcome.FOUND]
    outcome, note = _summarize_results(tuple(results))
    status = SourceTrust.PROVEN if found else SourceTrust.UNPROVEN
    aside = next((reading.note for reading in found if reading.note), "")
    return TrustAssessment(status=status, outcome=outcome, note=note or aside, probed=bool(asked))


def apply_learned_canaries(trust: TrustAssessment, outcomes: Iterable[Outcome]) -> TrustAssessment:
    """Let conclusive answers about learned canaries count as those about a known account.

    They prove nothing where no name that cannot exist was asked for. One of them may have been
    deleted by its owner; if all are gone, the source is not believed.
    """
    shown = [outcome is not Outcome.ABSENT for outcome in outcomes]
    if not shown or trust.status is SourceTrust.REFUTED:
        return trust
    if not any(shown):
        return _build_refuted(Outcome.UNREADABLE, _describe_contradiction(Outcome.FOUND))
    return replace(trust, status=SourceTrust.PROVEN) if trust.probed else trust


def distrust_mass_loss() -> TrustAssessment:
    """Refuse to believe that most of a source's findings ended at once."""
    return _build_refuted(Outcome.UNREADABLE, "mass-loss")


def _build_refuted(outcome: Outcome, note: str) -> TrustAssessment:
    return TrustAssessment(status=SourceTrust.REFUTED, outcome=outcome, note=note)


def _describe_contradiction(expected: Outcome) -> str:
    if expected is Outcome.ABSENT:
        return "invents-accounts"
    return "misses-accounts"


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
