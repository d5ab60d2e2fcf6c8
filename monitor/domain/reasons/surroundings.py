"""What a finding says of where somebody lives and works."""

import re
from collections.abc import Iterable, Iterator

from monitor.domain.evidence import Sign
from monitor.domain.names.words import contains, words_of
from monitor.domain.person import Person
from monitor.domain.reasons import rules
from monitor.domain.reasons.case import Case
from monitor.domain.reasons.occupations import names_other_role, names_role
from monitor.domain.reasons.places import NO_PLACE, Place, places_in, read_place
from monitor.domain.reasons.workplaces import employers_named, names_other_employer, phrases

# A preposition and the capitalised words after it.
_WHERE = re.compile(r"\b(?:[Ii]n|[Ff]rom) +((?:[A-Z][\w'-]+)(?: +(?:of +)?[A-Z][\w'-]+){0,4})")


_ELSEWHERE = (rules.OTHER_EMPLOYER, rules.OTHER_PLACE, rules.OTHER_ROLE)


def surroundings(case: Case) -> Iterator[Sign]:
    told = (*_work(case), *_where(case))
    yield from told
    says_something = case.is_account and (case.look.description or case.portrait.location)
    if says_something and not case.copied and all(each.rule in _ELSEWHERE for each in told):
        yield rules.SILENT.holds()


def _work(case: Case) -> Iterator[Sign]:
    text, person = case.look.text, case.person
    named = employers_named(text, person)
    if named:
        yield rules.EMPLOYER.holds()
    if named > 1:
        yield rules.SCHOOL_TOO.holds()
    known = "\n".join(own.bio for own in case.inventory.own)
    if not named and names_other_employer(text, person, known):
        yield rules.OTHER_EMPLOYER.holds()
    if names_role(text, person):
        yield rules.ROLE.holds()
    elif names_other_role(text, person):
        yield rules.OTHER_ROLE.holds()


def _where(case: Case) -> Iterator[Sign]:
    text, person = case.look.text, case.person
    homes = _homes(person)
    told = read_place(case.portrait.location)
    if names_place(text, person) or (told and any(told.agrees(home) for home in homes)):
        yield rules.PLACE.holds()
        return
    shown = [told] if told else list(_places(text, person))
    if any(each.state and each.state == home.state for each in shown for home in homes):
        yield rules.STATE.holds()
    if _other(shown, homes):
        yield rules.OTHER_PLACE.holds()


def names_place(text: str, person: Person) -> bool:
    """Tell whether a place of the person's stands in the text, other than in a school's name."""
    rest = words_of(text)
    for employer in (person.organisation, person.school):
        for phrase in phrases(employer):
            rest = _without(rest, phrase)
    return any(contains(rest, home.town) for home in _homes(person))


def names_other_place(text: str, person: Person) -> bool:
    """Tell whether the text says "in Fairmont", and that is not the person's.

    Says nothing of a person who told us no place: then any place may be theirs.
    """
    return _other(_places(text, person), _homes(person))


def _homes(person: Person) -> tuple[Place, ...]:
    return tuple(home for each in person.places if (home := read_place(each)))


def _other(shown: Iterable[Place], homes: tuple[Place, ...]) -> bool:
    return bool(homes) and any(all(each.elsewhere(home) for home in homes) for each in shown)


def _without(words: tuple[str, ...], phrase: tuple[str, ...]) -> tuple[str, ...]:
    size = len(phrase)
    for at in range(len(words) - size + 1):
        if words[at : at + size] == phrase:
            # A mark keeps the words before and after from forming a phrase that nobody wrote.
            return _without((*words[:at], "", *words[at + size :]), phrase)
    return words


def _places(text: str, person: Person) -> Iterator[Place]:
    """Yield the places that a text puts somebody in; one's own school and name are none."""
    yield from places_in(text)
    for found in _WHERE.finditer(text):
        words = words_of(found.group(1))
        if words and words[0] not in NO_PLACE and not _is_theirs(words, person):
            place = read_place(found.group(1))
            if place:
                yield place


def _is_theirs(words: tuple[str, ...], person: Person) -> bool:
    told = (person.organisation, person.school, *_all_names(person))
    return any(contains(words, each) or contains(each, words) for each in map(words_of, told))


def _all_names(person: Person) -> tuple[str, ...]:
    return person.name.given, person.name.family, *person.name.former_families
