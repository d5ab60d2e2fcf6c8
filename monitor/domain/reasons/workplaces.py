"""Schools and employers: whether a text names the person's own, or another one."""

import re
from collections.abc import Iterator

from monitor.domain.names.words import contains, words_of
from monitor.domain.person import Person

# "at Fairmont High", "@ Keller Realty": a preposition and the capitalised words after it.
_AT = re.compile(r"(?:\b[Aa]t |@ ?)((?:[A-Z][\w'&.-]+)(?: +(?:(?:of|and|&) +)?[A-Z][\w'-]+){0,5})")
# "Fairmont Middle School": capitalised words before what a school is called.
_SCHOOL = re.compile(
    r"\b((?:[A-Z][\w'.-]+ +){1,4})"
    r"(?:High|Middle|Elementary|Primary|Junior High|Intermediate|Academy|"
    r"Charter|Prep|ISD|USD|HS|MS)\b"
)
_KINDS = {
    ("high", "school"): ("hs", "high"),
    ("middle", "school"): ("ms", "middle"),
    ("elementary", "school"): ("es", "elementary", "elem"),
    ("primary", "school"): ("primary",),
    ("junior", "high", "school"): ("jhs", "junior high"),
    ("school", "district"): ("sd", "schools", "school dist"),
    ("unified", "school", "district"): ("usd", "unified", "unified schools"),
    ("independent", "school", "district"): ("isd",),
    ("public", "schools"): ("ps", "schools"),
}
_SHORTEST_INITIALS = 3
_NO_EMPLOYER = frozenset(
    words_of(
        "home heart night school work the my our least first last all large gmail yahoo hotmail "
        "outlook instagram facebook twitter linkedin youtube tiktok"
    )
)


def employers_named(text: str, person: Person) -> int:
    """Count which of the person's school and employer the text names."""
    words = words_of(text)
    return sum(
        any(contains(words, phrase) for phrase in phrases(each)) or _initials_stand(each, text)
        for each in {person.organisation, person.school}
        if each
    )


def names_other_employer(text: str, person: Person, known: str = "") -> bool:
    """Tell whether the text says "at Home Depot" or "Fairmont High", and neither is theirs.

    Says nothing of a person whose school we do not know: the district does not tell it. `known`
    is what the person's own accounts say.
    """
    if not person.school:
        return False
    own = words_of(known)
    return any(
        not _is_theirs(words, person) and not contains(own, words) for words in _employers(text)
    )


def phrases(employer: str) -> Iterator[tuple[str, ...]]:
    """Yield a school's name in full, and as people shorten it."""
    words = words_of(employer)
    if not words:
        return
    yield words
    for kind, shorter in _KINDS.items():
        size = len(kind)
        if words[-size:] == kind and len(words) > size:
            yield from (words[:-size] + words_of(each) for each in shorter)


def _initials_stand(employer: str, text: str) -> bool:
    """Tell whether the initials of a name of three words or more stand in the text, in capitals."""
    initials = "".join(word[0] for word in words_of(employer)).upper()
    return len(initials) >= _SHORTEST_INITIALS and bool(
        re.search(rf"(?<!\w){re.escape(initials)}(?!\w)", text)
    )


def _employers(text: str) -> Iterator[tuple[str, ...]]:
    for found in _AT.finditer(text):
        words = words_of(found.group(1))
        if words and words[0] not in _NO_EMPLOYER:
            yield words
    for found in _SCHOOL.finditer(text):
        yield words_of(found.group(0))


def _is_theirs(words: tuple[str, ...], person: Person) -> bool:
    """Tell whether the words may mean what the person told us of work, place or name."""
    told = (person.organisation, person.school, *person.places, person.name.full)
    names = [phrase for each in told for phrase in phrases(each)]
    near = any(contains(phrase, words) or contains(words, phrase) for phrase in names)
    initials = {"".join(word[0] for word in phrase) for phrase in names}
    return near or (len(words) == 1 and words[0] in initials)
