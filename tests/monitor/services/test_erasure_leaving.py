"""Who leaves is asked about no more, is written to once more, and is erased within a day."""

from datetime import timedelta

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError
from monitor.services.erasure import erase_if_ready
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.throttle import HostState
from tests.monitor.services.fakes import ACCEPTED, DEFERRED, REFUSED
from tests.monitor.services.world import Staff, World


def rows_about(world: World, ref: str) -> list[str]:
    """Name the tables that still hold a row of a person's, whatever the column."""
    database = world.state.people.connection
    tables = [
        name for (name,) in database.fetch_rows("SELECT name FROM sqlite_schema WHERE type='table'")
    ]
    return sorted(
        table
        for table in tables
        for rows in [database.fetch_rows(f"SELECT * FROM {table}")]  # noqa: S608 - our own table names
        if any(ref in map(str, row) for row in rows)
    )


def has_key(world: World, ref: str) -> bool:
    return world.state.people.encryption.keys.has_key(ref)


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    return maria


def test_who_leaves_gets_a_farewell_that_says_when_all_is_gone(world: World, maria: Staff):
    maria.withdraws()
    world.writes()

    farewell = maria.emails[-1]
    assert farewell.envelope.kind == "withdrawn"
    assert "Your consent ended" in farewell.text
    assert "is erased by" in farewell.text


def test_nothing_but_opaque_lines_is_left_of_who_has_left(world: World, maria: Staff):
    maria.withdraws()
    world.writes()

    assert rows_about(world, maria.id) == ["audit", "erased_people"]
    assert not has_key(world, maria.id)
    with pytest.raises(InputError):
        world.state.people.load_person(maria.id)
    assert world.state.audit.verify_chain() is None
    everything = b"".join(path.read_bytes() for path in world.config.state.glob("namesake.db*"))
    assert b"maria.delgado@" not in everything


def test_who_stays_loses_nothing(world: World, maria: Staff):
    john = world.joins(JOHN)
    world.sweep()
    before = john.findings

    maria.withdraws()
    world.writes()

    assert john.findings == before
    assert world.state.consents.list_consenting_person_ids(world.clock.at) == (john.id,)


def test_the_erasure_waits_for_the_farewell(world: World, maria: Staff):
    world.post.answer = DEFERRED
    maria.withdraws()
    world.writes()
    assert has_key(world, maria.id)

    world.post.answer = ACCEPTED
    world.later(minutes=10)
    world.writes()

    assert maria.emails[-1].envelope.kind == "withdrawn"
    assert not has_key(world, maria.id)


def test_a_farewell_that_is_refused_holds_nothing_up(world: World, maria: Staff):
    world.post.answer = REFUSED
    maria.withdraws()
    world.writes()

    assert not has_key(world, maria.id)


def test_who_leaves_is_erased_within_a_day_even_if_no_mail_goes_out(world: World, maria: Staff):
    world.post.answer = DEFERRED
    left = world.clock.at
    maria.withdraws()

    while has_key(world, maria.id):
        world.writes()
        world.later(minutes=10)

    assert world.clock.at - left <= timedelta(hours=24)
    assert rows_about(world, maria.id) == ["audit", "erased_people"]


def test_nobody_leaves_twice(world: World, maria: Staff):
    world.post.answer = DEFERRED
    maria.withdraws()

    with pytest.raises(InputError):
        maria.withdraws()


def test_nobody_is_erased_who_has_not_left(world: World, maria: Staff):
    assert not erase_if_ready(world.app, maria.id)
    assert has_key(world, maria.id)


def test_who_has_left_gets_no_digest(world: World, maria: Staff):
    world.post.answer = DEFERRED
    maria.withdraws()
    world.writes()
    world.post.answer = ACCEPTED
    digests = len(maria.emails_of("digest"))
    world.a_week_later()
    world.on_monday()

    assert len(maria.emails_of("digest")) == digests
    assert not [due for due in world.state.jobs.list_jobs() if due.subject == maria.id]


def test_who_has_left_may_come_back_as_somebody_new(world: World, maria: Staff):
    maria.withdraws()
    world.writes()

    again = world.joins(MARIA)

    assert again.id != maria.id
    assert world.sweep() == []
    assert again.findings


def test_an_erasure_that_a_crash_cut_short_is_finished_at_the_next_start(
    world: World, maria: Staff
):
    """The row of the promise is on disk before anything else happens."""
    maria.withdraws()
    world.restarts()
    world.writes()

    assert not has_key(world, maria.id)


def test_a_host_that_bears_a_handle_goes_with_its_person(world: World, maria: Staff):
    away = world.clock.at + timedelta(days=5)
    for host in ("mariadelgado.posts.example", "posts.example"):
        world.state.hosts.save_host_state(HostState(host=host, parked_until=away, failures=1))
        learned = RobotsRecord(origin=f"https://{host}", until=away, file="")
        world.state.robots_files.save_robots_file(learned)

    maria.withdraws()
    world.writes()

    told = [state.host for state in world.state.hosts.list_host_states()]
    told += [file.origin for file in world.state.robots_files.list_robots_files()]
    assert "posts.example" in told
    assert not [one_host for one_host in told if "mariadelgado" in one_host]
