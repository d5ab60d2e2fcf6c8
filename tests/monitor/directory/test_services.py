"""What the use cases of the core ask the staff directory."""

from dataclasses import replace

import pytest

from monitor.directory.scim_user import DirectoryUser
from monitor.directory.tables import DIRECTORY_TABLES, find_directory, open_directory
from monitor.domain.errors import DatabaseError
from monitor.services.backup_checks import check_stored_values
from monitor.services.purge import purge_expired_data
from tests.monitor.cli.conftest import Terminal, terminal
from tests.monitor.cli.test_doctor import parts
from tests.monitor.services.world import World

__all__ = ["terminal"]
ANN = DirectoryUser(id="u", user_name="ann@cedarvalley.example", given="Ann", family="Abel")


def test_a_district_without_a_directory_has_none_of_its_tables(world: World):
    purge_expired_data(world.app)
    check_stored_values(world.state)

    assert find_directory(world.state) is None
    assert not {table.declaration.name for table in DIRECTORY_TABLES.tables} & set(
        world.state.count_rows()
    )


def test_the_first_write_creates_its_tables_and_a_second_one_finds_them(world: World):
    open_directory(world.state).insert_user(ANN, world.clock.at)

    assert open_directory(world.state).find_user(ANN.id) == ANN
    world.restarts(world.config)
    assert open_directory(world.state).find_user(ANN.id) == ANN


@pytest.mark.parametrize("table", [*DIRECTORY_TABLES.tables[0].declaration.sealed])
def test_a_damaged_entry_is_noticed_in_a_backup(world: World, table: str):
    users = open_directory(world.state)
    users.insert_user(ANN, world.clock.at)
    check_stored_values(world.state)

    with users.connection.begin_transaction():
        users.connection.execute(f"UPDATE directory_users SET {table} = zeroblob(40)")  # noqa: S608 - our own table

    with pytest.raises(DatabaseError):
        check_stored_values(world.state)


def test_where_no_directory_writes_what_one_wrote_goes(world: World):
    users = open_directory(world.state)
    users.insert_user(ANN, world.clock.at)
    users.record_change(ANN.mail, world.clock.at)

    purge_expired_data(world.app)

    assert users.find_last_write() is None
    assert (users.count_users(), users.list_changes()) == (0, ())
    assert world.state.staff_listings.list_missing() == ()


@pytest.mark.parametrize(
    ("token", "told"), [("", "no secret scim-token"), ("5c" * 16, "has not written yet")]
)
def test_a_staff_directory_is_told_with_what_it_lacks(terminal: Terminal, token, told):
    server = '@cedarvalley.example>"\nhost = "127.0.0.1"\nport = 1\n[staff]\nscim = "propose"\n'
    terminal.configured(('@cedarvalley.example>"\n', server))
    variables = {"NAMESAKE_SCIM_TOKEN": token}
    terminal.environment = replace(terminal.environment, variables=variables)

    ((_, message, remedy),) = parts(terminal)["directory"]

    assert told in message
    assert "docs/directory.md" in remedy
