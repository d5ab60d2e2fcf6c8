"""A small schema, and those of other programs."""

from sqlite_utils import Database

from monitor.db.schema_versions import Schema, SchemaChange

WORDS = Schema("CREATE TABLE words (word TEXT PRIMARY KEY) STRICT;")
MORE = f"{WORDS.text}\nCREATE TABLE more (word TEXT) STRICT;"
UNRELEASED = Schema(MORE)


def add_table(tables: Database) -> None:
    tables.table("more").create({"word": str}, strict=True)


NEWER = Schema(MORE, (SchemaChange(since=WORDS.mark, apply=add_table),))
