"""Whose profile is this, and why do we think so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from monitor.domain.evidence import Axis, Evidence
from monitor.domain.flag import Ruling, Severity
from monitor.domain.names.names import Level
from monitor.domain.reasons import rules
from monitor.domain.reasons.case import Case, lay_out
from monitor.domain.reasons.claim import claim, presented
from monitor.domain.reasons.control import control
from monitor.domain.reasons.imitation import imitation
from monitor.domain.reasons.subject import Inventory, Subject, declared
from monitor.domain.reasons.surroundings import surroundings
from monitor.domain.verdicts.likeness import likeness
from monitor.domain.verdicts.watch import watched
from monitor.domain.weights import Weights
from monitor.domain.whose import Label, Sums, chances, cheapest
from scrapers.finding import Finding, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`evidence` stands strongest first. `lowered_by` says what would have weakened it.

    `weights` is the version of what it was weighed by, 0 where that was not written down yet.
    """

    label: Label
    bits: float
    evidence: tuple[Evidence, ...] = ()
    lowered_by: tuple[str, ...] = ()
    weights: int = 0

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(each.reason for each in self.evidence)

    @property
    def unquoted(self) -> "Assessment":
        """The same without a word of the web, for when the words themselves are to be forgotten."""
        return replace(self, evidence=tuple(replace(each, in_full="") for each in self.evidence))

    @property
    def sums(self) -> Sums:
        return sums_of(self.evidence)


# What a person ruled, and what follows; the other rulings speak of a flag, not of the account.
_RULED = {
    Ruling.MINE: (Label.OWN, rules.SAID_MINE),
    Ruling.NAMESAKE: (Label.NAMESAKE, rules.SAID_NAMESAKE),
    Ruling.UNRELATED: (Label.UNRELATED, rules.SAID_UNRELATED),
    Ruling.IMPERSONATION: (Label.IMPERSONATION, rules.SAID_IMPERSONATION),
    Ruling.REPORTED: (Label.IMPERSONATION, rules.SAID_IMPERSONATION),
    Ruling.REMOVED: (Label.IMPERSONATION, rules.SAID_IMPERSONATION),
    Ruling.REFUSED: (Label.IMPERSONATION, rules.SAID_IMPERSONATION),
}
# Two signs of different kinds at least this strong make an imitation severe.
_STRONG = 3.0
_KINDS = {
    rules.LOOKALIKE.name: "handle",
    rules.COPIED_BIO.name: "words",
    rules.COPIED_ELSEWHERE.name: "words",
    rules.WATCHED_WORDS.name: "words",
    rules.WATCHED_PICTURE.name: "picture",
    rules.ABSENT.name: "network",
    rules.MIXED.name: "letters",
    rules.DISGUISED.name: "letters",
    rules.LURE.name: "lure",
}


def assess(
    subject: Subject,
    portrait: Finding,
    inventory: Inventory,
    verdict: Ruling | None,
    weights: Weights,
) -> Assessment:
    """Say whose a finding is; what the person told us or ruled settles it."""
    return judge(lay_out(subject, portrait, inventory), verdict, weights)


def judge(case: Case, verdict: Ruling | None, weights: Weights) -> Assessment:
    """Say whose the finding of a case is."""
    if declared(case.portrait, case.subject, case.inventory):
        known = weights.weigh([rules.DECLARED.holds()])
        return _assessment(Label.OWN, known, weights)
    shown = tuple(evidence(case, verdict, weights))
    if verdict in _RULED:
        label, rule = _RULED[verdict]
        return _assessment(label, (*weights.weigh([rule.holds()]), *shown), weights)
    return _assessment(_label(case, shown, weights), shown, weights)


def evidence(case: Case, verdict: Ruling | None, weights: Weights) -> Iterator[Evidence]:
    """Yield all that speaks for and against: whatever a new kind of evidence says is added here."""
    claimed = (*claim(case), *surroundings(case))
    yield from weights.weigh(claimed)
    yield from weights.weigh(likeness(case.inventory.lessons, case.portrait, case.person.name))
    yield from weights.weigh(control(case))
    if case.is_account and verdict is not Ruling.MINE:
        yield from weights.weigh(imitation(case, presented=presented(claimed)))
        yield from weights.weigh(watched(case))


def severity(assessment: Assessment) -> Severity:
    """Two independent kinds of imitation are no accident."""
    kinds = {_KINDS.get(each.rule, "") for each in assessment.evidence if each.bits >= _STRONG}
    return Severity.HIGH if len(kinds - {""}) > 1 else Severity.MEDIUM


def sums_of(shown: Iterable[Evidence]) -> Sums:
    bits = dict.fromkeys(Axis, 0.0)
    for each in shown:
        bits[each.axis] += each.bits
    return Sums(claim=bits[Axis.CLAIM], control=bits[Axis.CONTROL], imitation=bits[Axis.IMITATION])


def prior_of(kind: Kind, weights: Weights) -> float:
    """Return how likely an imitation is beforehand; a page is about somebody and plays nobody."""
    return weights.prior if kind is Kind.ACCOUNT else float("-inf")


def _label(case: Case, shown: Iterable[Evidence], weights: Weights) -> Label:
    prior = prior_of(case.portrait.kind, weights)
    shares = chances(sums_of(shown), prior, linked=case.contacts.flagged)
    label = cheapest(shares, _somebody_else(case))
    return Label.UNKNOWN if case.bare and _too_much_of_a_handle(label, case) else label


def _too_much_of_a_handle(label: Label, case: Case) -> bool:
    """Tell whether a handle alone cannot bear a label: others bear the name it is made of."""
    guessed = label is Label.OWN and not case.telltale
    return label is Label.IMPERSONATION or guessed


def _somebody_else(case: Case) -> Label:
    unlike = case.look.level is Level.DIFFERENT or not (case.look.written or case.look.named)
    return Label.UNRELATED if unlike else Label.NAMESAKE


def _assessment(label: Label, shown: Iterable[Evidence], weights: Weights) -> Assessment:
    ordered = sorted(shown, key=lambda each: -abs(each.bits))
    otherwise = (_otherwise(each) for each in ordered if each.bits > 0)
    return Assessment(
        label=label,
        bits=sum(each.bits for each in ordered),
        evidence=tuple(ordered),
        lowered_by=tuple(dict.fromkeys(text for text in otherwise if text)),
        weights=weights.version,
    )


def _otherwise(each: Evidence) -> str:
    rule = rules.RULES.get(each.rule)
    return rule.otherwise if rule else ""
