"""One reason for or against, in bits and in words."""

from dataclasses import dataclass
from enum import StrEnum


class Axis(StrEnum):
    """Claim: presents as this person. Control: run by this person. Imitation: made to deceive."""

    CLAIM = "claim"
    CONTROL = "control"
    IMITATION = "imitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`bits` is a log2 likelihood ratio; `reason` is a sentence a person can dispute.

    The reason quotes nothing from the web, so that it may stand in any reader's view. `in_full`
    may quote words, and is for the person alone; it is empty where the reason says it all.
    """

    rule: str
    axis: Axis
    bits: float
    reason: str
    in_full: str = ""

    @property
    def told(self) -> str:
        """What the person is told."""
        return self.in_full or self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What can be seen of an account, in a sentence; how much it weighs is told by the weights.

    `otherwise` says what would have weakened it, where that is worth saying.
    """

    name: str
    axis: Axis = Axis.CLAIM
    reason: str
    otherwise: str = ""

    def holds(self, *, amount: float = 1.0, reason: str = "", in_full: str = "") -> "Sign":
        return Sign(rule=self, amount=amount, reason=reason or self.reason, in_full=in_full)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A rule that holds, and how many times over its weight counts."""

    rule: Rule
    amount: float
    reason: str
    in_full: str = ""
