"""An assessment taken apart: what was weighed, how likely that makes what, what answers cost."""

from dataclasses import dataclass

from monitor.domain.assessment import Assessment, prior_of
from monitor.domain.evidence import Evidence
from monitor.domain.reasons import rules
from monitor.domain.weights import Weights
from monitor.domain.whose import Chances, Label, Sums, chances, cheapest, cost
from scrapers.finding import Kind

_SETTLING = frozenset(
    rule.name
    for rule in (
        *(rules.DECLARED, rules.SAID_MINE, rules.SAID_NAMESAKE),
        *(rules.SAID_UNRELATED, rules.SAID_IMPERSONATION),
    )
)
_BOLD = frozenset({Label.OWN, Label.IMPERSONATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What each answer costs on average, in minutes."""

    own: float
    impersonation: float
    namesake: float
    unrelated: float
    unknown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`settled` says that the person decided, so that nothing was weighed against anything.

    `held_back` says that another answer was cheaper, and not to be told from a handle alone.
    `weights` is the version by which the evidence was weighed, `prior` that of today.
    """

    label: Label
    evidence: tuple[Evidence, ...]
    sums: Sums
    bits: float
    prior: float | None
    chances: Chances
    costs: Costs
    lowered_by: tuple[str, ...]
    settled: bool
    held_back: bool
    weights: int


def explain(assessment: Assessment, kind: Kind, weights: Weights) -> Explanation:
    prior = prior_of(kind, weights)
    shares = chances(assessment.sums, prior)
    settled = any(each.rule in _SETTLING for each in assessment.evidence)
    likeliest = cheapest(shares, Label.NAMESAKE)
    return Explanation(
        label=assessment.label,
        evidence=assessment.evidence,
        sums=assessment.sums,
        bits=assessment.bits,
        prior=prior if kind is Kind.ACCOUNT else None,
        chances=shares,
        costs=Costs(**{each.value: cost(each, shares) for each in Label}),
        lowered_by=assessment.lowered_by,
        settled=settled,
        held_back=assessment.label is Label.UNKNOWN and likeliest in _BOLD,
        weights=assessment.weights,
    )
