"""What a release stored can be read by every later one."""

from monitor.db.schema_versions import Schema, SchemaChange
from tests.house.released_schemas import (
    SCHEMAS,
    VERSION,
    format_releases,
    list_lost_tables,
    load_releases,
)
from tests.house.tree import ROOT, place, python_files

FIRST = Schema("CREATE TABLE words (word TEXT) STRICT;")
OTHER = "CREATE TABLE words (word TEXT, said_at TEXT) STRICT;"


def test_the_tables_of_each_release_are_those_of_today_or_become_them():
    assert list_lost_tables(SCHEMAS, load_releases()) == []


def test_the_tables_of_this_version_are_all_known():
    known = load_releases().get(VERSION, {})
    assert known.keys() == SCHEMAS.keys(), "run python -m tests.house.released_schemas"


def test_all_tables_that_are_stored_are_held_to_it():
    texts = {place(path) for path in (ROOT / "monitor").rglob("*.sql")}
    in_code = {
        place(path) for path in python_files("monitor") if 'Schema("""' in path.read_text("utf-8")
    }

    assert SCHEMAS.keys() == texts | in_code


def test_a_changed_table_without_its_change_is_named_with_what_to_do():
    releases = {"0.1.0": {"words.sql": FIRST.mark}}
    (told,) = list_lost_tables({"words.sql": Schema(OTHER)}, releases)

    assert told.startswith("words.sql is not as in 0.1.0, whose data would be lost: add a Schema")
    assert str(FIRST.mark) in told
    changed = Schema(OTHER, (SchemaChange(since=FIRST.mark, apply=lambda _: None),))
    assert list_lost_tables({"words.sql": changed}, releases) == []
    assert list_lost_tables({}, releases) != []


def test_the_file_is_as_it_would_be_written():
    text = (ROOT / "tests/house/released_schemas.toml").read_text("utf-8")

    assert format_releases(load_releases()) == text
