"""A database says by which text its tables were made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.db.schema import DISTRICT_SCHEMA, KEYS_SCHEMA, Schema, read_header
from tests.monitor.db.words import WORDS


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
