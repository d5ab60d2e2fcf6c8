"""Every table is declared once, and no promise to delete stands without what keeps it."""

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing

from docs.procurement_pages import (
    is_erased_with_person,
    list_all_declarations,
    list_district_schemas,
    read_cascades,
)
from monitor.db.database import list_declarations
from monitor.db.schema_versions import KEYS_SCHEMA
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind, RetentionStage
from monitor.services.job_kinds import JOB_KINDS
from monitor.services.purge import DISTRICT_STEPS, PERSON_STEPS
from tests.house.tree import ROOT
from tests.rows import over_rows

DECLARED = tuple(list_declarations())
BY_NAME = {table.name: table for table in DECLARED}
CASCADES = read_cascades()
SCHEMAS = "\n".join(schema.text for schema in list_district_schemas())
# Columns of bytes that are no sealed text: keyed hashes, which tell nothing without the key.
HASHES = frozenset(
    {
        *("account", "alias", "external_hash", "file_mark", "keyed_hash", "link", "page_hash"),
        *("picture", "proof", "query", "school", "seal", "shared"),
    }
)


def read_columns(kind: str = "") -> Mapping[str, frozenset[str]]:
    """Return the columns of each table of a district, of one type or of any."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(SCHEMAS)
        rows = database.execute(
            """SELECT part.name, piece.name, piece.type FROM sqlite_schema AS part
            JOIN pragma_table_info(part.name) AS piece WHERE part.type = 'table'
            AND part.name NOT GLOB 'sqlite_*'"""
        ).fetchall()
    return {
        table: frozenset(name for of, name, is_a in rows if of == table and kind in {"", is_a})
        for table, _, _ in rows
    }


COLUMNS, BLOBS = read_columns(), read_columns("BLOB")


def goes_with_another(table: TableDeclaration) -> bool:
    """Tell whether a row that it hangs on is of the same kind, and has an end."""
    return any(
        table.kept_as in {parent.get_kind(expiry) for expiry in parent.expiries}
        or (parent.kept_as is table.kept_as and goes_with_another(parent))
        for parent in map(BY_NAME.__getitem__, CASCADES[table.name])
    )


def test_each_table_has_exactly_one_declaration() -> None:
    names = [table.name for table in list_all_declarations()]
    tables = re.findall(r"^CREATE TABLE (\w+)", SCHEMAS, re.MULTILINE)
    keys = {*re.findall(r"^CREATE TABLE (\w+)", KEYS_SCHEMA.text, re.MULTILINE)} - {"audit_end"}

    assert sorted(names) == sorted((*tables, *keys))


def test_each_promised_end_is_kept_by_what_a_table_declares() -> None:
    promised = {
        (kind, stage)
        for kind, period in RETENTION_PERIODS.items()
        for stage in RetentionStage
        if period.get_span(stage) is not None
    }
    kept = {
        (table.get_kind(expiry), stage)
        for table in DECLARED
        for expiry in table.expiries
        for stage in expiry.stages
    }

    assert kept == promised
    assert {table.kept_as for table in DECLARED} <= RETENTION_PERIODS.keys()


def test_each_kind_is_of_some_table() -> None:
    used = {table.get_kind(expiry) for table in DECLARED for expiry in table.expiries}

    assert used | {table.kept_as for table in DECLARED} == set(RetainedKind)


@over_rows("table", DECLARED, ids=lambda table: table.name)
def test_the_rows_of_a_table_have_an_end_of_their_own_or_that_of_another_one(table) -> None:
    period = RETENTION_PERIODS[table.kept_as]
    endless = period.open is None and period.closed is None
    with_person = table.kept_as is RetainedKind.PERSON and "people" in CASCADES[table.name]
    own = any(table.get_kind(expiry) is table.kept_as for expiry in table.expiries)

    assert endless or own or with_person or goes_with_another(table)


def test_what_no_statement_finds_has_a_step_of_the_purge_or_a_job() -> None:
    others = {
        (table.get_kind(expiry), expiry.job)
        for table in DECLARED
        for expiry in table.expiries
        if not expiry.is_statement
    }

    assert {kind for kind, job in others if not job} == DISTRICT_STEPS.keys() | PERSON_STEPS.keys()
    assert {job for _, job in others if job} <= JOB_KINDS.keys()


@over_rows("table", DECLARED, ids=lambda table: table.name)
def test_all_that_is_sealed_is_declared(table) -> None:
    assert set(table.sealed) == BLOBS[table.name] - HASHES


@over_rows("table", DECLARED, ids=lambda table: table.name)
def test_a_legal_hold_finds_whose_rows_it_keeps(table) -> None:
    deletes = any(expiry.is_statement for expiry in table.expiries)
    if table.owner is Owner.PERSON and deletes and not table.even_held:
        assert "person_id" in COLUMNS[table.name]


@over_rows("table", tuple(list_all_declarations()), ids=lambda table: table.name)
def test_what_is_about_staff_is_copied_for_them_and_goes_with_them_or_the_page_says_why(
    table,
) -> None:
    if table.owner is Owner.PERSON:
        assert bool(table.exported) != bool(table.not_exported)
        assert is_erased_with_person(table, CASCADES) != bool(table.erased)


def test_the_picture_of_the_tables_has_each_of_them_once() -> None:
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    _, _, section = page.partition("## The tables")
    drawn = Counter(re.findall(r"[a-z_]+", section.split("```")[1]))

    # Some jobs hang on a person, others do not; a district has a table, and is a word.
    assert {name for name in COLUMNS if drawn[name] != 1} <= {"jobs", "district"}
    assert all(drawn[name] for name in COLUMNS)
