"""What speaks for two handles being one person's, and what against it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from monitor.domain.evidence import Evidence
from monitor.domain.handles import weights
from monitor.domain.handles.evidence import from_name
from monitor.domain.handles.handles import local_part, opaque, same_handle
from monitor.domain.handles.implied_name import read_name
from monitor.domain.names.commonness import NameCounts
from monitor.domain.names.spelling import squashed

_TOLD = {
    weights.NOTHING.name: "The handles have no name in common.",
    weights.FAMILY.name: "The handles share what may be a family name.",
    weights.GIVEN.name: "The handles share what may be a given name.",
    weights.NICK.name: "The handles hold two forms of one given name.",
    weights.MIDDLE.name: "The handles share what may be a middle name.",
    weights.BOTH.name: "The handles share both halves of a name.",
    weights.INITIAL.name: "What one handle spells out, the other has an initial for.",
    weights.INITIALS.name: "One handle holds the initials of the other.",
    weights.HEADS.name: "One handle is the first and the last initial of the other.",
    weights.FAMILY_START.name: "One handle holds the start of a name in the other.",
    weights.GIVEN_START.name: "One handle holds the start of a name in the other.",
}

_IN_OTHER_WORDS = (
    ("Your name does not", "The other handle does not"),
    ("with your name", "with the other one"),
    ("no initial of yours", "no initial of the other one"),
)
# What of it remains where one handle only says more than the other: "delgado" denies no given name.
_SILENT = 0.25


def from_handle(handle: str, own: str, counts: NameCounts) -> tuple[Evidence, ...]:
    """Weigh a handle against another one: each is read as a name, and the other laid beside it.

    The two readings count half each, so that both handles may change places. A reading that finds
    nothing, where the other one does, has read no name.
    """
    if same_handle(handle, own) or _squashed(handle) == _squashed(own):
        own_names = [_reading(each, each, counts) for each in (handle, own)]
        return *_merged(own_names, 1.0), weights.SAME.holds()
    if opaque(handle) or opaque(own):
        return weights.ANYBODY.holds(), weights.OPAQUE.holds()
    readings = [_reading(handle, own, counts), _reading(own, handle, counts)]
    telling = [each for each in readings if not _says_nothing(each)] or readings
    silent = any(not any(_against(each) for each in reading) for reading in telling)
    return tuple(_merged(telling, _SILENT if silent else 1.0))


def _squashed(handle: str) -> str:
    return squashed(local_part(handle))


def _reading(handle: str, other: str, counts: NameCounts) -> tuple[Evidence, ...]:
    name = read_name(other, counts)
    return from_name(handle, name, counts) if name else (weights.ANYBODY.holds(),)


def _says_nothing(reading: tuple[Evidence, ...]) -> bool:
    return any(each.rule == weights.NOTHING.name for each in reading)


def _against(each: Evidence) -> bool:
    return each.rule in weights.AGAINST


def _merged(readings: list[tuple[Evidence, ...]], against: float) -> Iterator[Evidence]:
    """Add up what the readings say alike, in words that fit two handles."""
    shares: dict[str, tuple[Evidence, float]] = {}
    for each in chain(*readings):
        bits = each.bits / len(readings) * (against if _against(each) else 1.0)
        told = _told(each)
        first, sum_so_far = shares.get(told, (each, 0.0))
        shares[told] = (first, sum_so_far + bits)
    for told, (each, bits) in shares.items():
        yield replace(each, bits=bits, reason=told)


def _told(each: Evidence) -> str:
    reason = _TOLD.get(each.rule, each.reason)
    for of_a_name, of_a_handle in _IN_OTHER_WORDS:
        reason = reason.replace(of_a_name, of_a_handle)
    return reason
