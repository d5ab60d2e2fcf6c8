"""Statements name their columns, and rows are read by those names, so that their order is free."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from docs.procurement_pages import list_district_schemas
from monitor.db.database import Database as StateDatabase
from monitor.db.database import load_table_class
from monitor.db.encryption import SealedRecords
from monitor.db.tables import Records
from monitor.fleet.db.shared_database import SHARED_SCHEMA
from tests.house.tree import ROOT, files, place, python_files, walked

SCHEMAS = "\n".join(schema.text for schema in list_district_schemas())
ALL_COLUMNS = re.compile(r"\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*|,\s*(\w+\.)?\*")
INSERT = re.compile(r"\bINSERT\s+(OR\s+\w+\s+)?INTO\s+[\w.]+(\s+AS\s+\w+)?\s*(?P<columns>\(?)")
ROW_WRITERS = {"insert_row", "replace_row"}
COLUMN = re.compile(r"    \w+ (TEXT|BLOB|INTEGER)\b")
FILLED = re.compile(r"\b(NOT NULL|PRIMARY KEY)\b")
ROWS = {"row", "found"}
# Its tables are declared in another way.
OF_POSTGRESQL = ROOT / "monitor/fleet/db/postgres.sql"
SOURCES = {*ROWS, "rows", "fetch_row", "fetch_rows"}


def statements() -> Iterator[tuple[str, str]]:
    for path in python_files("monitor"):
        for node in walked(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield place(path, node.lineno), node.value


def test_no_statement_asks_for_all_columns() -> None:
    lazy = [
        where
        for where, text in statements()
        if re.search(r"\bSELECT\b", text) and ALL_COLUMNS.search(text)
    ]

    assert lazy == []


def test_each_insert_names_its_columns() -> None:
    unnamed = [
        where
        for where, text in statements()
        if any(not found["columns"] for found in INSERT.finditer(text))
    ]

    assert unnamed == []


def test_each_row_that_is_written_by_name_fits_a_table() -> None:
    """A column that is left out may have to be filled, and no type checker knows the tables."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SCHEMAS)
        tables = Database(connection)
        misfits = [
            place(path, call.lineno)
            for path in python_files("monitor")
            if path.name
            not in {"connection.py", "tables.py"}  # writes what records declare: see below
            for call in row_calls(path)
            if not fits(tables, call)
        ]

    assert misfits == []


def test_the_fields_of_each_record_are_columns_of_its_table() -> None:
    """Columns that are no field are given beside it, in one call that every test of it makes."""
    misfits = set()
    for text, package in ((SCHEMAS, "monitor.db"), (SHARED_SCHEMA.text, "monitor.fleet")):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(text)
        tables = Database(connection)
        misfits |= {
            (kind.__name__, name)
            for kind in list_record_tables(package)
            for name in {*kind.stored, *kind.empty_as_null}
            - {column.name for column in tables.table(kind.declaration.name).columns}
        }
        connection.close()

    assert misfits == set()


def test_a_sealed_row_is_named_by_what_is_unique_and_says_whose_key_opens_it() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SCHEMAS)
        tables = Database(connection)
        for kind in list_record_tables():
            if issubclass(kind, SealedRecords):
                table = tables.table(kind.declaration.name)
                unique = [set(index.columns) for index in table.indexes if index.unique]
                assert set(kind.key) in [set(table.pks), *unique]
                columns = {column.name for column in table.columns}
                assert kind.key_owner in columns or not (kind.key_owner or "person_id" in columns)
                assert set(kind.updated) <= set(kind.stored)


def list_record_tables(package: str = "monitor.db") -> list[type[Records[object]]]:
    loaded = [load_table_class(name) for name in StateDatabase.__annotations__]
    found = [kind for kind in list_subclasses(Records) if loaded and hasattr(kind, "stored")]
    return [kind for kind in found if kind.__module__.startswith(f"{package}.")]


def list_subclasses(kind: type) -> list[type]:
    own = kind.__subclasses__()
    return [*own, *(below for one in own for below in list_subclasses(one))]


def test_each_column_that_may_be_null_says_when() -> None:
    silent = [
        f"{path.name}:{number} {line.strip()}"
        for path in files("monitor", kind="*.sql")
        if path != OF_POSTGRESQL
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if COLUMN.match(line) and not FILLED.search(line) and "null" not in line.partition("--")[2]
    ]

    assert silent == []


def row_calls(path: Path) -> Iterator[ast.Call]:
    calls = (node for node in walked(path) if isinstance(node, ast.Call))
    return (call for call in calls if name_of(call.func) in ROW_WRITERS)


def fits(tables: Database, call: ast.Call) -> bool:
    """Tell whether a call names a table, and every column that has to be given."""
    table = ast.literal_eval(call.args[0])
    if table not in tables.table_names():
        return False
    columns = tables.table(table).columns
    replaced = name_of(call.func) == "replace_row"
    given = {keyword.arg for keyword in call.keywords}
    must = {e.name for e in columns if replaced or (e.notnull and e.default_value is None)}
    return must <= given <= {column.name for column in columns}


def test_rows_are_read_by_the_names_of_their_columns() -> None:
    by_order = [
        place(path, node.lineno)
        for path in python_files("monitor/db", "monitor/fleet/db")
        for node in read_by_order(path)
    ]

    assert by_order == []


def read_by_order(path: Path) -> Iterator[ast.expr]:
    """Yield where a row is cut, counted or unpacked; the one value of a row may be."""
    for node in walked(path):
        if isinstance(node, ast.Subscript) and name_of(node.value) in ROWS:
            number = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int)
            if isinstance(node.slice, ast.Slice) or (number and ast.unparse(node.slice) != "0"):
                yield node
        elif isinstance(node, ast.Assign):
            yield from unpacked(node.targets[0], node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            yield from unpacked(node.target, node.iter)


def unpacked(target: ast.expr, source: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple) and len(target.elts) > 1 and name_of(source) in SOURCES:
        yield target


def name_of(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return getattr(node, "attr", getattr(node, "id", ""))
