"""Nothing that is kept, logged or sent names a student whom an account follows."""

import logging
from base64 import b64encode
from dataclasses import replace
from itertools import count

import pytest
from msgspec import structs

from monitor.demo import district
from monitor.demo import setup as stage
from monitor.demo.district import ROSA
from monitor.domain.vocabulary import CaseKind
from tests.monitor.services.world import World
from tests.monitor.written_forms import found, found_in

# Pupils whom an account of hers follows, and by what each is known.
PLANTED = ("Whitlock", "masonw28", "Venkataraman", "priyaplaysoboe")
ROSTER = tuple(f"{student.given} {student.family}" for student in district.load_students())
WORDS = (*PLANTED, *ROSTER)


@pytest.fixture
def world(world_of, tmp_path, caplog) -> World:
    """A district with a real matcher, in which Rosa follows two pupils, and all is logged."""
    caplog.set_level(logging.DEBUG)
    world = world_of(families=("bluesky",))
    follows = next(entry for entry in world.internet.traces.follows if "mason" in entry.whom)
    world.internet = world.internet.add_entry(replace(follows, since=1))
    students = structs.replace(
        stage.build_config(tmp_path).students, enabled=True, tokens=tmp_path / "roster.tokens"
    )
    config = structs.replace(world.config, students=students)
    stage.hash_roster(config)
    world.restarts(config)
    return world


def test_a_whole_week_names_no_student_anywhere(world, tmp_path, caplog):
    rosa = world.joins(ROSA, read=True)
    while_asked: set[str] = set()
    visits = count()

    def look_at_some(_visit: object) -> None:
        if next(visits) % 8 == 0:
            while_asked.update(found_in(WORDS, tmp_path))

    world.meanwhile = look_at_some

    world.sweep()
    world.on_monday()

    assert CaseKind.STUDENT_LINK in {case.kind for case in rosa.cases}
    assert any("student" in email.text for email in rosa.emails)
    assert while_asked == set()
    assert found_in(WORDS, tmp_path) == set()
    assert found(WORDS, caplog.text.encode()) == set()
    for sent in world.post.tried:
        assert found(WORDS, repr((sent.email, sent.envelope)).encode()) == set()


def test_the_files_looked_through_hold_the_database_and_what_was_not_yet_merged(world, tmp_path):
    world.joins(ROSA, read=True)
    world.sweep()

    names = {path.name for path in tmp_path.rglob("*")}
    assert {"namesake.db", "namesake.db-wal", "roster.tokens", "matcher.spent"} <= names


@pytest.mark.parametrize(
    "written",
    [
        b"..Mason Whitlock..",
        b"WHITLOCK",
        "Whitlock".encode("utf-16"),
        b"x" + "whitlock".encode("utf-16-be"),
        b64encode(b"Whitlock"),
        b64encode(b"to Whitlock, a pupil"),
        b64encode(b"a: Mason Whitlock"),
        b"Whitlock".hex().encode(),
    ],
)
def test_a_name_is_seen_in_whatever_form_it_slips_out(written):
    assert found(PLANTED, written) == {"Whitlock"}


def test_what_only_looks_like_a_name_is_not_taken_for_one():
    assert found(PLANTED, b"whit lock, V2hpdGxv, 57686974") == set()
