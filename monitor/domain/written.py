"""A name as one writes it, taken apart into given, middle and family name."""

from functools import lru_cache

from monitor.domain.person import PersonName
from monitor.domain.words import PARTICLES, name_orders


@lru_cache(maxsize=4096)
def person_name(written: str) -> PersonName:
    """Read "Smith, Ann B." and "Ann B. Smith" alike; particles belong to the family name."""
    words = max(name_orders(written), key=len, default=())
    if len(words) < 2:  # noqa: PLR2004  # a given and a family name are two
        return PersonName(given="", family=" ".join(words))
    start = len(words) - 1
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    given, *middle = words[:start]
    return PersonName(given=given, middle=" ".join(middle), family=" ".join(words[start:]))
