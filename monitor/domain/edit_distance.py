"""How far two words are apart, by rapidfuzz: 4 MiB, which are loaded for the first two words.

Names of the Damerau-Levenshtein distance differ: "optimal string alignment" counts an exchange of
two neighbors as one edit, and changes no letter twice.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rapidfuzz.distance import Opcodes


def count_edits(one: str, other: str) -> int:
    """Count letters put in, left out, replaced, or exchanged with a neighbor."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above

    return OSA.distance(one, other)


def measure_likeness(one: str, other: str) -> float:
    """Return 1.0 for the same word, and 0.0 where every letter was edited (`count_edits`)."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above

    return OSA.normalized_similarity(one, other)


def list_edits(old: Sequence[str], new: Sequence[str]) -> "Opcodes":
    """List what was put in and left out between two texts, piece by piece."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - see above

    return Indel.opcodes(old, new)


def measure_overlap(one: str, other: str, *, part: bool = False) -> float:
    """Return how much two texts share, in percent; with `part`, the shorter with its best match."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - see above

    return fuzz.partial_ratio(one, other) if part else fuzz.ratio(one, other)
