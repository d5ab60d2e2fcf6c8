"""Many districts in one process: polite together, and strangers to each other."""

import logging
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.app import App
from monitor.db.open_files import find_processes
from monitor.db.state_folder_lock import StateFolderLock
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.domain.errors import BusyError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import SweepKind
from monitor.fleet import hosted_districts
from monitor.fleet.db.shared_database import SHARED_DATABASE
from monitor.fleet.district_folders import REMOVED_SUFFIX, ask_to_leave, rename_folder
from monitor.fleet.hosted_districts import SETTLES_AFTER_NS, HostedDistrict
from monitor.fleet.runner import FleetRunner
from monitor.fleet.status import DistrictState, list_district_statuses
from monitor.services.coverage import build_coverage
from scrapers.crawl.throttle import Throttle
from scrapers.http.errors import FailureReason
from tests.bench import scale
from tests.monitor.fleet.world import PATIENCE, Fleet, open_fleet
from tests.monitor.made_districts import (
    FRIDAY,
    SUNDAY,
    copy_elsewhere,
    list_handles,
    make_districts,
    write_elsewhere,
)

NAMES = ("birch", "cedar", "maple")
PEOPLE, SITES = 2, 3
# Sites ask for a second; a tenth of that is waited.
GAP = timedelta(seconds=0.1)
MOMENT = timedelta(milliseconds=2)


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer(scale.ScaleInternet(sites=SITES)) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    districts = tmp_path / "districts"
    make_districts(districts, NAMES, PEOPLE, SITES)
    return districts


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(FRIDAY)


@pytest.fixture
def fleet(folder: Path, web: WebServer, clock: StoryClock) -> Iterator[Fleet]:
    with open_fleet(folder, web.build_address_map(), clock) as opened:
        yield opened


def sweeps_closed(fleet: Fleet) -> dict[str, bool]:
    closed = {}
    for name in NAMES:
        with fleet.open_database(name) as db:
            closed[name] = db.sweeps.find_last_closed_time(SweepKind.SWEEP) is not None
    return closed


def times_by_host(web: WebServer) -> dict[str, list[datetime]]:
    times = defaultdict(list)
    for visit in web.visits:
        times[visit.host].append(visit.at)
    return {host: sorted(at) for host, at in times.items()}


def test_all_districts_are_swept_and_no_host_is_asked_too_soon(
    folder: Path, web: WebServer, clock: StoryClock
) -> None:
    throttle = Throttle(wait_factor=0.1)
    with open_fleet(folder, web.build_address_map(), clock, throttle) as fleet:
        fleet.works()
        clock.at = SUNDAY
        fleet.works()

        assert sweeps_closed(fleet) == dict.fromkeys(NAMES, True)
    hosts = times_by_host(web)
    assert len(hosts) == SITES
    gaps = [later - earlier for at in hosts.values() for earlier, later in pairwise(at)]
    assert min(gaps) >= GAP - MOMENT


def test_robots_txt_and_canaries_are_asked_once_for_all_districts(
    fleet: Fleet, web: WebServer
) -> None:
    fleet.works()
    fleet.clock.at = SUNDAY
    fleet.works()

    asked = defaultdict(list)
    for visit in web.visits:
        asked[visit.host].append(visit.path)
    people = {
        f"/u/{handle}" for number in range(len(NAMES)) for handle in list_handles(number, PEOPLE)
    }
    for paths in asked.values():
        canaries = set(paths) - people - {"/robots.txt"}
        assert people <= set(paths)
        assert len(canaries) == 1
        assert len(paths) == len(set(paths))
    for name in NAMES:
        with fleet.open_database(name) as db:
            health = db.source_health.list_source_health()
        assert [part for part in health if not part.outcome.is_conclusive] == []
        assert len(health) == SITES


def test_nothing_of_one_district_is_in_the_files_of_another_or_in_what_they_share(
    fleet: Fleet, folder: Path
) -> None:
    fleet.works()
    fleet.clock.at = SUNDAY
    fleet.works()
    fleet.runner.close()
    fleet.resources.shared.close()

    for number, name in enumerate(NAMES):
        words = [
            *(handle.encode() for handle in list_handles(number, PEOPLE)),
            *(f"{handle}@".encode() for handle in list_handles(number, PEOPLE)),
        ]
        elsewhere = [
            path for path in folder.rglob("*") if path.is_file() and name not in path.parts
        ]
        found = [(path, word) for path in elsewhere for word in words if word in path.read_bytes()]
        assert found == []
    assert (folder / SHARED_DATABASE).exists()


def test_a_broken_district_is_set_aside_and_the_others_go_on(
    fleet: Fleet, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (folder / "birch" / "namesake.toml").write_text("state = 7", "utf-8")
    (folder / "cedar" / "state" / "keys.db").unlink()
    fleet.works()
    fleet.clock.at = SUNDAY
    fleet.works()

    with fleet.open_database("maple") as db:
        assert db.sweeps.find_last_closed_time(SweepKind.SWEEP) is not None
    faults = {
        status.name: status.fault
        for status in list_district_statuses(folder, fleet.resources.shared)
    }
    assert faults["birch"].startswith(str(folder / "birch" / "namesake.toml"))
    assert "Restore the copy of its keys" in faults["cedar"]
    assert faults["maple"] == ""
    assert "2 of 3 districts are set aside: birch, cedar" in fleet.runner.describe_wait()
    assert caplog.text.count("event=district_set_aside") == 2


@pytest.mark.parametrize("other", ["birch", "oak"])
def test_a_copied_district_and_its_original_are_both_set_aside(
    fleet: Fleet, folder: Path, other: str
) -> None:
    fleet.works()
    copy_elsewhere(folder / "birch", folder / "oak")
    write_elsewhere(folder / "oak" / "namesake.toml", "oak", other)
    for _ in range(2):
        fleet.runner.look_for_folders()
        fleet.works()

    faults = {
        status.name: status.fault
        for status in list_district_statuses(folder, fleet.resources.shared)
    }
    assert {name for name, fault in faults.items() if fault} == {"birch", "oak"}
    assert faults["birch"] == faults["oak"]
    assert faults["oak"].startswith("birch and oak have ")
    assert "2 of 4 districts are set aside: birch, oak" in fleet.runner.describe_wait()

    ask_to_leave(fleet.district("oak"))
    fleet.runner.look_for_folders()
    with fleet.district("birch").config_path.open("a") as config:
        config.write("\n")
    fleet.works()
    assert not fleet.runner.describe_wait()


def test_a_district_that_was_mended_is_taken_up_again(fleet: Fleet, folder: Path) -> None:
    config = folder / "birch" / "namesake.toml"
    whole = config.read_text("utf-8")
    config.write_text("state = 7", "utf-8")
    fleet.works()
    assert fleet.runner.describe_wait()

    config.write_text(whole, "utf-8")
    fleet.works()

    assert fleet.runner.describe_wait() == ""
    assert {
        status.name
        for status in list_district_statuses(folder)
        if status.state is DistrictState.AT_WORK
    } == set(NAMES)


def test_who_withdraws_is_asked_about_no_more(fleet: Fleet, web: WebServer) -> None:
    fleet.works()
    gone, stays = list_handles(1, PEOPLE)
    fleet.withdraw("cedar", 0)
    fleet.clock.at = SUNDAY
    fleet.works()

    paths = {visit.path for visit in web.visits}
    assert f"/u/{stays}" in paths
    assert f"/u/{gone}" not in paths


def test_what_no_longer_fits_into_a_host_s_week_is_not_asked_and_told(fleet: Fleet) -> None:
    fleet.works()
    # As if another district had nearly all staff: what is left for these is a query a week.
    fleet.resources.staff["elsewhere"] = 1_000_000_000
    fleet.clock.at = SUNDAY
    fleet.works()

    with fleet.open_database("maple") as db:
        sweep = db.sweeps.find_latest_sweep(SweepKind.SWEEP)
        assert sweep is not None
        gaps = build_coverage(db.sweeps.list_source_runs(sweep.id)).gaps
    assert {gap.note for gap in gaps} == {Reason(f"note.{FailureReason.SHARE_USED}")}
    assert sum(gap.count for gap in gaps) == SITES


def test_a_check_that_another_process_asks_for_is_run_at_the_next_look(fleet: Fleet) -> None:
    fleet.works()
    request = fleet.ask_for_check("maple")

    fleet.works()

    with fleet.open_database("maple") as db:
        found = db.jobs.find_request(request)
        assert found is not None
        assert found.done_at is not None


def test_a_page_that_wakes_the_service_has_its_own_district_looked_at_at_once(
    fleet: Fleet, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.works()
    request = fleet.ask_for_check("maple")
    monkeypatch.setattr(FleetRunner, "submit_looks", lambda _: 0)
    fleet.works()
    with fleet.open_database("maple") as db:
        found = db.jobs.find_request(request)
        assert found is not None
        assert found.done_at is None

        fleet.runner.note_caller(str(folder / "maple" / "state"))
        fleet.works()

        found = db.jobs.find_request(request)
        assert found is not None
        assert found.done_at is not None


def test_no_other_process_may_use_the_network_for_a_district_of_the_fleet(
    fleet: Fleet, folder: Path
) -> None:
    fleet.works()

    assert all(StateFolderLock(folder / name / "state").is_locked() for name in NAMES)


def test_a_district_that_another_process_holds_is_set_aside(
    folder: Path, web: WebServer, clock: StoryClock
) -> None:
    with ExitStack() as parts:
        parts.enter_context(StateFolderLock(folder / "cedar" / "state"))
        fleet = parts.enter_context(open_fleet(folder, web.build_address_map(), clock))
        fleet.works()

        assert "1 of 3 districts are set aside: cedar" in fleet.runner.describe_wait()


def test_a_district_that_leaves_is_let_go_and_the_others_stay(fleet: Fleet, folder: Path) -> None:
    fleet.works()
    district = fleet.district("cedar")
    ask_to_leave(district)
    fleet.runner.look_for_folders()

    assert not StateFolderLock(folder / "cedar" / "state").is_locked()
    moved = rename_folder(district, REMOVED_SUFFIX)
    assert (moved / "state" / "namesake.db").exists()
    assert [status.name for status in list_district_statuses(folder)] == ["birch", "maple"]


def test_a_new_district_is_taken_up_while_the_service_runs(fleet: Fleet, folder: Path) -> None:
    fleet.works()
    make_districts(folder, ("oak",), PEOPLE, SITES)
    fleet.runner.look_for_folders()
    fleet.works()

    assert StateFolderLock(folder / "oak" / "state").is_locked()


def test_idle_districts_are_closed_and_opened_again_when_something_waits(fleet: Fleet) -> None:
    fleet.works()
    fleet.runner.close_unused(idle_seconds=-1.0)
    assert fleet.runner.count_open() == 0
    assert os.getpid() not in find_processes(fleet.folder / "birch" / "state" / "namesake.db")

    request = fleet.ask_for_check("birch")
    fleet.works()

    with fleet.open_database("birch") as db:
        found = db.jobs.find_request(request)
        assert found is not None
        assert found.done_at is not None
    assert fleet.runner.count_open() == 1


def test_more_districts_than_may_be_open_take_turns(
    folder: Path, web: WebServer, clock: StoryClock
) -> None:
    with open_fleet(folder, web.build_address_map(), clock, most_open=1) as fleet:
        fleet.works()
        clock.at = SUNDAY
        fleet.works()

        assert sweeps_closed(fleet) == dict.fromkeys(NAMES, True)
        assert fleet.runner.count_open() <= 1


def test_pauses_and_proofs_outlive_a_restart(
    folder: Path, web: WebServer, clock: StoryClock
) -> None:
    for at in (FRIDAY, SUNDAY):
        clock.at = at
        with open_fleet(folder, web.build_address_map(), clock) as fleet:
            fleet.works()
    asked = len(web.visits)
    with open_fleet(folder, web.build_address_map(), clock) as fleet:
        fleet.ask_for_check("maple")
        fleet.works()

    robots = sum(visit.path == "/robots.txt" for visit in web.visits[asked:])
    assert robots == 0


def test_a_change_of_consent_that_could_not_be_noted_is_noted_the_next_time(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[str] = []

    def fail_once(_: FleetRunner, district: HostedDistrict, _app: App) -> None:
        noted.append(district.name)
        if noted == [district.name]:
            reason = "The list of changes is locked by another program."
            raise BusyError(reason)

    monkeypatch.setattr(FleetRunner, "_note_consent_changes", fail_once)
    fleet.works()

    assert noted.count(noted[0]) > 1


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[HostedDistrict]:
    """The districts whose changes of consent are noted, in that order."""
    districts: list[HostedDistrict] = []
    monkeypatch.setattr(
        FleetRunner, "_note_consent_changes", lambda _, district, _app: districts.append(district)
    )
    return districts


def looks(fleet: Fleet) -> None:
    fleet.runner.submit_looks()
    assert fleet.runner.wait_until_idle(PATIENCE)


def test_what_is_written_in_the_tick_of_the_clock_in_which_one_looked_is_noted(
    fleet: Fleet, noted: list[HostedDistrict], monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.works()
    written_at, size = 10**18, 4096
    with monkeypatch.context() as busy:
        busy.setattr(hosted_districts, "_read_file_stamp", lambda _: (written_at, size))
        busy.setattr(hosted_districts, "time_ns", lambda: written_at + SETTLES_AFTER_NS - 1)
        looks(fleet)
        noted.clear()
        looks(fleet)
        assert sorted(district.name for district in noted) == sorted(NAMES)

        busy.setattr(hosted_districts, "time_ns", lambda: written_at + SETTLES_AFTER_NS)
        looks(fleet)
        noted.clear()
        looks(fleet)
        assert noted == []


def test_to_open_a_district_and_to_close_it_is_no_change_of_its_files(
    fleet: Fleet, noted: list[HostedDistrict]
) -> None:
    fleet.works()
    birch = next(district for district in noted if district.name == "birch")
    birch.close_if_unused()
    closed = birch.read_stamp()

    birch.enter()
    opened = birch.read_stamp()
    birch.leave()
    birch.close_if_unused()

    assert opened == closed == birch.read_stamp()


def test_what_was_written_before_a_district_was_set_aside_is_noted_once_it_is_taken_up_again(
    fleet: Fleet, noted: list[HostedDistrict]
) -> None:
    fleet.works()
    birch = next(district for district in noted if district.name == "birch")
    fleet.withdraw("birch", 0)
    birch.set_aside("Another machine may work on this district by now.")
    birch.retry_at = 0
    noted.clear()

    fleet.works()

    assert birch in noted


def test_what_is_set_aside_while_somebody_enters_is_opened_anew_and_asks_again(
    fleet: Fleet, noted: list[HostedDistrict]
) -> None:
    fleet.works()
    birch = next(district for district in noted if district.name == "birch")
    first = birch.enter()
    birch.set_aside("Another machine may work on this district by now.")

    assert birch.enter() is first
    assert birch.fault
    birch.leave()
    birch.leave()
    again = birch.enter()
    try:
        assert not again.app.crawler.is_stopped()
        assert not birch.fault
    finally:
        birch.leave()
