"""What the nightly copy notices of damage beside the sealed values, and what it does not."""

import sqlite3
from contextlib import closing

import pytest

from tests.monitor.cli.conftest import Said, Terminal
from tests.monitor.cli.safekept import place

MEANINGLESS = (
    "UPDATE consents SET given_at = '2026-09-1' || char(113) || substr(given_at, 11)",
    "UPDATE consents SET scopes = replace(scopes, 'search', 'searci')",
    "UPDATE consents SET person = replace(person, 'a', 'q')",
    "UPDATE flags SET kind = replace(kind, 'i', 'h')",
    "UPDATE flags SET state = 'opem'",
    "UPDATE flags SET item = replace(item, 'a', 'q')",
    "UPDATE due SET due_at = '20x6' || substr(due_at, 5)",
    "UPDATE outbox SET state = 'sant'",
    "UPDATE outbox SET queued_at = '2026-19' || substr(queued_at, 8)",
    "UPDATE audit SET action = 'enrolles' WHERE seq = 2",
)
# What is sealed beside them says otherwise.
CONTRADICTED = (
    "UPDATE flags SET state = 'harmless'",
    "UPDATE flags SET kind = 'student-link' WHERE kind = 'impersonation'",
    "UPDATE flags SET opened_at = '2036' || substr(opened_at, 5)",
)
MEANINGFUL = (
    "UPDATE consents SET expires_at = '2036' || substr(expires_at, 5)",
    "UPDATE due SET due_at = '2036' || substr(due_at, 5)",
    "UPDATE outbox SET attempts = attempts + 64",
)
TRIGGERS = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"


def damaged(terminal: Terminal, statement: str) -> Said:
    """Change a column as a disk might, past what keeps us from it, and make a copy."""
    with closing(sqlite3.connect(terminal.config.state / "namesake.db")) as database:
        for (name,) in database.execute(TRIGGERS).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        assert database.execute(statement).rowcount > 0
        database.commit()
    return terminal.run("backup", str(place(terminal, "copies")))


@pytest.mark.parametrize("statement", [*MEANINGLESS, *CONTRADICTED])
def test_damage_that_shows_is_refused_by_the_nightly_copy(after_demo, statement: str):
    said = damaged(after_demo, statement)

    assert said.code == 78
    assert said.sentence


@pytest.mark.parametrize("statement", MEANINGFUL)
def test_damage_that_still_means_something_is_not_noticed(after_demo, statement: str):
    """So it says in docs/faults.md; whoever makes this test fail may change the page."""
    assert damaged(after_demo, statement).code == 0
