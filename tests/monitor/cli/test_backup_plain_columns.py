"""What the nightly copy notices of damage beside the sealed values, and what it does not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from monitor.app import App
from monitor.domain.case import Case
from monitor.domain.vocabulary import CaseKind, Decision
from tests.monitor.cli.conftest import Said, Terminal
from tests.monitor.cli.safekept import place
from tests.monitor.decisions import decide_case

MEANINGLESS = (
    "UPDATE consents SET given_at = '2026-09-1' || char(113) || substr(given_at, 11)",
    "UPDATE consents SET scopes = replace(scopes, 'search', 'searci')",
    "UPDATE consents SET person_id = replace(person_id, 'a', 'q')",
    "UPDATE cases SET kind = replace(kind, 'i', 'h')",
    "UPDATE cases SET state = 'opem'",
    "UPDATE cases SET finding_id = replace(finding_id, 'a', 'q')",
    "UPDATE jobs SET due_at = '20x6' || substr(due_at, 5)",
    "UPDATE outbox SET state = 'sant'",
    "UPDATE outbox SET queued_at = '2026-19' || substr(queued_at, 8)",
    "UPDATE audit SET action = 'enrolles' WHERE seq = 2",
)
# What is sealed beside them says otherwise.
CONTRADICTED = (
    "UPDATE cases SET state = 'harmless'",
    "UPDATE cases SET kind = 'student-link' WHERE kind = 'impersonation'",
    "UPDATE cases SET opened_at = '2036' || substr(opened_at, 5)",
    "UPDATE decisions SET decision = 'harmless'",
    "UPDATE decisions SET at = '2036' || substr(at, 5)",
    "UPDATE decisions SET case_id = (SELECT id FROM cases WHERE id != case_id LIMIT 1)",
)
# Its other columns do.
IMPOSSIBLE = (
    "UPDATE consents SET expires_at = '2036' || substr(expires_at, 5)",
    "UPDATE consents SET expires_at = given_at",
    "UPDATE outbox SET state = 'queued' WHERE state = 'sent'",
    "UPDATE outbox SET sent_at = NULL WHERE state = 'sent'",
)
# No rule makes it so.
MISPLACED = (
    "UPDATE jobs SET due_at = '2036' || substr(due_at, 5)",
    "DELETE FROM jobs WHERE name = 'digest'",
    "DELETE FROM jobs WHERE name = 'sweep'",
)
MEANINGFUL = (
    "UPDATE consents SET expires_at = date(expires_at, '-1 day') || substr(expires_at, 11)",
    "UPDATE jobs SET due_at = date(due_at, '-1 day') || substr(due_at, 11)",
    "UPDATE outbox SET attempts = attempts + 64",
)
TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"


def damaged(terminal: Terminal, statement: str) -> Said:
    """Change a column as a disk might, past what keeps us from it, and make a copy."""
    with closing(sqlite3.connect(terminal.config.state / "namesake.db")) as database:
        triggers = database.execute(TRIGGERS).fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        assert database.execute(statement).rowcount > 0
        for _, made_by in triggers:
            database.execute(made_by)
        database.commit()
    return terminal.run("backup", str(place(terminal, "copies")))


@pytest.fixture
def after_demo(after_demo: Terminal) -> Terminal:
    """The played district, in which somebody has ruled on a case, too."""
    with after_demo.app() as app:
        cases = (
            one_case for ref in app.db.people.list_person_ids() for one_case in _cases(app, ref)
        )
        case = next(person_id for person_id in cases if person_id.is_undecided)
        decide_case(app, case.id, Decision.MINE, case.person_id)
    return after_demo


def _cases(app: App, ref: str) -> Iterator[Case]:
    cases = app.db.cases.list_cases_of_person(ref)
    return (case for case in cases if case.kind is CaseKind.IMPERSONATION)


@pytest.mark.parametrize("statement", [*MEANINGLESS, *CONTRADICTED, *IMPOSSIBLE, *MISPLACED])
def test_damage_that_shows_is_refused_by_the_nightly_copy(after_demo, statement: str):
    said = damaged(after_demo, statement)

    assert said.code == 78
    assert said.sentence


@pytest.mark.parametrize("statement", MEANINGFUL)
def test_damage_that_still_means_something_is_not_noticed(after_demo, statement: str):
    """So it says in docs/developers/faults.md; whoever makes this test fail may change the page."""
    assert damaged(after_demo, statement).code == 0
