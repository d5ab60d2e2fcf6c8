"""Plain TF-IDF over every word, as it was measured on real searches: what ours is compared with."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt

from monitor.domain.names.normalize import split_words
from monitor.domain.person import PersonName
from scrapers.models import Trace

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PlainWords:
    """`shown` are all findings of the person: the rarity of a word is counted among them."""

    name: PersonName
    shown: tuple[Trace, ...]

    def scorer(self, mine: Iterable[Trace], others: Iterable[Trace]) -> Callable[[Trace], float]:
        """Return the cosine to the middle of `mine`, less that to the middle of `others`."""
        met = Counter(word for entry in self.shown for word in self._words(entry))
        rarity = {word: 1 + log((1 + len(self.shown)) / (1 + n)) for word, n in met.items()}

        def unit(trace: Trace) -> Vector:
            return _unit({word: rarity[word] for word in self._words(trace)})

        me, other = _middle(map(unit, mine)), _middle(map(unit, others))
        return lambda trace: _product(unit(trace), me) - _product(unit(trace), other)

    def _words(self, trace: Trace) -> frozenset[str]:
        text = f"{trace.title} {trace.snippet} {trace.bio} {trace.url}".casefold()
        return frozenset(re.findall(r"[a-z]+", text)) - frozenset(split_words(self.name.full_name))


def _middle(several: Iterable[Vector]) -> Vector:
    total: Counter[str] = Counter()
    for vector in several:
        for word, weight in vector.items():
            total[word] += weight
    return _unit(total)


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(weight * weight for weight in vector.values()))
    return {word: weight / length for word, weight in vector.items()}


def _product(one: Vector, other: Vector) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())
