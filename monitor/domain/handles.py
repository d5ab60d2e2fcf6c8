"""How well a handle fits a name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.givens import other_givens
from monitor.domain.person import PersonName
from monitor.domain.spelling import plain, squashed
from monitor.domain.words import words_of


class Cover(StrEnum):
    """What of a name stands in a handle, best first."""

    FULL = "full"
    NICK = "nick"
    INITIALS = "initials"
    FAMILY = "family"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleFit:
    """`residue` is what of the handle the name does not explain, in plain letters and digits."""

    cover: Cover
    residue: str

    @property
    def bare(self) -> bool:
        """Nothing is left but digits and what a teacher or a fan club would add."""
        return not re.sub(r"\d", "", self.residue) or self.residue in ADDED


# What stands beside a name in a handle without making it another one.
ADDED = frozenset(
    ["the", "real", "official", "its", "iam", "im", "mr", "mrs", "ms", "miss", "dr", "coach"]
)
_TOP_DOMAINS = frozenset(["com", "net", "org", "edu", "us", "social", "example", "test"])
_SHORTEST_PART = 3
# The longest handle that any network allows is a host name.
_LONGEST = 253


def local_part(handle: str) -> str:
    """Return the part of a handle that its owner chose: some networks use host names."""
    return _parted(handle)[0]


def same_handle(one: str, other: str) -> bool:
    """Compare handles, also those of a network that uses host names with those of one without."""
    (mine, my_host), (yours, your_host) = _parted(one), _parted(other)
    hosts_agree = my_host == your_host or not (my_host and your_host)
    return bool(mine) and mine.casefold() == yours.casefold() and hosts_agree


def _parted(handle: str) -> tuple[str, str]:
    labels = handle[:_LONGEST].strip().removeprefix("@").split(".")
    kept = len(labels)
    if kept > 1 and labels[-1].casefold() in _TOP_DOMAINS:
        kept = max(1, kept - 2)
    return ".".join(labels[:kept]), ".".join(labels[kept:]).casefold()


def fits(handle: str, name: PersonName) -> HandleFit:
    """Say what of a name a handle covers, and what is left of it."""
    pieces = [piece for piece in re.split(r"[\W_]+", plain(local_part(handle))) if piece]
    found = list(_covers(pieces, name))
    nothing = HandleFit(cover=Cover.NONE, residue="".join(pieces))
    return min(found, key=_rank, default=nothing)


def _rank(fit: HandleFit) -> tuple[int, int]:
    return tuple(Cover).index(fit.cover), len(fit.residue)


def _covers(pieces: list[str], name: PersonName) -> Iterator[HandleFit]:
    whole = "".join(pieces)
    nicks = {squashed(each) for each in name.nicknames} | other_givens(squashed(name.given))
    givens = {squashed(name.given), *words_of(name.given)[:1]}
    for family in _families(name):
        if whole.rstrip("0123456789") in {each + family for each in givens}:
            residue = "".join(letter for letter in whole if letter.isdigit())
            yield HandleFit(cover=Cover.FULL, residue=residue)
        before, found, after = whole.partition(family)
        if found and (len(family) >= _SHORTEST_PART or family in pieces):
            yield from _with_family(before, after, (givens, nicks - givens))
            yield from _with_initial(before, after, name)
            yield HandleFit(cover=Cover.FAMILY, residue=before + after)
    yield from _given_and_initial(whole, givens, name)


def _families(name: PersonName) -> Iterator[str]:
    for family in (name.family, *name.former_families):
        yield squashed(family)
        parts = [part for word in words_of(family) for part in word.split("-")]
        yield from (part for part in parts if len(part) > _SHORTEST_PART)


def _with_family(before: str, after: str, givens: tuple[set[str], set[str]]) -> Iterator[HandleFit]:
    for cover, group in zip((Cover.FULL, Cover.NICK), givens, strict=True):
        for given in group:
            if len(given) >= _SHORTEST_PART and given in before:
                yield HandleFit(cover=cover, residue=before.replace(given, "", 1) + after)
            elif len(given) >= _SHORTEST_PART and given in after:
                yield HandleFit(cover=cover, residue=before + after.replace(given, "", 1))
            elif before == given:
                yield HandleFit(cover=cover, residue=after)


def _with_initial(before: str, after: str, name: PersonName) -> Iterator[HandleFit]:
    given, middle = squashed(name.given)[:1], squashed(name.middle)[:1]
    for initials in {given, given + middle} - {""}:
        stem = before.removesuffix(initials)
        if before.endswith(initials) and (not stem or stem in ADDED or not stem.isalpha()):
            yield HandleFit(cover=Cover.INITIALS, residue=stem + after)
        elif not before and re.fullmatch(rf"{initials}\d*", after):
            yield HandleFit(cover=Cover.INITIALS, residue=after[len(initials) :])


def _given_and_initial(whole: str, givens: set[str], name: PersonName) -> Iterator[HandleFit]:
    """Cover handles such as `mariad84`."""
    initial = squashed(name.family)[:1]
    for given in givens:
        rest = re.fullmatch(rf"{re.escape(given + initial)}(\d*)", whole)
        if len(given) >= _SHORTEST_PART and rest:
            yield HandleFit(cover=Cover.INITIALS, residue=rest.group(1))
