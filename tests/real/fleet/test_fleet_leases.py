"""One machine works on a district at a time, even if another one has a copy of its folder."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.demo.setup import StoryClock
from monitor.domain.errors import MovedError
from monitor.fleet import fence, home_machine
from monitor.fleet.db.district_leases import Lease, LeasesTable
from monitor.fleet.db.postgres import FleetConnection
from tests.monitor.made_districts import FRIDAY, make_districts
from tests.real.fleet.machines import open_home

pytestmark = pytest.mark.real

NOTHING = timedelta()


@pytest.fixture
def connection(fleet_address: str) -> Iterator[FleetConnection]:
    opened = FleetConnection.open_address(fleet_address)
    yield opened
    opened.close()


def end_leases(connection: FleetConnection) -> None:
    """Let so much time pass that no lease holds anymore."""
    connection.execute("UPDATE namesake.leases SET until = clock_timestamp()")


def whose(lease: Lease | None) -> str:
    assert lease is not None
    return lease.machine


def is_arriving(lease: Lease | None) -> bool:
    assert lease is not None
    return lease.is_arriving


def test_a_district_stays_its_machine_s_when_its_lease_has_run_out(
    connection: FleetConnection,
) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    assert whose(first.claim_district("cedar")) == "first"
    assert whose(second.claim_district("cedar")) == "first"

    end_leases(connection)
    assert whose(second.claim_district("cedar")) == "first"
    first.release_district("cedar")
    assert whose(second.claim_district("cedar")) == "first"
    assert whose(first.claim_district("cedar")) == "first"


def test_who_renews_keeps_what_is_its_own(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")
    second.claim_district("maple")
    end_leases(connection)

    assert first.renew_districts(["cedar", "maple"]) == {"cedar"}
    held = first.list_leases()
    assert {name: value.left > NOTHING for name, value in held.items()} == {
        "cedar": True,
        "maple": False,
    }


def test_a_second_machine_of_the_same_name_takes_over_and_the_first_notices(
    connection: FleetConnection,
) -> None:
    first, namesake = LeasesTable(connection, "first"), LeasesTable(connection, "first")
    first.claim_district("cedar")
    namesake.claim_district("cedar")

    assert first.renew_districts(["cedar"]) == frozenset()
    assert namesake.renew_districts(["cedar"]) == {"cedar"}


def test_a_moved_district_is_taken_only_with_its_token(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")
    assert is_arriving(first.begin_move("cedar", "second", "token"))

    assert first.renew_districts(["cedar"]) == frozenset()
    # It may have started anew, and know nothing of the move; or find the file with the token.
    for token in ("", "token"):
        assert whose(first.claim_district("cedar", token)) == "second"
    for token in ("", "another"):
        assert is_arriving(second.claim_district("cedar", token))
    assert is_arriving(LeasesTable(connection, "third").claim_district("cedar", "token"))
    assert not is_arriving(second.claim_district("cedar", "token"))

    assert not first.cancel_move("cedar", "token")
    assert whose(first.claim_district("cedar", "token")) == "second"
    # After a crash, the file with the token may still be there.
    assert whose(second.claim_district("cedar", "token")) == "second"
    assert second.renew_districts(["cedar"]) == {"cedar"}


def test_a_district_is_given_away_by_its_own_machine_alone(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")
    assert whose(second.begin_move("cedar", "second", "token")) == "first"

    first.begin_move("cedar", "second", "token")
    assert whose(first.begin_move("cedar", "third", "another")) == "second"
    assert whose(first.begin_move("cedar", "third", "token")) == "third"


def test_a_move_that_is_taken_back_is_over(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")
    first.begin_move("cedar", "second", "token")

    assert not first.cancel_move("cedar", "another")
    assert first.cancel_move("cedar", "token")
    assert whose(second.claim_district("cedar", "token")) == "first"
    assert whose(first.claim_district("cedar")) == "first"
    assert first.renew_districts(["cedar"]) == {"cedar"}


def test_what_was_not_on_its_way_stays_with_its_process(connection: FleetConnection) -> None:
    service, command = LeasesTable(connection, "first"), LeasesTable(connection, "first")
    service.claim_district("cedar")

    assert command.cancel_move("cedar", "token")
    assert service.renew_districts(["cedar"]) == {"cedar"}


def test_a_lost_machine_is_replaced_once_its_lease_ran_out_or_an_operator_says_so(
    connection: FleetConnection,
) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")

    assert whose(second.replace_machine("cedar", "")) == "first"
    assert whose(second.replace_machine("cedar", "third")) == "first"
    assert whose(second.replace_machine("cedar", "first")) == "second"
    assert whose(first.claim_district("cedar")) == "second"
    end_leases(connection)
    assert whose(first.replace_machine("cedar", "")) == "first"


def test_what_is_on_its_way_is_not_replaced_by_an_older_backup(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")
    first.begin_move("cedar", "second", "token")
    end_leases(connection)

    for side in (first, second):
        assert is_arriving(side.replace_machine("cedar", ""))
    assert not is_arriving(first.replace_machine("cedar", "second"))


def test_a_copy_of_a_district_elsewhere_is_set_aside_and_stays_closed(
    fleet_address: str, tmp_path: Path, connection: FleetConnection
) -> None:
    make_districts(tmp_path / "first", ("cedar",), 1, 1)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    clock = StoryClock(FRIDAY)
    with ExitStack() as machines:
        first = machines.enter_context(
            open_home(fleet_address, tmp_path / "first", clock, machine="first")
        )
        first.works()
        second = machines.enter_context(
            open_home(fleet_address, tmp_path / "second", clock, machine="second")
        )
        second.works()
        assert first.runner.describe_wait() == ""
        assert "1 of 1 districts are set aside: cedar" in second.runner.describe_wait()
        with pytest.raises(MovedError, match="worked on by the machine first"):
            Database.open_folder(tmp_path / "second" / "cedar" / "state")
        (record,) = first.resources.shared.list_district_records()
        assert record.reason == ""


def test_a_machine_notices_that_another_one_has_replaced_it(
    fleet_address: str, tmp_path: Path, connection: FleetConnection
) -> None:
    make_districts(tmp_path, ("cedar",), 1, 1)
    with open_home(fleet_address, tmp_path, StoryClock(FRIDAY), machine="first") as first:
        first.works()
        LeasesTable(connection, "second").replace_machine("cedar", "first")
        first.runner.report()
        assert "1 of 1 districts are set aside: cedar" in first.runner.describe_wait()


def test_a_machine_that_was_frozen_asks_for_its_lease_before_it_goes_on(
    fleet_address: str, tmp_path: Path, connection: FleetConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_districts(tmp_path, ("cedar",), 1, 1)
    clock = StoryClock(FRIDAY)
    with open_home(fleet_address, tmp_path, clock, machine="first") as first:
        first.works()
        LeasesTable(connection, "second").replace_machine("cedar", "first")
        thawed = fence.read_boot_clock() + 600
        monkeypatch.setattr(home_machine, "read_boot_clock", lambda: thawed)
        first.ask_for_check("cedar")
        first.works()
        assert "1 of 1 districts are set aside: cedar" in first.runner.describe_wait()
