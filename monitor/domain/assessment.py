"""Whose profile is this, and why do we think so."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain import weights
from monitor.domain.evidence import Axis, Evidence
from monitor.domain.flag import Ruling, Severity
from monitor.domain.names.names import Level
from monitor.domain.reasons.case import Case, lay_out
from monitor.domain.reasons.claim import SUPPORT, claim, control, may_be, presented
from monitor.domain.reasons.imitation import imitation
from monitor.domain.reasons.subject import Inventory, Subject, declared
from scrapers.finding import Finding


class Label(StrEnum):
    OWN = "own"
    NAMESAKE = "namesake"
    IMPERSONATION = "impersonation"
    UNRELATED = "unrelated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`evidence` stands strongest first. `lowered_by` says what would have weakened it."""

    label: Label
    bits: float
    evidence: tuple[Evidence, ...] = ()
    lowered_by: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(each.reason for each in self.evidence)


# What a person ruled, and what follows; the other rulings speak of a flag, not of the account.
_RULED = {
    Ruling.MINE: (Label.OWN, weights.SAID_MINE),
    Ruling.NAMESAKE: (Label.NAMESAKE, weights.SAID_NAMESAKE),
    Ruling.UNRELATED: (Label.UNRELATED, weights.SAID_UNRELATED),
    Ruling.IMPERSONATION: (Label.IMPERSONATION, weights.SAID_IMPERSONATION),
    Ruling.REPORTED: (Label.IMPERSONATION, weights.SAID_IMPERSONATION),
    Ruling.REMOVED: (Label.IMPERSONATION, weights.SAID_IMPERSONATION),
    Ruling.REFUSED: (Label.IMPERSONATION, weights.SAID_IMPERSONATION),
}
# A page is taken to be about the person from even odds on: asking costs as much as a mistake.
_ABOUT = 0.0
# Below this nobody is asked: it would take 64 such questions to hit once.
_NAMESAKE = -6.0
# One sign that cannot be chance, or several that can.
_IMITATED = 4.0
# A missed impersonation costs forty minutes and a false alarm five: show it from odds of 1:8 on.
_SHOWN = -3.0
# Two signs of different kinds at least this strong make it severe.
_STRONG = 3.0
_KINDS = {
    weights.LOOKALIKE.name: "handle",
    weights.COPIED_BIO.name: "words",
    weights.ABSENT.name: "network",
    weights.MIXED.name: "letters",
    weights.DISGUISED.name: "letters",
}


def assess(
    subject: Subject, portrait: Finding, inventory: Inventory, verdict: Ruling | None
) -> Assessment:
    """Say whose a finding is; what the person told us or ruled settles it."""
    if declared(portrait, subject, inventory):
        return _assessment(Label.OWN, [weights.DECLARED.holds()])
    case = lay_out(subject, portrait, inventory)
    shown = [*claim(case), *control(case)]
    if case.is_account and verdict is not Ruling.MINE:
        shown += imitation(case, presented=presented(shown))
    if verdict in _RULED:
        label, rule = _RULED[verdict]
        return _assessment(label, [rule.holds(), *shown])
    if not may_be(case):
        return _assessment(Label.UNRELATED, [_unlike(case)])
    return _assessment(_label(case, shown), shown)


def severity(assessment: Assessment) -> Severity:
    """Two independent kinds of imitation are no accident."""
    kinds = {_KINDS.get(each.rule, "") for each in assessment.evidence if each.bits >= _STRONG}
    return Severity.HIGH if len(kinds - {""}) > 1 else Severity.MEDIUM


def _label(case: Case, shown: Iterable[Evidence]) -> Label:
    shown = tuple(shown)
    claimed, imitated = _sum(shown, Axis.CLAIM), _sum(shown, Axis.IMITATION)
    rules = {each.rule for each in shown}
    contradicted = weights.OTHER_PLACE.name in rules and rules.isdisjoint(SUPPORT)
    if weights.LINKED_FROM_OWN.name in rules:
        return Label.OWN
    if imitated >= _IMITATED and claimed + imitated > _SHOWN and not case.bare:
        return Label.IMPERSONATION
    if claimed <= _NAMESAKE or (contradicted and claimed < 0):
        other_name = case.look.level is Level.DIFFERENT
        return Label.UNRELATED if other_name else Label.NAMESAKE
    if not case.is_account and claimed >= _ABOUT and not contradicted:
        return Label.OWN
    return Label.UNKNOWN


def _unlike(case: Case) -> Evidence:
    return (weights.NAMELESS if case.look.written is None else weights.DIFFERENT).holds()


def _assessment(label: Label, evidence: Iterable[Evidence]) -> Assessment:
    ordered = sorted(evidence, key=lambda each: -abs(each.bits))
    otherwise = (weights.OTHERWISE.get(each.rule, "") for each in ordered if each.bits > 0)
    return Assessment(
        label=label,
        bits=sum(each.bits for each in ordered),
        evidence=tuple(ordered),
        lowered_by=tuple(dict.fromkeys(text for text in otherwise if text)),
    )


def _sum(evidence: Iterable[Evidence], axis: Axis) -> float:
    return sum(each.bits for each in evidence if each.axis is axis)
