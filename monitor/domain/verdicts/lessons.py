"""What a person's verdicts taught: the middle of what is them, and the middle of what is not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2, sqrt

from monitor.domain.flag import Ruling
from monitor.domain.person import PersonName
from monitor.domain.verdicts.traits import Trait, Traits, traits
from scrapers.finding import Finding

Vector = Mapping[Trait, float]

# More than these were never measured, and count no more.
_MOST = 8
# An impersonator copies what is the person's, so that their words belong to neither side.
_NOT_THEM = frozenset({Ruling.NAMESAKE, Ruling.UNRELATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The middle of `findings` unit vectors, itself of length 1 unless there are none."""

    middle: Vector = field(default_factory=dict)
    findings: int = 0

    @property
    def weight(self) -> float:
        """Say how much a likeness to this side counts: each doubling of findings adds as much."""
        return log2(1 + min(_MOST, self.findings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    me: Side = field(default_factory=Side)
    other: Side = field(default_factory=Side)
    rarity: Vector = field(default_factory=dict)

    def unit(self, shown: Traits) -> Vector:
        """Weigh what is shown by its rarity among what was judged; what is new is rarest."""
        rarest = max(self.rarity.values(), default=1.0)
        return _unit({trait: self.rarity.get(trait, rarest) for trait in shown})


NONE_YET = Lessons()


def lessons(
    judged: Iterable[tuple[Finding, Ruling]], own: Iterable[Finding], name: PersonName
) -> Lessons:
    """Learn from what the person ruled; once they began to, their own accounts teach, too."""
    said = {finding.key: (finding, ruling) for finding, ruling in judged}
    if not said:
        return NONE_YET
    mine = {each.key: each for each in own}
    mine |= {key: finding for key, (finding, ruling) in said.items() if ruling is Ruling.MINE}
    theirs = [finding for finding, ruling in said.values() if ruling in _NOT_THEM]
    return learnt(
        [traits(each, name) for each in mine.values()], [traits(each, name) for each in theirs]
    )


def learnt(me: Iterable[Traits], other: Iterable[Traits]) -> Lessons:
    mine, theirs = tuple(me), tuple(other)
    rarity = _rarity((*mine, *theirs))
    return Lessons(me=_side(mine, rarity), other=_side(theirs, rarity), rarity=rarity)


def _rarity(judged: tuple[Traits, ...]) -> Vector:
    met = Counter(trait for each in judged for trait in each)
    return {trait: 1 + log2((1 + len(judged)) / (1 + times)) for trait, times in met.items()}


def _side(several: tuple[Traits, ...], rarity: Vector) -> Side:
    middle: dict[Trait, float] = defaultdict(float)
    for each in several:
        for trait, weight in _unit({trait: rarity[trait] for trait in each}).items():
            middle[trait] += weight
    return Side(middle=_unit(middle), findings=len(several))


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(weight * weight for weight in vector.values()))
    return {trait: weight / length for trait, weight in vector.items()}
