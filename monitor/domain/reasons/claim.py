"""Whether a finding presents itself as the person, or is about them."""

from collections.abc import Iterable, Iterator
from math import log2

from monitor.domain import weights
from monitor.domain.evidence import Axis, Evidence
from monitor.domain.handles.fit import Cover
from monitor.domain.names.names import FULL, Level, Middle, disguised
from monitor.domain.reasons import surroundings
from monitor.domain.reasons.case import Case
from monitor.domain.reasons.pictured import pictured
from scrapers.finding import Finding

_BY_LEVEL = {
    Level.EXACT: weights.EXACT,
    Level.NICKNAME: weights.NICKNAME,
    Level.FORMER: weights.FORMER,
    Level.INITIAL: weights.INITIAL,
    Level.NEAR: weights.NEAR,
    Level.FAMILY: weights.FAMILY,
    Level.GIVEN: weights.GIVEN,
    Level.DIFFERENT: weights.DIFFERENT,
}
_BY_MIDDLE = {
    Middle.AGREES: weights.MIDDLE_AGREES,
    Middle.CONFLICTS: weights.MIDDLE_CONFLICTS,
    Middle.FURTHER: weights.FURTHER,
}
_BY_COVER = {
    Cover.FULL: weights.HANDLE_FULL,
    Cover.NICK: weights.HANDLE_NICK,
    Cover.INITIALS: weights.HANDLE_INITIALS,
}
# Beside the name itself, any of these speaks for the person, and outweighs another town.
SUPPORT = frozenset(
    {
        weights.EMPLOYER.name,
        weights.PLACE.name,
        weights.SAME_HANDLE.name,
        weights.SAME_PICTURE.name,
    }
)
_PRESENTED = 1.0
_RARE = 0.5
_RAREST = 0.01
# From here on a handle made of the name alone is taken by somebody else on most networks.
_COMMON = 256


def may_be(case: Case) -> bool:
    """Tell whether name, handle or description are close enough to go on comparing."""
    look, level = case.look, case.look.level
    if look.whole or look.covered or case.same_handle or case.copied:
        return True
    if any(pictured(case.portrait, case.inventory)):
        return True
    if level is Level.DIFFERENT:
        return case.nearby is not None and case.nearby.unmistakable
    if level is None:
        return case.is_account and (look.fit.cover in _BY_COVER or case.nearby is not None)
    named = surroundings.employers_named(look.text, case.person) > 0
    placed = level is Level.FAMILY and surroundings.names_place(look.text, case.person)
    return named or placed or case.nearby is not None


def claim(case: Case) -> Iterator[Evidence]:
    yield from _name(case)
    yield from _namesakes(case)
    yield from _handle(case)
    yield from _surroundings(case)
    links = {_address(link) for link in case.portrait.links}
    if any(_address(own.url) in links for own in case.inventory.own):
        yield weights.LINKS_TO_OWN.holds()
    yield from pictured(case.portrait, case.inventory)


def control(case: Case) -> Iterator[Evidence]:
    if case.look.level is Level.NEAR:
        yield weights.MISSPELT.holds()
    if any(_links_to(own, case.portrait) for own in case.inventory.own):
        yield weights.LINKED_FROM_OWN.holds()


def presented(evidence: Iterable[Evidence]) -> bool:
    """Tell whether this is more than a name that others bear, too."""
    shown = tuple(evidence)
    claimed = sum(each.bits for each in shown if each.axis is Axis.CLAIM)
    return claimed >= _PRESENTED or any(each.rule in SUPPORT for each in shown)


def _name(case: Case) -> Iterator[Evidence]:
    written, fit = case.look.written, case.look.fit
    if written is None:
        if fit.cover in _BY_COVER:
            yield _BY_COVER[fit.cover].holds()
        return
    yield _BY_LEVEL[written.level].holds()
    if written.middle in _BY_MIDDLE:
        yield _BY_MIDDLE[written.middle].holds()


def _namesakes(case: Case) -> Iterator[Evidence]:
    """Weigh how common the name is; nobody bears a disguised one."""
    if disguised(case.look.shown, case.person.name):
        return
    others = max(_RAREST, case.subject.commonness)
    bits = min(weights.MOST_NAMESAKES, log2(1 + others))
    yield weights.NAMESAKES.holds(bits=-bits, reason=_how_many(others))
    if others < _RARE and case.look.level in FULL | {Level.FORMER}:
        yield weights.RARE.holds(bits=min(weights.MOST_RARE, log2(_RARE / others)))


def _how_many(others: float) -> str:
    if others < 1:
        return "Somebody else may bear your name, too."
    rounded = int(float(f"{others:.1g}"))
    people = "1 other person" if rounded == 1 else f"{rounded:,} other people"
    return f"About {people} with a public trace may bear your name."


def _handle(case: Case) -> Iterator[Evidence]:
    if case.same_handle:
        yield weights.SAME_HANDLE.holds(bits=_shared_handle(case))
    elif case.look.whole and case.look.covered:
        yield weights.HANDLE_COVERS.holds()


def _shared_handle(case: Case) -> float:
    if case.look.covered:
        return 4.0 if case.subject.commonness >= _COMMON else 8.0
    family_alone = case.look.fit.cover is Cover.FAMILY and case.look.fit.bare
    return 3.0 if family_alone else weights.SAME_HANDLE.bits


def _surroundings(case: Case) -> Iterator[Evidence]:
    text, person = case.look.text, case.person
    employers = surroundings.employers_named(text, person)
    if employers:
        yield weights.EMPLOYER.holds()
    if employers > 1:
        yield weights.SCHOOL_TOO.holds()
    if surroundings.names_place(text, person):
        yield weights.PLACE.holds()
    if surroundings.names_other_place(text, person):
        yield weights.OTHER_PLACE.holds()
    if surroundings.names_role(text, person):
        yield weights.ROLE.holds()


def _links_to(own: Finding, portrait: Finding) -> bool:
    return _address(portrait.url) in {_address(link) for link in own.links}


def _address(url: str) -> str:
    """Reduce a URL to what two spellings of one address share."""
    return url.casefold().partition("://")[2].removeprefix("www.").rstrip("/")
