"""How a run went, told so that it gives nothing away: that a source answered, never what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from monitor.store.sweeps import SourceRun
from scrapers.outcome import Outcome

# In a check of one person, found or absent would tell what exists about them.
CHECKED = "checked"


def told(outcome: Outcome) -> str:
    """Say what went wrong with the visits, or merely that nothing did."""
    return CHECKED if outcome.conclusive else outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """`since` is when the source stopped being checkable, None while it could be checked."""

    source: str
    outcome: str
    since: datetime | None
    note: str

    @classmethod
    def of(cls, run: SourceRun) -> Self:
        return cls(source=run.source, outcome=told(run.outcome), since=run.since, note=run.note)
