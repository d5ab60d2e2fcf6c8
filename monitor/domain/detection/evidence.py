"""One reason for or against, in bits, and as an id with facts.

Whose a profile is, as the answer that is cheapest on average: what a mistake costs decides.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp2

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import OwnershipLabel


class EvidenceAxis(StrEnum):
    """Claim: presents as this person. Control: run by this person. Imitation: made to deceive.

    Mock: made by others, about this person, and for all to see.
    """

    CLAIM = "claim"
    CONTROL = "control"
    IMITATION = "imitation"
    MOCK = "mock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`bits` is a log2 likelihood ratio; `reason` is what a person can dispute.

    What it quotes from the web is for the person alone, and others are told it in general words.
    """

    rule: str
    axis: EvidenceAxis
    bits: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """What can be seen of an account. The weights file says how much it counts.

    `words` is the id of its words, where that is not its name. `otherwise` says what would have
    weakened it, if that is useful: the id of those words. Rules that say one thing on several axes,
    like a copied bio, share a `topic`: a reader is told of it once.
    """

    name: str
    axis: EvidenceAxis = EvidenceAxis.CLAIM
    words: str = ""
    otherwise: str = ""
    topic: str = ""

    @property
    def reason(self) -> Reason:
        return Reason(self.words or self.name)

    @property
    def counterfactual(self) -> Reason | None:
        return Reason(self.otherwise) if self.otherwise else None

    def build_match(self, *, amount: float = 1.0, reason: Reason | None = None) -> "RuleMatch":
        return RuleMatch(rule=self, amount=amount, reason=reason or self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatch:
    """A rule that holds, and how many times over its weight counts."""

    rule: EvidenceRule
    amount: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSums:
    """The evidence of each axis, added up, in bits."""

    claim: float
    control: float
    imitation: float
    mock: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """How likely each is before anything is seen, in bits, beside an account of one's own.

    `temperature` is what a bit counts: signs that come together say part of one thing twice.
    """

    impersonation: float
    mock: float
    temperature: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelProbabilities:
    """Shares of one: the person's, an impersonation, a mock account, someone else's.

    `linked` says that the account's contacts look like students, which the person must hear of,
    `glimpsed` that only a search engine showed it, `is_page` that it is no account.
    """

    mine: float
    impersonation: float
    mock: float
    other: float
    linked: bool = False
    glimpsed: bool = False
    is_page: bool = False


# Minutes of the person and a reviewer. A missed imitation is dear, and dearest where it is taken
# for the person's own; a question is a look, and some patience for the next one; a case about
# nothing is a fright. Which of namesake and unrelated someone else is costs next to nothing, so the
# name decides.
QUESTION_COST = 5.0
# An engine shows neither date nor counts nor picture: a second look may spare the question.
GLIMPSE_COST = 7.5
_IMITATION_MISSED = {
    OwnershipLabel.MINE: 40.0,
    OwnershipLabel.MOCK: 5.0,
    OwnershipLabel.NAMESAKE: 28.0,
    OwnershipLabel.UNRELATED: 40.0,
}
# Someone who mocks deceives less, and a case of either kind leads to a report.
_MOCK_MISSED = {
    OwnershipLabel.MINE: 40.0,
    OwnershipLabel.IMPERSONATION: 2.0,
    OwnershipLabel.NAMESAKE: 24.0,
    OwnershipLabel.UNRELATED: 24.0,
}
# People name their accounts when they join, and later; pages about them only we find.
_OWN_MISSED = {
    OwnershipLabel.IMPERSONATION: 22.0,
    OwnershipLabel.MOCK: 22.0,
    OwnershipLabel.NAMESAKE: 1.0,
    OwnershipLabel.UNRELATED: 2.0,
}
_PAGE_MISSED = {OwnershipLabel.NAMESAKE: 3.0, OwnershipLabel.UNRELATED: 5.0}
_LINK_MISSED = {
    OwnershipLabel.IMPERSONATION: 20.0,
    OwnershipLabel.MOCK: 20.0,
    OwnershipLabel.NAMESAKE: 60.0,
    OwnershipLabel.UNRELATED: 60.0,
}
_ALARM, _ALARM_OF_A_LINK = 22.0, 16.0
_IMITATION_TAKEN_FOR_A_LINK = 20.0
_SOMEBODY_TAKEN_FOR_OWN = 2.0
_MOST_BITS = 60.0


def compute_probabilities(
    sums: EvidenceSums,
    priors: Priors,
    *,
    linked: bool = False,
    glimpsed: bool = False,
    is_page: bool = False,
) -> LabelProbabilities:
    """Compare four stories: it is run by the person, plays them, mocks them, or is someone else's.

    What presents itself as the person speaks for the first three alike, less by the priors of the
    second and third. Control then speaks for the first alone, imitation for the second alone. What
    says that others made it speaks for the third, and as much against the first two.
    """
    made_by_others = max(sums.mock, 0.0)
    mine, impersonation, mock = (
        _to_odds(priors.temperature * bits)
        for bits in (
            sums.claim + sums.control - made_by_others,
            priors.impersonation + sums.claim + sums.imitation - made_by_others,
            priors.mock + sums.claim + sums.mock,
        )
    )
    whole = mine + impersonation + mock + 1.0
    return LabelProbabilities(
        mine=mine / whole,
        impersonation=impersonation / whole,
        mock=mock / whole,
        other=1.0 / whole,
        linked=linked,
        glimpsed=glimpsed,
        is_page=is_page,
    )


def compute_label_cost(label: OwnershipLabel, shares: LabelProbabilities) -> float:
    """Return what an answer costs on average, in minutes."""
    if label is OwnershipLabel.ABOUT_ME:
        return compute_label_cost(OwnershipLabel.MINE, shares)
    own_missed = _PAGE_MISSED if shares.is_page else _OWN_MISSED
    missed = shares.mine * (_LINK_MISSED if shares.linked else own_missed).get(label, 0.0)
    missed += shares.impersonation * _IMITATION_MISSED.get(label, 0.0)
    missed += shares.mock * _MOCK_MISSED.get(label, 0.0)
    match label:
        case OwnershipLabel.UNKNOWN:
            return GLIMPSE_COST if shares.glimpsed else QUESTION_COST
        case OwnershipLabel.IMPERSONATION | OwnershipLabel.MOCK:
            return missed + shares.other * _ALARM
        case OwnershipLabel.MINE if shares.linked:
            taken = shares.impersonation * (_IMITATION_TAKEN_FOR_A_LINK - _IMITATION_MISSED[label])
            return missed + taken + shares.other * _ALARM_OF_A_LINK
        case OwnershipLabel.MINE:
            return missed + shares.other * _SOMEBODY_TAKEN_FOR_OWN
    return missed


def choose_cheapest_label(
    shares: LabelProbabilities, somebody_else: OwnershipLabel
) -> OwnershipLabel:
    """Return the answer that costs least; `somebody_else` is what the name says they would be."""
    answers = (
        OwnershipLabel.MINE,
        OwnershipLabel.IMPERSONATION,
        OwnershipLabel.MOCK,
        somebody_else,
        OwnershipLabel.UNKNOWN,
    )
    return min(answers, key=lambda said: compute_label_cost(said, shares))


def _to_odds(bits: float) -> float:
    return exp2(max(-_MOST_BITS, min(_MOST_BITS, bits)))


# Two signs of different kinds at least this strong make an imitation severe.
STRONG_BITS = 2.5
