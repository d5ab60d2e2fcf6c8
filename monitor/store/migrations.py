"""The steps by which every table came to be; the tables themselves stand in `tables/`.

A step that was released is never edited; the next one is added. Plain columns hold ids, kinds,
states, times, counts and source names. `sealed` holds the whole value, under the key of the
person it is about (the district's where `person` is null). `mark`, `question` and `alias` are
keyed hashes of what must be unique or found again.
"""

from collections.abc import Iterator
from importlib.resources import files
from sqlite3 import complete_statement

from sqlite_utils import Database

from monitor.store.schema import Schema, Step


def step(name: str) -> Step:
    """Make a step of the statements in `tables/NAME.sql`."""

    def run(database: Database) -> None:
        # One by one: a whole script would commit before it begins, and half of it could stay.
        for statement in _statements(name):
            database.execute(statement)

    run.__name__ = name
    return run


def _statements(name: str) -> Iterator[str]:
    script = files("monitor.store").joinpath("tables", f"{name}.sql").read_text("utf-8")
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            yield statement
            statement = ""


KEYS = Schema.of("keys", step("keys_1"), step("keys_2"))
NAMESAKE = Schema.of(
    "namesake",
    step("people_1"),
    step("sweeps_1"),
    step("items_1"),
    step("flags_1"),
    step("service_1"),
    step("spending_1"),
    step("robots_1"),
    step("canaries_1"),
    step("pictures_1"),
    step("outlays_1"),
    step("consents_1"),
    step("pages_1"),
    step("sessions_1"),
    step("review_1"),
    step("verdicts_1"),
    step("unfinished_1"),
    step("due_2"),
    step("letters_1"),
    step("sign_in_links_1"),
    step("audit_end_1"),
    step("letters_2"),
    step("invitations_1"),
    step("address_changes_1"),
)
