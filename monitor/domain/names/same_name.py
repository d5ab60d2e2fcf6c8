"""Whether two written names could be one person's."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.domain.names import weights as name_weights
from monitor.domain.names.commonness import Counts, NameCounts
from monitor.domain.names.given_likeness import Given
from monitor.domain.names.likeness import Likeness, compare
from monitor.domain.names.weights import Weight
from monitor.domain.names.written import readings
from monitor.domain.scoring import Answer, Found, Scored, Staff
from monitor.errors import InputError

# A letter is an initial of a name, however few people are called so.
_SHORTEST_NAME = 2
# Lower than two names can get that contradict each other in every part.
_WORDLESS = Scored(score=-40.0, label=Answer.NO, reasons=("There is no name to compare.",))


@dataclass(frozen=True, slots=True, kw_only=True)
class SameName:
    counts: NameCounts

    def __call__(self, staff: Staff, found: Found) -> Scored:
        if not staff.name or not found.display_name:
            reason = "same_name needs staff.name and found.display_name"
            raise InputError(reason)
        found_likenesses = _likenesses(staff.name, found.display_name)
        best = max(found_likenesses, key=self._score, default=None)
        return self._scored(best) if best else _WORDLESS

    def _scored(self, likeness: Likeness) -> Scored:
        score = self._score(likeness)
        ordered = sorted(self._weights(likeness), key=lambda each: -abs(each.bits))
        return Scored(
            score=round(score, 3),
            label=_label(score),
            reasons=tuple(each.reason for each in ordered if each.reason),
        )

    def _score(self, likeness: Likeness) -> float:
        return sum(each.bits for each in self._weights(likeness)) - name_weights.THRESHOLD

    def _weights(self, likeness: Likeness) -> Iterator[Weight]:
        family, given = name_weights.FAMILY[likeness.family], name_weights.GIVEN[likeness.given]
        yield _rare(family, likeness.shared, self.counts.family, name_weights.RAREST)
        yield _rare(given, likeness.shared_given, self.counts.given, name_weights.RAREST_GIVEN)
        yield name_weights.REST[likeness.rest]
        yield name_weights.GENERATION[likeness.generation]
        if likeness.turned:
            yield name_weights.TURNED


def _rare(weight: Weight, shared: str, counts: Counts, most: float) -> Weight:
    """Let a name that both hold weigh more, the fewer people bear it."""
    if len(shared) < _SHORTEST_NAME:
        return weight
    rarity = min(most, counts.rarity(shared))
    said = "Few people bear it." if rarity >= name_weights.RARE else "Many people bear it."
    return Weight(weight.bits + name_weights.RARITY * rarity, f"{weight.reason} {said}")


def _likenesses(one: str, other: str) -> Iterator[Likeness]:
    """Compare each reading with each; a word that stands alone was not turned round."""
    for mine in readings(one):
        for theirs in readings(other):
            if not (mine.turned and theirs.turned):
                likeness = compare(mine, theirs)
                if not (likeness.turned and likeness.given is Given.MISSING):
                    yield likeness


def _label(score: float) -> Answer:
    if score >= 0:
        return Answer.YES
    return Answer.PERHAPS if score > -name_weights.UNSURE else Answer.NO
