"""Counts inside a description: they move every day, and say nothing of whose a profile is."""

import re

# "1,204 followers", "12.5K Followers", "88 posts": a number and what it counts.
_COUNTED = (
    "followers?|following|subscribers?|friends|members|fans|likes|views|posts?|photos?|videos?|"
    "pins|boards|books|reviews|ratings|songs|tracks|plays|runs?|activities|miles|km|points|stars"
)
# Every repetition has a bound, for the text is a stranger's and may be all digits.
_NUMBER = r"(?<![\d.,])\d{1,6}(?:[.,\s]?\d{1,3}){0,4}\s?[kmb]?\+?"
_COUNTER = re.compile(rf"{_NUMBER}\s{{1,3}}(?:{_COUNTED})\b", re.IGNORECASE)
_MARKS = " ,;:|-\N{MIDDLE DOT}\N{BULLET}\N{EN DASH}\N{EM DASH}"


def without_counts(description: str) -> str:
    """Leave out counts, and the punctuation that stood between them."""
    parts = _COUNTER.split(description)
    if len(parts) == 1:
        return description
    bare = (part.strip(_MARKS).removeprefix(".").strip() for part in parts)
    return ", ".join(part for part in bare if part)
