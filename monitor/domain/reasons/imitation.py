"""Whether an account is made to be taken for the person's own."""

from collections.abc import Iterator
from datetime import timedelta

from monitor.domain import weights
from monitor.domain.evidence import Evidence
from monitor.domain.handles.handles import local_part
from monitor.domain.handles.lookalike import Imitation
from monitor.domain.names.names import disguised
from monitor.domain.names.spelling import mixes_alphabets, squashed
from monitor.domain.reasons.case import Case
from scrapers.finding import Finding

_MUCH_LATER = timedelta(days=365)
# What is taken off where the imitated account is on another network: people repeat themselves.
_ELSEWHERE = 1.0
_HANDLE_ELSEWHERE = 3.0
_HARMLESS_TRICK = 2.0


def imitation(case: Case, *, presented: bool) -> Iterator[Evidence]:
    """Weigh an account that is not known to be the person's, but may present itself as them."""
    yield from _handle(case)
    yield from _words(case)
    yield from _letters(case)
    absent = case.portrait.platform in case.inventory.none_on
    if absent and presented and case.look.whole:
        yield weights.ABSENT.holds()
    if any(_younger(case.portrait, own) for own in case.inventory.on(case.portrait.platform)):
        yield weights.YOUNGER.holds()


def _handle(case: Case) -> Iterator[Evidence]:
    if case.nearby:
        yield weights.LOOKALIKE.holds(bits=_strength(case.nearby), reason=case.nearby.reason)
    elif case.elsewhere and not case.same_handle:
        bits = _strength(case.elsewhere) - _HANDLE_ELSEWHERE
        if bits > 0:
            yield weights.LOOKALIKE.holds(bits=bits, reason=case.elsewhere.reason)


def _strength(near: Imitation) -> float:
    return weights.LOOKALIKE.bits - (0.0 if near.deliberate else _HARMLESS_TRICK)


def _words(case: Case) -> Iterator[Evidence]:
    here = [own for own in case.copied if own.platform == case.portrait.platform]
    if here:
        yield weights.COPIED_BIO.holds()
        if any(squashed(own.name) == squashed(case.look.shown) for own in here):
            yield weights.COPIED_NAME.holds()
    elif case.copied:
        yield weights.COPIED_BIO.holds(
            bits=weights.COPIED_BIO.bits - _ELSEWHERE,
            reason="Its description repeats that of your account on another network.",
        )


def _letters(case: Case) -> Iterator[Evidence]:
    handle = local_part(case.portrait.handle)
    if mixes_alphabets(case.look.shown) or mixes_alphabets(handle):
        yield weights.MIXED.holds()
    elif disguised(case.look.shown, case.person.name):
        yield weights.DISGUISED.holds()


def _younger(portrait: Finding, own: Finding) -> bool:
    return bool(
        portrait.created_at
        and own.created_at
        and portrait.created_at - own.created_at > _MUCH_LATER
    )
