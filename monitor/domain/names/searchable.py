"""The names a person may be searched by: those the district knows them by, or forms of these.

A nickname, an initial, one of several given names, half of a double family name and another
spelling of its letters are forms. Another given name is not, nor is any other family name, former
ones and added halves included: the person could be anyone of that name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from monitor.domain.names.frequency import NameCounts
from monitor.domain.names.matching import MatchLevel, MiddleMatch, NameMatch, match_display_name
from monitor.domain.names.nicknames import (
    is_counterpart_pair,
    is_listed_given,
    is_nickname_pair,
    is_short_form_pair,
    stem_given_name,
)
from monitor.domain.names.normalize import (
    PARTICLES,
    list_name_orders,
    romanize_text,
    split_words,
    squash_text,
)
from monitor.domain.names.parsing import spell_out_letters
from monitor.domain.person import Person, PersonName

_SHORTEST_FAMILY = 2
_SHORTEST_STEM = 3
_FEWEST_WORDS = 2
_MOST_WORDS = 4
# In bits. "Cedar" and "Happy" are rarer as given names, and are more often words.
_RAREST_GIVEN = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NameClaim:
    """What may be searched of a name, None where that is nothing, and whether more was claimed."""

    searchable: PersonName | None
    needs_confirmation: bool


def list_confirmed_names(person: Person) -> tuple[PersonName, ...]:
    """Return the names the district knows a person by.

    People who joined before these were stored are known by the names that they had then.
    """
    if person.confirmed_names or not person.is_named:
        return person.confirmed_names
    return (person.name,)


def check_name_claim(claimed: PersonName, confirmed: Iterable[PersonName]) -> NameClaim:
    """Keep of a name what is a form of a confirmed one; the rest waits for the district's word."""
    known = tuple(confirmed)
    claimed_givens = (claimed.given, *claimed.nicknames)
    givens = [given for given in claimed_givens if _is_given_form(given, known)]
    families = (claimed.family, *claimed.former_families)
    kept = [family for family in families if _is_family_form(family, known)]
    waiting = len(givens) < len(claimed_givens) or len(kept) < len(families)
    # James Robert may be known as Robert.
    second = claimed.middle if _is_given_form(claimed.middle, known) else ""
    first = givens[0] if givens else second
    if not first or not kept:
        return NameClaim(searchable=None, needs_confirmation=True)
    searched = PersonName(
        given=first,
        family=kept[0],
        middle=claimed.middle if first == claimed.given else "",
        nicknames=tuple(givens[1:]),
        former_families=tuple(kept[1:]),
    )
    return NameClaim(searchable=searched, needs_confirmation=waiting)


def parse_names_from_email(email_address: str) -> tuple[PersonName, ...]:
    """Read a name from an address such as bob.baker@, in both orders; most others tell none."""
    local = email_address.partition("@")[0].partition("+")[0].replace("_", ".")
    words = [word for word in (part.rstrip("0123456789") for part in local.split(".")) if word]
    if len(words) < _SHORTEST_FAMILY:
        return ()
    orders = ((words[0], words[-1]), (words[-1], words[0]))
    return tuple(
        PersonName(given=given, family=family)
        for given, family in dict.fromkeys(orders)
        if len(family) >= _SHORTEST_FAMILY
    )


def has_exact_name(shown: str, person: Person) -> bool:
    """Tell whether a shown name is one of those that a person gave, and adds nothing to it."""
    return any(_is_exact(match_display_name(shown, name)) for name in _list_used_names(person))


def shows_other_name(shown: str, person: Person, counts: NameCounts) -> bool:
    """Tell whether a shown name is a person's name, and none of this person's.

    Neither is what names no one: a handle, a hobby, a class.
    """
    known = list_confirmed_names(person)
    names = (
        *_list_used_names(person),
        *(replace(confirmed_name, middle="") for confirmed_name in known),
    )
    if any(match_display_name(shown, name).is_whole for name in names):
        return False
    return any(
        _is_other_name(words, known, counts) for words in list_name_orders(romanize_text(shown))
    )


def _is_exact(found: NameMatch) -> bool:
    return found.level is MatchLevel.EXACT and found.middle in {
        MiddleMatch.AGREES,
        MiddleMatch.SILENT,
        MiddleMatch.UNKNOWN,
    }


def _list_used_names(person: Person) -> Iterator[PersonName]:
    """Yield each pair of names a person goes by, but for a mere initial, which fits too many."""
    name = person.name
    for family in filter(None, (name.family, *name.former_families)):
        for given in (name.given, *name.nicknames):
            if len(squash_text(given)) > 1:
                middle = name.middle if given == name.given else ""
                yield PersonName(given=given, family=family, middle=squash_text(middle)[:1])


def _is_other_name(
    words: tuple[str, ...], known: tuple[PersonName, ...], counts: NameCounts
) -> bool:
    """Tell whether words are a given and a family name; "Bob's Workshop" is none of another Bob."""
    if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS:
        return False
    ends = ((words[0], words[-1]), (words[-1], words[0]))
    for given, family in ends:
        listed_family = counts.family.has_name(family.partition("-")[0])
        if _is_usual_given(given, counts) and (
            listed_family or (len(words) == _FEWEST_WORDS and not _is_given_form(given, known))
        ):
            return True
    return False


def _is_usual_given(word: str, counts: NameCounts) -> bool:
    given = word.partition("-")[0]
    return is_listed_given(given) or counts.given.compute_rarity(given) < _RAREST_GIVEN


def _is_given_form(given: str, known: Iterable[PersonName]) -> bool:
    first = next(iter(_split_parts(given)), "")
    return bool(first) and any(
        _is_form(first, words) for words in chain(*map(_list_given_words, known))
    )


def _is_form(claimed: str, known: str) -> bool:
    """Tell whether a given name is one by which people of a known name are called."""
    if known.startswith(claimed) or is_nickname_pair(claimed, known):
        return True
    if len(known) == 1:
        return claimed.startswith(known)
    # Erik and Erika are two people.
    fond = stem_given_name(claimed)
    rosie = len(fond) >= _SHORTEST_STEM and known.startswith(fond)
    return (rosie or is_short_form_pair(claimed, known)) and not is_counterpart_pair(claimed, known)


def _list_given_words(name: PersonName) -> Iterable[str]:
    for part in (name.given, *name.nicknames):
        yield from _split_parts(part)


def _is_family_form(family: str, known: Iterable[PersonName]) -> bool:
    return any(
        _is_family_part(family, other)
        for name in known
        for other in (name.family, *name.former_families)
    )


def _is_family_part(family: str, whole: str) -> bool:
    """Tell whether one family name is another, or some of its parts, and adds nothing to it."""
    ours, theirs = _list_spellings(family), _list_spellings(whole)
    if {squash_text(spelling) for spelling in ours} & {
        squash_text(spelling) for spelling in theirs
    } - {""}:
        return True
    parts = {part for spelling in theirs for part in _list_own_parts(spelling)}
    return any(
        parts_of_one and parts_of_one <= parts
        for parts_of_one in (set(_list_own_parts(spelling)) for spelling in ours)
    )


def _list_spellings(text: str) -> tuple[str, ...]:
    """Return a name in the spellings that one keyboard or another allows."""
    latin = romanize_text(text)
    return tuple(dict.fromkeys((text, latin, spell_out_letters(latin))))


def _list_own_parts(family: str) -> tuple[str, ...]:
    """Return the words of a family name; a particle alone is no part of one."""
    return tuple(part for part in _split_parts(family) if part not in PARTICLES)


def _split_parts(text: str) -> tuple[str, ...]:
    words = chain.from_iterable(word.split("-") for word in split_words(romanize_text(text)))
    return tuple(filter(None, map(squash_text, words)))
