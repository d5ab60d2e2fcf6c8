"""Whether a finding presents itself as the person, or is about them.

Whether an account shows the picture of one of the person's own accounts. Whether the person runs
an account. What a finding says of where somebody lives and works.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log2

from monitor.domain.detection import rules
from monitor.domain.detection.affiliation import (
    NO_PLACE,
    Place,
    employers_named,
    names_other_employer,
    names_other_role,
    names_role,
    phrases,
    places_in,
    read_place,
)
from monitor.domain.detection.case import Case, Inventory, handles_on, linked, linked_both_ways
from monitor.domain.detection.images import Nearness, nearness
from monitor.domain.evidence import Rule, Sign
from monitor.domain.handles.from_name import Cover
from monitor.domain.names.matching import FULL, Level, Middle, disguised
from monitor.domain.names.normalize import contains, words_of
from monitor.domain.person import Person
from scrapers.models import Finding, Kind, PicturePrint

# How often the accounts that show a picture may double until it says nothing: one that a network
# gives to everybody who chose none is nobody's.
_DOUBLINGS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`own` is the account whose picture is shown; `others` are further ones that show it."""

    own: Finding
    nearness: Nearness
    others: int

    @property
    def amount(self) -> float:
        """Return how much of the rule's weight is left."""
        return 1 - log2(1 + self.others) / _DOUBLINGS


def pictured(portrait: Finding, inventory: Inventory) -> Iterator[Sign]:
    """Yield one sign at most: of several own accounts the nearest counts."""
    near = min(
        (each for each in _likenesses(portrait, inventory) if each.nearness.same),
        key=lambda each: each.nearness.distance,
        default=None,
    )
    if near is not None and near.amount > 0:
        yield rules.SAME_PICTURE.holds(amount=near.amount, reason=_sentence(near))


def _likenesses(portrait: Finding, inventory: Inventory) -> Iterator[Likeness]:
    shown = PicturePrint.read(portrait.picture_print)
    if shown is None or portrait.kind is not Kind.ACCOUNT:
        return
    for own in inventory.own:
        print_of_own = PicturePrint.read(own.picture_print)
        if print_of_own is not None and not _of_the_network(portrait, own):
            bearers = inventory.bearers.get(own.picture_print, 0)
            itself = portrait.picture_print == own.picture_print
            yield Likeness(
                own=own,
                nearness=nearness(shown, print_of_own),
                others=max(bearers - itself, 0),
            )


def _of_the_network(portrait: Finding, own: Finding) -> bool:
    """Tell whether both show the network's own picture: one address stands for two accounts."""
    return portrait.platform == own.platform and portrait.picture == own.picture != ""


def _sentence(near: Likeness) -> str:
    network = " ".join(word[:1].upper() + word[1:] for word in near.own.platform.split("-"))
    mirrored = ", mirrored" if near.nearness.mirrored else ""
    return f"It uses the same picture as your account on {network}{mirrored}."


_BY_LEVEL = {
    Level.EXACT: rules.NAME_EXACT,
    Level.NICKNAME: rules.NAME_NICKNAME,
    Level.FORMER: rules.NAME_FORMER,
    Level.INITIAL: rules.NAME_INITIAL,
    Level.NEAR: rules.NAME_NEAR,
    Level.FAMILY: rules.NAME_FAMILY,
    Level.GIVEN: rules.NAME_GIVEN,
    Level.DIFFERENT: rules.NAME_DIFFERENT,
}
_BY_MIDDLE = {
    Middle.AGREES: rules.MIDDLE_AGREES,
    Middle.CONFLICTS: rules.MIDDLE_CONFLICTS,
    Middle.FURTHER: rules.NAME_LONGER,
}
_BY_COVER = {
    Cover.FULL: rules.HANDLE_FULL,
    Cover.NICK: rules.HANDLE_NICK,
    Cover.INITIALS: rules.HANDLE_INITIALS,
}
# Of the people of one name, result lists show a few: of the pages found for the common names of
# two published sets of queries, one in six and one in three were the person's own.
_MOST_NAMESAKES = 2.0
_MOST_RARE = 2.0
_RARE = 0.5
_RAREST = 0.01
# From here on a handle made of the name alone is taken by somebody else on most networks.
_COMMON = 256


def claim(case: Case) -> Iterator[Sign]:
    yield from _name(case)
    yield from _namesakes(case)
    yield from _handle(case)
    if case.copied:
        yield rules.SAME_WORDS.holds()
    if any(linked(case.portrait.links, own) for own in case.inventory.own):
        yield rules.LINKS_TO_OWN.holds()
    if case.contacts.flagged:
        yield rules.PUPILS.holds()
    yield from pictured(case.portrait, case.inventory)


def presented(signs: Iterable[Sign]) -> bool:
    """Tell whether this is more than a name that others bear, too."""
    return any(each.rule in _MORE_THAN_A_NAME for each in signs)


_MORE_THAN_A_NAME = (
    *(rules.EMPLOYER, rules.PLACE, rules.NAME_RARE, rules.SAME_WORDS, rules.SAME_PICTURE),
    *(rules.SAME_HANDLE, rules.SAME_HANDLE_LONGER, rules.SAME_HANDLE_NAME),
    *(rules.SAME_HANDLE_COMMON, rules.SAME_HANDLE_FAMILY),
)


def _name(case: Case) -> Iterator[Sign]:
    written = case.look.written
    if written is None:
        yield _without_name(case).holds()
        return
    other = written.level is Level.DIFFERENT and not case.look.half
    yield (rules.NAME_OTHER if other else _BY_LEVEL[written.level]).holds()
    if written.middle in _BY_MIDDLE:
        yield _BY_MIDDLE[written.middle].holds()


def _without_name(case: Case) -> Rule:
    """Look for the name in the handle, or else for a handle or for words of the person's."""
    fit = case.look.fit
    if fit.cover in _BY_COVER:
        return _BY_COVER[fit.cover]
    if fit.cover is Cover.FAMILY and fit.bare:
        return rules.HANDLE_FAMILY
    known = case.same_handle or case.nearby or case.elsewhere or case.copied
    return rules.NAME_NOT_SHOWN if known else rules.NOTHING_SHOWN


def _namesakes(case: Case) -> Iterator[Sign]:
    """Weigh how common the name is; nobody bears a disguised one."""
    if disguised(case.look.shown, case.person.name):
        return
    others = max(_RAREST, case.subject.commonness)
    amount = min(_MOST_NAMESAKES, log2(1 + others))
    yield rules.NAMESAKES.holds(amount=amount, reason=_how_many(others))
    if others < _RARE and case.look.level in FULL | {Level.FORMER}:
        yield rules.NAME_RARE.holds(amount=min(_MOST_RARE, log2(_RARE / others)))


def _how_many(others: float) -> str:
    if others < 1:
        return "Someone else may have your name, too."
    rounded = int(float(f"{others:.1g}"))
    people = "1 other person" if rounded == 1 else f"{rounded:,} other people"
    return f"About {people} with an online presence may have your name."


def _handle(case: Case) -> Iterator[Sign]:
    if case.same_handle:
        yield _shared_handle(case).holds()
        return
    if case.look.whole and case.look.covered:
        yield rules.HANDLE_COVERS.holds()
    if case.nearby or case.elsewhere:
        if not (case.look.covered and case.look.fit.bare):
            yield rules.HANDLE_AKIN.holds()
    elif case.portrait.handle and case.handles:
        yield rules.HANDLE_OTHER.holds()


def _shared_handle(case: Case) -> Rule:
    fit = case.look.fit
    if case.look.covered and fit.residue:
        return rules.SAME_HANDLE_LONGER
    if case.look.covered:
        common = case.subject.commonness >= _COMMON
        return rules.SAME_HANDLE_COMMON if common else rules.SAME_HANDLE_NAME
    family_alone = fit.cover is Cover.FAMILY and fit.bare
    return rules.SAME_HANDLE_FAMILY if family_alone else rules.SAME_HANDLE


def control(case: Case) -> Iterator[Sign]:
    if case.look.level is Level.NEAR:
        yield rules.NAME_MISSPELT.holds()
    mutual = linked_both_ways(case.portrait, case.inventory.own)
    if mutual:
        yield rules.LINKED_BOTH_WAYS.holds()
    elif any(linked(own.links, case.portrait) for own in case.inventory.own):
        yield rules.LINKED_FROM_OWN.holds()
    if not mutual and handles_on(case.portrait.platform, case.subject, case.inventory):
        yield rules.SECOND_ACCOUNT.holds()
    if case.portrait.platform in case.inventory.none_on:
        yield rules.NONE_HERE.holds()


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
