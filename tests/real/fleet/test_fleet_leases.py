"""One machine works on a district at a time, even if another one has a copy of its folder."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.db.fleet.leases import LeasesTable
from monitor.db.fleet.postgres import FleetConnection
from monitor.demo.setup import StoryClock
from tests.monitor.fleet_world import FRIDAY, make_districts
from tests.real.fleet.machines import open_home

pytestmark = pytest.mark.real


@pytest.fixture
def connection(fleet_address: str) -> Iterator[FleetConnection]:
    opened = FleetConnection.open_address(fleet_address)
    yield opened
    opened.close()


def end_leases(connection: FleetConnection) -> None:
    """Let so much time pass that no lease holds anymore."""
    connection.execute("UPDATE namesake.leases SET until = clock_timestamp()")


def test_a_district_is_one_machine_s_until_its_lease_ends(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    assert first.claim_district("cedar") == "first"
    assert second.claim_district("cedar") == "first"
    assert first.claim_district("cedar") == "first"

    end_leases(connection)
    assert second.claim_district("cedar") == "second"
    assert first.claim_district("cedar") == "second"
    assert first.renew_districts(["cedar"]) == frozenset()


def test_who_renews_keeps_what_is_its_own(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")
    second.claim_district("maple")
    end_leases(connection)

    assert first.renew_districts(["cedar", "maple"]) == {"cedar"}
    assert first.list_machines() == {"cedar": "first"}


def test_a_district_that_was_let_go_is_free_at_once(connection: FleetConnection) -> None:
    first, second = LeasesTable(connection, "first"), LeasesTable(connection, "second")
    first.claim_district("cedar")
    second.release_district("cedar")
    assert second.claim_district("cedar") == "first"

    first.release_district("cedar")
    assert second.claim_district("cedar") == "second"


def test_a_copy_of_a_district_elsewhere_is_set_aside_until_the_first_is_gone(
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
        (record,) = first.resources.shared.districts.list_district_records()
        assert "The machine first works on this district." in record.reason

        end_leases(connection)
        assert LeasesTable(connection, "second").claim_district("cedar") == "second"
        first.runner.report()
        assert "1 of 1 districts are set aside: cedar" in first.runner.describe_wait()
