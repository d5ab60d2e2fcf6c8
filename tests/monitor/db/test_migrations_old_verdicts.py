"""What people said of items before each word was kept stands as their first word after."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.db.database import DATABASE_FILE, Database
from monitor.db.migrations import DISTRICT_SCHEMA, Schema, build_step
from monitor.domain.detection.lessons import ITEM_DECISIONS, Feedback
from monitor.domain.flag import Decision

# What there was before `verdicts`: a verdict was a column of its item, and the last one counted.
BEFORE = ("people_1", "sweeps_1", "items_1", "flags_1", "service_1")
OLD = Schema.from_steps("namesake", *map(build_step, BEFORE))
KEPT = ("people", "items", "aliases")


@dataclass(frozen=True)
class District:
    """A folder of the old shape, and what its items are called in it."""

    folder: Path
    judged: dict[Decision, str]
    unsaid: str


def refilled(path: Path) -> None:
    """Put what a database holds into the tables that the old program would have made."""
    with closing(sqlite3.connect(path)) as new:
        rows = {table: new.execute(f"SELECT * FROM {table}").fetchall() for table in KEPT}  # noqa: S608 - our names
    for each in path.parent.glob(f"{DATABASE_FILE}*"):
        each.unlink()
    old = DatabaseConnection.open_file(path, OLD)
    with old.begin_transaction():
        for table, held in rows.items():
            for row in held:
                marks = ", ".join("?" * len(row))
                old.execute(f"INSERT INTO {table} VALUES ({marks})", *row)  # noqa: S608 - our names
    assert not old.fetch_row("SELECT 1 FROM sqlite_schema WHERE name = 'verdicts'")
    old.close()


@pytest.fixture
def old(world) -> District:
    rosa, ben = world.enrolled("Rosa"), world.enrolled("Ben")
    judged = {
        ruling: world.item((rosa, ben)[number % 2], ruling, first_seen=seen_on(world, number)).ref
        for number, ruling in enumerate(sorted(ITEM_DECISIONS))
    }
    for ruling, ref in judged.items():
        world.state.items.set_item_feedback(ref, ruling)
    unsaid = world.item(rosa, "nobody said").ref
    world.state.close()
    refilled(world.folder / DATABASE_FILE)
    return District(world.folder, judged, unsaid)


def seen_on(world, number: int):
    return world.now + timedelta(days=number)


def test_each_verdict_is_the_one_word_said_of_its_item_when_it_was_first_seen(old, world):
    with Database.open_folder(old.folder) as state:
        said = {ref: state.feedback.list_feedback_of_item(ref) for ref in old.judged.values()}

    assert said == {
        ref: (Feedback(item_id=ref, decision=ruling, at=seen_on(world, number)),)
        for number, (ruling, ref) in enumerate(old.judged.items())
    }


def test_the_verdict_itself_stays_as_it_was(old):
    with Database.open_folder(old.folder) as state:
        assert {
            ruling: state.items.find_item_feedback(ref) for ruling, ref in old.judged.items()
        } == {ruling: ruling for ruling in old.judged}


def test_where_nobody_said_anything_nothing_is_said(old):
    with Database.open_folder(old.folder) as state:
        assert state.feedback.list_feedback_of_item(old.unsaid) == ()
        assert state.items.find_item_feedback(old.unsaid) is None


def test_a_word_from_before_can_be_taken_back(old, world):
    with Database.open_folder(old.folder) as state:
        for ref in old.judged.values():
            state.feedback.insert_feedback(
                Feedback(item_id=ref, decision=Decision.REOPENED, at=world.now)
            )

        assert {state.items.find_item_feedback(ref) for ref in old.judged.values()} == {None}


def test_what_was_said_goes_with_its_person(old):
    with Database.open_folder(old.folder) as state:
        for ref in state.people.list_person_ids():
            state.people.erase_person(ref)

        assert state.count_rows()["verdicts"] == 0


def test_a_second_start_says_nothing_twice(old):
    for _ in range(2):
        with Database.open_folder(old.folder) as state:
            words = state.count_rows()["verdicts"]

    assert words == len(old.judged)
    assert DISTRICT_SCHEMA.names > OLD.names
