"""Places as people write them: which town, and which state of the United States."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.names.words import words_of

_CODES = """
al alabama ak alaska az arizona ar arkansas ca california co colorado ct connecticut de delaware
fl florida ga georgia hi hawaii id idaho il illinois in indiana ia iowa ks kansas ky kentucky
la louisiana me maine md maryland ma massachusetts mi michigan mn minnesota ms mississippi
mo missouri mt montana ne nebraska nv nevada nh new-hampshire nj new-jersey nm new-mexico
ny new-york nc north-carolina nd north-dakota oh ohio ok oklahoma or oregon pa pennsylvania
ri rhode-island sc south-carolina sd south-dakota tn tennessee tx texas ut utah vt vermont
va virginia wa washington wv west-virginia wi wisconsin wy wyoming dc district-of-columbia
"""
_PAIRS = _CODES.split()
_BY_NAME = {
    tuple(name.split("-")): code for code, name in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
}
_STATES = frozenset(_PAIRS[::2])
_LONGEST_STATE = 3
_LONGEST_TOWN = 4
_LONGEST = 200
_LAND = frozenset(["usa", "us", "united", "states", "america"])
_AROUND = frozenset(["area", "greater", "metro", "region"])
# What people write where a town is asked for, and is none.
_NOWHERE = frozenset(
    words_of(
        "earth world everywhere here there home online internet planet classroom school somewhere "
        "nowhere moon mars heart library beach universe hell heaven wonderland hogwarts worldwide "
        "global remote cloud web town your my the a"
    )
)
# What is capitalised after "in" and "from" without being a place.
NO_PLACE = frozenset(
    words_of(
        "january february march april may june july august september october november december "
        "monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter "
        "english spanish french german math maths science history art music education special "
        "the this my our all loving love memory christ jesus god home school heart "
        "facebook instagram linkedin twitter youtube"
    )
)
_DOTTED = re.compile(r"\b([A-Za-z])\.\s?([A-Za-z])\.(?![A-Za-z])")
_PARTS = re.compile(r"[,;|/•·\n]|\s-\s")
# "Fairmont, OH" in running text.
_TOWN_AND_STATE = re.compile(
    r"\b((?:[A-Z][\w'.-]+ ){0,3}[A-Z][\w'.-]+), ?([A-Z]{2}\b|[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`town` is in plain words, `state` its two letters; at least one of them is told."""

    town: tuple[str, ...] = ()
    state: str = ""

    def agrees(self, other: "Place") -> bool:
        """Both name one town, and do not name two states."""
        return bool(self.town) and self.town == other.town and not self.abroad(other)

    def abroad(self, other: "Place") -> bool:
        return bool(self.state and other.state) and self.state != other.state

    def elsewhere(self, other: "Place") -> bool:
        """Tell whether the two name different towns or states."""
        towns = bool(self.town and other.town) and self.town != other.town
        return towns or self.abroad(other)


@lru_cache(maxsize=4096)
def read_place(written: str) -> Place | None:
    """Read what stands in the field for a place; None where that is no place."""
    parts = _PARTS.split(_DOTTED.sub(r"\1\2", written)[:_LONGEST])
    words = tuple(word for part in parts for word in words_of(part) if word not in _AROUND)
    while words and words[-1] in _LAND:
        words = words[:-1]
    town, state = _without_state(words)
    if len(town) > _LONGEST_TOWN or not _NOWHERE.isdisjoint(town):
        town = ()
    return Place(town=town, state=state) if town or state else None


def places_in(text: str) -> Iterator[Place]:
    """Yield the towns that stand in a text with their states."""
    for town, state in _TOWN_AND_STATE.findall(text):
        place = read_place(f"{town}, {state}")
        if place and place.state and place.town:
            yield place


def _without_state(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    if words and words[-1] in _STATES:
        return words[:-1], words[-1]
    for size in range(_LONGEST_STATE, 0, -1):
        state = _BY_NAME.get(words[-size:])
        if state and len(words) >= size:
            return words[:-size], state
    return words, ""
