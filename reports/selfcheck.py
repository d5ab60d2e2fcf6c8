"""The result of a check that a person asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.arrangement import arranged
from reports.letter import Letter, filled, fitted
from reports.lines import PersonalView


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckView(PersonalView):
    """What differs from the last check; `since` is None where this is the first one."""

    at: datetime
    since: datetime | None = None


def render(view: SelfCheckView) -> Letter:
    told = {"view": view, "year": view.at.year}
    told["covered"] = filled("_base/covered.txt", told)

    def facts(most: int) -> Mapping[str, object]:
        return {**told, "page": arranged(view, most)}

    return fitted("selfcheck", facts)
