"""A table of the database: what is declared of it, and how its rows become values and back.

Whose a table is and when its rows go is declared beside its columns; the purge and the pages for
counsel read this and nothing else.
"""

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, cast

from monitor.db.connection import DatabaseConnection, Row, SyncMode, T
from monitor.domain.errors import ErasedError
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind, RetentionStage
from monitor.domain.serialization import convert_value, encode_json


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


@dataclass(frozen=True, slots=True)
class Table:
    """What reads and writes the rows of one noun; its tables are declared by it."""

    connection: DatabaseConnection
    declaration: ClassVar[TableDeclaration]
    attached: ClassVar[tuple[TableDeclaration, ...]] = ()


class Records(Generic[T]):
    """For a table whose rows are values of one kind, read and written column by field.

    A condition is all that follows in the statement: `WHERE`, `ORDER BY`. `empty_as_null` are
    columns that are null where the value is empty, `as_json` hold a list or a mapping, `unstored`
    are fields without a column. A table whose rows hold more than the fields says how it reads
    them, by `select` and `parse_row`.
    """

    __slots__ = ()
    connection: DatabaseConnection
    declaration: ClassVar[TableDeclaration]
    record: ClassVar[type[Any]]
    select: ClassVar[str]
    stored: ClassVar[tuple[str, ...]]
    empty_as_null: ClassVar[frozenset[str]] = frozenset()
    as_json: ClassVar[frozenset[str]] = frozenset()
    unstored: ClassVar[frozenset[str]] = frozenset()
    required: ClassVar[frozenset[str]]

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "record" not in vars(cls):
            return
        if "stored" not in vars(cls):
            names = (column.name for column in fields(cls.record))
            cls.stored = tuple(name for name in names if name not in cls.unstored)
        cls.required = frozenset(
            column.name
            for column in fields(cls.record)
            if column.default is MISSING and column.default_factory is MISSING
        )
        if "select" not in vars(cls):
            columns = dict.fromkeys(cls.list_selected_columns())
            cls.select = f"SELECT {', '.join(columns)} FROM {cls.declaration.name}"  # noqa: S608 - our own words

    @classmethod
    def list_selected_columns(cls) -> tuple[str, ...]:
        return cls.stored

    def parse_row(self, row: Row) -> T:
        held = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a row is no mapping
        known = {
            name: value
            for name, value in held.items()
            if value is not None or name in self.required
        }
        for name in self.as_json:
            known[name] = json.loads(known[name])
        return cast("T", convert_value(known, self.record, strict=False))

    def build_row(self, value: T, **beside: object) -> dict[str, object]:
        """Return what the columns hold; `beside` are those that are no field of its value."""
        columns = {name: getattr(value, name) for name in self.stored}
        for name in self.empty_as_null:
            columns[name] = columns[name] or None
        for name in self.as_json:
            held = columns[name]
            columns[name] = encode_json(
                sorted(held) if isinstance(held, AbstractSet) else held
            ).decode()
        return {**columns, **beside}

    def insert_record(self, value: T, **beside: object) -> None:
        with self.connection.begin_transaction():
            self.connection.insert_row(self.declaration.name, **self.build_row(value, **beside))

    def replace_record(self, value: T, sync: SyncMode = SyncMode.FULL, **beside: object) -> None:
        """Add a row, or give its values to the one that has its key."""
        with self.connection.begin_transaction(sync):
            self.connection.replace_row(self.declaration.name, **self.build_row(value, **beside))

    def find_record(self, condition: str, *values: object) -> T | None:
        """Return the first one; None where there is none."""
        found = self.connection.fetch_row(f"{self.select} {condition}", *values)
        return None if found is None else self.parse_row(found)

    def list_records(self, condition: str = "", *values: object) -> tuple[T, ...]:
        return tuple(self.iterate_records(condition, *values))

    def list_records_of_person(self, person_id: str) -> tuple[T, ...]:
        """Return all that is about a person, as the declaration finds it."""
        return self.list_records(f"WHERE {self.declaration.of_person}", person_id)

    def iterate_records(self, condition: str = "", *values: object) -> Iterator[T]:
        """Yield them one by one, where all at once would be too large.

        Who is erased meanwhile is left out: a row may be in hand that is deleted, and then its key.
        """
        for row in self.connection.fetch_rows(f"{self.select} {condition}", *values):
            try:
                record = self.parse_row(row)
            except ErasedError:
                continue
            yield record
