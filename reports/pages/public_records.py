"""Public records: what exists of which kind, what may leave by the page, and what left."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.vocabulary import RecordAccess, RecordKind
from reports.pages.layout import FieldProblem, build_renderer
from reports.pages.review import ProposalLine


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKindLine:
    """What one table holds; `band` is the start of the band of its rows, None below the first."""

    holds: str
    owner: str
    in_use: str
    afterwards: str
    is_counted: bool
    band: int | None
    access: RecordAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRecordsView:
    """`reference`, `kinds` and the two days are what was typed into the form."""

    proposals: tuple[ProposalLine, ...]
    stored: tuple[StoredKindLine, ...]
    reference: str = ""
    kinds: tuple[RecordKind, ...] = ()
    first_day: str = ""
    last_day: str = ""
    faults: tuple[FieldProblem, ...] = ()
    part: str = "records"


render_public_records = build_renderer("public_records", PublicRecordsView)


def describe_span(span: timedelta | None, endless: str) -> str:
    """Say for how long rows stay; `endless` where they have no end."""
    if span is None:
        return endless
    if not span:
        return "deleted at once"
    return "1 day" if span.days == 1 else f"{span.days} days"
