"""A legal hold keeps what there is, until it is lifted."""

import sqlite3
from datetime import timedelta

import pytest

from monitor.domain.errors import DatabaseError, NotPermittedError

DAY = timedelta(days=1)


def test_nobody_is_erased_while_a_hold_stands(world):
    rosa = world.held()

    with pytest.raises(NotPermittedError, match="legal hold"):
        world.state.people.erase_person(rosa)

    assert world.state.people.list_person_ids() == (rosa,)


def test_not_even_the_database_lets_a_held_person_go(world):
    rosa = world.held()
    database = world.state.people.connection

    with pytest.raises((DatabaseError, sqlite3.Error)), database.begin_transaction():
        database.execute("DELETE FROM people WHERE id = ?", rosa)

    assert world.state.people.list_person_ids() == (rosa,)


def test_a_lifted_hold_holds_nothing_and_is_remembered(world):
    rosa = world.held()

    assert world.state.legal_holds.lift_legal_holds(rosa, world.now + DAY)
    assert not world.state.legal_holds.lift_legal_holds(rosa, world.now + 2 * DAY)

    (hold,) = world.state.legal_holds.list_legal_holds_of_person(rosa)
    assert hold.lifted_at == world.now + DAY
    assert not world.state.legal_holds.has_active_legal_hold(rosa)
    world.state.people.erase_person(rosa)
    assert world.state.people.list_person_ids() == ()


def test_a_hold_is_one_persons(world):
    world.held("Rosa")
    theo = world.enrolled("Theo")

    assert world.state.legal_holds.find_active_legal_hold(theo) is None
    world.state.people.erase_person(theo)


def test_why_somebody_is_held_stands_in_no_file_to_be_read(world):
    world.held(reason="the case of Marchetti")

    assert b"Marchetti" not in world.bytes_on_disk()


def test_no_line_about_consent_is_taken_back(world):
    rosa = world.enrolled()
    database = world.state.people.connection

    with pytest.raises((DatabaseError, sqlite3.Error)), database.begin_transaction():
        database.execute("DELETE FROM consents WHERE person_id = ?", rosa)
    with pytest.raises((DatabaseError, sqlite3.Error)), database.begin_transaction():
        database.execute("UPDATE consents SET scopes = '[]' WHERE person_id = ?", rosa)

    assert world.state.consents.find_latest_consent(rosa) == world.consent(rosa)
