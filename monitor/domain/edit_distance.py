"""How far two words are apart, by rapidfuzz: 4 MiB, which are loaded for the first two words.

Names of the Damerau-Levenshtein distance differ: "optimal string alignment" counts an exchange of
two neighbors as one edit, and changes no letter twice.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from monitor.lazy import LazyModule

if TYPE_CHECKING:
    from rapidfuzz import distance, fuzz
    from rapidfuzz.distance import Opcodes
else:
    distance = LazyModule(lambda: import_module("rapidfuzz.distance"))
    fuzz = LazyModule(lambda: import_module("rapidfuzz.fuzz"))


def count_edits(one: str, other: str) -> int:
    """Count letters put in, left out, replaced, or exchanged with a neighbor."""
    return distance.OSA.distance(one, other)


def measure_likeness(one: str, other: str) -> float:
    """Return 1.0 for the same word, and 0.0 where every letter was edited (`count_edits`)."""
    return distance.OSA.normalized_similarity(one, other)


def list_edits(old: Sequence[str], new: Sequence[str]) -> "Opcodes":
    """List what was put in and left out between two texts, piece by piece."""
    return distance.Indel.opcodes(old, new)


def measure_overlap(one: str, other: str, *, part: bool = False) -> float:
    """Return how much two texts share, in percent; with `part`, the shorter with its best match."""
    return fuzz.partial_ratio(one, other) if part else fuzz.ratio(one, other)
