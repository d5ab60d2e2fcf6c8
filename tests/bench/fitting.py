"""Fit bits of rules to examples: a logistic regression of the four stories, by Newton's method.

One weight for a rule, pulled to what it was (ridge), and neither under half nor over twice of it,
whatever is rare in what was drawn; and one temperature.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.evidence import EvidenceAxis, Priors
from monitor.domain.detection.weights import Weights
from tests.bench.generators import FAKE, INNOCENT, Drawn, Example

# What settles a matter is no evidence to weigh.
SETTLED = frozenset(
    rule.name
    for rule in (
        *(
            evidence_rules.DECLARED,
            evidence_rules.SAID_MINE,
            evidence_rules.SAID_NAMESAKE,
            evidence_rules.SAID_UNRELATED,
        ),
        *(evidence_rules.SAID_IMPERSONATION, evidence_rules.SAID_MOCK, evidence_rules.HARM_PAGE),
    )
)
PRIOR_NAMES = ("prior.impersonation", "prior.mock")
_LN2 = math.log(2)

# Mine, impersonation, mock, somebody else's: which of them each gold label is.
_STORIES = {
    "own": (True, False, False, False),
    "student-linked": (True, False, False, False),
    FAKE: (False, True, True, False),
    "namesake": (False, False, False, True),
    "unrelated": (False, False, False, True),
    INNOCENT: (True, False, False, True),
}
Amounts = tuple[tuple[str, float], ...]
Bits = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """How often each rule holds of an account, and which stories are true of it.

    `axes` are claim, control, imitation with its prior, mock, and the prior of a mock alone: what
    says that others made it speaks against the other stories, and the prior does not.
    """

    axes: tuple[Amounts, Amounts, Amounts, Amounts, Amounts]
    stories: tuple[bool, bool, bool, bool]


Points = Sequence[tuple[Point, float]]


def build_points(generators: Iterable[Drawn]) -> Points:
    """Return what examples show, with a weight: each generator counts as much as the others."""
    weighed: dict[Point, float] = {}
    for drawn in generators:
        for example, weight in weigh_examples(drawn.examples):
            point = _build_point(example)
            weighed[point] = weighed.get(point, 0.0) + _OF_EACH * weight
    return list(weighed.items())


_OF_EACH = 1_000
# Of accounts that are not declared; generators draw as many of each as their authors liked. Of
# the innocent ones that two generators draw for a year, 9 % are the person's own; a generator that
# draws little else would have every chance called too high.
FAKE_SHARE = 0.14
OWN_SHARE = 0.08


def weigh_examples(examples: Iterable[Example]) -> Iterator[tuple[Example, float]]:
    """Yield those that are not declared with their share of one, so that the mix is the same."""
    open_ones = [example for example in examples if example.is_open]
    counts = Counter(map(_tell_side, open_ones))
    own = OWN_SHARE if counts[_OWN] else 0.0
    shares = {FAKE: FAKE_SHARE, _OWN: own, _OTHERS: 1 - FAKE_SHARE - own}
    for example in open_ones:
        side = _tell_side(example)
        yield example, shares[side] / counts[side]


_OWN, _OTHERS = "own", "others"
# Payment pages and clubs are theirs more often than not.
_SIDES = {FAKE: FAKE, "own": _OWN, INNOCENT: _OWN}


def _tell_side(example: Example) -> str:
    return _SIDES.get(example.gold, _OTHERS)


def _build_point(example: Example) -> Point:
    amounts: dict[EvidenceAxis, Counter[str]] = {axis: Counter() for axis in EvidenceAxis}
    for piece in example.amounts:
        amounts[piece.axis][piece.rule] += piece.bits
    claim, control, imitation, mock = (tuple(sorted(held.items())) for held in amounts.values())
    imitation_prior, mock_prior = ((name, 1.0) for name in PRIOR_NAMES)
    return Point(
        axes=(claim, control, (*imitation, imitation_prior), mock, (mock_prior,)),
        stories=_STORIES[example.gold],
    )


def list_bits(of: Weights) -> Bits:
    """Return what each rule weighs, without the temperature."""
    priors = (of.priors.impersonation, of.priors.mock)
    return {**of.bits, **dict(zip(PRIOR_NAMES, priors, strict=True))}


def build_weights(bits: Mapping[str, float], temperature: float = 1.0) -> Weights:
    """Return what weighs as much as `bits` once multiplied by the temperature."""
    whole = scale_bits(bits, 1 / temperature)
    impersonation, mock = (whole[name] for name in PRIOR_NAMES)
    return Weights(
        version=0,
        priors=Priors(impersonation=impersonation, mock=mock, temperature=temperature),
        bits={name: whole[name] for name in evidence_rules.RULES},
        sources={},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The chances of the four stories, how much each takes part in each axis, and that of truth."""

    shares: Sequence[float]
    parts: Sequence[Sequence[float]]
    true: float


def tell_stories(point: Point, bits: Mapping[str, float]) -> Told:
    """Compute what `compute_probabilities` does, for the sums of a point."""
    claim, control, imitation, mock, prior = (
        sum(amount * bits[name] for name, amount in axis) for axis in point.axes
    )
    against = -1.0 if mock > 0 else 0.0
    logits = (
        claim + control + against * mock,
        claim + imitation + against * mock,
        claim + mock + prior,
        0.0,
    )
    highest = max(logits)
    odds = [2 ** max(-_MOST_BITS, logit - highest) for logit in logits]
    whole = sum(odds)
    shares = [one / whole for one in odds]
    return Told(
        shares=shares,
        parts=(
            (1.0, 1.0, 0.0, against, 0.0),
            (1.0, 0.0, 1.0, against, 0.0),
            (1.0, 0.0, 0.0, 1.0, 1.0),
            (0.0, 0.0, 0.0, 0.0, 0.0),
        ),
        true=sum(share for share, yes in zip(shares, point.stories, strict=True) if yes),
    )


_MOST_BITS = 60.0


def compute_loss(points: Points, bits: Mapping[str, float]) -> float:
    """Return how surprising the truth is, in nats."""
    return -sum(weight * math.log(tell_stories(point, bits).true) for point, weight in points)


def fit_temperature(points: Points, bits: Mapping[str, float]) -> float:
    """Find by what all bits are best multiplied, by golden section."""
    low, high = 0.2, 1.5
    golden = (math.sqrt(5) - 1) / 2
    while high - low > 0.01:
        one, other = high - golden * (high - low), low + golden * (high - low)
        if compute_loss(points, scale_bits(bits, one)) < compute_loss(
            points, scale_bits(bits, other)
        ):
            high = other
        else:
            low = one
    return (low + high) / 2


def scale_bits(bits: Mapping[str, float], temperature: float) -> Bits:
    return {name: one if name in SETTLED else one * temperature for name, one in bits.items()}


def fit_bits(points: Points, center: Mapping[str, float], ridge: float, steps: int = 8) -> Bits:
    """Lower the loss by Newton's method, with a pull to `center`, and within its bounds."""
    bits = dict(center)
    loss = _compute_whole(points, bits, center, ridge)
    for _ in range(steps):
        slopes, curves = gather(points, bits, center, ridge)
        free = [
            name
            for name in slopes
            if center[name] != 0
            and name not in SETTLED
            and not _is_held(bits[name], center[name], slopes[name])
        ]
        step = _solve(free, slopes, curves)
        size = 1.0
        while size > 0.05:
            tried = {**bits}
            for name in free:
                tried[name] = _hold_near(bits[name] - size * step[name], center[name])
            at = _compute_whole(points, tried, center, ridge)
            if at < loss:
                break
            size /= 2
        else:
            break
        gain, bits, loss = loss - at, tried, at
        if gain < 1e-4 * loss:
            break
    return bits


_LEAST, _MOST = 0.5, 2.0


def _hold_near(bits: float, center: float) -> float:
    least, most = sorted((_LEAST * center, _MOST * center))
    return min(max(bits, least), most)


def _is_held(bits: float, center: float, slope: float) -> bool:
    """Tell whether it is at a bound beyond which it would go: up where the slope is negative."""
    least, most = sorted((_LEAST * center, _MOST * center))
    return bits <= least if slope > 0 else bits >= most


def _compute_whole(
    points: Points, bits: Mapping[str, float], center: Mapping[str, float], ridge: float
) -> float:
    pull = sum((bits[name] - center[name]) ** 2 for name in center)
    return compute_loss(points, bits) + ridge / 2 * pull


def gather(
    points: Points, bits: Mapping[str, float], center: Mapping[str, float], ridge: float
) -> tuple[Bits, dict[tuple[str, str], float]]:
    """Return the slope of the loss by each weight, and a bound of how it curves by any two."""
    slopes = {name: ridge * (bits[name] - center[name]) for name in center}
    curves = {(name, name): ridge for name in center}
    for point, weight in points:
        by_axis, by_axes = _derive(tell_stories(point, bits), point.stories)
        held = [(name, amount, at) for at, axis in enumerate(point.axes) for name, amount in axis]
        for name, amount, at in held:
            slopes[name] += weight * by_axis[at] * amount
            row, own = by_axes[at], weight * amount
            for other, another, beside in held:
                if name <= other:
                    pair = (name, other)
                    curves[pair] = curves.get(pair, 0.0) + own * another * row[beside]
    return slopes, curves


_AXES = range(5)


def _derive(
    told: Told, stories: Sequence[bool]
) -> tuple[Sequence[float], Sequence[Sequence[float]]]:
    """Return the slope of a point's loss by each axis, and by any two the spread of stories."""
    pieces = list(zip(told.shares, told.parts, stories, strict=True))
    means = [sum(share * part[at] for share, part, _ in pieces) for at in _AXES]
    true = [sum(share * part[at] for share, part, yes in pieces if yes) for at in _AXES]
    slope = [_LN2 * (mean - one / told.true) for mean, one in zip(means, true, strict=True)]
    spread = [
        [
            _LN2**2
            * (sum(share * part[a] * part[b] for share, part, _ in pieces) - means[a] * means[b])
            for b in _AXES
        ]
        for a in _AXES
    ]
    return slope, spread


def _solve(
    names: Sequence[str], slopes: Mapping[str, float], curves: Mapping[tuple[str, str], float]
) -> Bits:
    """Solve for the step, by elimination."""
    table = [[curves.get((min(a, b), max(a, b)), 0.0) for b in names] + [slopes[a]] for a in names]
    size = len(names)
    for at in range(size):
        pivot = table[at][at]
        for below in range(at + 1, size):
            factor = table[below][at] / pivot
            if factor:
                top, row = table[at], table[below]
                for col in range(at, size + 1):
                    row[col] -= factor * top[col]
    step = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(table[at][col] * step[col] for col in range(at + 1, size))
        step[at] = (table[at][size] - rest) / table[at][at]
    return dict(zip(names, step, strict=True))
