"""The weekly digest, to the person it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.arrangement import arranged
from reports.letter import Letter, filled, fitted
from reports.lines import PersonalView
from reports.theme import year_of
from reports.words import DigestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView(PersonalView):
    """`week` is an ISO week such as `2026-W48`."""

    week: str
    kind: DigestKind = DigestKind.WEEKLY


def render(view: DigestView) -> Letter:
    told = {"view": view, "year": year_of(view.week)}
    told["covered"] = filled("_base/covered.txt", told)

    def facts(most: int) -> Mapping[str, object]:
        return {**told, "page": arranged(view, most)}

    return fitted("digest", facts)
