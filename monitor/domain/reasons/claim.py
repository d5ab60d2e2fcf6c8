"""Whether a finding presents itself as the person, or is about them."""

from collections.abc import Iterable, Iterator
from math import log2

from monitor.domain.evidence import Rule, Sign
from monitor.domain.handles.fit import Cover
from monitor.domain.names.names import FULL, Level, Middle, disguised
from monitor.domain.reasons import rules
from monitor.domain.reasons.case import Case
from monitor.domain.reasons.links import linked
from monitor.domain.reasons.pictured import pictured

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
        return "Somebody else may bear your name, too."
    rounded = int(float(f"{others:.1g}"))
    people = "1 other person" if rounded == 1 else f"{rounded:,} other people"
    return f"About {people} with a public trace may bear your name."


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
