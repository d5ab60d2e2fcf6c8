"""A database says by which text its tables were made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.db.connection import DatabaseConnection
from monitor.db.schema_versions import (
    DISTRICT_SCHEMA,
    KEYS_SCHEMA,
    Schema,
    SchemaChange,
    has_tables,
    read_header,
)
from monitor.domain.errors import DatabaseError
from tests.monitor.db.words import NEWER, WORDS, add_table


@pytest.mark.parametrize("schema", [DISTRICT_SCHEMA, KEYS_SCHEMA])
def test_a_new_database_has_all_tables_and_the_mark_of_their_text(tmp_path: Path, schema: Schema):
    DatabaseConnection.open_file(tmp_path / "new.db", schema).close()

    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert read_header(connection) == (schema.version, schema.mark)
        assert schema.is_complete_in(connection)


def test_two_texts_have_two_marks():
    assert DISTRICT_SCHEMA.mark != KEYS_SCHEMA.mark


def test_a_comment_or_a_line_break_leaves_the_mark_as_it_is():
    assert Schema(f"-- what people said\n{WORDS.text.replace(' ', chr(10))}").mark == WORDS.mark


def test_another_column_or_constraint_gives_another_mark():
    texts = [WORDS.text, WORDS.text.replace(" PRIMARY KEY", ""), WORDS.text.replace("word ", "at ")]

    assert len({Schema(text).mark for text in texts}) == len(texts)


def test_a_table_that_lacks_a_column_or_an_index_is_not_complete():
    schema = Schema(f"{WORDS.text} CREATE INDEX words_by_word ON words (word);")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(WORDS.text)
        assert WORDS.is_complete_in(connection)
        assert not schema.is_complete_in(connection)


FIRST = Schema("""
    CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
    CREATE TABLE notes (
        person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE, text TEXT NOT NULL
    ) STRICT;
""")


def split_names(tables: Database) -> None:
    tables.table("people").transform(rename={"name": "full_name"})
    tables.table("people").add_column("school", str, not_null_default="")


def mark_notes(tables: Database) -> None:
    tables.table("notes").add_column("seen", int)


SECOND_TEXT = """
    CREATE TABLE people (id TEXT PRIMARY KEY, full_name TEXT NOT NULL, school TEXT NOT NULL) STRICT;
    CREATE TABLE notes (
        person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE, text TEXT NOT NULL
    ) STRICT;
"""
SECOND = Schema(SECOND_TEXT, (SchemaChange(since=FIRST.mark, apply=split_names),))
THIRD = Schema(
    SECOND_TEXT.replace("text TEXT NOT NULL", "text TEXT NOT NULL, seen INTEGER"),
    (*SECOND.changes, SchemaChange(since=SECOND.mark, apply=mark_notes)),
)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """Make the database of a first release, with somebody and what hangs on them."""
    database = DatabaseConnection.open_file(tmp_path / "first.db", FIRST)
    with database.begin_transaction():
        database.execute("INSERT INTO people VALUES ('1', 'Rosa')")
        database.execute("INSERT INTO notes VALUES ('1', 'Hello')")
    database.close()
    return database.path


@pytest.mark.parametrize("way", [[THIRD], [SECOND, THIRD]])
def test_a_database_of_an_older_release_is_brought_up_to_date_with_all_it_holds(
    first: Path, way: list[Schema]
) -> None:
    for schema in way:
        database = DatabaseConnection.open_file(first, schema)
        database.close()

    database = DatabaseConnection.open_file(first, THIRD)
    people, notes = (
        [tuple(row) for row in database.fetch_rows(query)]
        for query in ("SELECT * FROM people", "SELECT * FROM notes")
    )
    assert people == [("1", "Rosa", "")]
    assert notes == [("1", "Hello", None)]
    with database.begin_transaction():
        database.execute("DELETE FROM people")
    assert list(database.fetch_rows("SELECT * FROM notes")) == []
    database.close()
    with closing(sqlite3.connect(first)) as connection:
        assert read_header(connection) == (3, THIRD.mark)


def test_a_change_that_fails_leaves_the_database_of_the_older_release(first: Path) -> None:
    def fail(tables: Database) -> None:
        split_names(tables)
        tables.execute("INSERT INTO notes VALUES ('2', 'of nobody')")

    broken = Schema(SECOND_TEXT, (SchemaChange(since=FIRST.mark, apply=fail),))
    with pytest.raises(DatabaseError):
        DatabaseConnection.open_file(first, broken)

    database = DatabaseConnection.open_file(first, FIRST)
    assert [tuple(row) for row in database.fetch_rows("SELECT * FROM people")] == [("1", "Rosa")]
    database.close()


def test_tables_that_no_release_made_are_not_changed(tmp_path: Path) -> None:
    other = Schema("CREATE TABLE words (other TEXT) STRICT;")
    DatabaseConnection.open_file(tmp_path / "other.db", other).close()

    with pytest.raises(DatabaseError, match="unreleased"):
        DatabaseConnection.open_file(tmp_path / "other.db", NEWER)


def test_what_a_change_makes_is_what_the_text_makes() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(WORDS.text)
        add_table(Database(connection))
        assert has_tables(connection)
        assert NEWER.is_complete_in(connection)
