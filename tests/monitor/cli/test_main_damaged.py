"""A damaged database is refused, or its damage changes nothing that is told; it is never mended."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.domain.errors import DatabaseError
from tests.monitor.cli.conftest import Said, Terminal

FLIPPED = 48
OFFSETS = 20
# Each reads another part of what is kept, the sealed parts included.
LOOKS = (
    ("status", "--jobs", "--json"),
    ("staff", "list", "--json"),
    ("cases", "--json"),
    ("audit",),
    ("sources", "list", "--json"),
    ("backup", "COPIES"),
)


def told(terminal: Terminal) -> list[str]:
    """Return what each look prints, or the exit code and sentence of a refusal."""
    copies = terminal.path.parent / "copies"
    looks = ([str(copies) if word == "COPIES" else word for word in look] for look in LOOKS)
    said = [terminal.run(*look) for look in looks]
    shutil.rmtree(copies, ignore_errors=True)
    return [_shown(entry) for entry in said]


def _shown(said: Said) -> str:
    if said.code:
        return f"{said.code} {said.sentence}"
    return said.out if said.out.startswith("[") else "done"


def flip(path: Path, share: float) -> None:
    """Turn over a few bytes at a place in the file, counted in shares of its length."""
    data = bytearray(path.read_bytes())
    at = int(share * (len(data) - FLIPPED))
    data[at : at + FLIPPED] = bytes(value ^ 0xFF for value in data[at : at + FLIPPED])
    path.write_bytes(data)


def checkpointed(terminal: Terminal) -> Path:
    with terminal.app() as app:
        app.db.people.connection.checkpoint()
    return terminal.config.state / "namesake.db"


def test_bytes_turned_over_anywhere_are_refused_or_change_nothing(after_demo: Terminal):
    path = checkpointed(after_demo)
    keys = path.with_name("keys.db")
    sound, whole, opened = told(after_demo), path.read_bytes(), keys.read_bytes()
    noticed: set[int] = set()

    for number in range(OFFSETS):
        # The end of the log lies with the keys: put back alone, a database is older than they are.
        path.write_bytes(whole)
        keys.write_bytes(opened)
        flip(path, number / OFFSETS)
        for look, before in zip(told(after_demo), sound, strict=True):
            if look != before:
                assert re.match("78 .*([Rr]estore|Save a copy)", look), (number, look)
                noticed.add(number)

    # A good part of the file is free pages, and where each lies is drawn anew.
    assert len(noticed) >= OFFSETS // 6


def list_plain_places(path: Path, whole: bytes) -> Iterator[int]:
    """Yield where the plain columns of one case are, in each table and index: one place a page."""
    with closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT id, person_id, finding_id, kind FROM cases").fetchone()
        (page_bytes,) = database.execute("PRAGMA page_size").fetchone()
    for word in row:
        found = [match.start() for match in re.finditer(re.escape(word.encode()), whole)]
        yield from {at // page_bytes: at for at in found}.values()


def test_damage_to_a_plain_column_of_a_case_is_refused_or_changes_nothing(after_demo: Terminal):
    path = checkpointed(after_demo)
    keys = path.with_name("keys.db")
    whole, opened = path.read_bytes(), keys.read_bytes()
    before, refused = after_demo.run("cases", "--json").out, 0

    for at in list_plain_places(path, whole):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        keys.write_bytes(opened)
        said = after_demo.run("cases", "--json")
        refused += said.code == DatabaseError.exit_code
        assert said.out == before or "estore" in said.sentence, at

    assert refused > 0


def test_damage_to_what_the_tables_are_called_is_refused_by_every_look(after_demo: Terminal):
    path = checkpointed(after_demo)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    for found in re.finditer(rb"CREATE (TABLE|INDEX)", whole):
        damaged[found.start() + 10] ^= 0xFF
    path.write_bytes(damaged)

    assert all(re.match("78 .*Restore", look) for look in told(after_demo))


@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_refused_database_is_left_as_it_is(after_demo: Terminal, page: int):
    path = checkpointed(after_demo)
    data = bytearray(path.read_bytes())
    data[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(data)
    after_demo.run("status", "--jobs")

    assert path.read_bytes() == bytes(data)
