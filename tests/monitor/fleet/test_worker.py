"""A machine that asks does what it is permitted, and no more."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.app import Environment
from monitor.config.sections import FetchConfig
from monitor.domain.errors import DatabaseError, UnavailableError
from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.mailbox import BatchSeal, SealedBatch
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal, WorkerSeal
from monitor.fleet.fence import CLOCKS_DIFFER_BY, PERMISSION_LASTS, Fence
from monitor.fleet.worker import (
    BatchAsker,
    BatchGuard,
    FleetWorker,
    WrongClockError,
    open_fleet_worker,
)
from scrapers.http.clock import SystemClock
from scrapers.models import CrawlPriority
from tests.monitor.fleet.world import FLEET_KEY, NOW, build_batch_body

SECOND = timedelta(seconds=1)
SEAL = BatchSeal(seal=FleetSeal(FLEET_KEY), id=7, district="cedar", lock="alpha")


@dataclass
class FakeMailbox:
    """Says of each batch what a test has put there."""

    permissions: dict[int, bytes] = field(default_factory=dict)
    urgent: frozenset[str] = frozenset()
    clock: datetime = NOW

    @property
    def connection(self) -> "FakeMailbox":
        return self

    def read_clock(self) -> datetime:
        return self.clock

    def read_permissions(self, batches: Iterable[int]) -> dict[int, bytes]:
        return {number: self.permissions[number] for number in batches}

    def list_urgent_locks(self) -> frozenset[str]:
        return self.urgent


@dataclass
class World:
    """A guard that holds one batch of two queries, and a clock that a test moves."""

    now: datetime = NOW
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)

    def __post_init__(self) -> None:
        self.batch = SealedBatch(
            id=7,
            district="cedar",
            lock="alpha",
            day_key="day",
            body=SEAL.seal_body(build_batch_body()),
            permission=SEAL.permit([0, 1], NOW),
        )
        mailbox: Any = self.mailbox
        self.guard = BatchGuard(mailbox, Fence(end=lambda: None), lambda: self.now)

    def hears(self, permission: bytes) -> None:
        self.mailbox.permissions[7] = permission
        self.guard.look()


@pytest.fixture
def world() -> Iterable[World]:
    made = World()
    with made.guard.hold(made.batch, SEAL):
        yield made


def test_what_a_home_takes_back_is_asked_no_more(world: World) -> None:
    assert world.guard.permits(7, 1)
    world.hears(SEAL.permit([0], NOW + SECOND))

    assert world.guard.permits(7, 0)
    assert not world.guard.permits(7, 1)


def test_an_older_permission_that_is_put_back_counts_for_nothing(world: World) -> None:
    older = SEAL.permit([0, 1], NOW)
    world.hears(SEAL.permit([0], NOW + SECOND))
    world.hears(older)

    assert not world.guard.permits(7, 1)


def test_what_another_key_sealed_permits_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    forger = BatchSeal(seal=FleetSeal(FLEET_KEY[::-1]), id=7, district="cedar", lock="alpha")
    world.hears(SEAL.permit([0], NOW + SECOND))
    world.hears(forger.permit([0, 1], NOW + 2 * SECOND))

    assert not world.guard.permits(7, 1)
    assert [record.getMessage() for record in caplog.records] == ["batch_refused"]


def test_without_word_of_its_home_a_batch_is_put_away(world: World) -> None:
    world.now = NOW + PERMISSION_LASTS - SECOND
    assert not world.guard.gives_way(world.batch, CrawlPriority.FIRST)
    world.now += SECOND

    assert not world.guard.permits(7, 0)
    assert world.guard.gives_way(world.batch, CrawlPriority.FIRST)
    world.hears(SEAL.permit([0], world.now))
    assert world.guard.permits(7, 0)


def test_a_permission_of_a_day_to_come_permits_nothing(world: World) -> None:
    world.hears(SEAL.permit([0, 1], NOW + timedelta(days=1)))

    assert not world.guard.permits(7, 0)


def test_a_batch_that_was_moved_to_another_host_is_refused(world: World) -> None:
    moved = SealedBatch(
        id=7,
        district="cedar",
        lock="beta",
        day_key="day",
        body=world.batch.body,
        permission=world.batch.permission,
    )
    seal = BatchSeal.for_batch(SEAL.seal, moved)
    with pytest.raises(DatabaseError), world.guard.hold(moved, seal):
        pass


def test_what_is_not_held_is_not_permitted(world: World) -> None:
    assert not world.guard.permits(8, 0)
    assert world.guard.has_lapsed(8)


@pytest.mark.parametrize("way", [1, -1])
def test_a_machine_ends_whose_clock_is_not_that_of_the_database(world: World, way: int) -> None:
    world.mailbox.clock = NOW + way * CLOCKS_DIFFER_BY
    world.guard.check_clock()
    world.mailbox.clock += way * SECOND

    with pytest.raises(WrongClockError, match="differs from that of the database by 61 s"):
        world.guard.check_clock()
    assert WrongClockError.exit_code == UnavailableError.exit_code


class FakeDatabase(FleetConnection):
    """PostgreSQL with one batch, whose clock is right."""

    def __init__(self, batch: SealedBatch) -> None:
        self.batch = batch

    def fetch_row(self, statement: str, *_: object) -> dict[str, Any] | None:
        return asdict(self.batch) if "load_batch" in statement else None

    def read_clock(self) -> datetime:
        return NOW


class FakeDayKeys:
    """Has the key of each batch."""

    seal = WorkerSeal(FleetSeal(FLEET_KEY).derive_worker_key("asker"))

    def find_seal(self, _: str) -> FleetSeal:
        return SEAL.seal


@contextmanager
def opened_asker(world: World) -> Iterator[BatchAsker]:
    """Open what asks for a machine with the clock of a test."""
    limits = FleetCrawlLimits(FakeDatabase(world.batch), FleetSeal(FLEET_KEY), SystemClock())
    keys: Any = FakeDayKeys()
    asker = BatchAsker(limits, keys, world.guard, Environment(), FetchConfig())
    with closing(asker):
        yield asker


@pytest.mark.parametrize("off", [timedelta(days=1), -timedelta(days=1)], ids=["ahead", "behind"])
def test_a_wrong_clock_puts_away_no_batch(world: World, off: timedelta) -> None:
    world.now = NOW + off
    with opened_asker(world) as asker, pytest.raises(WrongClockError):
        asker.ask_batch(7, "alpha")


def test_a_wrong_clock_lets_no_permission_lapse(world: World) -> None:
    world.now = NOW + PERMISSION_LASTS
    with opened_asker(world) as asker, pytest.raises(WrongClockError):
        asker.ask_batch(7, "alpha")


def test_a_batch_that_is_too_old_by_all_clocks_is_put_away(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.now = world.mailbox.clock = NOW + timedelta(days=1)
    with opened_asker(world) as asker:
        asker.ask_batch(7, "alpha")
    assert [record.getMessage() for record in caplog.records] == ["batch_refused"]


def test_a_machine_whose_clock_is_set_wrong_ends(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unused: Any = None
    world.guard.fence.end = world.guard.stopping.set
    world.now = NOW + timedelta(days=1)
    FleetWorker(
        address="", asker=unused, guard=world.guard, mailbox=unused, day_keys=unused
    ).keep_doing(world.guard.check_clock, 0.0)

    assert [record.getMessage() for record in caplog.records] == ["worker_clock_wrong"]
    assert world.guard.fence.is_mute


def test_a_machine_with_a_wrong_clock_does_not_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = FleetCrawlLimits(FakeDatabase(world.batch), FleetSeal(FLEET_KEY), SystemClock())
    monkeypatch.setattr(FleetCrawlLimits, "open_as_worker", lambda *_: nullcontext(limits))
    key = FleetSeal(FLEET_KEY).derive_worker_key("asker")
    with (
        pytest.raises(WrongClockError),
        open_fleet_worker("", key, Environment(), FetchConfig(), world.guard.fence),
    ):
        pass
