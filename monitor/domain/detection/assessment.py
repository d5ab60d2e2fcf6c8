"""Whose profile is this, and why do we think so.

How a person's findings are judged, as what they said so far stands. An assessment taken apart:
what was weighed, how likely that makes what, what answers cost.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from monitor.domain.detection import rules
from monitor.domain.detection.case import Case, Inventory, Subject, declared, lay_out
from monitor.domain.detection.claim import claim, control, presented, surroundings
from monitor.domain.detection.imitation import imitation, likeness, watched
from monitor.domain.detection.lessons import NONE_YET
from monitor.domain.detection.weights import Weights
from monitor.domain.evidence import Axis, Chances, Evidence, Label, Sums, chances, cheapest, cost
from monitor.domain.flag import Ruling, Severity
from monitor.domain.names.matching import Level
from scrapers.models import Finding, Kind


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
LINKS = frozenset({rules.LINKED_FROM_OWN.name, rules.LINKED_BOTH_WAYS.name})
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
    label = _label(case, shown, weights)
    asked = _is_asked(case, shown, label, weights)
    return _assessment(Label.UNKNOWN if asked else label, shown, weights)


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


def _is_asked(case: Case, shown: tuple[Evidence, ...], label: Label, weights: Weights) -> bool:
    """Tell whether this is a question for the person, whatever answer would be cheapest.

    A link one way decides nothing: it may be to a friend, or placed by a visitor. Beside a strong
    sign of imitation no link does. An account under the person's name that says it is not there
    is shown to them. What is called an imitation is asked about anyway, as a flag.
    """
    if label is Label.IMPERSONATION:
        return False
    somebody_elses = case.look.level is Level.DIFFERENT
    if any(each.rule == rules.SAYS_MISSING.name for each in shown):
        return not somebody_elses
    if not any(each.rule in LINKS for each in shown):
        return False
    if any(each.axis is Axis.IMITATION and each.bits >= _STRONG for each in shown):
        return True
    unlinked = tuple(each for each in shown if each.rule != rules.LINKED_FROM_OWN.name)
    one_way = len(unlinked) < len(shown)
    return one_way and not somebody_elses and _label(case, unlinked, weights) is not Label.OWN


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


_SOMEBODY_ELSE = frozenset({Ruling.NAMESAKE, Ruling.UNRELATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    subject: Subject
    said: Inventory
    weights: Weights

    def judge(self, finding: Finding, verdict: Ruling | None) -> Assessment:
        """Assess a finding; what was judged itself taught the lessons, and is not held to them."""
        said = self.said if verdict is None else self._unlearnt
        return assess(self.subject, finding, said, verdict, self.weights)

    def outgrown(self, changed: Finding, verdict: Ruling | None) -> bool:
        """Tell whether a verdict of somebody else no longer fits what an account has become.

        Else an impostor would only have to look like a namesake first.
        """
        if verdict not in _SOMEBODY_ELSE:
            return False
        found = assess(self.subject, changed, self._unlearnt, None, self.weights)
        return found.label is Label.IMPERSONATION

    @property
    def _unlearnt(self) -> Inventory:
        return replace(self.said, lessons=NONE_YET)


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

    `held_back` says that another answer was cheaper, and not to be told from a handle alone, or
    because of `asked_for`: a link of the person's own account, or words that hide the account.
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
    asked_for: str
    weights: int


def explain(assessment: Assessment, kind: Kind, weights: Weights) -> Explanation:
    prior = prior_of(kind, weights)
    shares = chances(assessment.sums, prior)
    settled = any(each.rule in _SETTLING for each in assessment.evidence)
    likeliest = cheapest(shares, Label.NAMESAKE)
    held = {each.rule for each in assessment.evidence}
    asked_for = next(iter(sorted(held & {rules.SAYS_MISSING.name, *LINKS})), "")
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
        held_back=assessment.label is Label.UNKNOWN and (bool(asked_for) or likeliest in _BOLD),
        asked_for=asked_for,
        weights=assessment.weights,
    )
