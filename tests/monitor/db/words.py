"""A small schema, and the one that came after it."""

from sqlite_utils import Database as Tables

from monitor.db.migrations import Schema


def words_1(tables: Tables) -> None:
    tables.execute("CREATE TABLE words (word TEXT PRIMARY KEY) STRICT")


def words_2(tables: Tables) -> None:
    tables.execute("CREATE TABLE more (word TEXT) STRICT")


WORDS = Schema.from_steps("words", words_1)
NEWER = Schema.from_steps("words", words_1, words_2)
