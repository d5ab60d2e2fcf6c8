"""The severity of a case: for an account by its evidence, for a change by what changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.evidence import STRONG_BITS
from monitor.domain.snapshot_diff import list_material_changes
from monitor.domain.vocabulary import ContactKind, OwnershipLabel, Severity
from scrapers.models import QueryKind, Trace

if TYPE_CHECKING:
    from monitor.domain.detection.assessment import Assessment

EXPOSURE_SEVERITY: Mapping[ContactKind, Severity] = {
    ContactKind.HOME: Severity.HIGH,
    ContactKind.PHONE: Severity.MEDIUM,
    ContactKind.MAIL: Severity.LOW,
}


# Pages are a case for sexual words, threats and doxxing alone: none of them can wait.
HARM_SEVERITY = Severity.HIGH


def rate_student_link(kind: QueryKind) -> Severity:
    """People choose whom they follow, but not who follows them."""
    return Severity.MEDIUM if kind is QueryKind.FOLLOWS else Severity.LOW


def rate_exposure(kinds: Iterable[ContactKind]) -> Severity:
    return min((EXPOSURE_SEVERITY[kind] for kind in kinds), key=lambda severity: severity.rank)


def assess_change_severity(
    before: Trace,
    after: Trace | None,
    shows_name: Callable[[str], bool],
    shows_takeover: Callable[[Trace], bool],
) -> Severity:
    """Weigh a material change of an own account; `after` is None where it is gone.

    `shows_name` tells whether a display name is one of the person's own, `shows_takeover` whether
    an account's words are those of others who took it over.
    """
    if after is None or (_is_bare(after) and not _is_bare(before)):
        return Severity.HIGH
    fields = list_material_changes(before, after)
    if "handle" in fields or (shows_name(before.name) and not shows_name(after.name)):
        return Severity.HIGH
    if shows_takeover(after) and not shows_takeover(before):
        return Severity.HIGH
    return Severity.MEDIUM if {"name", "bio"} & set(fields) else Severity.LOW


def _is_bare(trace: Trace) -> bool:
    return not (trace.name or trace.bio or trace.picture_hash or trace.links)


_KIND_BY_RULE = {
    evidence_rules.LOOKALIKE.name: "handle",
    evidence_rules.COPIED_BIO.name: "words",
    evidence_rules.COPIED_PICTURE.name: "picture",
    evidence_rules.COPIED_ELSEWHERE.name: "words",
    evidence_rules.WATCHED_WORDS.name: "words",
    evidence_rules.WATCHED_PICTURE.name: "picture",
    evidence_rules.ABSENT.name: "network",
    evidence_rules.MIXED.name: "letters",
    evidence_rules.DISGUISED.name: "letters",
    evidence_rules.LURE.name: "lure",
}


# What makes an account more than a prank, and an imitation dangerous at once.
_HARM_RULES = frozenset(
    {evidence_rules.MOCK_HARM.name, evidence_rules.LEWD.name, evidence_rules.LURE.name}
)


def rate_severity(assessment: "Assessment") -> Severity:
    """Two independent kinds of imitation are no accident; nor is a lure, nor harm beside a joke."""
    if any(piece.rule in _HARM_RULES for piece in assessment.evidence):
        return Severity.HIGH
    if assessment.label is OwnershipLabel.MOCK:
        return Severity.MEDIUM
    kinds = {
        _KIND_BY_RULE.get(piece.rule, "")
        for piece in assessment.evidence
        if piece.bits >= STRONG_BITS
    }
    return Severity.HIGH if len(kinds - {""}) > 1 else Severity.MEDIUM
