"""What a finding tells of where somebody is and what they do: all that verdicts are learnt from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import dropwhile

from monitor.domain.names.spelling import plain
from monitor.domain.names.words import words_of
from monitor.domain.person import PersonName
from monitor.domain.reasons.places import NO_PLACE, places_in
from monitor.domain.verdicts.vocabulary import known
from scrapers.finding import Finding, Kind

_LONGEST_TEXT = 4000
# Bounded, so that a text of capitals alone takes no longer than any other.
_CAPITALISED = r"[A-Z][\w'-]{1,30}"
_CHAIN = rf"{_CAPITALISED}(?:[ ]{_CAPITALISED}){{0,2}}"
_AFTER_A_PREPOSITION = re.compile(rf"\b(?:[Ii]n|[Nn]ear|[Ff]rom)\s+({_CHAIN})")
_KINDS_OF_SCHOOL = "Academy|College|District|Elementary|Library|Schools?|University"
_SCHOOL = re.compile(rf"((?:{_CAPITALISED}[ ]){{1,5}}(?:{_KINDS_OF_SCHOOL}))\b")
_LETTERS = re.compile(r"[^\W\d_]+")


class Sort(StrEnum):
    """A place, a school, a word of work or pastime, a site: nothing else is learnt from."""

    PLACE = "place"
    SCHOOL = "school"
    WORD = "word"
    SITE = "site"


@dataclass(frozen=True, slots=True, order=True)
class Trait:
    """`word` is plain: two spellings of one thing are one trait."""

    sort: Sort
    word: str


# Each trait with the words in which it stands there.
Traits = Mapping[Trait, str]


def traits(finding: Finding, name: PersonName) -> Traits:
    """Read what is shown beside the name; the name itself tells two bearers apart in nothing.

    How often a word stands there counts for nothing, since a snippet repeats what was asked for.
    """
    parts = (finding.title, finding.snippet, finding.bio)
    text = "\n".join(part for part in parts if part)[:_LONGEST_TEXT]
    own = frozenset(words_of(f"{name.full} {name.middle} {' '.join(name.former_families)}"))
    found: dict[Trait, str] = {}
    for trait, written in (
        *_words(f"{text}\n{_path(finding)}", own),
        *_places(f"{text}\n{finding.location}", own),
        *_site(finding),
    ):
        found.setdefault(trait, written)
    return found


def _words(text: str, own: frozenset[str]) -> Iterator[tuple[Trait, str]]:
    for word in _LETTERS.findall(plain(text)):
        form = known(word)
        if form and word not in own:
            yield Trait(Sort.WORD, form), word


def _places(text: str, own: frozenset[str]) -> Iterator[tuple[Trait, str]]:
    for found in _AFTER_A_PREPOSITION.findall(text):
        yield from _named(Sort.PLACE, found.split(), own)
    for place in places_in(text):
        yield from _named(Sort.PLACE, [word.title() for word in place.town], own)
    for found in _SCHOOL.findall(text):
        # In a title the person often stands before their school.
        yield from _named(Sort.SCHOOL, _after(own, found.split()), own)


def _after(own: frozenset[str], words: list[str]) -> list[str]:
    return list(dropwhile(lambda word: plain(word) in own, words))


def _named(sort: Sort, words: list[str], own: frozenset[str]) -> Iterator[tuple[Trait, str]]:
    """Leave out what bears the person's name: their namesakes' families live there, too."""
    plainly = [plain(word) for word in words]
    if plainly and plainly[0] not in NO_PLACE and own.isdisjoint(plainly):
        yield Trait(sort, " ".join(plainly)), " ".join(words)


def _path(finding: Finding) -> str:
    """Return what a page's address says; that of an account holds a handle, and no words."""
    if finding.kind is not Kind.PAGE:
        return ""
    return re.split("[?#]", finding.url.partition("://")[2].partition("/")[2])[0][:_LONGEST_TEXT]


def _site(finding: Finding) -> Iterator[tuple[Trait, str]]:
    """Two accounts on one network are anybody's; two pages of one site are often one person's."""
    host = re.split("[/?#]", finding.url.partition("://")[2])[0].casefold().removeprefix("www.")
    if host and finding.kind is Kind.PAGE:
        yield Trait(Sort.SITE, host), "its site"
