"""The weight of each rule of the assessment, in bits, read from a versioned file."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TypeGuard

from monitor.domain.detection.evidence import Evidence, EvidenceAxis, Priors, RuleMatch
from monitor.domain.detection.evidence_rules import RULES
from monitor.domain.errors import ConfigError

# How much likelier each is than an account of one's own, before anything is seen of it.
_PRIORS = frozenset({"impersonation", "mock"})
_AXIS_BY_TABLE = {axis.value: axis for axis in EvidenceAxis}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """`bits` holds every rule's weight and `sources` where it comes from, both by the rule's name.

    `priors` are in bits, too, and have their sources among the others.
    """

    version: int
    priors: Priors
    bits: Mapping[str, float]
    sources: Mapping[str, str]

    def weigh_matches(self, matches: Iterable[RuleMatch]) -> Iterator[Evidence]:
        for sign in matches:
            yield Evidence(
                rule=sign.rule.name,
                axis=sign.rule.axis,
                bits=self.bits[sign.rule.name] * sign.amount,
                reason=sign.reason,
            )


def parse_weights(text: str, file_name: str) -> Weights:
    """Read weights from TOML; `file_name` is what an error names.

    Raises ConfigError where a rule is missing, unknown, under another axis than its own, or
    weighs what is no number.
    """
    try:
        file = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = f"{file_name} is not valid TOML: {error}."
        raise ConfigError(reason) from error
    fault = next(_list_faults(file), "")
    if fault:
        reason = f"{file_name} {fault}."
        raise ConfigError(reason)
    entries = {name: entry for table in _AXIS_BY_TABLE for name, entry in file[table].items()}
    return Weights(
        version=file["version"],
        priors=Priors(
            **{name: float(file["prior"][name]["bits"]) for name in sorted(_PRIORS)},
            temperature=float(file["temperature"]),
        ),
        bits={name: float(entry["bits"]) for name, entry in entries.items()},
        sources={
            **{name: file["prior"][name]["source"] for name in sorted(_PRIORS)},
            **{name: entry["source"] for name, entry in entries.items()},
        },
    )


def _list_faults(file: Mapping[str, object]) -> Iterator[str]:
    """Yield what is wrong with a file, the first of which is worth telling."""
    version = file.get("version")
    if not _is_whole_number(version):
        yield "needs a version, which is a whole number"
    temperature = file.get("temperature")
    if not _is_number(temperature) or temperature <= 0:
        yield "needs a temperature, which is a number above 0"
    unknown = file.keys() - {"version", "temperature", "prior", *_AXIS_BY_TABLE}
    yield from (f"has a table {key!r} that means nothing" for key in sorted(unknown))
    for table in ("prior", *_AXIS_BY_TABLE):
        yield from _list_table_faults(table, file.get(table))


def _list_table_faults(table: str, entries: object) -> Iterator[str]:
    if not isinstance(entries, Mapping):
        yield f"lacks the table {table!r}"
        return
    known = _PRIORS if table == "prior" else _list_axis_rules(_AXIS_BY_TABLE[table])
    yield from (
        f"weighs {name!r}, which is no rule of {table}" for name in _subtract_names(entries, known)
    )
    yield from (
        f"does not weigh the rule {name!r} of {table}" for name in _subtract_names(known, entries)
    )
    yield from (
        f"needs bits, a number, and a source, a sentence, for {name!r}"
        for name, entry in entries.items()
        if not _is_complete_entry(entry)
    )


def _list_axis_rules(axis: EvidenceAxis) -> frozenset[str]:
    return frozenset(rule.name for rule in RULES.values() if rule.axis is axis)


def _subtract_names(names: Iterable[str], others: Iterable[str]) -> list[str]:
    return sorted(set(names) - set(others))


def _is_complete_entry(entry: object) -> bool:
    if not isinstance(entry, Mapping) or entry.keys() != {"bits", "source"}:
        return False
    return _is_number(entry["bits"]) and isinstance(entry["source"], str) and bool(entry["source"])


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_whole_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@cache
def load_own_weights() -> Weights:
    file = Path(__file__).with_name("weights.toml")
    return parse_weights(file.read_text("utf-8"), "weights.toml")
