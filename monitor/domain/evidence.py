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

    The reason quotes nothing from the web, so that it may stand in any reader's view.
    """

    rule: str
    axis: Axis
    bits: float
    reason: str
