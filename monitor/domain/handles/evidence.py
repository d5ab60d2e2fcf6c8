"""What speaks for a handle being somebody's, and what against it, from their name."""

from collections.abc import Iterator

from monitor.domain.evidence import Evidence
from monitor.domain.handles import weights
from monitor.domain.handles.fit import HandleFit, fits
from monitor.domain.handles.handles import opaque
from monitor.domain.names.commonness import Counts, NameCounts
from monitor.domain.names.givens import listed
from monitor.domain.names.parts import NameForms, Part, forms_of
from monitor.domain.names.spelling import squashed
from monitor.domain.person import PersonName

_BY_PART = (
    (Part.FAMILY, weights.FAMILY),
    (Part.GIVEN, weights.GIVEN),
    (Part.NICK, weights.NICK),
    (Part.MIDDLE, weights.MIDDLE),
    (Part.GIVEN_START, weights.GIVEN_START),
    (Part.FAMILY_START, weights.FAMILY_START),
    (Part.INITIAL, weights.INITIAL),
    (Part.INITIALS, weights.INITIALS),
)
_INITIALS = frozenset({Part.INITIAL, Part.INITIALS})
_CALLED = frozenset({Part.GIVEN, Part.NICK, Part.MIDDLE, Part.GIVEN_START})


def from_name(handle: str, name: PersonName, counts: NameCounts) -> tuple[Evidence, ...]:
    """Weigh a handle against a name; the sum is positive where it is likelier theirs than not."""
    return tuple(_from_name(handle, name, counts))


def _from_name(handle: str, name: PersonName, counts: NameCounts) -> Iterator[Evidence]:
    yield weights.ANYBODY.holds()
    if opaque(handle):
        yield weights.OPAQUE.holds()
        return
    fit = fits(handle, name)
    parts = fit.parts
    if not parts:
        yield weights.NOTHING.holds()
        yield from _alike(fit, name)
        return
    yield from (rule.holds() for part, rule in _BY_PART if part in parts)
    yield from _rarity(fit, name, counts)
    if Part.FAMILY in parts and parts & _CALLED:
        yield weights.BOTH.holds()
    yield from _against(fit, forms_of(name))


def _alike(fit: HandleFit, name: PersonName) -> Iterator[Evidence]:
    """Weigh letters in a row that name and handle share, where no part of the name is whole."""
    forms = forms_of(name)
    letters = "".join(filter(str.isalpha, fit.residue))
    if 1 < len(letters) <= weights.MOST_HEADS and letters[0] + letters[-1] == forms.first_and_last:
        yield weights.HEADS.holds()
    parts = (*forms.givens, *forms.families)
    shared = max((_run(fit.residue, part) for part in parts), key=len, default="")
    beyond = len(shared) - weights.SHARED_BY_CHANCE
    if beyond > 0:
        yield weights.SHARED.holds(
            bits=weights.SHARED.bits * min(beyond, weights.MOST_SHARED),
            reason=f"The handle shares the letters {shared} with your name.",
        )


def _run(text: str, part: str) -> str:
    """Return the longest run of letters that two words share."""
    runs = (
        part[start : start + size]
        for size in range(len(part), 0, -1)
        for start in range(len(part) - size + 1)
    )
    return next((run for run in runs if run in text), "")


def _rarity(fit: HandleFit, name: PersonName, counts: NameCounts) -> Iterator[Evidence]:
    if Part.FAMILY in fit.parts:
        family = fit.alone(Part.FAMILY) or squashed(name.family)
        yield _rare(weights.RARE_FAMILY, family, counts.family, weights.USUAL_FAMILY)
    called = fit.alone(Part.GIVEN) or fit.alone(Part.NICK) or squashed(name.given)
    if fit.parts & _CALLED - {Part.MIDDLE}:
        yield _rare(weights.RARE_GIVEN, called, counts.given, weights.USUAL_GIVEN)


def _rare(rule: weights.Weight, name: str, counts: Counts, usual: float) -> Evidence:
    rarity = counts.rarity(name)
    reason = f"About one in {_rounded(2**rarity):,} people bears the name {name}."
    return rule.holds(bits=rule.bits * min(rarity - usual, weights.MOST_RARE), reason=reason)


def _rounded(number: float) -> int:
    return int(float(f"{number:.1g}"))


def _against(fit: HandleFit, forms: NameForms) -> Iterator[Evidence]:
    """Weigh what the name does not explain: letters of somebody else's name, or of anything."""
    foreign = [piece.text for piece in fit.pieces if piece.foreign]
    family, called = Part.FAMILY in fit.parts, bool(fit.parts & _CALLED)
    if not (family and called):
        initials = next((text for text in foreign if len(text) <= weights.MOST_INITIALS), "")
        if family and initials and initials[0] == forms.heads[0]:
            foreign.remove(initials)
            yield weights.INITIAL.holds()
        elif initials and not fit.parts & _INITIALS and initials[0] not in forms.own_initials:
            yield weights.OTHER_INITIAL.holds(reason=f"{initials.upper()} is no initial of yours.")
    if foreign:
        yield _beside(foreign, family=family, called=called)
    other = next(filter(listed, foreign), None)
    if other and not called:
        yield weights.OTHER_GIVEN.holds(reason=f"The handle holds the given name {other}.")


def _beside(foreign: list[str], *, family: bool, called: bool) -> Evidence:
    beside = weights.BESIDE_BOTH if called else weights.BESIDE_FAMILY
    rule = beside if family else weights.BESIDE_GIVEN
    return rule.holds(
        bits=rule.bits * min(sum(map(len, foreign)), weights.MOST_LETTERS),
        reason=f"Your name does not explain {', '.join(foreign)}.",
    )
