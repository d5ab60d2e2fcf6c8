from datetime import timedelta

import pytest

from monitor.directory.scim_user import DirectoryUser, UserFilter
from monitor.directory.tables import open_directory
from monitor.domain.errors import DatabaseError, MonitorError

ANN = DirectoryUser(
    id="1",
    user_name="Ann@cedarvalley.example",
    given="Ann",
    family="Abel",
    external_id="6f1c",
    title="Aide",
)
BEA = DirectoryUser(id="2", user_name="bea@cedarvalley.example", given="Bea", family="Field")


def test_an_entry_is_found_by_each_of_its_names(world):
    users, now = open_directory(world.state), world.clock.at
    users.insert_user(ANN, now)
    users.insert_user(BEA, now)

    assert users.find_user("1") == ANN
    assert users.find_user_by_mail("ANN@cedarvalley.example") == ANN
    assert users.list_users(UserFilter(attribute="externalid", value="6f1c"), 0, 9) == (ANN,)
    assert users.list_users(UserFilter(attribute="externalid", value=""), 0, 9) == ()
    assert users.list_users(None, 1, 9) == (BEA,)
    assert users.read_states() == {
        world.state.staff_listings.hash_address(user.mail): True for user in (ANN, BEA)
    }


def test_only_those_whom_nobody_knows_are_newcomers(world):
    users, now = open_directory(world.state), world.clock.at
    for user in (ANN, BEA):
        users.insert_user(user, now)

    world.state.staff_listings.save_listings([BEA.mail])

    assert users.list_newcomers() == (ANN,)
    assert users.count_newcomers() == 1


def test_a_change_is_noted_once_with_the_time_of_the_last_write(world):
    users, now = open_directory(world.state), world.clock.at
    users.record_change(ANN.mail, now)
    users.record_change(ANN.mail.upper(), now + timedelta(hours=1))

    (mark,) = users.list_changes()

    assert users.find_last_write() == now + timedelta(hours=1)
    users.delete_change(mark)
    assert users.list_changes() == ()


def test_an_entry_that_was_put_under_another_id_does_not_open(world):
    users = open_directory(world.state)
    users.insert_user(ANN, world.clock.at)
    with users.connection.begin_transaction():
        users.connection.execute("UPDATE directory_users SET id = '9'")

    with pytest.raises(MonitorError) as refused:
        users.find_user("9")

    assert isinstance(refused.value, DatabaseError)
