"""What a text says of where somebody lives and works."""

import re
from collections.abc import Iterator

from monitor.domain.names.words import contains, words_of
from monitor.domain.person import Person

# A preposition and the capitalised words after it.
_WHERE = re.compile(
    r"\b(?:in|at|from|In|At|From)\s+((?:[A-Z][\w'-]+)(?:\s+(?:of\s+)?[A-Z][\w'-]+){0,4})"
)
# What is capitalised after "in", "at" and "from" without being a place.
NO_PLACE = frozenset(
    words_of(
        "january february march april may june july august september october november december "
        "monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter "
        "english spanish french german math maths science history art music education "
        "the this my our all loving love memory christ jesus god home school heart "
        "facebook instagram linkedin twitter youtube"
    )
)
_SHORTEST_ROLE_WORD = 5
_WORDS_OF_A_SHORT_SCHOOL = 3


def employers_named(text: str, person: Person) -> int:
    """Count which of the person's school and employer the text names."""
    words = words_of(text)
    return sum(
        any(contains(words, phrase) for phrase in _phrases(each))
        for each in {person.organisation, person.school}
    )


def names_place(text: str, person: Person) -> bool:
    """Tell whether a place of the person's stands in the text, other than in a school's name."""
    rest = words_of(text)
    for employer in (person.organisation, person.school):
        for phrase in _phrases(employer):
            rest = _without(rest, phrase)
    return any(contains(rest, words_of(place)) for place in person.places)


def names_other_place(text: str, person: Person) -> bool:
    """Tell whether the text says "in Fairmont" or "at Home Depot", and neither is the person's.

    Says nothing of a person who told us no place: then any place may be theirs.
    """
    return bool(person.places) and any(
        not _is_theirs(place, person) for place in _places_after_a_preposition(text)
    )


def names_role(text: str, person: Person) -> bool:
    words = set(words_of(text))
    return any(word in words for word in words_of(person.role) if len(word) >= _SHORTEST_ROLE_WORD)


def _phrases(employer: str) -> Iterator[tuple[str, ...]]:
    """Yield a school's name in full, and without its last word where that is "School"."""
    words = words_of(employer)
    if words:
        yield words
    if words[-1:] == ("school",) and len(words) > _WORDS_OF_A_SHORT_SCHOOL:
        yield words[:-1]


def _without(words: tuple[str, ...], phrase: tuple[str, ...]) -> tuple[str, ...]:
    size = len(phrase)
    for at in range(len(words) - size + 1):
        if words[at : at + size] == phrase:
            # A mark keeps the words before and after from forming a phrase that nobody wrote.
            return _without((*words[:at], "", *words[at + size :]), phrase)
    return words


def _places_after_a_preposition(text: str) -> Iterator[tuple[str, ...]]:
    for found in _WHERE.finditer(text):
        words = words_of(found.group(1))
        if words and words[0] not in NO_PLACE:
            yield words


def _is_theirs(place: tuple[str, ...], person: Person) -> bool:
    told = (person.organisation, person.school, *person.places, *_all_names(person))
    return any(contains(place, words) or contains(words, place) for words in map(words_of, told))


def _all_names(person: Person) -> tuple[str, ...]:
    return person.name.given, person.name.family, *person.name.former_families
