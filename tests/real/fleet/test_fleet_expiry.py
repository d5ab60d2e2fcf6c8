"""What no machine asks within an hour is asked again, or could not be checked: never "absent"."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.db.database import Database
from monitor.demo.setup import StoryClock
from monitor.domain.vocabulary import SweepKind
from monitor.fleet import fleet_crawler
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.fleet_crawler import FleetCrawler
from scrapers.http.errors import FailureReason
from scrapers.models import CrawlResult, Outcome, ParseResult
from tests.bench import scale
from tests.monitor.fleet.world import Fleet
from tests.monitor.made_districts import FRIDAY, SUNDAY, make_districts
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.machines import PATIENCE, open_home, run_askers, wait_for

pytestmark = pytest.mark.real
PEOPLE, SITES = 3, 2


@pytest.fixture
def home(fleet_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    """A district that was opened once, and no machine that asks."""
    monkeypatch.setattr(fleet_crawler, "LOST_EVERY", 0.1)
    make_districts(tmp_path / "districts", ("cedar",), PEOPLE, SITES)
    clock = StoryClock(FRIDAY)
    with open_home(fleet_address, tmp_path / "districts", clock) as opened:
        opened.works()
        clock.at = SUNDAY
        yield opened


@contextmanager
def sweeping(home: Fleet) -> Iterator[None]:
    work = threading.Thread(target=home.works_for, args=(120.0,))
    work.start()
    yield
    work.join(PATIENCE)


def expire_all(home: Fleet, address: str) -> int:
    """Let an hour pass; return how many batches that was too long for."""
    sender = home.resources.sender
    assert sender is not None
    with closing(FleetConnection.open_address(address)) as connection:
        count = connection.execute("UPDATE namesake.batches SET at = at - interval '2 hours'")
    sender.delete_expired_batches()
    return count


def is_swept(home: Fleet) -> bool:
    with Database.open_folder(home.folder / "cedar" / "state") as db:
        sweep = db.sweeps.find_latest_sweep(SweepKind.SWEEP)
        return sweep is not None and sweep.closed_at is not None


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[ParseResult]:
    """All that sweeps are told."""
    told: list[ParseResult] = []
    crawl = FleetCrawler.crawl

    def listen(self: FleetCrawler, *words: Any, **more: Any) -> Iterator[CrawlResult]:
        for visit in crawl(self, *words, **more):
            told.append(visit.result)
            yield visit

    monkeypatch.setattr(FleetCrawler, "crawl", listen)
    return told


def test_what_expired_is_asked_again(
    home: Fleet, results: list[ParseResult], tmp_path: Path, fleet_address: str
) -> None:
    with scale.run_server_process(SITES) as web, sweeping(home):
        wait_for(lambda: expire_all(home, fleet_address) > 0, 60)
        settings = AskerSettings(database=fleet_address, addresses=web.address_map, pace=0.0)
        with run_askers(tmp_path, settings):
            wait_for(lambda: is_swept(home), 120)
    assert len(results) >= PEOPLE * SITES
    assert all(result.outcome.is_conclusive for result in results)


def test_what_no_machine_asks_again_and_again_could_not_be_checked(
    home: Fleet, results: list[ParseResult], fleet_address: str
) -> None:
    with sweeping(home):
        wait_for(lambda: not expire_all(home, fleet_address) and is_swept(home), 120)
    told = {(result.outcome, result.note) for result in results}
    assert told == {(Outcome.FAILED, FailureReason.NO_MACHINE)}
