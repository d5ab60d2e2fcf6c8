"""Evidence for and against two handles belonging to one person.

The name that a handle seems to be made of, where nothing but the handle is known.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from monitor.domain.detection.evidence import Evidence
from monitor.domain.handles import weighing
from monitor.domain.handles.handles import (
    NAME_AFFIXES,
    extract_local_part,
    is_opaque_handle,
    is_same_handle,
    split_handle_words,
)
from monitor.domain.handles.weighing import weigh_handle
from monitor.domain.names.frequency import NameCounts, NameCountTable, list_common_names
from monitor.domain.names.nicknames import is_listed_given
from monitor.domain.names.normalize import PARTICLES, squash_text
from monitor.domain.person import PersonName
from monitor.domain.reason import Reason

# These stand before the rest of a family name: "Mc Caul", "O Mara".
_JOINING = PARTICLES | {"mc", "mac", "o", "san", "santa"}
_SHORTEST = 3
# The longest given name or title that is looked for where nothing parts a handle.
_LONGEST = 15
# People in the United States, from which on a word is taken for a given and for a family name.
_COMMON = 20_000
_KNOWN = 1_000


def parse_handle_name(handle: str, counts: NameCounts) -> PersonName | None:
    """Read the first word as given name and the last as family name; one word may be either."""
    parts = split_handle_words(handle)
    words: list[str] = []
    for part in parts:
        if part.isdecimal() or part in NAME_AFFIXES:
            continue
        if words and words[-1] in _JOINING:
            words[-1] += part
        else:
            words.append(part)
    if not words:
        return None
    first, known = _strip_titles(words[0], counts)
    if len(words) > 1:
        return PersonName(given=first, middle=" ".join(words[1:-1]), family=words[-1])
    if known == len(first):
        return PersonName(given=first, family="")
    if counts.family.count_bearers(first) >= _KNOWN:
        return PersonName(given="", family=first)
    if known and len(first) - known >= _SHORTEST:
        return PersonName(given=first[:known], family=first[known:])
    return PersonName(given="", family=first)


def _strip_titles(word: str, counts: NameCounts) -> tuple[str, int]:
    """Cut off what stands before a name; also say how long the given name is that follows."""
    while True:
        known = max(
            (size for size in _list_sizes(word) if _is_given(word[:size], counts.given)), default=0
        )
        title = max((size for size in _list_sizes(word) if word[:size] in NAME_AFFIXES), default=0)
        if title <= known or len(word) - title < _SHORTEST:
            return word, known
        word = word[title:]


def _list_sizes(word: str) -> range:
    return range(_SHORTEST, min(len(word), _LONGEST) + 1)


def _is_given(word: str, given: NameCountTable) -> bool:
    return word in list_common_names(given, _COMMON) or is_listed_given(word)


# Of two handles, either may hold the start of a name in the other: that is one thing to say.
_STARTS = frozenset({weighing.FAMILY_START.name, weighing.GIVEN_START.name})
# What of it remains where one handle only says more than the other: "delgado" denies no given name.
_SILENT = 0.25


@lru_cache(maxsize=4096)
def weigh_handle_pair(handle: str, own: str, counts: NameCounts) -> tuple[Evidence, ...]:
    """Weigh a handle against another one: each is read as a name, and the other laid beside it.

    The two readings count half each, so that both handles may change places. A reading that finds
    nothing, where the other one does, has read no name.
    """
    if is_same_handle(handle, own) or _squash_handle(handle) == _squash_handle(own):
        own_names = [_weigh_reading(side, side, counts) for side in (handle, own)]
        return *_merge_readings(own_names, 1.0), weighing.SAME.build_evidence()
    if is_opaque_handle(handle) or is_opaque_handle(own):
        return weighing.ANYBODY.build_evidence(), weighing.OPAQUE.build_evidence()
    readings = [_weigh_reading(handle, own, counts), _weigh_reading(own, handle, counts)]
    telling = [reading for reading in readings if not _finds_nothing(reading)] or readings
    silent = any(not any(_speaks_against(entry) for entry in reading) for reading in telling)
    return tuple(_merge_readings(telling, _SILENT if silent else 1.0))


def _squash_handle(handle: str) -> str:
    return squash_text(extract_local_part(handle))


def _weigh_reading(handle: str, other: str, counts: NameCounts) -> tuple[Evidence, ...]:
    """Read the other handle as a name; where that is a guess, a first letter says nothing."""
    name = parse_handle_name(other, counts)
    if not name:
        return (weighing.ANYBODY.build_evidence(),)
    found = weigh_handle(handle, name, counts)
    return tuple(piece for piece in found if piece.rule != weighing.FIRST_LETTER.name)


def _finds_nothing(reading: tuple[Evidence, ...]) -> bool:
    return any(piece.rule == weighing.NOTHING.name for piece in reading)


def _speaks_against(piece: Evidence) -> bool:
    return piece.rule in weighing.AGAINST


def _merge_readings(readings: list[tuple[Evidence, ...]], against: float) -> Iterator[Evidence]:
    """Add up what the readings say alike, in words that fit two handles."""
    shares: dict[Reason, tuple[Evidence, float]] = {}
    for reading in chain(*readings):
        bits = reading.bits / len(readings) * (against if _speaks_against(reading) else 1.0)
        words = "handle-name-start" if reading.rule in _STARTS else reading.reason.rule
        told = Reason(f"{words}.pair", reading.reason.facts)
        first, sum_so_far = shares.get(told, (reading, 0.0))
        shares[told] = (first, sum_so_far + bits)
    for told, (share, bits) in shares.items():
        yield replace(share, bits=bits, reason=told)
