"""A small schema, and those of other programs."""

from monitor.db.schema import Schema

WORDS = Schema("CREATE TABLE words (word TEXT PRIMARY KEY) STRICT;")
MORE = f"{WORDS.text} CREATE TABLE more (word TEXT) STRICT;"
NEWER, UNRELEASED = Schema(MORE, version=2), Schema(MORE)
