"""What is declared of a table beside its columns: whose it is, and when its rows are deleted.

The purge and the pages for counsel read this and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.retention import RETENTION_PERIODS, RetainedKind, RetentionStage


class Owner(StrEnum):
    """Whom rows are about, in the words of the page for counsel."""

    PERSON = "staff member"
    INVITED = "invited person"
    READER = "reader of the portal"
    DISTRICT = "the district"
    NOBODY = "no one"


OPEN, CLOSED = RetentionStage.OPEN, RetentionStage.CLOSED


@dataclass(frozen=True, slots=True)
class Expiry:
    """Which rows of a table are in a stage, or in either, and of a kind of their own if it has one.

    They go when the period has passed since `at`; where that is null, they stay. Without `at`, all
    rows of `where` go. With neither, a `job` deletes them, or the step of the purge for the kind.
    """

    stage: RetentionStage | None = None
    at: str = ""
    where: str = ""
    clears: str = ""  # the column that is emptied, where the row stays
    job: str = ""
    kind: RetainedKind | None = None

    @property
    def is_statement(self) -> bool:
        return bool(self.at or self.where)

    @property
    def stages(self) -> tuple[RetentionStage, ...]:
        return tuple(RetentionStage) if self.stage is None else (self.stage,)


class TableDeclaration:
    """A table without expiries goes with the one that it hangs on, or stays.

    `holds` is for counsel. `exported` is where the copy of one's own data has it, `not_exported`
    why it does not; `of_person` finds and sorts what is about a person (?1), who has one row at
    most where it is `single`. What is `withheld` is in no copy that others may read.
    `erased_where` finds the rows of a person or an invitation (?1) that no foreign key takes along;
    `erased` is what becomes of rows that stay. `even_held` are rows on how the service ran, which
    no legal hold keeps.
    """

    def __init__(  # noqa: PLR0913 - everything there is to say of a table
        self,
        name: str,
        owner: Owner,
        kept_as: RetainedKind,
        holds: str,
        *expiries: Expiry,
        sealed: tuple[str, ...] = (),
        exported: str = "",
        of_person: str = "person_id = ?1 ORDER BY rowid",
        single: bool = False,
        withheld: bool = False,
        not_exported: str = "",
        erased: str = "",
        erased_where: str = "",
        even_held: bool = False,
    ) -> None:
        self.name = name
        self.owner = owner
        self.kept_as = kept_as
        self.holds = holds
        self.expiries = expiries
        self.sealed = sealed
        self.exported = exported
        self.of_person = of_person
        self.single = single
        self.withheld = withheld
        self.not_exported = not_exported
        self.erased = erased
        self.erased_where = erased_where
        self.even_held = even_held

    def get_kind(self, expiry: Expiry) -> RetainedKind:
        return expiry.kind or self.kept_as

    def find_cutoff(self, expiry: Expiry, now: datetime) -> datetime | None:
        """Return until when rows are past their period; None where they stay."""
        periods = RETENTION_PERIODS[self.get_kind(expiry)]
        spans = [periods.get_span(stage) for stage in expiry.stages]
        ends = [span for span in spans if span is not None]
        return now - max(ends) if len(ends) == len(spans) else None

    def build_purge_statement(self, expiry: Expiry) -> str:
        """Return SQL whose one value is the time until which rows are past their period."""
        conditions = [f"{expiry.at} <= ?1" if expiry.at else "?1 = ?1", expiry.where or "true"]
        if self.owner is Owner.PERSON and not self.even_held:
            conditions.append(NOT_HELD)
        action = f"DELETE FROM {self.name}"  # noqa: S608 - our own words
        if expiry.clears:
            conditions.append(f"{expiry.clears} IS NOT NULL")
            action = f"UPDATE {self.name} SET {expiry.clears} = NULL"  # noqa: S608 - our own words
        return f"{action} WHERE {' AND '.join(f'({part})' for part in conditions)}"


NOT_HELD = """ifnull(person_id, '') NOT IN
    (SELECT person_id FROM legal_holds WHERE lifted_at IS NULL)"""
